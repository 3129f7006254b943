package dbmanagers

import (
	"context"
	"sync"
)

// queue holds what waits for one goroutine, which takes all of it at once: what waits together is
// done together.
type queue[T any] struct {
	mu      sync.Mutex
	items   []T
	pending int           // put and not done
	more    chan struct{} // holds a token when there may be items
}

func newQueue[T any]() *queue[T] { return &queue[T]{more: make(chan struct{}, 1)} }

func (q *queue[T]) put(items ...T) {
	q.mu.Lock()
	q.items = append(q.items, items...)
	q.pending += len(items)
	q.mu.Unlock()
	q.signal()
}

func (q *queue[T]) signal() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// take waits for items and returns at most so many, or nil when ctx is done.
func (q *queue[T]) take(ctx context.Context, most int) []T {
	for {
		q.mu.Lock()
		n := min(most, len(q.items))
		items := q.items[:n:n]
		q.items = q.items[n:]
		left := len(q.items)
		q.mu.Unlock()
		if left > 0 {
			q.signal()
		}
		if n > 0 {
			return items
		}
		select {
		case <-q.more:
		case <-ctx.Done():
			return nil
		}
	}
}

// done says that so many of the items taken are dealt with.
func (q *queue[T]) done(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending -= n
}

// busy says whether an item is not dealt with yet.
func (q *queue[T]) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.pending > 0
}
