package filemanagers

import (
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// state is what is durable, as readers see it. The values in it are never altered, only replaced.
type state struct {
	mu         sync.RWMutex
	kinds      []*kind // in the order of a dump
	tombstones map[value]tombstone
	clock      dao.Clock
	now        func() time.Time
}

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

// apply makes changes visible that are durable. moved is called before anybody can read them.
func (s *state) apply(changes []staged, moved func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		c.kind.last = c.Offset
		if c.Op == dao.OpDelete {
			s.tombstones[value{c.Kind, c.ID}] = tombstone{c.Offset, c.Rev}
		}
		switch {
		case c.kind.History:
			c.kind.history.append(c.ID, c.Offset)
		case c.after != nil:
			c.kind.table.put(c.after)
		default:
			c.kind.table.remove(c.ID)
		}
	}
	moved()
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
			*one = kindSnapshot{kind: k, folded: len(k.history.at), fresh: k.history.fresh}
		case k.last > since:
			*one = kindSnapshot{kind: k, values: k.table.every()}
		default:
			one.kind = k
		}
	}
	return shot
}
