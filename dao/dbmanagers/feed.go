package dbmanagers

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

var _ dao.Feed = (*feed)(nil)

// feed is the collection of steps.
type feed struct {
	*engine
	coll     table
	tail     *tail
	looks    shared
	madeUp   string       // the epoch of who only reads what has none
	learning token        // held by who takes in what the feed says
	quiet    atomic.Int64 // until when nobody writes, since an epoch has begun; in nanoseconds since 1970

	waiting   atomic.Int64 // how many wait for a change,
	patiently atomic.Int64 // and how many of them can wait for some seconds
	hurry     chan struct{}
}

func newFeed(e *engine, coll table) *feed {
	return &feed{engine: e, coll: coll, tail: newTail(), hurry: make(chan struct{}, 1), learning: newToken()}
}

// Since returns the changes after a position, whole steps, from memory if it can.
func (f *feed) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if after.Offset > f.last().Offset { // a position from another process that is ahead of this one
		if err := f.look(ctx); err != nil {
			return nil, f.readError(ctx, "changes since "+after.String(), err)
		}
	}
	at := f.tail.state()
	if after.Epoch != at.epoch || after.Offset < at.base || after.Offset > at.told {
		return nil, fmt.Errorf("changes since %s: %w: the feed goes from %s.%d to %d", after, dao.ErrGone, at.epoch, at.base, at.told)
	}
	if after.Offset == at.told || limit <= 0 {
		return []dao.Change{}, nil
	}
	list := f.tail.from(after.Offset + 1)
	if len(list) == 0 || list[0].First > after.Offset+1 {
		if list, err = f.read(ctx, after.Offset, limit); err != nil {
			return nil, f.readError(ctx, "changes since "+after.String(), err)
		}
	}
	changes := changesOf(list, after.Offset, limit)
	if len(changes) == 0 || changes[0].Offset > after.Offset+1 && list[0].First > after.Offset+1 {
		return nil, fmt.Errorf("changes since %s: %w: it was pruned just now", after, dao.ErrGone)
	}
	return changes, nil
}

// changesOf returns what entries tell after an offset, whole steps: one at least, else at most limit
// changes.
func changesOf(list []*entry, after int64, limit int) []dao.Change {
	changes := []dao.Change{}
	for i, e := range list {
		if i > 0 && e.First != list[i-1].end()+1 {
			break
		}
		told := e.told()
		told = slices.DeleteFunc(told, func(c dao.Change) bool { return c.Offset <= after })
		if len(changes) > 0 && len(changes)+len(told) > limit {
			break
		}
		changes = append(changes, told...)
	}
	return changes
}

// read asks for the entries after an offset, and for the one that it lies in.
func (f *feed) read(ctx context.Context, after int64, limit int) ([]*entry, error) {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	first := after + 1
	in, err := f.entries(ctx, query{
		filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$lte", Value: first}}}}, sort: by("-_id"), limit: 1,
	})
	if err != nil {
		return nil, err
	}
	if len(in) > 0 && in[0].end() >= first {
		first = in[0].First
	}
	return f.entries(ctx, query{
		filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: first}}}}, sort: by("_id"), limit: int64(min(limit, pageSize)),
	})
}

// Wait returns when the head is past the position.
func (f *feed) Wait(ctx context.Context, after dao.Position) error {
	if at := f.last(); after.Epoch == at.Epoch && after.Offset > at.Offset {
		if err := f.look(ctx); err != nil {
			return f.readError(ctx, "wait", err)
		}
	}
	counter := &f.waiting
	if dao.IsPatient(ctx) {
		counter = &f.patiently
	}
	counter.Add(1)
	defer counter.Add(-1)
	select {
	case f.hurry <- struct{}{}:
	default:
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.tail.mu.Lock()
		there, moved := after.Epoch == f.tail.meta.Epoch && after.Offset == f.tail.told, f.tail.moved
		f.tail.mu.Unlock()
		if !there {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
		}
	}
}

// How often this process looks at the feed while somebody waits for it, and how long after something
// happened it does so more often.
const (
	lookBusy    = 250 * time.Millisecond
	lookWaiting = time.Second
	lookIdle    = 15 * time.Second
	busyFor     = 10 * time.Second
)

// watch looks what other processes did until ctx is done.
func (f *feed) watch(ctx context.Context) {
	for ctx.Err() == nil {
		pause := f.every()
		if pause == 0 { // nobody wants to know
			select {
			case <-f.hurry:
			case <-ctx.Done():
			}
			continue
		}
		rest := pause - time.Since(f.tail.state().lookAt)
		if rest <= 0 {
			rest = f.note(ctx, "follow the feed", f.look(ctx))
		}
		select {
		case <-time.After(rest):
		case <-f.hurry: // somebody begins to wait: perhaps more often now
			sleep(ctx, 20*time.Millisecond)
		case <-ctx.Done():
		}
	}
}

func (f *feed) every() time.Duration {
	switch busy := f.busy(); {
	case f.waiting.Load() > 0 && busy:
		return lookBusy
	case f.waiting.Load() > 0:
		return lookWaiting
	case f.patiently.Load() > 0 || busy:
		return lookIdle
	}
	return 0
}
