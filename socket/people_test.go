package socket

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Presence is by person, not by connection: told once, gathered, and a reload is neither a leave
// nor a return.
func TestPresence(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		a, products := s.hello(ana, "", "messages"), s.hello("", "", "products")
		time.Sleep(2 * time.Second)
		a.heard()
		b1, b2 := s.hello(beto, "", "messages"), s.hello(beto, "", "messages")
		time.Sleep(2 * time.Second)
		if got := a.heard("presence"); len(got) != 1 || !cmp.Equal(got[0].Joined, []string{beto}) || got[0].Count != 2 {
			t.Errorf("joined: %+v", got)
		}
		b1.conn.CloseNow()
		time.Sleep(6 * time.Second)
		b2.conn.CloseNow()
		time.Sleep(time.Second)
		b3 := s.hello(beto, "", "messages")
		if got := b3.heard("welcome"); !cmp.Equal(got[0].People, []string{ana, beto}) || got[0].Count != 2 {
			t.Errorf("welcome: %+v", got)
		}
		time.Sleep(6 * time.Second)
		if got := a.heard("presence"); len(got) != 0 {
			t.Errorf("one of two connections ended, and a page was loaded anew: %+v", got)
		}
		b3.conn.CloseNow()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := a.heard("presence"); len(got) != 1 || !cmp.Equal(got[0].Left, []string{beto}) || got[0].Count != 1 {
			t.Errorf("left: %+v", got)
		}
		if got := products.heard("presence"); len(got) != 0 {
			t.Errorf("outside of the chat: %+v", got)
		}
	})
}

// A welcome and a presence name a hundred people at most, and count all.
func TestManyPeople(t *testing.T) {
	p := newPeople()
	for i := range 150 {
		p.join(fmt.Sprintf("p%d@example.com", i))
	}
	if news, any := p.tick(time.Now()); !any || len(news.Joined) != 100 || news.Count != 150 || len(p.names()) != 100 {
		t.Errorf("%d joined, %d names, count %d", len(news.Joined), len(p.names()), news.Count)
	}
}

// Typing goes to the others in the chat, once in two seconds, however often and from however many
// pages it is said.
func TestTyping(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		a, a2, b, out := s.hello(ana, "", "messages"), s.hello(ana, "", "messages"), s.hello(beto, "", "messages"), s.hello(beto, "", "products")
		for range 10 {
			a.say(`{"type":"typing"}`)
			a2.say(`{"type":"typing"}`)
		}
		settle()
		if got := b.heard("typing"); len(got) != 1 || got[0].User != ana {
			t.Errorf("%+v", got)
		}
		if got := append(append(a.heard("typing"), a2.heard("typing")...), out.heard("typing")...); len(got) != 0 {
			t.Errorf("told to oneself or outside: %+v", got)
		}
		time.Sleep(typingEvery)
		a.say(`{"type":"typing"}`)
		settle()
		if got := b.heard("typing"); len(got) != 1 {
			t.Errorf("%+v", got)
		}
	})
}
