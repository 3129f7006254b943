package shop

import (
	"context"
	"errors"
	"sync"

	"pulperia/dao"
)

// followed is something that is made of all values of a kind and kept in memory: an index by which
// the staff's lists are made. It is read once, when somebody first asks for it, and from then on
// follows the feed, so that it is never older than the last step of this process that was done when
// it was asked, and at most half a second behind what other processes did: see [dao.Feed.Fresh].
type followed struct {
	kind dao.Kind
	feed dao.Feed
	load func(context.Context) error // begins anew, from all values
	take func(dao.Change) error      // brings it forward by one change, which may be known already

	mu sync.Mutex
	at dao.Position // that it has come to; zero before it is read
}

// loads is how often all is read again because something was deleted meanwhile: what stands behind
// that moves while it is read page by page.
const loads = 5

// errUnsteady is the error of what was deleted from all the time.
var errUnsteady = errors.New("too much was deleted while it was read")

// read brings the index up to date and has look see it, alone.
func (f *followed) read(ctx context.Context, look func()) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	head, err := f.feed.Fresh(ctx)
	if err != nil {
		return err
	}
	if f.at.Epoch == head.Epoch && f.at.Offset <= head.Offset {
		_, err = f.follow(ctx, head)
	} else {
		err = dao.ErrGone
	}
	if errors.Is(err, dao.ErrGone) {
		err = f.begin(ctx)
	}
	if err != nil {
		f.at = dao.Position{} // it may be half of a step further
		return err
	}
	look()
	return nil
}

// begin reads all, and then what has happened meanwhile, to the last: while values are read page by
// page a deletion by another process moves those behind it, and one of them may be missed for good.
func (f *followed) begin(ctx context.Context) error {
	for range loads {
		head, err := f.feed.Head(ctx)
		if err != nil {
			return err
		}
		if err := f.load(ctx); err != nil {
			return err
		}
		f.at = head
		if head, err = f.latest(ctx); err != nil {
			return err
		}
		if removed, err := f.follow(ctx, head); err != nil || !removed {
			return err
		}
	}
	return errUnsteady
}

// latest is the head with all that anybody has done before it is asked for. Who asks for what is past
// the head that is known has an engine look for it, however lately it has.
func (f *followed) latest(ctx context.Context) (dao.Position, error) {
	known, err := f.feed.Head(ctx)
	if err != nil {
		return dao.Position{}, err
	}
	past := dao.Position{Epoch: known.Epoch, Offset: known.Offset + 1}
	if _, err := f.feed.Since(ctx, past, 1); err != nil && !errors.Is(err, dao.ErrGone) {
		return dao.Position{}, err
	}
	return f.feed.Head(ctx)
}

// follow takes the changes up to a position, and says whether one of them has removed something.
func (f *followed) follow(ctx context.Context, head dao.Position) (removed bool, err error) {
	for f.at.Offset < head.Offset {
		changes, err := f.feed.Since(ctx, f.at, maxBehind)
		if err != nil || len(changes) == 0 {
			return removed, err
		}
		for _, c := range changes {
			if c.Kind == f.kind {
				removed = removed || c.Op == dao.OpDelete
				if err := f.take(c); err != nil {
					return removed, err
				}
			}
			f.at.Offset = c.Offset
		}
	}
	return removed, nil
}
