package socket

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"pulperia/dao/models"
)

// A reader that takes nothing is closed as slow when its queue has reached its bound; the others do not notice, and it comes
// back without having missed anything. It is told why.
func TestSlowReader(t *testing.T) {
	inBubble(t, Options{}, func(s *shop) {
		at := s.head()
		others := []*client{s.hello(ana, at, "messages"), s.hello(beto, at, "messages")}
		slow := s.upgrade()
		slow.Write(text(`{"type":"hello","user":"carla@example.com","topics":["messages"]}`))
		settle()
		const n = 90
		long := strings.Repeat("x", models.MaxMessage)
		for i := range n {
			s.post(long)
			if i%10 == 9 {
				settle()
				s.hub.mu.Lock()
				for c := range s.hub.live[topicMessages] {
					c.mu.Lock()
					if c.queue.size > maxQueue {
						t.Errorf("%d bytes wait", c.queue.size)
					}
					c.mu.Unlock()
				}
				s.hub.mu.Unlock()
			}
		}
		for range 20 {
			for range 3 {
				s.post(long)
			}
			settle()
		}
		for _, c := range others {
			if got := c.heard("change"); len(got) != n+60 {
				t.Errorf("another got %d changes", len(got))
			}
		}
		if code, why := slow.ended(); code != 4008 || why != "slow" {
			t.Errorf("%d %s", code, why)
		}
		if count(s.hub.metrics.dropped) == 0 {
			t.Error("nothing was counted as dropped")
		}
		slow.Close()
		back := s.hello("carla@example.com", at, "messages")
		settle()
		settle()
		if got := back.heard("change"); len(got) != n+60 {
			t.Errorf("after coming back %d changes", len(got))
		}
	})
}

// A reader that takes what was queued, but nothing for half a minute, is gone.
func TestStalledReader(t *testing.T) {
	inBubble(t, Options{}, func(s *shop) {
		r := s.upgrade()
		r.Write(text(`{"type":"hello","user":"ana@example.com","topics":["messages"]}`))
		s.post("hola")
		time.Sleep(stallTimeout + goodbyeTimeout + 3*time.Second)
		synctest.Wait()
		if n := count(s.hub.metrics.closed[reasonSlow]); n != 1 || s.open() != 0 {
			t.Errorf("%v closed as slow, %d open", n, s.open())
		}
	})
}

func (s *shop) open() int {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return len(s.hub.conns)
}

// Whoever answers no ping for a minute is idle; a ping goes out every 25 seconds.
func TestIdle(t *testing.T) {
	inBubble(t, Options{}, func(s *shop) {
		r := s.upgrade()
		r.Write(text(`{"type":"hello","topics":["products"]}`))
		began := time.Now()
		pings := 0
		for {
			f, err := r.frame()
			if err != nil {
				t.Fatal(err)
			}
			if f.Header.OpCode == ws.OpPing {
				pings++
			}
			if f.Header.OpCode == ws.OpClose {
				if code, why := ws.ParseCloseFrameData(f.Payload); code != 4009 || why != "idle" {
					t.Errorf("%d %s", code, why)
				}
				break
			}
		}
		if after := time.Since(began); pings != 2 || after < pongTimeout || after > pongTimeout+2*time.Second {
			t.Errorf("%d pings, closed after %v", pings, after)
		}
		c := s.hello(ana, "", "messages") // its library answers
		time.Sleep(5 * time.Minute)
		if c.code() != 0 {
			t.Errorf("closed with %d", c.code())
		}
	})
}

// Whoever says no hello in time is closed, whatever else is said, and so is whoever sends too many frames.
func TestJunk(t *testing.T) {
	inBubble(t, Options{FramesPerMinute: 60}, func(s *shop) {
		silent := s.upgrade()
		began := time.Now()
		if code, why := silent.ended(); code != 1008 || why != "policy" || time.Since(began) < helloTimeout {
			t.Errorf("%d %s after %v", code, why, time.Since(began))
		}
		c := s.hello(ana, "", "messages")
		for range 20 {
			c.say("junk")
		}
		settle()
		if got := c.heard("error", "bye"); c.code() != 4029 || len(got) != 20 || got[19].Reason != "flood" {
			t.Errorf("%d, %+v", c.code(), got)
		}
	})
}
