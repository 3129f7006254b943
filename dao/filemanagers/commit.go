package filemanagers

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/steps"
)

// committer orders all steps of a store and makes them durable. A step runs in its caller's
// goroutine, under the lock, on a batch that holds what the steps before it have done; so there is
// one order. One goroutine takes the batch that has gathered, appends its changes to the journal
// with one write and one sync (group commit), and only then makes them visible and answers; so
// nobody reads what is not durable. Meanwhile the next batch gathers, on top of that one: if that
// one fails, both do. Before it is taken, those who were just answered may add their next writes to
// it: a sync costs about the same for few.
type committer struct {
	state *state
	feed  *feed
	disk  disk
	grew  func(bytes int64) // called after every batch with what it added to the journal

	segmentSize int64 // where a new journal file is begun: old ones go as a whole

	mu        sync.Mutex // held by the step that runs
	gathering *batch     // what the next commit will take
	syncing   *batch     // what the present one has taken
	closed    bool
	wake      chan struct{}
	ended     chan struct{} // closed when loop has returned

	broken atomic.Pointer[error] // why no more writes are taken
	syncs  atomic.Int64
	waited atomic.Int64 // for syncs, in nanoseconds
	spares []*batch     // that are done, for those to come: two, as one gathers while the other is synced
	at     models.Time  // of the last step
	buffer []byte
}

// mostKept is how large, in bytes, a buffer may be to be used again.
const mostKept = 1 << 20

// Update runs do as one step, and waits until that is durable.
func (c *committer) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	return c.commit(ctx, func(b *batch) (dao.Receipt, error) {
		step, err := b.Run(dao.ByOf(ctx), models.TimeOf(c.state.now()), do)
		if err != nil {
			return dao.Receipt{}, err
		}
		return dao.Receipt{Position: c.feed.position(step.Last()), Repeated: len(step.Changes) == 0}, nil
	})
}

// load stores whole values, and waits until they are durable.
func (c *committer) load(ctx context.Context, all dao.Batch) (dao.Receipt, error) {
	return c.commit(ctx, func(b *batch) (dao.Receipt, error) {
		before := b.Head()
		err := b.Load(dao.ByOf(ctx), models.TimeOf(c.state.now()), copies(all))
		return dao.Receipt{Position: c.feed.position(b.Head()), Repeated: b.Head() == before}, err
	})
}

// commit has run add to the batch that gathers, and waits until that is durable.
func (c *committer) commit(ctx context.Context, run func(*batch) (dao.Receipt, error)) (dao.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return dao.Receipt{}, err
	}
	b, receipt, err := c.run(run)
	if b == nil {
		return receipt, err
	}
	// Awaited also after an error: what it met must not be told before it is durable.
	if err = cmp.Or(err, b.wait(ctx)); err != nil {
		return dao.Receipt{}, err
	}
	return receipt, nil
}

// run has run add to the batch that gathers, which it returns. Where the store takes no writes there
// is none, and run may look.
func (c *committer) run(run func(*batch) (dao.Receipt, error)) (*batch, dao.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ready(); err != nil {
		receipt, err := c.look(run, err)
		return nil, receipt, err
	}
	b := c.gather()
	defer func() { // do may panic
		b.cut()
		c.at = b.At()
	}()
	receipt, err := run(b)
	return b, receipt, err
}

// look has run do what changes nothing, on what is durable; what would change something is refused.
func (c *committer) look(run func(*batch) (dao.Receipt, error), why error) (dao.Receipt, error) {
	if c.closed {
		return dao.Receipt{}, why
	}
	head := c.feed.head()
	b := newBatch(c.state, steps.Options{Head: head, At: c.at, Clock: &c.state.clock}, nil)
	defer b.answer(nil)
	if receipt, err := run(b); err != nil || b.Head() == head {
		return receipt, err
	}
	return dao.Receipt{}, why
}

// gather returns the batch that gathers, and begins it if there is none.
func (c *committer) gather() *batch {
	if c.gathering == nil {
		base, head := steps.Base(c.state), c.feed.head
		if c.syncing != nil {
			base, head = c.syncing, c.syncing.Head
		}
		var used *batch
		if n := len(c.spares) - 1; n >= 0 {
			used, c.spares = c.spares[n], c.spares[:n]
		}
		c.gathering = newBatch(base, steps.Options{Head: head(), At: c.at, Clock: &c.state.clock}, used)
		select {
		case c.wake <- struct{}{}:
		default: // it will look anyway
		}
	}
	return c.gathering
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
	if why := c.broken.Load(); why != nil {
		return fmt.Errorf("%w: a write failed (%w); what the disk holds is known after a restart", dao.ErrUnavailable, *why)
	}
	return nil
}

// loop commits what has gathered until stop is called, and then what is left.
func (c *committer) loop() {
	defer close(c.ended)
	for range c.wake {
		c.commitGathered()
	}
	c.commitGathered()
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

// commitGathered commits batches until none gathers.
func (c *committer) commitGathered() {
	for b := c.take(); b != nil; b = c.take() {
		at, added, err := c.store(b)
		if added > 0 {
			c.state.apply(b.Steps(), func() { c.feed.extend(at, added) })
		}
		c.settle(b, err)
		c.grew(added)
		runtime.Gosched()
	}
}

// take makes the batch that gathers the one that is being committed.
func (c *committer) take() *batch {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.syncing, c.gathering = c.gathering, nil
	return c.syncing
}

// settle ends a batch, and with an error also the one that gathers on top of it.
func (c *committer) settle(b *batch, err error) {
	c.mu.Lock()
	c.syncing, c.spares = nil, append(c.spares, b)
	above := c.gathering
	if above != nil {
		above.On(c.state)
		if err != nil {
			c.gathering = nil
		}
	}
	c.mu.Unlock()
	b.answer(err)
	if err != nil && above != nil {
		above.answer(fmt.Errorf("%w: a write before it failed: %w", dao.ErrUnavailable, err))
	}
}

// store makes a batch durable. It returns where each change begins in the live file of the journal,
// and how much was added to it.
func (c *committer) store(b *batch) (at []int64, added int64, err error) {
	if len(b.ends) == 0 {
		return nil, 0, nil
	}
	live, err := c.liveSegment()
	if err != nil {
		return nil, 0, fmt.Errorf("%w: begin a journal file: %w", dao.ErrUnavailable, err)
	}
	text, at := b.lines(c.buffer[:0], live.size)
	if c.buffer = text; cap(text) > mostKept {
		c.buffer = nil
	}
	if err := c.append(live, text); err != nil {
		c.broken.Store(&err)
		return nil, 0, fmt.Errorf("%w: write the journal: %w", dao.ErrUnknown, err)
	}
	return at, int64(len(text)), nil
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

func (c *committer) append(live *segment, text []byte) error {
	if _, err := live.file.WriteAt(text, live.size); err != nil {
		return err
	}
	live.reserve(live.size+int64(len(text)), c.segmentSize)
	start := time.Now()
	err := live.file.Sync()
	c.syncs.Add(1)
	c.waited.Add(int64(time.Since(start)))
	return err
}
