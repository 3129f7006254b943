package filemanagers

import (
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/steps"
)

// state is what is durable, as readers see it. The values in it are never altered, only replaced.
type state struct {
	mu         sync.RWMutex
	kinds      []*kind // in the order of a dump
	tombstones map[value]tombstone
	clock      dao.Clock
	now        func() time.Time
	feed       *feed
}

var _ steps.Base = (*state)(nil)

// Value returns what is durable of a value.
func (s *state) Value(schema *dao.Schema, id models.ID) (models.Value, int64) {
	k := s.kind(schema)
	if k.History {
		return s.told(k, id), 0
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if v := k.table.get(id); v != nil {
		return v, v.GetHead().Rev
	}
	return nil, s.tombstones[value{schema.Kind, id}].rev
}

// told returns a value of a history, or nil.
func (s *state) told(k *kind, id models.ID) (v models.Value) {
	s.mu.RLock()
	i, known := k.history.place(id)
	s.mu.RUnlock()
	if !known {
		return nil
	}
	err := s.reader(k).read(i, i+1, func(doc []byte) (err error) { v, err = k.Decode(doc); return err })
	if err != nil {
		steps.Fail(err)
	}
	return v
}

// Owners returns who has a unique text.
func (s *state) Owners(schema *dao.Schema, unique int, text string) []models.ID {
	k := s.kind(schema)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return k.table.owners(unique, text)
}

func (s *state) reader(k *kind) reader { return reader{s, s.feed, k} }

// kind returns the kind that a schema describes.
func (s *state) kind(schema *dao.Schema) *kind {
	for _, k := range s.kinds {
		if k.Schema == schema {
			return k
		}
	}
	panic("the " + schema.Plural + " were described after the store was opened")
}

// value names one value of the store.
type value struct {
	kind dao.Kind
	id   models.ID
}

// tombstone remembers a deleted value as long as the feed may hold its end, so that a new value of
// the same id goes on from its revision and no viewer takes it for something old.
type tombstone struct{ offset, rev int64 }

// apply makes steps visible that are durable. moved is called before anybody can read them.
func (s *state) apply(list []*steps.Step, moved func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, step := range list {
		for i, c := range step.Changes {
			s.change(step.First+int64(i), c)
		}
	}
	moved()
}

func (s *state) change(offset int64, c steps.Change) {
	k := s.kind(c.Schema)
	k.last = offset
	switch {
	case k.History:
		k.history.append(c.ID, offset)
	case c.After != nil:
		k.table.put(c.After)
	default:
		k.table.remove(c.ID)
		s.tombstones[value{k.Kind, c.ID}] = tombstone{offset, c.Rev}
	}
}

// forget drops the tombstones of changes that the feed no longer holds.
func (s *state) forget(before int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v, g := range s.tombstones {
		if g.offset < before {
			delete(s.tombstones, v)
		}
	}
}

// snapshot is the state at one offset, as far as it has changed since another one.
type snapshot struct {
	offset int64
	kinds  []kindSnapshot
}

// kindSnapshot is the values of one kind in it.
type kindSnapshot struct {
	*kind
	values []models.Value // nil when none has changed, and of a history
	folded int            // how many values of a history stand in its file
	fresh  []int64        // the offsets of those that do not
}

func (s *state) snapshot(f *feed, since int64) snapshot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	shot := snapshot{offset: f.head(), kinds: make([]kindSnapshot, len(s.kinds))}
	for i, k := range s.kinds {
		switch one := &shot.kinds[i]; {
		case k.History:
			*one = kindSnapshot{kind: k, folded: k.history.folded, fresh: k.history.fresh}
		case k.last > since:
			*one = kindSnapshot{kind: k, values: k.table.every()}
		default:
			one.kind = k
		}
	}
	return shot
}
