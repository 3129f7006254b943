package dbmanagers

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// What other programs do to the collections that are shared with them is told by steps in front of
// those that meet it: see lineLog.Base. Here it is looked for.

const (
	claimBusy = time.Second      // between two looks for what others inserted, for a while after something happened,
	claimIdle = 5 * time.Second  // while somebody is connected,
	claimRare = 40 * time.Second // and else, when also who reads a list looks, see claimFirst
	claimMost = 500              // how many are claimed by one look, of each collection
	walkEvery = 20 * time.Second // between two steps of the round
	walkRare  = time.Minute
	walkBusy  = 2 * time.Second
	walkStep  = 50 // documents: 30 KB of a usual catalogue
	walkMore  = 500
)

// shared returns the collections that other programs write, too.
func (e *engine) shared() []*collection {
	return slices.DeleteFunc(slices.Clone(e.collections), func(c *collection) bool { return !c.Shared })
}

// unclaimed selects documents that no step has told of.
var unclaimed = bson.D{{Key: stampField, Value: nil}}

// claimAll claims what other programs inserted.
func (e *engine) claimAll(ctx context.Context) error {
	found := map[string][]models.ID{}
	shared := e.shared()
	add := func(c *collection, raw bson.Raw) {
		rec := c.recordOf(raw)
		if _, bad := c.refused.Load(rec.id); !bad && !rec.ours {
			found[c.table().name()] = append(found[c.table().name()], rec.id)
		}
	}
	err := e.bounded(ctx, func(ctx context.Context) error { return e.findUnclaimed(ctx, shared, add) })
	for _, c := range shared {
		ids := found[c.table().name()]
		if len(ids) == 0 || err != nil {
			continue
		}
		e.figures.claimed.Add(int64(len(ids)))
		e.at("claiming")
		for some := range slices.Chunk(ids, 100) {
			if err = c.noticeSome(ctx, some); err != nil {
				break
			}
		}
	}
	return err
}

// claim claims what others inserted, and returns how long to wait before the next time at least.
func (e *engine) claim(ctx context.Context) (pause time.Duration) {
	err := e.claiming.do(ctx, func() error { return e.claimAll(e.life) })
	pause = e.note(ctx, "look for documents of other programs", err)
	e.claimFrom.Store(time.Now().Add(max(pause, fresh)).UnixNano())
	return pause
}

// claimFirst is for who reads a list while nobody is connected, when it is seldom looked for what
// others inserted. A list that cannot be made whole is shown all the same.
func (e *engine) claimFirst(ctx context.Context) {
	if !e.readOnly && e.feed.waiting.Load() == 0 && !e.busy() && time.Now().UnixNano() > e.claimFrom.Load() {
		e.claim(ctx)
	}
}

// busy says whether something happened a moment ago.
func (e *engine) busy() bool { return time.Since(e.feed.tail.state().activeSince) < busyFor }

// findUnclaimed is one command where the server unites collections. Documents that cannot bear what
// is ours must not hide the others.
func (e *engine) findUnclaimed(ctx context.Context, shared []*collection, add func(*collection, bson.Raw)) error {
	bad := 0
	names := make([]string, len(shared))
	for i, c := range shared {
		names[i] = c.table().name()
		c.refused.Range(func(any, any) bool { bad++; return true })
	}
	limit := int64(claimMost + bad)
	if !e.apart.Load() {
		err := e.server.unite(ctx, names, unclaimed, limit, func(name string, raw bson.Raw) { add(shared[slices.Index(names, name)], raw) })
		if !errors.Is(err, errNotUnited) {
			return err
		}
		e.apart.Store(true)
	}
	for _, c := range shared {
		err := c.table().find(ctx, query{filter: unclaimed, sort: by("_id"), limit: limit}, func(raw bson.Raw) error { add(c, raw); return nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// warnTwice tells that another program has written unique texts that other values have already.
func (c *collection) warnTwice(ctx context.Context, ids []models.ID) {
	found, err := c.fetch(ctx, ids)
	if err != nil {
		return
	}
	for i, unique := range c.Unique {
		have := &stock{values: map[valueKey]fetched{}, owners: map[ofText]ownersFetched{}}
		by := map[string]models.ID{}
		for id, one := range found {
			if one.rec != nil {
				by[unique.Of(c.read(one.rec.raw))] = id
			}
		}
		delete(by, "")
		if len(by) == 0 || c.fetchOwners(ctx, have, i, slices.Collect(maps.Keys(by))) != nil {
			continue
		}
		for text, id := range by {
			if owners := have.owners[ofText{c.Kind, i, text}].ids; slices.ContainsFunc(owners, func(other models.ID) bool { return other != id }) {
				c.Log.Warn("two "+c.Plural+" have the same "+unique.Field+": another program wrote it; give one of them another",
					unique.Field, text, c.Plural, owners)
			}
		}
	}
}

// noticeLater tells of what a reader has met.
func (c *collection) noticeLater(ids []models.ID) {
	ids = slices.DeleteFunc(ids, func(id models.ID) bool { _, bad := c.refused.Load(id); return bad })
	if len(ids) == 0 || c.readOnly || c.life.Err() != nil {
		return
	}
	c.running.Go(func() { c.note(c.life, "tell what another program did", c.noticeSome(c.life, ids)) })
}

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

// watchOthers looks for what other programs do until ctx is done.
func (e *engine) watchOthers(ctx context.Context) {
	claimed, walked, n := time.Time{}, time.Now(), 0
	for ctx.Err() == nil {
		claim, walk, most := claimRare, walkRare, walkStep
		switch {
		case n < len(e.shared()): // what is there has to be known before it can be missed
			claim, walk, most = claimBusy, 0, walkMore
		case e.busy():
			claim, walk, most = claimBusy, walkBusy, walkMore
		case e.feed.waiting.Load() > 0:
			claim, walk = claimIdle, walkEvery
		}
		if e.sweepEvery > 0 {
			claim, walk, most = e.sweepEvery, e.sweepEvery, walkMore
		}
		var pause time.Duration
		if time.Since(claimed) >= claim {
			claimed = time.Now()
			pause = e.claim(ctx)
		}
		if time.Since(walked) >= walk {
			walked = time.Now()
			shared := e.shared()
			pause = max(pause, e.note(ctx, "look for changes of other programs", shared[n%len(shared)].step(ctx, most)))
			n++
		}
		sleep(ctx, max(pause, min(claim, walk)/4+time.Millisecond))
	}
}
