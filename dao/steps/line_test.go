package steps

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// far is how long it is to the log and back.
const far = 50 * time.Millisecond

// sharedLog is a log that several processes write.
type sharedLog struct {
	mu      sync.Mutex
	steps   []*Step
	head    int64
	inserts int
	odd     func(b *Batch) (arrives bool, err error) // of an insert that goes wrong; nil for none
}

// process is one of them: it knows the log up to some place.
type process struct {
	shared *sharedLog

	mu    sync.Mutex
	known int // steps
	at    int64
	state memory
	most  int // steps in a batch
}

// fetched says what a step has fetched. What was not is missing.
type fetched map[models.ID]bool

func newProcess(s *sharedLog) *process {
	return &process{shared: s, state: memory{values: map[name]models.Value{}}, most: 1_000}
}

func (p *process) Fetch(ctx context.Context, have fetched, wants []Want) (fetched, error) {
	time.Sleep(far)
	more := fetched{}
	for id := range have {
		more[id] = true
	}
	for _, w := range wants {
		more[w.ID] = true
	}
	return more, ctx.Err()
}

// look brings the state up to the log.
func (p *process) look() {
	time.Sleep(far)
	p.shared.mu.Lock()
	defer p.shared.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.shared.steps[p.known:] {
		for _, c := range s.Changes {
			p.state.values[name{c.Schema, c.ID}] = c.After
		}
	}
	p.known, p.at = len(p.shared.steps), p.shared.head
}

func (p *process) Begin(context.Context) (*Batch, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return NewBatch(p.base(nil), Options{Head: p.at, Clock: new(dao.Clock), Size: func(*Step, int) int { return 100 }}), nil
}

func (p *process) Base(_ *Batch, have fetched) Base {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.base(have)
}

func (p *process) base(have fetched) Base { return fetchedBase{p, have} }

// fetchedBase is the state as far as it was fetched.
type fetchedBase struct {
	*process
	have fetched
}

func (b fetchedBase) Value(s *dao.Schema, id models.ID) (models.Value, int64) {
	if !b.have[id] {
		Fail(Missing{[]Want{{Schema: s, ID: id}}})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.Value(s, id)
}

func (b fetchedBase) Owners(s *dao.Schema, unique int, text string) []models.ID {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.Owners(s, unique, text)
}

func (p *process) Append(_ context.Context, b *Batch) (int, error) {
	time.Sleep(far / 2)
	s := p.shared
	s.mu.Lock()
	s.inserts++
	var err error
	arrives := s.head == b.Steps()[0].First-1
	if s.odd != nil {
		var may bool
		may, err = s.odd(b)
		arrives = arrives && may
	}
	if arrives {
		s.steps, s.head = append(s.steps, b.Steps()...), b.Head()
	}
	s.mu.Unlock()
	time.Sleep(far / 2)
	p.look()
	if err != nil || !arrives {
		return 0, err
	}
	return len(b.Steps()), nil
}

func (p *process) Full(b *Batch) bool { return len(b.Steps()) >= p.most }

func (p *process) Position(offset int64) dao.Position { return dao.Position{Offset: offset} }

// inLines runs a test with some processes that write one log, in a bubble.
func inLines(t *testing.T, n int, do func(t *testing.T, s *sharedLog, lines []*Line[fetched])) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &sharedLog{}
		var lines []*Line[fetched]
		for range n {
			lines = append(lines, NewLine[fetched](t.Context(), newProcess(s)))
		}
		do(t, s, lines)
		for _, l := range lines {
			l.Close()
		}
		_, err := lines[0].Update(t.Context(), func(dao.Tx) error { return nil })
		if !errors.Is(err, dao.ErrUnavailable) {
			t.Errorf("a closed line answers %v", err)
		}
	})
}

// add makes the weight of a parcel one more.
func add(tx dao.Tx) error {
	v, err := tx.Get(parcels, id(1))
	if errors.Is(err, dao.ErrNotFound) {
		return tx.Put(parcels, example(parcels, 1, id(1)))
	}
	if err != nil {
		return err
	}
	return tx.Put(parcels, example(parcels, int(v.GetHead().Rev)+1, id(1)))
}

// Two hundred additions to one value take a few round trips, wherever they come from: what was beaten
// runs again on top of what won.
func TestLineAddsUp(t *testing.T) {
	for _, processes := range []int{1, 4} {
		inLines(t, processes, func(t *testing.T, s *sharedLog, lines []*Line[fetched]) {
			const n = 200
			begin := time.Now()
			offsets := make([]int64, n)
			var all sync.WaitGroup
			for i := range n {
				all.Go(func() {
					receipt, err := lines[i%len(lines)].Update(t.Context(), add)
					if err != nil {
						t.Errorf("add: %v", err)
					}
					offsets[i] = receipt.Position.Offset
				})
			}
			all.Wait()
			slices.Sort(offsets)
			for i, s := range s.steps {
				if s.First != int64(i)+1 || s.Changes[0].Rev != int64(i)+1 || offsets[i] != s.First {
					t.Fatalf("step %d is at %d with revision %d, answered as %d", i, s.First, s.Changes[0].Rev, offsets[i])
				}
			}
			if took := time.Since(begin); len(s.steps) != n || s.inserts > 4*processes || took > time.Second {
				t.Errorf("%d steps took %d inserts and %v", len(s.steps), s.inserts, took)
			}
		})
	}
}

// A batch takes no more than it may, and the rest goes with the next one.
func TestLineIsCut(t *testing.T) {
	inLines(t, 1, func(t *testing.T, s *sharedLog, lines []*Line[fetched]) {
		lines[0].log.(*process).most = 10
		var all sync.WaitGroup
		for range 35 {
			all.Go(func() { lines[0].Update(t.Context(), add) })
		}
		all.Wait()
		if len(s.steps) != 35 || s.inserts < 4 || s.inserts > 5 {
			t.Errorf("%d steps in %d inserts", len(s.steps), s.inserts)
		}
	})
}

// What is not sent is not done, what is sent and not decided is unknown, and nobody hears of another
// step that it stands before it does.
func TestLineOutcomes(t *testing.T) {
	inLines(t, 1, func(t *testing.T, s *sharedLog, lines []*Line[fetched]) {
		l, unknown := lines[0], fmt.Errorf("no answer: %w", dao.ErrUnknown)
		for _, arrives := range []bool{true, false} {
			before := len(s.steps)
			s.odd = func(b *Batch) (bool, error) {
				if b.Steps()[0].Changes[0].ID == id(1) {
					return true, nil
				}
				return arrives, unknown
			}
			var first, conflict error
			var all sync.WaitGroup
			all.Go(func() { l.Update(t.Context(), add) }) // while this one is sent, the others wait
			time.Sleep(far / 4)
			all.Go(func() { _, first = l.Update(t.Context(), put(parcels, example(parcels, 30+before, id(30+before)))) })
			time.Sleep(far + far/4) // until the first waits
			all.Go(func() {
				_, conflict = l.Update(t.Context(), func(tx dao.Tx) error { // only where the other one is there
					if owner, _ := tx.Owner(parcels, "label", fmt.Sprint("P ", 30+before)); owner.IsZero() {
						return nil
					}
					return dao.ErrConflict
				})
			})
			all.Wait()
			if !errors.Is(first, dao.ErrUnknown) || (len(s.steps) == before+2) != arrives {
				t.Errorf("an insert without an answer: %v, and %d steps", first, len(s.steps))
			}
			if (conflict != nil) != arrives {
				t.Errorf("it arrives: %v, and the other one is told %v", arrives, conflict)
			}
		}
	})
}

// A caller who leaves is told what is so: in the line, that nothing was done; under way, that nobody
// knows.
func TestLineIsLeft(t *testing.T) {
	inLines(t, 1, func(t *testing.T, s *sharedLog, lines []*Line[fetched]) {
		l := lines[0]
		for i, after := range []time.Duration{far + far/2, 2*far + far/2} { // while the first is sent; while it is itself
			before := len(s.steps)
			ctx, cancel := context.WithTimeout(t.Context(), after)
			var all sync.WaitGroup
			all.Go(func() { l.Update(t.Context(), func(tx dao.Tx) error { return tx.Put(said, dao.Message.Example(1)) }) })
			var err error
			time.Sleep(far / 8)
			all.Go(func() { _, err = l.Update(ctx, add) })
			all.Wait()
			l.Update(t.Context(), func(dao.Tx) error { return nil })
			cancel()
			done := len(s.steps) == before+2
			if done != (i == 1) {
				t.Errorf("leaving after %v, it is done: %v", after, done)
			}
			if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, dao.ErrUnknown) != done {
				t.Errorf("who leaves after %v is told %v, and it is done: %v", after, err, done)
			}
		}
	})
}

// A panic of do is its caller's, and one that ends its goroutine takes nobody along.
func TestLineGoesOn(t *testing.T) {
	inLines(t, 1, func(t *testing.T, s *sharedLog, lines []*Line[fetched]) {
		l := lines[0]
		second := func(do func()) func(dao.Tx) error { // the first run is the trial, in the caller
			ran := false
			return func(tx dao.Tx) error {
				if ran {
					do()
				}
				ran = true
				return nil
			}
		}
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, err := l.Update(t.Context(), add); err != nil {
					t.Errorf("add: %v", err)
				}
			})
		}
		all.Go(func() {
			defer func() {
				if r := recover(); r != "broken" {
					t.Errorf("the caller met %v", r)
				}
			}()
			l.Update(t.Context(), second(func() { panic("broken") }))
		})
		all.Go(func() {
			if _, err := l.Update(t.Context(), second(runtime.Goexit)); err == nil {
				t.Error("a step that ended its goroutine is done")
			}
		})
		all.Wait()
		if len(s.steps) != 3 {
			t.Errorf("%d steps", len(s.steps))
		}
	})
}
