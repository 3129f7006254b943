package socket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// whoByHeader lets a test say who comes: a header names a visit.
func whoByHeader(r *http.Request) (shop.Who, error) {
	switch visit := r.Header.Get("Visit"); visit {
	case "":
		return shop.Nobody, nil
	case "away":
		return shop.Nobody, errors.New("the store is away")
	default:
		return shop.Who{By: "visitor:" + visit, Since: 1}, nil
	}
}

// says opens a connection of a visit that says hello.
func (s *testShop) says(visit, user string) *client {
	s.t.Helper()
	c := s.connect("Visit", visit)
	c.say(fmt.Sprintf(`{"type":"hello","user":%q,"topics":["messages","settings"]}`, user))
	settle()
	return c
}

// Two people of one name are two, whatever they write under; one of two visits is one. Who types is
// called as in the list, and his message ends that.
func TestHandles(t *testing.T) {
	inBubble(t, Options{Who: whoByHeader}, func(s *testShop) {
		a, b := s.says("aaaaaaaa", "ana.perez@example.com"), s.says("bbbbbbbb", "ana")
		again := s.says("aaaaaaaa", "ana.perez@example.com")
		people := again.heard("welcome")[0].People
		if len(people) != 2 || people[0] == people[1] || !strings.HasPrefix(people[0], "ana@") || !strings.HasPrefix(people[1], "ana@") {
			t.Fatalf("%q", people)
		}
		b.heard()
		a.say(`{"type":"typing"}`)
		settle()
		typing := b.heard("typing")
		if len(typing) != 1 || typing[0].User != people[0] && typing[0].User != people[1] {
			t.Errorf("%+v of %q", typing, people)
		}
		if got := again.heard("typing"); len(got) != 0 {
			t.Errorf("he is told that he types himself: %+v", got)
		}
		a.say(`{"type":"message","id":"665f00000000000000000001","message":"hola"}`)
		settle()
		got := b.heard("change")
		if len(got) != 1 {
			t.Fatalf("%+v", got)
		}
		if doc := string(got[0].Doc); !strings.Contains(doc, `"user":"ana","mark":"`+typing[0].User[len("ana@"):]+`","staff":false,"message":"hola"`) || strings.Contains(doc, "perez") {
			t.Errorf("%s", doc)
		}
		if at, _ := dao.ParsePosition(s.head()); !s.hub.ring.hasSpoken(typing[0].User, dao.Position{Epoch: at.Epoch, Offset: at.Offset - 1}) {
			t.Error("nobody knows that he has spoken")
		}
	})
}

// What a process of before, or one that is open to a course, says of who is there becomes names.
func TestNeighboursAddresses(t *testing.T) {
	inBubble(t, Options{Who: whoByHeader}, func(s *testShop) {
		a := s.says("aaaaaaaa", "Bea")
		typed := func(serial int64) dao.Visitors {
			at, _ := dao.ParsePosition(s.head())
			return dao.Visitors{People: []string{"carla.perez@example.com"}, Typing: []dao.Typing{{User: "carla.perez@example.com", Serial: serial, After: at}}}
		}
		for serial := range int64(2) {
			if err := s.store.Presence.Set(context.Background(), "another", typed(serial+1)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2500 * time.Millisecond)
		}
		told := a.heard("presence", "typing")
		if text := fmt.Sprintf("%+v", told); strings.Contains(text, "perez") || strings.Count(text, "carla@") != 2 { // come, and typing
			t.Errorf("%s", text)
		}
	})
}

// A visit has eight connections, and the others of its network have theirs. A store that does not
// say who comes lets nobody in.
func TestVisitConnections(t *testing.T) {
	inBubble(t, Options{Who: whoByHeader, MaxConnections: 20}, func(s *testShop) {
		status := func(visit string) int {
			_, answer := s.request("GET /ws HTTP/1.1\r\nHost: shop.example\r\nVisit: " + visit + "\r\n\r\n")
			return answer.StatusCode
		}
		for range visitConnections {
			s.connect("Visit", "aaaaaaaa")
		}
		settle()
		got := []int{status("aaaaaaaa"), status("bbbbbbbb"), status(""), status("away")}
		if diff := cmp.Diff([]int{429, 426, 426, 503}, got); diff != "" {
			t.Error(diff)
		}
		for _, c := range s.hub.connected()[:1] {
			c.net.Close()
		}
		settle()
		if got := status("aaaaaaaa"); got != 426 {
			t.Errorf("one has gone: %d", got)
		}
	})
}

// The merchant switches the room off: who follows the settings is told, and what is written then is
// refused.
func TestRoomClosedLive(t *testing.T) {
	inBubble(t, Options{Who: whoByHeader}, func(s *testShop) {
		a := s.says("aaaaaaaa", "Bea")
		_, _, err := dao.Settings.In(s.store.Values).Create(context.Background(), models.Settings{Head: models.Head{ID: models.TheOne}, RoomClosed: true})
		if err != nil {
			t.Fatal(err)
		}
		settle()
		if got := a.heard("change"); len(got) != 1 || got[0].Kind != "setting" || !strings.Contains(string(got[0].Doc), `"roomClosed":true`) {
			t.Errorf("%+v", got)
		}
		a.say(`{"type":"message","id":"665f00000000000000000001","message":"hola"}`)
		settle()
		if got := a.heard("error", "ack"); len(got) != 1 || got[0].Error != "not_allowed" || got[0].ID != "665f00000000000000000001" {
			t.Errorf("%+v", got)
		}
	})
}

// A message is put into its form once for each kind of readers, and not for each reader.
func TestFormsOfAMessage(t *testing.T) {
	inBubble(t, Options{Who: whoByHeader}, func(s *testShop) {
		for user, distinct := range map[string]bool{"ana.perez@example.com": true, "ana": false} {
			doc := models.JSON(models.Message{ID: models.ID{1}, User: user, Message: "hola", By: "visitor:0123abcd"})
			e, err := s.hub.shown(context.Background(), "00000000", dao.Change{Kind: dao.KindMessage, Op: dao.OpPut, Doc: doc})
			if err != nil {
				t.Fatal(err)
			}
			names, addresses := view{door: doorWebSocket, sight: shop.SightNames}, view{door: doorWebSocket, sight: shop.SightAddresses}
			one, again, few := e.through(names), e.through(names), e.through(addresses)
			if &one[0] != &again[0] || (&one[0] != &few[0]) != distinct {
				t.Errorf("%s: made again, or not shared", user)
			}
			if strings.Contains(string(one), "perez") || strings.Contains(string(one)+string(few), "0123abcd") || strings.Contains(string(few), "perez") != distinct {
				t.Errorf("%s\n%s", one, few)
			}
		}
	})
}
