package shop

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A third of the limit may come at once, the rest over the minute; one sender does not use up
// another's.
func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter[string]("x", 30, nil)
		allowed := func(key string, n int) (count int) {
			for range n {
				if _, ok := l.Allow(key); ok {
					count++
				}
			}
			return count
		}
		if got := allowed("ana", 20); got != 10 {
			t.Errorf("%d at once", got)
		}
		if after, ok := l.Allow("ana"); ok || after != 2*time.Second {
			t.Errorf("come back after %v", after)
		}
		if got := allowed("beto", 1); got != 1 {
			t.Error("Beto pays for Ana")
		}
		time.Sleep(2 * time.Second)
		if got := allowed("ana", 2); got != 1 {
			t.Errorf("%d after two seconds", got)
		}
		time.Sleep(time.Minute)
		if got := allowed("ana", 20); got != 10 {
			t.Errorf("%d after a minute", got)
		}
		time.Sleep(time.Minute)
		if allowed("carla", 1); len(l.buckets) != 1 {
			t.Errorf("%d buckets of senders who have gone", len(l.buckets))
		}
		for i := range 2 * maxKeys {
			l.Allow(fmt.Sprint(i))
		}
		if len(l.buckets) > maxKeys {
			t.Errorf("a flood keeps %d buckets", len(l.buckets))
		}
	})
	if _, ok := NewLimiter[string]("x", 0, nil).Allow("x"); !ok {
		t.Error("0 must mean none")
	}
}
