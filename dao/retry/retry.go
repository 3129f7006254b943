// Package retry is how the program's loops go on when what they do fails: a store or a database
// that refuses at once would otherwise be asked, and the log be told, as fast as the machine can. A
// loop has a [Task], tells it how each try ended, and waits as long as that says:
//
//	for ctx.Err() == nil {
//		retry.Sleep(ctx, max(every, task.Ended(ctx, tryOnce(ctx))))
//	}
package retry

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	shortest = 100 * time.Millisecond // the pause after the first failure; each is twice the one before
	longest  = 2 * time.Second        // and at most this, so that all is well again soon after the trouble is over
	settled  = time.Minute            // before a failure that follows on a success is another trouble, and not the same
)

// Task is something that a loop tries again and again. It may be used by several goroutines at
// once.
type Task struct {
	log  *slog.Logger
	name string

	mu       sync.Mutex
	failing  bool      // as far as the log has been told
	failures int       // since then
	since    time.Time // when the log was told last
}

// New names a task so that "cannot <name>" reads well: "follow the feed".
func New(log *slog.Logger, name string) *Task { return &Task{log: log, name: name} }

// Ended takes in how a try ended, and returns how long to wait before the next at least: nothing
// after a success, twice as long after each failure, give or take a half, so that not everybody
// comes back at once. The log has a line when a task begins to fail and one when it goes well
// again, however many tries lie between; of one that fails every other time it has these two a
// minute. What ends with ctx says nothing.
func (t *Task) Ended(ctx context.Context, err error) (pause time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ctx.Err() != nil || err == nil && !t.failing {
		return 0
	}
	now := time.Now()
	if err == nil {
		t.log.Info("can "+t.name+" again", "failures", t.failures, "after", now.Sub(t.since).Round(time.Millisecond))
		t.failing, t.since = false, now
		return 0
	}
	if !t.failing && now.Sub(t.since) >= settled {
		t.log.Warn("cannot "+t.name+"; it is tried again, after longer and longer pauses", "error", err)
		t.failing, t.failures, t.since = true, 0, now
	}
	pause = min(shortest<<min(t.failures, 10), longest)
	t.failures++
	return pause/2 + rand.N(pause)
}

// Sleep waits, or less when ctx is done.
func Sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
