package shop

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// register is the store's values about who comes in, as every request asks for them. A store that
// nobody shares has them in memory. Of one that is shared it keeps what was asked for, and lets go
// of it as soon as the feed tells of a change: so a request with a session reads nothing of the
// store, and access that has ended on another process is known to have ended half a second later.
// The feed does not tell what other programs do to such values: a key that somebody deletes in the
// database has ended for all that hold it when they ask again, which they do every five seconds.
type register struct {
	store dao.Store
	now   func() time.Time

	mu   sync.RWMutex
	at   dao.Position // up to which the feed was followed
	held map[name]*held
}

type name struct {
	kind dao.Kind
	id   models.ID
}

// held is a value, or one that somebody fetches: it counts as long as it is in the register, since
// whatever changes takes it out.
type held struct {
	known bool
	value models.Value // nil: there is none
	read  time.Time
}

// The bounds of a register.
const (
	maxHeld   = 10_000
	maxBehind = 1_000 // changes, from which on it begins anew
	heldFor   = 5 * time.Second
)

func newRegister(store dao.Store) *register {
	return &register{store: store, now: time.Now, held: map[name]*held{}}
}

// anyOf is the name of whatever there is of a kind.
var anyOf models.ID

// get returns a value, which nobody alters, or dao.ErrNotFound.
func (r *register) get(ctx context.Context, s *dao.Schema, id models.ID) (models.Value, error) {
	if id == anyOf {
		return nil, s.Absent(id)
	}
	return r.find(ctx, s, id)
}

// some says whether there is anything of a kind.
func (r *register) some(ctx context.Context, s *dao.Schema) (bool, error) {
	if !r.store.Shared {
		list, _, err := r.store.Values.List(ctx, s, models.Query{Limit: 1})
		return len(list) > 0, err
	}
	_, err := r.find(ctx, s, anyOf)
	return err == nil, notMissing(err)
}

func (r *register) find(ctx context.Context, s *dao.Schema, id models.ID) (models.Value, error) {
	if !r.store.Shared {
		return r.read(ctx, s, id)
	}
	at, err := r.store.Feed.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	n := name{s.Kind, id}
	one, known, err := r.look(ctx, at, n)
	switch {
	case err != nil:
		return nil, err
	case !known:
		return r.fetch(ctx, s, n, one)
	case one.value == nil:
		return nil, s.Absent(id)
	}
	return one.value, nil
}

// look returns what is held of a value as of a position or later.
func (r *register) look(ctx context.Context, at dao.Position, n name) (*held, bool, error) {
	r.mu.RLock()
	if one := r.held[n]; one != nil && r.at == at && r.counts(one) {
		r.mu.RUnlock()
		return one, true, nil
	}
	r.mu.RUnlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.follow(ctx, at); err != nil {
		return nil, false, err
	}
	one := r.held[n]
	if one == nil {
		if len(r.held) >= maxHeld {
			clear(r.held)
		}
		one = &held{}
		r.held[n] = one
	}
	return one, r.counts(one), nil
}

// counts says whether what is held is known, and was read lately.
func (r *register) counts(one *held) bool { return one.known && r.now().Sub(one.read) < heldFor }

// follow lets go of what has changed up to a position.
func (r *register) follow(ctx context.Context, at dao.Position) error {
	if r.at.Epoch != at.Epoch || at.Offset > r.at.Offset+maxBehind {
		clear(r.held)
		r.at = at
	}
	for r.at.Offset < at.Offset {
		changes, err := r.store.Feed.Since(ctx, r.at, maxBehind)
		if errors.Is(err, dao.ErrGone) {
			clear(r.held)
			r.at = at
			return nil
		}
		if err != nil {
			return err
		}
		for _, c := range changes {
			delete(r.held, name{c.Kind, c.ID})
			delete(r.held, name{c.Kind, anyOf})
			r.at.Offset = c.Offset
		}
	}
	return nil
}

// read asks the store.
func (r *register) read(ctx context.Context, s *dao.Schema, id models.ID) (models.Value, error) {
	if id != anyOf {
		return r.store.Values.Get(ctx, s, id)
	}
	list, _, err := r.store.Values.List(ctx, s, models.Query{Limit: 1})
	if err != nil || len(list) == 0 {
		return nil, cmp.Or(err, s.Absent(id))
	}
	return list[0], nil
}

// fetch reads a value for whoever asks for it while nothing changes it. What is absent is held only
// of what there is one of: anybody can ask for any other.
func (r *register) fetch(
	ctx context.Context, s *dao.Schema, n name, one *held,
) (models.Value, error) {
	asked := r.now()
	v, err := r.read(ctx, s, n.id)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.held[n] != one:
	case err == nil, errors.Is(err, dao.ErrNotFound) && (n.id == models.TheOne || n.id == anyOf):
		r.held[n] = &held{known: true, value: v, read: asked} // another one: others may be reading in that
	default:
		delete(r.held, n)
	}
	return v, err
}
