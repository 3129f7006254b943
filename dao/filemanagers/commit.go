package filemanagers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pulperia/dao"
)

// committer orders all writes of a store. One goroutine takes the writes that wait, runs them one after the other on a
// view that holds what the ones before have done, appends their changes to the journal with one write and one sync
// (group commit), and only then makes them visible and answers. So there is one order, and nobody reads what is not
// durable.
type committer struct {
	state *state
	feed  *feed
	disk  disk
	grew  func(bytes int64) // called after every batch with what it added to the journal

	segmentSize int64 // where a new journal file is begun: old ones go as a whole

	mu      sync.Mutex
	waiting *batch // what the next commit will take
	closed  bool
	wake    chan struct{}
	ended   chan struct{} // closed when run has returned

	broken atomic.Pointer[error] // why no more writes are taken
	syncs  atomic.Int64
	waited atomic.Int64 // for syncs, in nanoseconds
	buffer []byte
}

// batch is the writes that share one commit.
type batch struct {
	writes []*write
	done   chan struct{} // closed when their outcomes are known
}

func newBatch() *batch { return &batch{done: make(chan struct{})} }

// write is one call that waits for the committer.
type write struct {
	do    func(*step) error
	taken atomic.Bool // by the committer, or by the caller who gives up before

	receipt  dao.Receipt
	err      error
	panicked any // what the caller's function panicked with
}

// commit runs do in the committer and waits until what it did is durable. After an error nothing that do set may be read.
func (c *committer) commit(ctx context.Context, do func(*step) error) (dao.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return dao.Receipt{}, err
	}
	w := &write{do: do}
	done, err := c.enqueue(w)
	if err != nil {
		return dao.Receipt{}, err
	}
	select {
	case <-done:
	case <-ctx.Done():
		if w.taken.CompareAndSwap(false, true) {
			return dao.Receipt{}, ctx.Err()
		}
		return dao.Receipt{}, fmt.Errorf("%w: %w", dao.ErrUnknown, ctx.Err())
	}
	if w.panicked != nil {
		panic(w.panicked)
	}
	return w.receipt, w.err
}

// enqueue returns what is closed when the outcome of the write is known.
func (c *committer) enqueue(w *write) (done <-chan struct{}, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		return nil, err
	}
	if c.waiting == nil {
		c.waiting = newBatch()
		select {
		case c.wake <- struct{}{}:
		default: // it will look anyway
		}
	}
	c.waiting.writes = append(c.waiting.writes, w)
	return c.waiting.done, nil
}

// open says whether the store takes writes.
func (c *committer) open() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ready()
}

// ready is open for who holds the lock.
func (c *committer) ready() error {
	if c.closed {
		return fmt.Errorf("%w: it is closed, or open to read only", dao.ErrUnavailable)
	}
	return c.whole()
}

// whole says whether the disk still holds what was written.
func (c *committer) whole() error {
	if why := c.broken.Load(); why != nil {
		return fmt.Errorf("%w: a write failed (%w); what the disk holds is known after a restart", dao.ErrUnavailable, *why)
	}
	return nil
}

// run takes writes until stop is called, and then those that still wait.
func (c *committer) run() {
	defer close(c.ended)
	for range c.wake {
		c.commitWaiting()
	}
	c.commitWaiting()
}

func (c *committer) stop() {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.wake)
	}
	c.mu.Unlock()
	<-c.ended
}

func (c *committer) commitWaiting() {
	c.mu.Lock()
	b := c.waiting
	c.waiting = nil
	c.mu.Unlock()
	if b == nil {
		return
	}
	v := newView(c.state, c.feed, len(b.writes))
	taken := b.writes[:0]
	for _, w := range b.writes {
		if w.taken.CompareAndSwap(false, true) {
			taken = append(taken, w)
			w.run(v)
		}
	}
	err := c.store(v)
	for _, w := range taken {
		if w.err == nil {
			w.err = err // also of those that only met what another of the batch had done
		}
	}
	close(b.done)
}

func (w *write) run(v *view) {
	s := &step{view: v, first: len(v.changes)}
	defer func() {
		if w.panicked = recover(); w.panicked != nil || w.err != nil {
			s.undo()
			return
		}
		w.receipt = s.complete()
	}()
	w.err = w.do(s)
}

// store makes a batch durable, then visible.
func (c *committer) store(v *view) error {
	if len(v.changes) == 0 {
		return nil
	}
	if err := c.whole(); err != nil {
		return err
	}
	live, err := c.liveSegment()
	if err != nil {
		return fmt.Errorf("%w: begin a journal file: %w", dao.ErrUnavailable, err)
	}
	text, at := v.lines(c.buffer[:0], live.size)
	c.buffer = text[:0:min(cap(text), 1<<20)]
	if err := c.append(live.file, text, live.size); err != nil {
		c.broken.Store(&err)
		return fmt.Errorf("%w: write the journal: %w", dao.ErrUnknown, err)
	}
	c.state.apply(v.changes, func() { c.feed.extend(at, live.size+int64(len(text))) })
	c.grew(int64(len(text)))
	return nil
}

func (c *committer) liveSegment() (*segment, error) {
	live := c.feed.liveSegment()
	if live.size < c.segmentSize {
		return live, nil
	}
	next, err := newSegment(c.disk, header{journalVersion, c.feed.epoch, live.last() + 1})
	if err != nil {
		return nil, err
	}
	c.feed.rotate(next)
	return next, nil
}

func (c *committer) append(f file, text []byte, at int64) error {
	if _, err := f.WriteAt(text, at); err != nil {
		return err
	}
	start := time.Now()
	err := f.Sync()
	c.syncs.Add(1)
	c.waited.Add(int64(time.Since(start)))
	return err
}
