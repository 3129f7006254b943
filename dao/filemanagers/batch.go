package filemanagers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pulperia/dao"
)

// batch is the writes that share one commit.
type batch struct {
	*view
	done chan struct{} // closed when the outcome is known
	told atomic.Bool   // the same, for a quick look
	err  error         // outcome, valid once settled
	soon chan struct{} // closed once settled, or when the disk has had its time
	late *time.Timer   // closes soon
	once sync.Once     // for closing soon
}

// patience is how long a write waits for the disk before it looks whether its caller still does.
const patience = 50 * time.Millisecond

func newBatch(v *view) *batch {
	b := &batch{view: v, done: make(chan struct{}), soon: make(chan struct{})}
	b.late = time.AfterFunc(patience, b.look)
	return b
}

// look has all who wait look at what there is.
func (b *batch) look() { b.once.Do(func() { close(b.soon) }) }

// answer tells all whose writes are in the batch what became of them.
func (b *batch) answer(err error) {
	b.err = err
	close(b.done)
	b.told.Store(true)
	b.late.Stop()
	b.look()
}

// wait returns the outcome, or dao.ErrUnknown when the caller does not wait for a slow disk any
// more. Nearly all writes wait for one channel only: with many writers a choice between two was
// almost half of what a commit computes.
func (b *batch) wait(ctx context.Context) error {
	<-b.soon
	if b.told.Load() {
		return b.err
	}
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", dao.ErrUnknown, ctx.Err())
	}
}
