package dbmanagers

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// walk is a round through the documents of a collection.
type walk struct {
	from any   // the _id where it goes on; nil at the beginning
	n    int32 // the number of the round

	mu    sync.Mutex
	known map[models.ID]met // the values that there are
}

// met is when a round met a value last, and at which revision.
type met struct {
	round int32
	rev   int64
}

// forget drops a value that is known to be deleted, or all.
func (w *walk) forget(ids ...models.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(ids) == 0 {
		clear(w.known)
	}
	for _, id := range ids {
		delete(w.known, id)
	}
}

// step looks at the next documents, and tells what others did to them; at the end of a round also of
// those that it has not met.
func (c *collection) step(ctx context.Context, most int) error {
	if c.History {
		return c.stepBack(ctx, most)
	}
	w := &c.walk
	q := query{sort: by("_id"), limit: int64(most)}
	if w.from != nil {
		q.filter = bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: w.from}}}}
	} else {
		w.n++
	}
	applied := c.feed.tail.state().applied
	n, changed := 0, []models.ID(nil)
	err := c.bounded(ctx, func(ctx context.Context) error {
		return c.each(ctx, q, func(rec *record) error {
			n++
			w.from = rec.key
			w.meet(rec)
			if now, doubt := c.resolve(rec.id, fetched{rec: rec, applied: applied}); doubt == sure && now.foreign {
				changed = append(changed, rec.id)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	changed = slices.DeleteFunc(changed, func(id models.ID) bool { _, bad := c.refused.Load(id); return bad })
	if len(changed) > 0 {
		c.figures.noticed.Add(int64(len(changed)))
		err = c.noticeSome(ctx, changed)
	}
	if n < most {
		w.from = nil
		err = errors.Join(err, c.noticeMissing(ctx))
	}
	return err
}

func (w *walk) meet(rec *record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known == nil {
		w.known = map[models.ID]met{}
	}
	w.known[rec.id] = met{w.n, rec.rev}
}

// noticeMissing tells of values that earlier rounds, or the feed, know and this one has not met.
func (c *collection) noticeMissing(ctx context.Context) error {
	missing := c.feed.tail.puts(c.Kind, 0)
	w := &c.walk
	w.mu.Lock()
	for id := range missing {
		if w.known[id].round == w.n {
			delete(missing, id)
		}
	}
	for id, last := range w.known {
		if last.round < w.n {
			missing[id] = max(missing[id], last.rev)
			delete(w.known, id)
		}
	}
	w.mu.Unlock()
	return c.noticeGone(ctx, missing)
}

// puts returns the values of a kind that the tail says are there, with their revisions: those whose
// last change is applied, and after an offset.
func (t *tail) puts(kind dao.Kind, after int64) map[models.ID]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := map[models.ID]int64{}
	for key, told := range t.byValue {
		if last := told[len(told)-1]; key.kind == kind && !last.Op.removes() && last.offset <= t.applied && last.offset > after {
			list[key.id] = last.Rev
		}
	}
	return list
}

// stepBack is step for a history, through which nobody walks: it looks whether those are there that
// the feed has told of lately.
func (c *collection) stepBack(ctx context.Context, most int) error {
	w, at := &c.walk, c.feed.tail.state()
	from, _ := w.from.(int64)
	told := c.feed.tail.puts(c.Kind, from)
	ids := slices.Collect(maps.Keys(told))
	place := func(id models.ID) int64 { return c.feed.tail.last(valueKey{c.Kind, id}) }
	slices.SortFunc(ids, func(a, b models.ID) int { return cmp.Compare(place(a), place(b)) })
	if w.from = any(at.applied); len(ids) > most {
		ids = ids[:most]
		w.from = place(ids[most-1])
	} else {
		w.from = nil
	}
	if len(ids) == 0 {
		return nil
	}
	list := make(bson.A, len(ids))
	missing := map[models.ID]int64{}
	for i, id := range ids {
		list[i], missing[id] = objectID(id), told[id]
		if key, odd := c.oddKeys.Load(id); odd {
			list[i] = key
		}
	}
	err := c.bounded(ctx, func(ctx context.Context) error {
		q := query{filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: list}}}}, fields: bson.D{{Key: "_id", Value: 1}}}
		return c.each(ctx, q, func(rec *record) error { delete(missing, rec.id); return nil })
	})
	if err != nil {
		return err
	}
	return c.noticeGone(ctx, missing)
}

// noticeGone tells that values are deleted whose documents are not there.
func (c *collection) noticeGone(ctx context.Context, missing map[models.ID]int64) error {
	for some := range slices.Chunk(slices.Collect(maps.Keys(missing)), 100) {
		for _, id := range some {
			c.remembered.Store(id, missing[id])
		}
		err := c.noticeSome(ctx, some)
		for _, id := range some {
			c.remembered.Delete(id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
