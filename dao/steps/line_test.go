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
)

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
