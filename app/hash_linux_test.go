package app

import (
	"os"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// The processes that make hashes take no place away from the shop: they are started by other threads
// than its first one, by which an operator sees it.
func TestHashesLeaveTheShopItsPlace(t *testing.T) {
	t.Parallel()
	const starts = 200
	var all, at sync.WaitGroup
	at.Add(starts)
	threads := make([]int, starts)
	for i := range starts {
		all.Go(func() {
			onThreadThatEnds(func() {
				threads[i] = unix.Gettid()
				at.Done()
				at.Wait() // each on a thread of its own
			})
		})
	}
	all.Wait()
	if slices.Contains(threads, os.Getpid()) {
		t.Error("one was on the first thread")
	}
}
