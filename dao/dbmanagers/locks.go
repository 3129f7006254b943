package dbmanagers

import (
	"context"
	"sync"

	"pulperia/dao/models"
)

// locks has those who want to change one document do it one after the other, so that they do not
// all read it, change it, and find that but one of them was in time. It is for speed only: other
// processes do not take part.
type locks struct {
	mu   sync.Mutex
	held map[models.ID]*lock
}

type lock struct {
	token chan struct{} // holds one while nobody has the lock
	wants int
}

// acquire returns when the caller has the lock of a document, until it releases that; or with the
// context's error when that is done first.
func (l *locks) acquire(ctx context.Context, id models.ID) (release func(), err error) {
	l.mu.Lock()
	if l.held == nil {
		l.held = make(map[models.ID]*lock)
	}
	one := l.held[id]
	if one == nil {
		one = &lock{token: make(chan struct{}, 1)}
		one.token <- struct{}{}
		l.held[id] = one
	}
	one.wants++
	l.mu.Unlock()

	select {
	case <-one.token:
		return func() { one.token <- struct{}{}; l.leave(id, one) }, nil
	case <-ctx.Done():
		l.leave(id, one)
		return nil, ctx.Err()
	}
}

func (l *locks) leave(id models.ID, one *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.wants--; one.wants == 0 {
		delete(l.held, id)
	}
}
