package filemanagers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/steps"
)

// batch is the steps that share one commit, with what the journal is to hold of them.
type batch struct {
	*steps.Batch
	bodies []byte // of their lines, one after the other
	ends   []int  // where in bodies that of each change ends
	below  int64  // the offset of the last change below it

	done chan struct{} // closed when the outcome is known
	told atomic.Bool   // the same, for a quick look
	err  error         // outcome, valid once settled
	soon chan struct{} // closed once settled, or when the disk has had its time
	late *time.Timer   // closes soon
	once sync.Once     // for closing soon
}

// patience is how long a write waits for the disk before it looks whether its caller still does.
const patience = 50 * time.Millisecond

// newBatch returns an empty batch. It takes over the lists of one that is not needed any more, if
// there is one.
func newBatch(base steps.Base, o steps.Options, used *batch) *batch {
	b := &batch{done: make(chan struct{}), soon: make(chan struct{})}
	if used != nil && cap(used.bodies) <= mostKept {
		o.Used, b.bodies, b.ends = used.Batch, used.bodies[:0], used.ends[:0]
	}
	o.Size, b.below = b.encode, o.Head
	b.Batch = steps.NewBatch(base, o)
	b.late = time.AfterFunc(patience, b.look)
	return b
}

// encode adds the body of the line of a change, and returns how long it is.
func (b *batch) encode(step *steps.Step, i int) int {
	begin := len(b.bodies)
	b.open(step, i)
	if after := step.Changes[i].After; after != nil {
		b.bodies = models.AppendJSON(append(b.bodies, docField...), after)
	}
	b.end()
	return len(b.bodies) - begin
}

// write is encode of the only change of a step, whose document is encoded already.
func (b *batch) write(step *steps.Step, doc []byte) {
	b.open(step, 0)
	b.bodies = append(append(b.bodies, docField...), doc...)
	b.end()
}

func (b *batch) open(step *steps.Step, i int) {
	c := &step.Changes[i]
	b.bodies = appendHead(b.bodies, &dao.Change{
		Offset: step.First + int64(i), At: step.At, By: step.By, Kind: c.Schema.Kind, Op: c.Op, ID: c.ID, Rev: c.Rev,
	})
}

func (b *batch) end() {
	b.bodies = append(b.bodies, '}')
	b.ends = append(b.ends, len(b.bodies))
}

// cut takes the bodies of what was undone out.
func (b *batch) cut() {
	n := int(b.Head() - b.below)
	if n == len(b.ends) {
		return
	}
	b.ends = b.ends[:n]
	b.bodies = b.bodies[:0]
	if n > 0 {
		b.bodies = b.bodies[:b.ends[n-1]]
	}
}

// lines appends the batch as the journal holds it, and says where each line begins in a file of the
// given size.
func (b *batch) lines(text []byte, size int64) (_ []byte, at []int64) {
	list := b.Steps()
	opening := openBatch(span{list[0].First, b.Head()})
	at = make([]int64, 0, len(b.ends))
	body := 0
	for _, step := range list {
		for range step.Changes {
			end := b.ends[len(at)]
			at = append(at, size+int64(len(text)))
			text = appendLine(text, opening, span{step.First, step.Last()}, b.bodies[body:end])
			body = end
		}
	}
	return text, at
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
