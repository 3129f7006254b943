package socket

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

var cartOfStep = models.ID{11: 7}

// step stores one step: of a product, a message, a cart and another message.
func (s *testShop) step(n int) (at string) {
	s.t.Helper()
	receipt, err := s.store.Update(context.Background(), func(tx dao.Tx) error {
		p, c := dao.Product.Example(n), dao.Cart.Example(n)
		c.SetHead(models.Head{ID: cartOfStep})
		return errors.Join(
			tx.Put(dao.Product.Schema, p), tx.Put(dao.Message.Schema, dao.Message.Example(n)), tx.Put(dao.Cart.Schema, c),
			tx.Put(dao.Message.Schema, dao.Message.Example(n+1)),
		)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return receipt.Position.String()
}

// told writes down changes as kinds with the positions of those that have one.
func told(frames []frame) (list []string) {
	for _, f := range only(frames, "change") {
		list = append(list, strings.TrimSpace(f.Kind+" "+f.Position))
	}
	return list
}

// Each reader gets what it wants of a step, and the last of that alone has the step's position:
// nobody can go on from the middle of one. So it is live, from the ring and from the feed.
func TestStepsArriveWhole(t *testing.T) {
	for _, ring := range []int{ringChanges, 16, 5, 2} {
		synctest.Test(t, func(t *testing.T) {
			s := openShopKeeping(t, t.TempDir(), 10_000, Options{ring: ring})
			start := s.head()
			topics := [][]string{{"messages"}, {"products"}, {"cart:" + cartOfStep.String()}, {"products", "messages"}, {"messages", "products", "cart:" + cartOfStep.String()}}
			var live, late []*client
			for _, list := range topics {
				live = append(live, s.hello(ana, start, list...))
			}
			first, second := s.step(1), s.step(2)
			settle()
			for _, list := range topics {
				late = append(late, s.hello(ana, start, list...))
			}
			settle()
			for i, want := range [][]string{
				{"message", "message " + first, "message", "message " + second},
				{"product " + first, "product " + second},
				{"cart " + first, "cart " + second},
				{"product", "message", "message " + first, "product", "message", "message " + second},
				{"product", "message", "cart", "message " + first, "product", "message", "cart", "message " + second},
			} {
				if diff := cmp.Diff(want, told(live[i].heard())); diff != "" {
					t.Errorf("live on %v:\n%s", topics[i], diff)
				}
				if diff := cmp.Diff(want, told(late[i].heard())); diff != "" {
					t.Errorf("with a ring of %d on %v:\n%s", ring, topics[i], diff)
				}
			}
			between := s.hello(ana, first, topics[4]...)
			if diff := cmp.Diff([]string{"product", "message", "cart", "message " + second}, told(between.heard())); diff != "" {
				t.Errorf("from between the steps:\n%s", diff)
			}
		})
	}
}

// Server-Sent Events have an id where there is a position, and nowhere else. Who gets nothing of a
// step is told later where he stands.
func TestStepOfOthersMovesThePosition(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		start := s.head()
		e := s.events("?topics=products,messages&user=ana%40example.com&since=" + start)
		idle, idleEvents := s.hello(ana, start, "cart:"+models.ID{11: 9}.String()), s.events("?since="+start+"&topics=cart:"+models.ID{11: 9}.String())
		at := s.step(1)
		settle()
		if got := told(e.heard()); e.id() != at || !slices.Equal(got, []string{"product", "message", "message " + at}) {
			t.Errorf("the last id is %s after %v, not %s", e.id(), got, at)
		}
		if got := only(idle.heard(), "change"); len(got) > 0 || idleEvents.id() == at {
			t.Errorf("who wants none of it is told %v, and of %s", got, idleEvents.id())
		}
		time.Sleep(pingEvery + time.Second)
		synctest.Wait()
		if got := idle.heard("position"); len(got) != 1 || got[0].Position != at || idleEvents.id() != at {
			t.Errorf("the next position is %+v, and %s", got, idleEvents.id())
		}
	})
}

// All that a reader gets of a step goes into its queue as one piece.
func TestStepIsOnePiece(t *testing.T) {
	step := func(first, n int64, topics ...string) (events []*event) {
		for i := range n {
			e := newChange("9f2c61ab", dao.Change{Offset: first + i, End: first + n - 1, Kind: dao.KindMessage, Doc: []byte(`{}`)})
			e.topic = topics[int(i)%len(topics)]
			events = append(events, e)
		}
		return events
	}
	events := slices.Concat(step(1, 1, "a"), step(2, 3, "a"), step(5, 4, "a", "b"), step(9, 2, "a"), step(11, 2, "c"))
	list := bundles(events)
	var sizes []int
	for _, b := range list {
		sizes = append(sizes, len(b.events))
	}
	if want := []int{4, 4, 2, 2}; !slices.Equal(sizes, want) {
		t.Fatalf("bundles of %v, not of %v", sizes, want)
	}
	for _, tt := range []struct {
		topics []string
		bundle int
		events int
		at     []string
	}{
		{[]string{"a"}, 0, 4, []string{".1\"", ".4\""}},
		{[]string{"a"}, 1, 2, []string{".8\""}},
		{[]string{"b"}, 1, 2, []string{".8\""}},
		{[]string{"b", "a"}, 1, 4, []string{".8\""}},
		{[]string{"c"}, 1, 0, nil},
	} {
		p := list[tt.bundle].through(&conn{topics: tt.topics})
		if p.events != tt.events || strings.Count(string(p.text), `"position"`) != len(tt.at) {
			t.Errorf("%v gets %d events: %s", tt.topics, p.events, p.text)
		}
		for _, at := range tt.at {
			if !strings.Contains(string(p.text), at) {
				t.Errorf("%v does not get %s: %s", tt.topics, at, p.text)
			}
		}
	}
	c := &conn{topics: []string{"a", "b"}}
	if c.take(events); len(c.queue.parcels) != 4 || c.cursor != 12 {
		t.Errorf("who is behind gets %d parcels, up to %d", len(c.queue.parcels), c.cursor)
	}
}

// countingFeed counts the reads of a feed.
type countingFeed struct {
	dao.Feed
	reads atomic.Int64
}

func (f *countingFeed) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	f.reads.Add(1)
	return f.Feed.Since(ctx, after, limit)
}

// A step that is much larger than a queue comes in chunks, whole and in order, with one position; and
// it is read from the feed but a few times, however many come back for it.
func TestLargeStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShop(t, t.TempDir(), Options{})
		s.leave()
		feed := &countingFeed{Feed: s.store.Feed}
		trade := shop.New(s.store, shop.Options{})
		trade.Feed = feed
		s.start(Options{Shop: trade, ring: 16})
		start := s.head()
		live := s.hello(ana, start, "messages")
		s.load() // 2.4 MB
		settle()
		at := s.head()
		var late []*client
		before := feed.reads.Load()
		for range 5 {
			late = append(late, s.hello(ana, start, "messages"))
		}
		for range 20 {
			settle()
		}
		if n := feed.reads.Load() - before; n > 20 { // one when each comes, and for all one or a few at a time
			t.Errorf("the feed was read %d times", n)
		}
		s.post("live")
		settle()
		for i, c := range append(late, live) {
			got := told(c.heard())
			if len(got) != 601 || got[599] != "message "+at || strings.Contains(strings.Join(got[:599], ""), ".") {
				t.Fatalf("client %d got %d changes: %v", i, len(got), got[max(0, len(got)-3):])
			}
		}
		time.Sleep(keepLarge + 2*time.Second)
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		if s.hub.large.events != nil {
			t.Error("the step is kept for ever")
		}
	})
}
