package dbmanagers

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
	"pulperia/dao/steps"
)

// What other programs do to the collections that are shared with them is told by steps in front of
// those that meet it: see lineLog.Base. Here it is looked for.

const (
	// Between two looks for what others inserted: for a while after something happened,
	claimBusy = time.Second
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

// warnOf looks for what others wrote twice among what steps tell of.
func (c *committer) warnOf(list []*steps.Step) {
	met := map[*collection][]models.ID{}
	for _, step := range list {
		if how, foreign := c.notices[step]; foreign && how.op == opNotice {
			of := c.of(step.Changes[0].Schema)
			met[of] = append(met[of], step.Changes[0].ID)
		}
	}
	for of, ids := range met {
		if len(of.Unique) > 0 && c.life.Err() == nil {
			c.running.Go(func() { of.warnTwice(c.life, ids) })
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
