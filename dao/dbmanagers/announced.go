package dbmanagers

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// findAnnounced settles what is in the feed already, from an earlier attempt or by another process,
// and returns the rest. It looks at what is new since a position; only when there is nothing of it,
// or when it is to look thoroughly, it asks for each by its name.
func (r *announcer) findAnnounced(ctx context.Context, batch []*announcement, since dao.Position, thoroughly bool) ([]*announcement, error) {
	if err := r.feed.catchUp(ctx); err != nil {
		return batch, err
	}
	places := make(map[changeKey]dao.Change)
	news, known := r.feed.remembered(since, tailSize)
	for _, change := range news {
		places[nameOf(change)] = change
	}
	if thoroughly || !known || len(news) == 0 {
		if err := r.ask(ctx, batch, places); err != nil {
			return batch, err
		}
		// What is in the feed counts when all before it is, too: the head says so.
		if err := r.feed.catchUp(ctx); err != nil {
			return batch, err
		}
	}
	base, _ := r.feed.bounds()
	head := r.feed.last()
	var left []*announcement
	for i, a := range batch {
		told, found := places[a.name()]
		offset := told.Offset
		if found && offset <= base {
			if err := r.retract(ctx, a, offset); err != nil {
				return append(left, batch[i:]...), err
			}
		}
		if !found || !a.is(told) || offset > head.Offset || offset <= base {
			left = append(left, a)
			continue
		}
		a.change.Offset, a.epoch = offset, head.Epoch
		r.settle(a)
	}
	return left, nil
}

// ask notes those changes of the feed that are named as one of a batch.
func (r *announcer) ask(ctx context.Context, batch []*announcement, places map[changeKey]dao.Change) error {
	var names bson.A
	for _, a := range batch {
		names = append(names, bson.M{"kind": a.change.Kind, "id": objectID(a.change.ID), "rev": a.change.Rev})
	}
	for some := range slices.Chunk(names, 100) {
		cursor, err := r.feed.coll.Find(ctx, bson.M{"$or": some})
		if err != nil {
			return err
		}
		var found []entry
		if err := cursor.All(ctx, &found); err != nil {
			return err
		}
		for _, e := range found {
			places[changeKey{e.Kind, models.ID(e.ID), e.Rev}] = e.change()
		}
	}
	return nil
}

// retract removes an announcement that does not count: it was made by a process that slept while
// the feed was pruned beyond it, or was begun anew. What is pruned is stamped (see feed.prune), so
// that nobody announces it again and comes here.
func (r *announcer) retract(ctx context.Context, a *announcement, offset int64) error {
	meta, err := r.feed.readMeta(ctx)
	if err != nil || meta.Epoch != r.feed.last().Epoch || offset > meta.Base {
		return err
	}
	_, err = r.feed.coll.DeleteOne(ctx, bson.M{"_id": offset, "kind": a.change.Kind, "id": objectID(a.change.ID), "rev": a.change.Rev})
	return err
}

// counted returns those of some announcements that count: the feed has not been begun anew, nor
// pruned beyond them, since they were made. The others are left to the sweeper, which finds their
// documents not to be stamped.
func (f *feed) counted(ctx context.Context, list []*announcement) (counted []*announcement, err error) {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	meta, err := f.readMeta(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if place := a.place(); place.Epoch == meta.Epoch && place.Offset > meta.Base {
			counted = append(counted, a)
		}
	}
	return counted, nil
}

func nameOf(c dao.Change) changeKey { return changeKey{c.Kind, c.ID, c.Rev} }

// turns lets other processes have theirs. Whoever has just announced knows the head, and would be
// the first again and again; the others learn of it one round trip later, when the next offset is
// taken, too. So while there are others, there is a pause after each announcement, about as long as
// that took. What waits meanwhile goes in one batch.
type turns struct {
	others atomic.Pointer[time.Time] // when there was a sign of other processes; a Time knows that also when the clock is set
	last   time.Duration             // how long the last announcement took
	end    time.Time                 // when it was done
}

// presumed is how long a sign of other processes counts.
const presumed = 10 * time.Second

func (t *turns) sign() {
	now := time.Now()
	t.others.Store(&now)
}

func (t *turns) took(d time.Duration) { t.last, t.end = min(d, 50*time.Millisecond), time.Now() }

func (t *turns) wait(ctx context.Context) {
	sign := t.others.Load()
	if t.last == 0 || sign == nil || time.Since(*sign) > presumed {
		return
	}
	pause := t.last/2 + rand.N(t.last)
	if rest := time.Until(t.end.Add(pause)); rest > 0 {
		sleep(ctx, rest)
	}
}
