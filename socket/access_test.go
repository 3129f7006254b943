package socket

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// byKeys is a hub whose doors know keys.
func byKeys(trade *shop.Shop) Options {
	return Options{Shop: trade, Who: func(r *http.Request) (shop.Who, error) {
		key, brought := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !brought {
			return shop.Nobody, nil
		}
		return trade.ByKey(r.Context(), key)
	}}
}

// Whose access ends, by a change of it or by its time, is sent away within a second, or a minute;
// the lines of others stay.
func TestRevoked(t *testing.T) {
	inBubble(t, Options{}, func(first *testShop) {
		trade := shop.New(first.store, shop.Options{})
		s := &testShop{t: first.t, store: first.store}
		s.start(byKeys(trade))
		t := first.t
		t.Cleanup(s.leave)
		keyOf := func(expires models.Time) (shop.Key, []string) {
			key, text, err := trade.AddKey(context.Background(), shop.Machine, "till", models.RoleManager, expires)
			if err != nil {
				t.Fatal(err)
			}
			return key, []string{"Authorization", "Bearer " + text}
		}
		comes := func(headers ...string) *client {
			c := s.connect(headers...)
			c.say(`{"type":"hello","topics":["products"]}`)
			settle()
			if len(c.heard("welcome")) != 1 {
				t.Fatal("no welcome")
			}
			return c
		}
		key, brought := keyOf(0)
		_, kept := keyOf(0)
		_, short := keyOf(models.TimeOf(time.Now().Add(5 * time.Minute)))
		gone, stream := comes(brought...), s.events("?topics=products", brought[0]+": "+brought[1])
		stays, expires, visitor := comes(kept...), comes(short...), comes()
		if _, err := trade.RevokeKey(context.Background(), shop.Machine, key.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if gone.code() != 4001 || len(gone.heard("bye")) != 1 {
			t.Errorf("whose key is revoked: %d", gone.code())
		}
		if bye := stream.heard("bye"); len(bye) != 1 || bye[0].Reason != "revoked" {
			t.Errorf("by events: %+v", bye)
		}
		if expires.code() != 0 {
			t.Errorf("whose key is good: %d", expires.code())
		}
		time.Sleep(6 * time.Minute)
		if expires.code() != 4001 {
			t.Errorf("whose key has expired: %d", expires.code())
		}
		if stays.code() != 0 || visitor.code() != 0 {
			t.Errorf("the others: %d, %d", stays.code(), visitor.code())
		}
	})
}

// A topic that needs a right is refused to who has it not, by both doors, and the line stays open.
func TestTopicsByRight(t *testing.T) {
	for err, code := range map[error]string{
		shop.ErrUnauthorized: "unauthorized", shop.Forbidden{Right: shop.PeopleRead}: "forbidden", dao.ErrNotFound: "invalid",
	} {
		inBubble(t, Options{MayFollow: func(_ shop.Who, topic string) error {
			if topic == "products" {
				return err
			}
			return nil
		}}, func(s *testShop) {
			c := s.hello(ana, "", "messages", "products")
			if got := c.heard(); len(got) != 1 || got[0].Type != "error" || got[0].Error != code {
				t.Errorf("%v: %+v", err, got)
			}
			c.say(`{"type":"hello","topics":["settings"]}`)
			settle()
			if got := c.heard(); len(got) != 1 || got[0].Type != "welcome" {
				t.Errorf("%v, then: %+v", err, got)
			}
			status := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusBadRequest}[slices.Index([]string{"unauthorized", "forbidden", "invalid"}, code)]
			if _, answer := s.request("GET /events?topics=products HTTP/1.1\r\nHost: shop.example\r\n\r\n"); answer.StatusCode != status {
				t.Errorf("%v by events: %d", err, answer.StatusCode)
			}
		})
	}
}
