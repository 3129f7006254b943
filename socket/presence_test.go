package socket

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/models"
)

const carla = "carla@example.com"

// beside opens another process over the same store, as far as a hub can tell.
func (s *testShop) beside() *testShop { return s.besideThrough(&presenceProbe{}) }

// besideThrough opens one that reaches presence through a probe.
func (s *testShop) besideThrough(p *presenceProbe) *testShop {
	s.t.Helper()
	other := &testShop{t: s.t, store: s.store}
	p.Presence = s.store.Presence
	other.store.Presence = p
	other.start(Options{})
	p.hub.Store(other.hub)
	s.t.Cleanup(other.leave)
	return other
}

// hears waits a while and compares what has come and gone meanwhile, in all presence frames
// together.
func (c *client) hears(what string, wait time.Duration, joined, left []string, count int) {
	c.t.Helper()
	time.Sleep(wait)
	synctest.Wait()
	var got frame
	for _, f := range c.heard("presence") {
		got.Joined, got.Left, got.Count = append(got.Joined, f.Joined...), append(got.Left, f.Left...), f.Count
	}
	if !slices.Equal(got.Joined, joined) || !slices.Equal(got.Left, left) || got.Count != count {
		c.t.Errorf("%s: joined %v, left %v, count %d; want %v, %v, %d", what, got.Joined, got.Left, got.Count, joined, left, count)
	}
}

// People are the same wherever they are connected: everyone learns of everyone within seconds, a
// person on two processes is one person, and has left when the last connection anywhere has been
// gone for five seconds at most.
func TestPresenceOfAllProcesses(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		other := s.beside()
		a, b := s.hello(ana, "", "messages"), other.hello(beto, "", "messages")
		settle()
		a.hears("ana", 3*time.Second, []string{ana, beto}, nil, 2)
		b.hears("beto", 0, []string{ana, beto}, nil, 2)
		c := s.hello(carla, "", "messages")
		if hi := c.heard("welcome"); !cmp.Equal(hi[0].People, []string{ana, beto, carla}) || hi[0].Count != 3 {
			t.Errorf("%+v", hi)
		}
		b.hears("one more elsewhere", 3*time.Second, []string{carla}, nil, 3)
		a.heard()
		again := other.hello(carla, "", "messages")
		if hi := again.heard("welcome"); !cmp.Equal(hi[0].People, []string{ana, beto, carla}) || hi[0].Count != 3 {
			t.Errorf("%+v", hi)
		}
		c.conn.CloseNow()
		a.hears("one of two connections is left", 9*time.Second, nil, nil, 0)
		b.hears("one of two connections is left", 0, nil, nil, 0)
		again.conn.CloseNow()
		a.hears("gone elsewhere", 5*time.Second, nil, []string{carla}, 2)
		b.hears("gone", 0, nil, []string{carla}, 2)
		figures, err := s.hub.Metrics.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range figures {
			if n := f.Metric[0].GetGauge().GetValue(); f.GetName() == "pulperia_socket_people" && n != 2 {
				t.Errorf("the metric shows %v people", n)
			}
		}
	})
}

// A process that nobody was connected to has not asked who is elsewhere: who comes first is told at
// once all the same.
func TestPresenceAfterNobodyWasHere(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		other := s.beside()
		time.Sleep(time.Hour)
		b := other.hello(beto, "", "messages")
		time.Sleep(time.Minute + 100*time.Millisecond) // between two looks
		b.heard()
		a := s.hello(ana, "", "messages")
		a.hears("who is elsewhere", 500*time.Millisecond, []string{ana, beto}, nil, 2)
	})
}

// Whoever listens hears of typing on every process, once; she who types hears nothing of it,
// wherever she is connected, too.
func TestTypingOnAllProcesses(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		other := s.beside()
		a, b := s.hello(ana, "", "messages"), other.hello(beto, "", "messages")
		a2, products := other.hello(ana, "", "messages"), other.hello(carla, "", "products")
		time.Sleep(5 * time.Second)
		b.heard()
		for i := range 3 {
			a.say(`{"type":"typing"}`)
			time.Sleep(1500 * time.Millisecond)
			synctest.Wait()
			if got := b.heard("typing"); len(got) != 1 || got[0].User != ana {
				t.Errorf("time %d: %+v", i, got)
			}
			time.Sleep(2500 * time.Millisecond)
			if got := b.heard("typing"); len(got) != 0 {
				t.Errorf("time %d, again: %+v", i, got)
			}
		}
		if got := slices.Concat(a.heard("typing"), a2.heard("typing"), products.heard("typing")); len(got) != 0 {
			t.Errorf("told to oneself, or outside: %+v", got)
		}
	})
}

// What has been said is no longer typed: a page would show somebody as typing who has sent the
// message already.
func TestTypingEndsWithTheMessage(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		slow := &presenceProbe{}
		other := s.besideThrough(slow)
		a, b := s.hello(ana, "", "messages"), other.hello(beto, "", "messages")
		time.Sleep(5 * time.Second)
		b.heard()
		slow.delay.Store(int64(time.Second)) // the message is faster than the news of typing
		a.say(`{"type":"typing"}`)
		time.Sleep(100 * time.Millisecond)
		a.say(message(models.NewID(time.Now()), "hola"))
		time.Sleep(5 * time.Second)
		if got := b.heard("typing", "change"); len(got) != 1 || got[0].Type != "change" {
			t.Errorf("%+v", got)
		}
		a.say(`{"type":"typing"}`)
		time.Sleep(5 * time.Second)
		if got := b.heard("typing"); len(got) != 1 {
			t.Errorf("after the message: %+v", got)
		}
	})
}

// However the processes' seconds lie to one another, five are enough.
func TestLeaveInTime(t *testing.T) {
	for phase := range 10 {
		inBubble(t, Options{}, func(s *testShop) {
			time.Sleep(time.Duration(phase) * 310 * time.Millisecond)
			other := s.beside()
			a := s.hello(ana, "", "messages")
			time.Sleep(time.Duration(phase) * 130 * time.Millisecond)
			b := other.hello(beto, "", "messages")
			a.hears("both", 4*time.Second, []string{ana, beto}, nil, 2)
			time.Sleep(time.Duration(phase) * 170 * time.Millisecond)
			b.conn.CloseNow()
			a.hears(fmt.Sprint("phase ", phase), 5*time.Second, nil, []string{beto}, 1)
		})
	}
}

// A process that dies without goodbye takes its people along, when it has been silent for the time
// that presence counts: not earlier, for it may only be slow.
func TestProcessDies(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		other := s.beside()
		a, _ := s.hello(ana, "", "messages"), other.hello(beto, "", "messages")
		a.hears("both", 3*time.Second, []string{ana, beto}, nil, 2)
		other.stopRun()
		a.hears("silent for some seconds", dao.PresenceTTL-repeatEvery, nil, nil, 0)
		a.hears("silent for long", repeatEvery+5*time.Second, nil, []string{beto}, 1)
	})
}

// A process that ends says goodbye: nobody waits for the time to pass. Who comes back on another
// one has never been away.
func TestProcessEnds(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		other := s.beside()
		a, _, _ := s.hello(ana, "", "messages"), other.hello(beto, "", "messages"), other.hello(carla, "", "messages")
		a.hears("all", 3*time.Second, []string{ana, beto, carla}, nil, 3)
		other.leave()
		if all, err := s.store.Presence.All(t.Context()); err != nil || len(all) != 1 {
			t.Errorf("after goodbye: %v %v", all, err)
		}
		time.Sleep(time.Second)
		s.hello(beto, "", "messages")
		a.hears("one came back", 5*time.Second, nil, []string{carla}, 2)
	})
}

// More people than a process may name are counted all the same.
func TestPresenceOfACrowd(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		other := s.beside()
		a := s.hello(ana, "", "messages")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		a.heard("presence") // of ana alone
		other.hub.mu.Lock()
		for i := range dao.MaxPresence + 5 {
			other.hub.people.join(fmt.Sprintf("p%05d@example.com", i))
		}
		other.hub.mu.Unlock()
		time.Sleep(3 * time.Second)
		if got := a.heard("presence"); len(got) != 1 || len(got[0].Joined) != maxPeople || got[0].Count != dao.MaxPresence+6 {
			t.Errorf("%d frames", len(got))
		}
	})
}

// The ring tells whether a person has spoken since, and says so where it cannot know.
func TestHasSpoken(t *testing.T) {
	r := ring{most: 1000}
	r.begin(dao.Position{Epoch: "00000000", Offset: 100})
	for i := range 300 {
		user := ana
		if i != 50 {
			user = beto
		}
		e := newChange("00000000", dao.Change{Offset: 101 + int64(i), Kind: dao.KindMessage})
		e.by = user
		r.add(e)
	}
	for _, tt := range []struct {
		user  string
		after dao.Position
		want  bool
	}{
		{ana, dao.Position{Epoch: "00000000", Offset: 150}, true},
		{ana, dao.Position{Epoch: "00000000", Offset: 151}, false},
		{beto, dao.Position{Epoch: "00000000", Offset: 151}, true},
		{beto, dao.Position{Epoch: "00000000", Offset: 400}, false},
		{carla, dao.Position{Epoch: "00000000", Offset: 500}, false}, // of a process that is ahead
		{carla, dao.Position{Epoch: "00000000", Offset: 144}, false},
		{carla, dao.Position{Epoch: "00000000", Offset: 143}, true}, // too much to look through
		{carla, dao.Position{Epoch: "00000000", Offset: 99}, true},  // the ring does not reach back
		{carla, dao.Position{Epoch: "11111111", Offset: 400}, true},
	} {
		if got := r.hasSpoken(tt.user, tt.after); got != tt.want {
			t.Errorf("%s after %s: %v", tt.user, tt.after, got)
		}
	}
}
