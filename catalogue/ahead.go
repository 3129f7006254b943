package catalogue

import "errors"

// errVisited ends produce after an error of visit.
var errVisited = errors.New("a visit has failed")

// portion is how many values ahead hands on at once: a hand-over costs more than one value does.
const portion = 250

// ahead has produce run in a goroutine of its own while visit is busy, so that an import uses two
// processors. What is yielded is visited in its order. What alone says of is handed on at once, so that
// no more than three such things are in memory. An error of visit ends both, and is returned as it is.
func ahead[T any](alone func(T) bool, produce func(yield func(T) error) error, visit func(T) error) (err error) {
	portions, failed := make(chan []T), make(chan struct{})
	var ended error
	go func() {
		defer close(portions)
		var next []T
		hand := func() error {
			select {
			case portions <- next:
				next = nil
				return nil
			case <-failed:
				return errVisited
			}
		}
		ended = produce(func(one T) error {
			if next = append(next, one); len(next) < portion && !alone(one) {
				return nil
			}
			return hand()
		})
		hand()
	}()
	for some := range portions {
		for i := 0; i < len(some) && err == nil; i++ {
			if err = visit(some[i]); err != nil {
				close(failed)
			}
		}
	}
	if err != nil {
		return err
	}
	return ended
}
