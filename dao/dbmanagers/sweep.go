package dbmanagers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao/retry"
)

// rareEvery is the number of sweeps between two of what need not be done with each.
const rareEvery = 20

// sweep finishes what others left undone, until ctx is done: changes that are not announced,
// documents of other programs, loads of processes that are gone. It also notices what happened to
// the feed as a whole.
func (e *engine) sweep(ctx context.Context) {
	seen := make(map[changeKey]bool)
	rounds := patrol{engine: e}
	defer rounds.close()
	for n := 0; ctx.Err() == nil; n++ {
		var pause time.Duration // whatever fails, the next sweep comes later
		note := func(what string, err error) { pause = max(pause, e.note(ctx, what, err)) }
		note("look at the feed", e.feed.refresh(ctx))
		head := e.feed.last()
		next := make(map[changeKey]bool)
		underWay, err := e.finishLoads(ctx)
		note("finish loads", err)
		full := false
		for _, c := range e.collections {
			if err == nil {
				var more bool
				more, err = c.sweepOnce(ctx, underWay, seen, next)
				note("finish changes of "+c.coll.Name(), err)
				full = full || more
			}
		}
		seen = next
		note("look for changes of other programs", rounds.walk(ctx))
		if err == nil && !full {
			note("prune the feed", e.bounded(ctx, func(ctx context.Context) error { return e.feed.prune(ctx, head) }))
		}
		if n%rareEvery == 0 {
			note("count documents", e.bounded(ctx, e.count))
			note("remove what is left of loads", e.removeStrays(ctx))
			note("see to the indexes", e.seeToIndexes(ctx))
			for _, c := range e.collections {
				if c.History {
					note("look for "+c.Plural+" that other programs removed", c.noticeRemoved(ctx))
				}
			}
		}
		if !full || pause > 0 {
			sleep(ctx, max(e.sweepEvery, pause))
		}
	}
}

// note takes in how something in the background ended, and returns how long to wait at least before
// it is tried again.
func (e *engine) note(ctx context.Context, what string, err error) (pause time.Duration) {
	if err != nil && ctx.Err() == nil {
		e.figures.failed.Add(1)
	}
	task, _ := e.tasks.LoadOrStore(what, retry.New(e.Log, what+" (MongoDB)"))
	return task.(*retry.Task).Ended(ctx, err)
}

// unannounced returns the first documents that a filter selects whose last change is not announced,
// in the order in which it should be. It has the server put them in order only when they are many:
// not every one does that by an index.
func (c *collection) unannounced(ctx context.Context, filter bson.M) (list []record, err error) {
	filter[stampField] = nil
	if !c.Shared { // what other programs put there does not count
		filter["$or"] = bson.A{bson.M{revField: bson.M{"$exists": true}}, bson.M{bornField: bson.M{"$exists": true}}}
	}
	add := func(rec record) error { list = append(list, rec); return nil }
	if err := c.each(ctx, filter, options.Find().SetLimit(pageSize), add); err != nil {
		return nil, err
	}
	if len(list) == pageSize {
		list = nil
		first := options.Find().SetSort(bson.D{{Key: placeField, Value: 1}, {Key: "_id", Value: 1}}).SetLimit(pageSize)
		err := c.each(ctx, filter, first, add)
		return list, err
	}
	slices.SortFunc(list, func(a, b record) int { return cmp.Or(cmp.Compare(a.place, b.place), a.id.Compare(b.id)) })
	return list, nil
}

// sweepOnce finishes the documents that need it, and says whether there may be more. A change that
// has just been made is left to its maker; when it is there the next time, too, its maker is gone.
// next is filled with what has been seen now. Documents of loads under way are left to those.
func (c *collection) sweepOnce(ctx context.Context, underWay map[string]loadRecord, seen, next map[changeKey]bool) (more bool, err error) {
	var list []record
	err = c.bounded(ctx, func(ctx context.Context) error { list, err = c.unannounced(ctx, bson.M{}); return err })
	if err != nil {
		return false, err
	}
	var due []*record
	for i := range list {
		rec, name := &list[i], changeKey{c.Kind, list[i].id, list[i].rev}
		_, waits := underWay[rec.load]
		switch ours := rec.ours || rec.born != 0; {
		case waits:
		case ours && !seen[name]:
			next[name] = true
			if !c.announcer.knows(name) {
				c.announcer.turns.sign()
			}
		default:
			if ours {
				c.figures.finished.Add(1)
			}
			due = append(due, rec)
		}
	}
	return len(list) == pageSize && len(due) > 0, c.finishAll(ctx, due)
}

// finishAll finishes documents, all at once, in their order. Deleted ones are removed then by the
// stamper. A failure of one does not keep the others.
func (c *collection) finishAll(ctx context.Context, list []*record) error {
	var claims []*record
	for _, rec := range list {
		if !rec.ours {
			claims = append(claims, rec)
		}
	}
	err := c.claim(ctx, claims...)
	begun := make([]*announcement, 0, len(list))
	for _, rec := range list {
		if rec.ours && rec.stamp == 0 { // it may have been finished while we claimed
			begun = append(begun, c.announcer.submit(c.announcementOf(*rec)))
		}
	}
	for _, a := range begun {
		waitErr := c.bounded(ctx, func(ctx context.Context) error { _, err := a.wait(ctx); return err })
		if waitErr != nil { // so it will be for those behind it
			return errors.Join(err, waitErr)
		}
	}
	return err
}

// count asks how many documents there are.
func (e *engine) count(ctx context.Context) error {
	for _, c := range e.collections {
		n, err := c.coll.EstimatedDocumentCount(ctx)
		if err != nil {
			return err
		}
		e.figures.values.Store(c.Kind, n)
	}
	return nil
}
