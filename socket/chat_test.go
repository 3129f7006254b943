package socket

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

const beto = "beto@example.com"

func message(id models.ID, text string) string {
	return string(models.JSON(map[string]any{"type": "message", "id": id.String(), "message": text}))
}

// A message is stored as the API would store it, is acknowledged with its position, and comes to
// everyone, the sender too.
func TestSay(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		a, b := s.hello(ana, "", "messages"), s.hello(beto, "", "messages")
		id := models.NewID(time.Now())
		a.say(message(id, "  ¿Tienen yerba? "))
		settle()
		acks, sent, came := a.heard("ack", "change"), "", b.heard("change")
		for _, f := range acks {
			if f.Type == "ack" && f.ID == id.String() {
				sent = f.Position
			}
		}
		stored, err := s.store.Messages.Page(context.Background(), models.ID{}, 10)
		if err != nil || len(stored) != 1 || stored[0].User != ana || stored[0].Message != "¿Tienen yerba?" {
			t.Fatalf("%+v %v", stored, err)
		}
		if len(acks) != 2 || len(came) != 1 || came[0].Position != sent || string(came[0].Doc) != string(models.JSON(stored[0])) {
			t.Errorf("%+v\n%+v", acks, came)
		}
	})
}

// The same id over socket and HTTP at once is one message, seen once; with another text it is a
// conflict.
func TestOneIDTwice(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		a, b := s.hello(ana, "", "messages"), s.hello(ana, "", "messages")
		for i := range 5 {
			m := models.Message{ID: models.NewID(time.Now()), User: ana, Message: fmt.Sprint(i)}
			var api sync.WaitGroup
			api.Go(func() {
				if _, _, err := s.store.Messages.Append(context.Background(), m); err != nil {
					t.Error(err)
				}
			})
			a.say(message(m.ID, m.Message))
			b.say(message(m.ID, m.Message))
			api.Wait()
			settle()
			seen, again := a.heard("change", "ack"), b.heard("change", "ack")
			for _, got := range [][]frame{seen, again} {
				if len(got) != 2 || got[0].Position != got[1].Position || got[0].Type == got[1].Type {
					t.Fatalf("%+v", got)
				}
			}
			a.say(message(m.ID, "another text"))
			settle()
			if got := a.heard(); len(only(got, "error")) != 1 || only(got, "error")[0].Error != "conflict" || len(only(got, "change")) != 0 {
				t.Errorf("%+v", got)
			}
		}
	})
}

// broken is a chat whose disk fails.
type broken struct{ dao.Messages }

func (broken) Append(context.Context, models.Message) (models.Message, dao.Receipt, error) {
	return models.Message{}, dao.Receipt{}, fmt.Errorf("append: %w", dao.ErrUnavailable)
}

// hung is a chat whose disk does not answer.
type hung struct{ dao.Messages }

func (hung) Append(ctx context.Context, _ models.Message) (models.Message, dao.Receipt, error) {
	<-ctx.Done()
	return models.Message{}, dao.Receipt{}, fmt.Errorf("%w: %w", dao.ErrUnknown, ctx.Err())
}

// A message that could not be stored is never seen; its sender learns that, the line stays open,
// and goes on reading.
func TestNotStored(t *testing.T) {
	for name, fail := range map[string]func(dao.Messages) dao.Messages{
		"broken": func(m dao.Messages) dao.Messages { return broken{m} },
		"hung":   func(m dao.Messages) dao.Messages { return hung{m} },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{}, func(first *testShop) {
				store := first.store
				store.Messages = fail(store.Messages)
				s := first.over(shop.New(store, shop.Options{}))
				a, b := s.hello(ana, "", "messages"), s.hello(beto, "", "messages")
				id := models.NewID(time.Now())
				a.say(message(id, "hola"))
				a.say(`{"type":"shout"}`)
				settle()
				got := a.heard("ack", "error")
				if !slices.ContainsFunc(got, func(f frame) bool { return f.Error == "invalid" }) {
					t.Errorf("the reader waits for the store: %+v", got)
				}
				time.Sleep(storeTimeout)
				s.post("stored")
				settle()
				got = append(a.heard("ack", "error"), got...)
				got = slices.DeleteFunc(got, func(f frame) bool { return f.Error == "invalid" })
				if len(got) != 1 || got[0].Error != "unavailable" || got[0].ID != id.String() || got[0].RetryAfter != 5 {
					t.Errorf("%+v", got)
				}
				if diff := cmp.Diff([]string{"stored"}, texts(b.heard("change"))); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// Everybody sees the same order, and the messages of one connection in the order in which they were
// said.
func TestOneOrder(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		var clients []*client
		for i := range 8 {
			clients = append(clients, s.hello(fmt.Sprintf("p%d@example.com", i), "", "messages"))
		}
		for n := range 20 {
			for i, c := range clients {
				c.say(message(models.NewID(time.Now()), fmt.Sprintf("%d.%02d", i, n)))
			}
		}
		settle()
		settle()
		want := clients[0].heard("change")
		if len(want) != 160 {
			t.Fatalf("%d messages", len(want))
		}
		last := map[byte]string{}
		for _, text := range texts(want) {
			if text <= last[text[0]] {
				t.Errorf("%s after %s", text, last[text[0]])
			}
			last[text[0]] = text
		}
		for _, c := range clients[1:] {
			if diff := cmp.Diff(positions(want), positions(c.heard("change"))); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// Over the limit a message is refused with when to send it again; the line stays open.
func TestMessageLimit(t *testing.T) {
	inBubble(t, Options{}, func(first *testShop) {
		s := first.over(shop.New(first.store, shop.Options{MessagesPerMinute: 6}))
		c := s.hello(ana, "", "messages")
		var last models.ID
		for range 3 {
			last = models.NewID(time.Now())
			c.say(message(last, "hola"))
		}
		settle()
		got := c.heard("ack", "error")
		refused := only(got, "error")
		if len(got) != 3 || len(refused) != 1 || refused[0].ID != last.String() || refused[0].Error != "too_many_requests" || refused[0].RetryAfter != 10 {
			t.Errorf("%+v", got)
		}
	})
}
