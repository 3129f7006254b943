package socket

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/shop"
)

// moody is an engine that is away at times.
type moody struct {
	dao.Engine
	fails, hangs atomic.Bool
	asked        atomic.Int64
}

func (m *moody) Ready(ctx context.Context) error {
	m.asked.Add(1)
	switch {
	case m.hangs.Load():
		<-ctx.Done()
		return fmt.Errorf("%w: %w", dao.ErrUnavailable, ctx.Err())
	case m.fails.Load():
		return dao.ErrUnavailable
	}
	return m.Engine.Ready(ctx)
}

// hearsStore fails unless these are all the words about the store since the last time.
func (c *client) hearsStore(when string, want ...bool) {
	c.t.Helper()
	got := c.heard("store")
	for i, f := range got {
		if i >= len(want) || f.Available != want[i] {
			c.t.Errorf("%s: %+v", when, got)
			return
		}
	}
	if len(got) != len(want) || c.code() != 0 {
		c.t.Errorf("%s: heard %+v, and the line has the code %d", when, got, c.code())
	}
}

// When the store goes away the lines stay, and everybody is told: once, through every door, and who
// comes meanwhile too. When it is back they are told again, and what is said then arrives. A store
// that nobody looks at is not asked.
func TestStoreAway(t *testing.T) {
	for name, breaks := range map[string]func(*moody) *atomic.Bool{
		"fails": func(m *moody) *atomic.Bool { return &m.fails },
		"hangs": func(m *moody) *atomic.Bool { return &m.hangs },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{}, func(first *testShop) {
				engine := &moody{Engine: first.store.Engine}
				first.store.Engine = engine
				s := first.over(shop.New(first.store, shop.Options{}))
				time.Sleep(time.Minute)
				if n := engine.asked.Load(); n > 0 {
					t.Errorf("asked %d times while nobody was there", n)
				}
				a := s.hello(ana, "", "messages")
				e := s.events("?topics=products")
				time.Sleep(7 * time.Second)
				a.hearsStore("a store that is there")
				breaks(engine).Store(true)
				silent := s.connect()
				time.Sleep(askEvery + askTimeout + time.Second)
				a.hearsStore("away", false)
				e.hearsStore("away", false)
				b := s.hello(beto, "", "messages")
				b.hearsStore("came while it was away", false)
				silent.hearsStore("has not said hello")
				time.Sleep(40 * time.Second)
				a.hearsStore("still away")
				breaks(engine).Store(false)
				time.Sleep(askEvery + askTimeout + time.Second)
				for _, c := range []*client{a, b, &e.client} {
					c.hearsStore("back", true)
				}
				s.post("hola")
				settle()
				if got := b.heard("change"); len(got) != 1 {
					t.Errorf("%+v", got)
				}
				breaks(engine).Store(true)
				time.Sleep(askEvery) // it may be asked just now: the shop closes all the same
			})
		})
	}
}
