package dbmanagers

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// patrolStep is how many documents are looked at with each sweep: a thousand in a second, at a cost
// that nobody notices.
const patrolStep = 500

// patrol walks through the collections that are shared, again and again, and looks for what other
// programs did to them. They changed a document whose derived values do not fit its fields, or that
// is older than what was told of it: it is announced as changed. They deleted one that the feed, or
// an earlier walk, knows and this one does not meet: that is announced as a delete.
type patrol struct {
	*engine
	cursor *mongo.Cursor // nil between two walks
	coll   *collection   // that it walks through
	n      int32         // the number of the walk
	since  int64         // the head of the feed when it began
}

// patrolPatience is how many documents cannot be announced before it is not the documents, but the
// database that refuses.
const patrolPatience = 10

// walk takes the next step. A document that cannot be announced does not keep the others.
func (p *patrol) walk(ctx context.Context) error {
	var changed []models.ID
	ended := false
	failed := p.bounded(ctx, func(ctx context.Context) (err error) {
		changed, ended, err = p.look(ctx)
		return err
	})
	failures := 0
	for _, id := range changed {
		if err := p.coll.notice(ctx, id); err != nil {
			failed, failures = err, failures+1
		}
		if failures == patrolPatience {
			return failed
		}
	}
	if ended {
		failed = errors.Join(failed, p.coll.noticeMissing(ctx, p.feed.unmet(p.coll.Kind, p.n, p.since)))
	}
	return failed
}

// look looks at the next documents, and says which are changed, and whether all have been looked
// at.
func (p *patrol) look(ctx context.Context) (changed []models.ID, ended bool, err error) {
	if p.cursor == nil {
		shared := p.shared()
		p.coll = shared[(slices.Index(shared, p.coll)+1)%len(shared)]
		p.n, p.since = p.n+1, p.feed.last().Offset
		p.cursor, err = p.coll.coll.Find(ctx, bson.M{}, options.Find().SetBatchSize(patrolStep))
		if err != nil {
			p.cursor = nil
			return nil, false, err
		}
	}
	for range patrolStep {
		if !p.cursor.Next(ctx) {
			err = p.cursor.Err()
			p.close()
			return changed, err == nil, err
		}
		rec := recordOf(p.cursor.Current)
		older := p.feed.meet(rec, p.coll.Kind, p.n)
		if rec.ours && rec.stamp > 0 && !rec.gone && (older || p.coll.stale(rec.raw)) {
			changed = append(changed, rec.id)
		}
	}
	return changed, false, nil
}

// shared returns the collections that it walks through.
func (p *patrol) shared() []*collection {
	return slices.DeleteFunc(slices.Clone(p.collections), func(c *collection) bool { return c.History || !c.Shared })
}

func (p *patrol) close() {
	if p.cursor != nil {
		p.closeCursor(p.cursor)
		p.cursor = nil
	}
}

// stale says whether what is derived from a document was derived from something else.
func (c *collection) stale(raw bson.Raw) bool {
	was, _ := raw.Lookup("pulperia", "sum").AsInt64OK()
	return was != sumOf(c.keys(c.read(raw)))
}

func sumOf(keys bson.D) int64 {
	for _, key := range keys {
		if sum, ok := key.Value.(int64); ok && key.Key == "sum" {
			return sum
		}
	}
	return 0
}

// notice announces what another program changed in a document.
func (c *collection) notice(ctx context.Context, id models.ID) error {
	ctx, leave, err := c.enterWrite(ctx)
	if err != nil {
		return err
	}
	defer leave()
	rederive := func(unique bool) error {
		receipt, err := c.update(ctx, id, func(rec record) (*mutation, error) {
			if !c.stale(rec.raw) && rec.rev >= c.feed.lastWord(c.Kind, id).rev {
				return nil, nil
			}
			tell := func(rev int64) json.RawMessage { return c.doc(rec.raw, rev) }
			todo := &mutation{keys: c.derivedOf(rec.raw), tell: tell}
			if !unique {
				todo.keys = slices.DeleteFunc(todo.keys, isUnique)
			}
			if !slices.ContainsFunc(todo.keys, isUnique) {
				for i := range c.Unique {
					todo.unset = append(todo.unset, bson.E{Key: c.field(onlyField, i), Value: ""})
				}
			}
			return todo, nil
		})
		if err == nil && !receipt.Repeated {
			c.figures.noticed.Add(1)
		}
		return err
	}
	err = rederive(true)
	if mongo.IsDuplicateKeyError(err) {
		if rec, err := c.lookUp(ctx, id); err == nil {
			c.warnTwice(ctx, &rec)
		}
		err = rederive(false)
	}
	if errors.Is(err, dao.ErrNotFound) {
		return nil
	}
	return err
}

// noticeMissing announces that those of some values are deleted whose documents are not there.
func (c *collection) noticeMissing(ctx context.Context, ids []models.ID) error {
	for some := range slices.Chunk(ids, pageSize) {
		words := make([]word, len(some)) // before the look: what is made anew after it is another one
		for i, id := range some {
			words[i] = c.feed.lastWord(c.Kind, id)
		}
		var found map[models.ID]record
		err := c.bounded(ctx, func(ctx context.Context) (err error) { found, err = c.lookUpMany(ctx, some); return err })
		if err != nil {
			return err
		}
		var begun []*announcement
		for i, id := range some {
			if _, there := found[id]; !there {
				a := c.announcement(bson.RawValue{}, id, words[i].rev+1, dao.OpDelete, nil)
				a.missing = true
				begun = append(begun, c.announcer.submit(a))
			}
		}
		for _, a := range begun {
			if err := c.bounded(ctx, func(ctx context.Context) error { _, err := a.wait(ctx); return err }); err != nil {
				return err // so it will be for those behind it
			}
			c.figures.noticed.Add(1)
		}
	}
	return nil
}

// noticeRemoved announces the deletes of values of a history that the feed tells of and that are
// not there any more. Nobody walks through all of a history: it counts those that were stamped some
// sweeps ago.
func (m *collection) noticeRemoved(ctx context.Context) error {
	base, _ := m.feed.bounds()
	sure := m.feed.sure[0]
	if sure.Epoch != m.feed.last().Epoch {
		return nil
	}
	told := m.feed.unmet(m.Kind, -1, sure.Offset)
	var there int64
	err := m.bounded(ctx, func(ctx context.Context) (err error) {
		there, err = m.coll.CountDocuments(ctx, bson.M{stampField: bson.M{"$gt": base, "$lte": sure.Offset}})
		return err
	})
	if err != nil || there >= int64(len(told)) {
		return err
	}
	return m.noticeMissing(ctx, told)
}
