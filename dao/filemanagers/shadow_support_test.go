package filemanagers

import (
	"errors"
	"testing"

	"pulperia/dao"
)

// shadow is a store on a sound disk beside one that is tormented. It does what was acknowledged
// there, and so is the model of what must be there.
type shadow struct {
	t       *testing.T
	store   dao.Store
	unknown act // whose outcome the tormented store could not tell, if there is one
}

func newShadow(t *testing.T) *shadow {
	t.Helper()
	s, err := openDisk(newMemDisk(), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return &shadow{t: t, store: s}
}

// do does an act on the tormented store, and on this one what came of it. It says whether the store
// is still sound.
func (s *shadow) do(tormented dao.Store, what act) bool {
	s.t.Helper()
	err := what(s.t, tormented)
	switch {
	case errors.Is(err, dao.ErrUnknown):
		s.unknown = what
		return false
	case err == nil, errors.Is(err, dao.ErrNotFound), errors.Is(err, dao.ErrConflict):
		if want := what(s.t, s.store); !sameOutcome(err, want) {
			s.t.Fatalf("an act ended with %v, and should have with %v", err, want)
		}
		return true
	}
	return false
}

func sameOutcome(a, b error) bool {
	return (a == nil) == (b == nil) && errors.Is(a, dao.ErrNotFound) == errors.Is(b, dao.ErrNotFound)
}

// wantReads fails unless the store shows exactly what was acknowledged.
func (s *shadow) wantReads(tormented dao.Store) {
	s.t.Helper()
	if got, want := content(s.t, tormented), content(s.t, s.store); got != want {
		s.t.Fatalf("reads see\n%s, not\n%s", got, want)
	}
}

// outcomes returns what a store may hold that is opened again: what was acknowledged, and what is
// unknown as a whole or not at all.
func (s *shadow) outcomes() []string {
	s.t.Helper()
	allowed := []string{content(s.t, s.store)}
	if s.unknown != nil && s.unknown(s.t, s.store) == nil {
		allowed = append(allowed, content(s.t, s.store))
	}
	return allowed
}
