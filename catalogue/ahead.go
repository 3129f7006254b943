package catalogue

import "errors"

// errVisited ends the producing when there was an error of visit.
var errVisited = errors.New("a visit has failed")

// portion is how many things are handed on at once by ahead.
const portion = 250

// ahead has produce run ahead of visit, on another processor, which halves what an import takes: what
// it yields is visited here, in its order. Of what is large (alone says of what) nothing waits behind
// it. An error of visit ends both, and is returned as it is.
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
