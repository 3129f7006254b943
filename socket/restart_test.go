package socket

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// After a restart of the server clients go on where they were; what had happened shortly before is
// in the ring already.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := openShop(t, dir, Options{})
		at := s.posts(2)
		c := s.hello(ana, at, "messages")
		s.post("before the end")
		settle()
		last := c.heard("change")[0].Position
		s.post("missed")
		s.stop()
		settle()
		if got := c.heard("bye"); len(got) != 1 || got[0].Reason != "shutdown" || c.code() != 1001 {
			t.Errorf("%+v, code %d", got, c.code())
		}
		s = openShop(t, dir, Options{})
		c = s.hello(ana, last, "messages")
		s.post("live")
		settle()
		if diff := cmp.Diff([]string{"missed", "live"}, texts(c.heard("change"))); diff != "" {
			t.Error(diff)
		}
		if s.recovered(recoveryRing) != 1 {
			t.Error("the ring was empty")
		}
	})
}

// A feed that reaches back less far than the ring is taken as far as it goes.
func TestRestartOnShortFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := openShopKeeping(t, dir, 100, Options{})
		for range 4 {
			s.load()
			settle()
		}
		s.stop()
		s = openShopKeeping(t, dir, 100, Options{})
		settle()
		s.hub.mu.Lock()
		n, at := len(s.hub.ring.events), s.hub.ring.position().String()
		s.hub.mu.Unlock()
		if n < 100 || n >= 2400 || at != s.head() {
			t.Errorf("%d changes in the ring, which is at %s, not %s", n, at, s.head())
		}
	})
}

// Another epoch is another past: the client must load afresh, and then gets what happens.
func TestOtherEpoch(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		s.posts(3)
		settle()
		c := s.hello(ana, "00000000.2", "messages")
		s.post("live")
		settle()
		all := c.heard()
		if hi := only(all, "welcome"); len(hi) != 1 || hi[0].Recovered {
			t.Fatalf("%+v", hi)
		}
		if diff := cmp.Diff([]string{"live"}, texts(only(all, "change"))); diff != "" {
			t.Error(diff)
		}
	})
}

// When the feed becomes another one under a running hub, everybody is sent away, and told to load
// afresh when back.
func TestEpochChangesWhileConnected(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		at := s.posts(1)
		settle()
		c := s.hello(ana, at, "messages")
		s.hub.mu.Lock()
		s.hub.ring.epoch = "00000000" // as if the store had been restored meanwhile
		s.hub.mu.Unlock()
		s.post("in the new past")
		settle()
		settle()
		if got := c.heard("bye"); len(got) != 1 || got[0].Reason != "gone" || c.code() != 4010 {
			t.Fatalf("%+v, code %d", got, c.code())
		}
		c = s.hello(ana, "00000000.1", "messages")
		if got := c.heard("welcome"); len(got) != 1 || got[0].Recovered || got[0].Position != s.head() {
			t.Errorf("%+v", got)
		}
	})
}
