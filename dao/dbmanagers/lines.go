package dbmanagers

import (
	"context"
	"sync"

	"pulperia/dao/models"
)

// lines lets those who want to change one document stand in line, so that they do not all read it,
// change it, and find that but one of them was in time. It is for speed only: other processes do
// not stand in it.
type lines struct {
	mu   sync.Mutex
	held map[models.ID]*line
}

type line struct {
	turn  chan struct{} // holds one token while nobody has the turn
	wants int
}

// stand returns when it is the caller's turn, until it leaves; or with the context's error when
// that is done first.
func (l *lines) stand(ctx context.Context, id models.ID) (leave func(), err error) {
	l.mu.Lock()
	if l.held == nil {
		l.held = make(map[models.ID]*line)
	}
	one := l.held[id]
	if one == nil {
		one = &line{turn: make(chan struct{}, 1)}
		one.turn <- struct{}{}
		l.held[id] = one
	}
	one.wants++
	l.mu.Unlock()

	select {
	case <-one.turn:
		return func() { one.turn <- struct{}{}; l.goAway(id, one) }, nil
	case <-ctx.Done():
		l.goAway(id, one)
		return nil, ctx.Err()
	}
}

func (l *lines) goAway(id models.ID, one *line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.wants--; one.wants == 0 {
		delete(l.held, id)
	}
}
