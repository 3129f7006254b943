// Package retry is how the program's loops go on when what they do fails: a store or a database that refuses at once would otherwise
// be asked, and the log be told, as fast as the machine can. A loop has a [Task], tells it how each try ended, and waits as long as
// that says:
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
	longest  = 5 * time.Second        // and at most this
	settled  = time.Minute            // that a task must have gone well before its failures are forgotten: what fails every other time fails
)

// Task is something that a loop tries again and again. It may be used by several goroutines at once.
type Task struct {
	log  *slog.Logger
	name string

	mu       sync.Mutex
	failing  bool
	failures int       // since it last went well for long
	since    time.Time // when it began to fail, or to go well again
}

// New names a task so that "cannot <name>" reads well: "follow the feed".
func New(log *slog.Logger, name string) *Task { return &Task{log: log, name: name} }

// Ended takes in how a try ended, and returns how long to wait before the next at least: nothing after a success, twice as long after
// each failure, give or take a half, so that not everybody comes back at once. The log has a line when a task begins to fail
// and one when it goes well again, however many tries lie between. What ends with ctx says nothing.
func (t *Task) Ended(ctx context.Context, err error) (pause time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	switch {
	case ctx.Err() != nil, err == nil && !t.failing:
		return 0
	case err == nil:
		t.log.Info("can "+t.name+" again", "failures", t.failures, "after", now.Sub(t.since).Round(time.Millisecond))
		t.failing, t.since = false, now
		return 0
	case !t.failing:
		t.log.Warn("cannot "+t.name+"; it is tried again, after longer and longer pauses", "error", err)
		if now.Sub(t.since) >= settled {
			t.failures = 0
		}
		t.failing, t.since = true, now
	}
	pause = min(shortest<<min(t.failures, 10), longest)
	t.failures++
	return pause/2 + rand.N(pause)
}

// Sleep waits, or less when ctx is done.
func Sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
