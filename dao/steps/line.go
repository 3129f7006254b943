package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Log is a log that others write, too, as a [Line] needs it. F is what was fetched for one step.
type Log[F any] interface {
	// Fetch returns what was fetched for a step and what it lacks beside that. It is called by the
	// goroutine of the step's caller, several at once.
	Fetch(ctx context.Context, have F, wants []Want) (F, error)

	// Begin returns an empty batch at the head, which it may have to look for. Its steps are inserted
	// by Append before the next one is begun.
	Begin(ctx context.Context) (*Batch, error)

	// Base returns what was fetched for a step, brought forward to the head that is known. b is the
	// batch that the step is about to run in, to which steps about what others have written may be
	// added first; nil for a trial.
	Base(b *Batch, have F) Base

	// Append inserts the steps of a batch, in their order, and returns how many of them, from the
	// first on, stand in the log. The places of the others are lost: they run again. After an error
	// nobody knows about the others; it is what their callers get, and wraps dao.ErrUnknown.
	Append(ctx context.Context, b *Batch) (stand int, err error)

	// Full says whether a batch takes no more steps.
	Full(b *Batch) bool

	// Position returns that of an offset at the head that is known.
	Position(offset int64) dao.Position
}

// Line is where steps wait for a log that others write, too. All that wait run together at the head,
// one on top of the other, when nothing is under way; nothing runs on top of what is not answered.
// So whatever a step read is still so at its place, and that others won it costs a round trip for
// all who wait.
type Line[F any] struct {
	log Log[F]
	ctx context.Context // of what the line does: until it is cancelled

	mu      sync.Mutex
	waiting []*write[F]
	running bool
	closed  bool
	idle    sync.Cond
}

// write is a step that waits.
type write[F any] struct {
	by   string
	do   func(dao.Tx) error
	have F
	done chan outcome // gets one for each time that it has waited

	restless

	sent bool // it has stood in a batch that was appended
	left bool // its caller does not wait any more
}

// outcome is what has become of a write.
type outcome struct {
	receipt dao.Receipt
	err     error
	panics  any
}

// NewLine returns an empty line. What it does for its callers ends with ctx at the latest.
func NewLine[F any](ctx context.Context, log Log[F]) *Line[F] {
	l := &Line[F]{log: log, ctx: ctx}
	l.idle.L = &l.mu
	return l
}

// Update runs do as one step, and returns when it stands in the log.
func (l *Line[F]) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	w := &write[F]{by: dao.ByOf(ctx), do: do, done: make(chan outcome, 1)}
	for {
		if err := l.prepare(ctx, w); err != nil {
			return dao.Receipt{}, err
		}
		if err := l.join(w); err != nil {
			return dao.Receipt{}, err
		}
		out, err := l.await(ctx, w)
		if err != nil {
			return dao.Receipt{}, err
		}
		if out.panics != nil {
			panic(out.panics)
		}
		missing, lacks := errors.AsType[Missing](out.err)
		if !lacks {
			return out.receipt, out.err
		}
		if w.have, err = l.log.Fetch(ctx, w.have, missing.Wants); err != nil {
			return dao.Receipt{}, err
		}
	}
}

// prepare fetches what do asks for when it runs for a trial. What it answers then does not count:
// what it was based on may be old, or guessed.
func (l *Line[F]) prepare(ctx context.Context, w *write[F]) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		wants := w.try(newTrial(l.log.Base(nil, w.have)))
		if len(wants) == 0 {
			return nil
		}
		w.wantCalm(wants)
		var err error
		if w.have, err = l.log.Fetch(ctx, w.have, wants); err != nil {
			return err
		}
	}
}

// try runs do for a trial over a base and returns what it lacks. A panic of it counts when it lacks
// nothing.
func (w *write[F]) try(trial *Batch) (wants []Want) {
	defer func() {
		wants = append(wants, trial.Guessed()...)
		if len(wants) > 0 {
			recover()
		}
	}()
	trial.asked = w.ask
	_, err := trial.Run(w.by, models.TimeOf(time.Now()), w.do)
	missing, _ := errors.AsType[Missing](err)
	return missing.Wants
}

// newTrial returns a batch of which nothing is kept.
func newTrial(base Base) *Batch {
	return NewBatch(base, Options{Clock: new(dao.Clock), Size: func(*Step, int) int { return 0 }})
}

// join puts a write into the line.
func (l *Line[F]) join(w *write[F]) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return fmt.Errorf("%w: it is closed", dao.ErrUnavailable)
	}
	l.waiting = append(l.waiting, w)
	if !l.running {
		l.running = true
		go l.run()
	}
	return nil
}

// await returns the outcome of a write, or an error when its caller leaves first: dao.ErrUnknown when
// it may be done.
func (l *Line[F]) await(ctx context.Context, w *write[F]) (outcome, error) {
	select {
	case out := <-w.done:
		return out, nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case out := <-w.done:
		return out, nil
	default:
	}
	w.left = true
	l.waiting = slices.DeleteFunc(l.waiting, func(o *write[F]) bool { return o == w })
	if w.sent {
		return outcome{}, fmt.Errorf("%w: %w", dao.ErrUnknown, ctx.Err())
	}
	return outcome{}, ctx.Err()
}

// Close refuses what comes, and returns when all that waited is answered.
func (l *Line[F]) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.closed = true; l.running; {
		l.idle.Wait()
	}
}

// run commits what waits until nothing does.
func (l *Line[F]) run() {
	ended := false
	defer func() {
		if !ended { // a do has ended its goroutine, which was this one
			go l.run()
		}
	}()
	for l.more() {
		l.commit()
	}
	ended = true
}

func (l *Line[F]) more() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.running = false
		l.idle.Broadcast()
	}
	return l.running
}

// commit runs what waits as one batch, and appends that.
func (l *Line[F]) commit() {
	if err := l.ctx.Err(); err != nil { // what was given back would run for ever
		l.answerAll(l.take(), fmt.Errorf("%w: it ends: %w", dao.ErrUnavailable, err))
		return
	}
	b, err := l.log.Begin(l.ctx)
	if err != nil {
		l.answerAll(l.take(), err)
		return
	}
	g := &gathered[F]{Line: l, batch: b, waiting: l.take()}
	defer g.giveBack() // whatever happens
	g.gather()
	stand := 0
	if len(b.steps) > 0 {
		stand, err = l.log.Append(l.ctx, b)
	}
	g.settle(stand, err)
}

// take takes all that waits.
func (l *Line[F]) take() []*write[F] {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.waiting
	l.waiting = nil
	return list
}

func (l *Line[F]) answerAll(list []*write[F], err error) {
	for _, w := range list {
		w.done <- outcome{err: err}
	}
}
