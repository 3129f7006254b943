package socket

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"

	"pulperia/dao/models"
)

// A reader that takes nothing is closed as slow after half a minute, and no more than the bound
// waits for it; the others do not notice, and it comes back without having missed anything. It is
// told why.
func TestSlowReader(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		at := s.head()
		others := []*client{s.hello(ana, at, "messages"), s.hello(beto, at, "messages")}
		slow := s.deaf(at)
		n := s.flood(150)
		for _, c := range others {
			if got := c.heard("change"); len(got) != n {
				t.Errorf("another got %d changes", len(got))
			}
		}
		for end := time.Now().Add(2 * stallTimeout); count(s.hub.metrics.dropped) == 0 && time.Now().Before(end); {
			time.Sleep(time.Second)
		}
		if code, why := slow.ended(); code != 4008 || why != "slow" {
			t.Errorf("%d %s", code, why)
		}
		slow.Close()
		back := s.hello("carla@example.com", at, "messages")
		settle()
		settle()
		if got := back.heard("change"); len(got) != n {
			t.Errorf("after coming back %d changes", len(got))
		}
	})
}

// However much comes at once, a reader who goes on reading before his time is up has all of it,
// once and in order, over the same line: from the ring, or from the feed where the ring has
// forgotten it. So has one who is told of people meanwhile.
func TestReaderWhoFallsBehindIsNotSlow(t *testing.T) {
	for name, ring := range map[string]int{"ring": 0, "feed": 20} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{ring: ring}, func(s *testShop) {
				at := s.head()
				late := s.deaf(at)
				n := s.flood(150)
				s.hello(ana, at, "messages")
				time.Sleep(stallTimeout / 3)
				var offsets []string
				sawAna := false
				for len(offsets) < n {
					var f frame
					if err := json.Unmarshal(late.until(ws.OpText).Payload, &f); err != nil {
						t.Fatal(err)
					}
					sawAna = sawAna || slices.Contains(f.Joined, ana)
					if f.Type == "change" {
						offsets = append(offsets, f.Position)
					}
				}
				for i := range offsets {
					if want := fmt.Sprintf("%s.%d", at[:8], i+1); offsets[i] != want {
						t.Fatalf("change %d is %s, want %s", i, offsets[i], want)
					}
				}
				s.post("live again")
				if got := string(late.until(ws.OpText).Payload); !strings.Contains(got, "live again") || !sawAna {
					t.Errorf("then it got %s; it heard of Ana: %v", got, sawAna)
				}
				if n := count(s.hub.metrics.closed[reasonSlow]); n != 0 {
					t.Errorf("%v closed as slow", n)
				}
			})
		})
	}
}

// deaf opens a connection to the chat that does not read by itself.
func (s *testShop) deaf(since string) *raw {
	s.t.Helper()
	r := s.upgrade()
	r.Write(text(`{"type":"hello","user":"carla@example.com","topics":["messages"],"since":"` + since + `"}`))
	settle()
	return r
}

// flood stores long messages, and fails if more than the bound waits for anybody. It returns how
// many there were.
func (s *testShop) flood(n int) int {
	s.t.Helper()
	for i := range n {
		s.post(strings.Repeat("x", models.MaxMessage))
		if i%5 < 4 {
			continue
		}
		settle()
		s.hub.mu.Lock()
		for c := range s.hub.joined[topicMessages] {
			c.mu.Lock()
			if c.queue.size > maxQueue {
				s.t.Errorf("%d bytes wait", c.queue.size)
			}
			c.mu.Unlock()
		}
		s.hub.mu.Unlock()
	}
	return n
}

// A reader that takes what was queued, but nothing for half a minute, is gone.
func TestStalledReader(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
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

func (s *testShop) open() int {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return len(s.hub.conns)
}

// Whoever answers no ping for a minute is idle; a ping goes out every 25 seconds.
func TestIdle(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
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

// Whoever says no hello in time is closed, whatever else is said, and so is whoever sends too many
// frames.
func TestJunk(t *testing.T) {
	inBubble(t, Options{FramesPerMinute: 60}, func(s *testShop) {
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
