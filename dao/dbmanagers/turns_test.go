package dbmanagers

import (
	"sync"
	"testing"
	"time"
)

// The line and loads of one process take turns with other processes each on their own, at the same
// time: the race detector finds what they share without the lock.
func TestLineAndLoadsTakeTurnsAtOnce(t *testing.T) {
	far(t, 1, func(t *testing.T, engines []*engine) {
		head := engines[0].head
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 20 {
					head.took(time.Millisecond)
					head.beaten(t.Context())
					head.contended()
					head.wait(t.Context())
					head.won()
					time.Sleep(time.Second)
				}
			})
		}
		all.Wait()
	})
}
