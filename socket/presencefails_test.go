package socket

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
)

// presenceProbe is a presence that fails, is slow, or counts.
type presenceProbe struct {
	dao.Presence
	hub         atomic.Pointer[Hub] // whose lock must be free
	fails, hung atomic.Bool
	delay       atomic.Int64
	sets, alls  atomic.Int64
}

func (p *presenceProbe) Set(ctx context.Context, node string, v dao.Visitors) error {
	p.sets.Add(1)
	if err := p.suffer(ctx); err != nil {
		return err
	}
	return p.Presence.Set(context.WithoutCancel(ctx), node, v) // what is on its way arrives
}

func (p *presenceProbe) All(ctx context.Context) (map[string]dao.Visitors, error) {
	p.alls.Add(1)
	if err := p.suffer(ctx); err != nil {
		return nil, err
	}
	return p.Presence.All(ctx)
}

func (p *presenceProbe) suffer(ctx context.Context) error {
	if hub := p.hub.Load(); hub != nil {
		hub.position() // takes the lock
	}
	time.Sleep(time.Duration(p.delay.Load()))
	switch {
	case p.hung.Load():
		<-ctx.Done()
		return fmt.Errorf("%w: %w", dao.ErrUnavailable, ctx.Err())
	case p.fails.Load():
		return errors.Join(dao.ErrUnavailable)
	}
	return nil
}

// A presence that fails or hangs changes nothing else: own people and messages come as ever, those
// elsewhere stay as they were last known for the time that presence counts, and return with the
// store; the shop closes as quickly.
func TestPresenceFails(t *testing.T) {
	for name, breaks := range map[string]func(*presenceProbe) *atomic.Bool{
		"fails": func(p *presenceProbe) *atomic.Bool { return &p.fails },
		"hangs": func(p *presenceProbe) *atomic.Bool { return &p.hung },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{}, func(s *testShop) {
				b := s.hello(beto, "", "messages")
				probe := &presenceProbe{}
				s = s.besideThrough(probe)
				a := s.hello(ana, "", "messages")
				a.hears("all", 3*time.Second, []string{ana, beto}, nil, 2)
				b.heard()
				breaks(probe).Store(true)
				c := s.hello(carla, "", "messages")
				if hi := c.heard("welcome"); len(hi) != 1 || !cmp.Equal(hi[0].People, []string{ana, beto, carla}) {
					t.Errorf("welcome: %+v", hi)
				}
				a.hears("one came here", time.Second, []string{carla}, nil, 3)
				s.post("hola")
				c.say(`{"type":"typing"}`)
				settle()
				if got := a.heard("change", "typing"); len(got) != 2 {
					t.Errorf("%+v", got)
				}
				a.hears("as long as presence counts", dao.PresenceTTL-3*time.Second, nil, nil, 0)
				a.hears("unreachable for long", 3*time.Second+lookTimeout+leaveAfter+time.Second, nil, []string{beto}, 2)
				b.hears("elsewhere", 0, nil, []string{ana}, 1)
				breaks(probe).Store(false)
				a.hears("reachable again", lookTimeout+4*time.Second, []string{beto}, nil, 3)
				b.hears("elsewhere again", 2*time.Second, []string{ana, carla}, nil, 3)
				breaks(probe).Store(true)
				began := time.Now()
				s.leave()
				if took := time.Since(began); took > farewellTimeout {
					t.Errorf("closing took %v", took)
				}
				if got := a.heard("bye"); len(got) != 1 || got[0].Reason != "shutdown" {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

// The store is spared: however many come at once, it hears of them in a few calls; of nobody it
// hears nothing, and is asked nothing; and it is never called under the hub's lock.
func TestPresenceIsGathered(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		probe := &presenceProbe{}
		s = s.besideThrough(probe)
		time.Sleep(time.Minute)
		if sets, alls := probe.sets.Swap(0), probe.alls.Swap(0); sets != 0 || alls > 1 {
			t.Errorf("nobody is here: %d sets, %d alls in a minute", sets, alls)
		}
		reader := s.hello("", "", "products")
		time.Sleep(time.Minute)
		if sets, alls := probe.sets.Swap(0), probe.alls.Swap(0); sets > 0 || alls < 5 || alls > 8 {
			t.Errorf("nobody is in the chat: %d sets, %d alls in a minute", sets, alls)
		}
		reader.conn.CloseNow()
		time.Sleep(time.Minute)
		var all []*client
		for i := range 100 {
			c := s.connect()
			c.say(fmt.Sprintf(`{"type":"hello","user":"p%d@example.com","topics":["messages"]}`, i))
			c.say(`{"type":"typing"}`)
			all = append(all, c)
			time.Sleep(9 * time.Millisecond)
		}
		if sets := probe.sets.Swap(0); sets < 1 || sets > 4 {
			t.Errorf("%d sets for those who came within a second", sets)
		}
		time.Sleep(time.Second)
		probe.sets.Store(0)
		probe.alls.Store(0)
		time.Sleep(time.Minute)
		if sets, alls := probe.sets.Swap(0), probe.alls.Swap(0); sets < 15 || sets > 21 || alls < 59 || alls > 62 {
			t.Errorf("nobody comes or goes: %d sets, %d alls in a minute", sets, alls)
		}
		for _, c := range all {
			c.conn.CloseNow()
		}
		time.Sleep(10 * time.Second)
		if sets := probe.sets.Swap(0); sets < 1 || sets > 4 {
			t.Errorf("%d sets for those who went within a moment", sets)
		}
		if here, err := s.store.Presence.All(t.Context()); err != nil || len(here) != 0 {
			t.Errorf("%v %v", here, err)
		}
	})
}

// What could not be said is said as soon as it can be, not at the next repetition.
func TestPresenceIsSaidAgain(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		probe := &presenceProbe{}
		other := s.besideThrough(probe)
		other.hello(ana, "", "messages")
		probe.fails.Store(true)
		other.hello(beto, "", "messages")
		probe.fails.Store(false)
		time.Sleep(lookEvery)
		if all, err := s.store.Presence.All(t.Context()); err != nil || len(all[other.hub.neighbours.node].People) != 2 {
			t.Errorf("%v %v", all, err)
		}
	})
}

// Goodbye is the last that is said, also when the store was being told something at that moment.
func TestGoodbyeIsLast(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		probe := &presenceProbe{}
		other := s.besideThrough(probe)
		other.hello(ana, "", "messages")
		time.Sleep(time.Second)
		probe.delay.Store(int64(time.Second))
		other.hello(beto, "", "messages")
		probe.delay.Store(0)
		other.leave()
		time.Sleep(2 * time.Second)
		if all, err := s.store.Presence.All(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("%v %v", all, err)
		}
	})
}
