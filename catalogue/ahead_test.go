package catalogue

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
)

// Whoever is visited gets all in its order, and what was yielded before an error; his own error ends
// the producing, and is the one that is told.
func TestAhead(t *testing.T) {
	cut, full := errors.New("the file is cut off"), errors.New("the disk is full")
	for _, n := range []int{0, 1, portion - 1, portion, 3*portion + 7} {
		for _, ended := range []error{nil, cut} {
			for _, fails := range []int{-1, 0, portion + 3} {
				var got, want []int
				var visits int
				err := ahead(func(int) bool { return false }, func(yield func(int) error) error {
					for i := range n {
						if err := yield(i); err != nil {
							return err
						}
					}
					return ended
				}, func(i int) error {
					got = append(got, i)
					if visits++; i == fails {
						return full
					}
					return nil
				})
				wantErr, last := ended, n
				if 0 <= fails && fails < n {
					wantErr, last = full, fails+1
				}
				for i := range last {
					want = append(want, i)
				}
				if err != wantErr || !slices.Equal(got, want) {
					t.Errorf("of %d, failing at %d: %d visits (%v), want %d (%v)", n, fails, visits, err, last, wantErr)
				}
			}
		}
	}
}

// Of what is large there are never more than three at once: one made, one handed on, one visited.
func TestAheadOfWhatIsLarge(t *testing.T) {
	var there, most atomic.Int64
	ahead(func(int) bool { return true }, func(yield func(int) error) error {
		for i := range 1_000 {
			most.Store(max(most.Load(), there.Add(1)))
			if err := yield(i); err != nil {
				return err
			}
		}
		return nil
	}, func(int) error { there.Add(-1); return nil })
	if most.Load() > 3 {
		t.Errorf("%d at once", most.Load())
	}
}
