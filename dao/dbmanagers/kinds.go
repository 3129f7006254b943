package dbmanagers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Values = values{}

// values is the store's values of every kind but histories.
type values struct{ *engine }

// of returns the collection of a kind.
func (e *engine) of(s *dao.Schema) *collection {
	for _, c := range e.collections {
		if c.Schema == s {
			return c
		}
	}
	panic("the " + s.Plural + " were described after the store was opened")
}

// Get returns one value.
func (e values) Get(ctx context.Context, s *dao.Schema, id models.ID) (models.Value, error) {
	leave, err := e.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	c := e.of(s)
	rec, err := c.find(ctx, id)
	if err != nil {
		return nil, err
	}
	return c.value(rec), nil
}

// List answers from the indexes of the server.
func (e values) List(ctx context.Context, s *dao.Schema, q models.Query) (list []models.Value, total int, err error) {
	leave, err := e.enter(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer leave()
	c := e.of(s)
	order := orderOf(models.ProductQuery{Backwards: q.Backwards})
	if sort, by := c.Sort(q.Sort); by {
		order = append(bson.D{{Key: "pulperia." + sortKey(sort), Value: order[0].Value}}, order...)
	}
	total, err = c.page(ctx, listed(nil), order, max(q.Page, 1), q.Limit, func(rec record) { list = append(list, c.value(rec)) })
	if err != nil {
		return nil, 0, err
	}
	return list, total, nil
}

// Create stores a new value.
func (e values) Create(ctx context.Context, s *dao.Schema, value models.Value) (stored models.Value, receipt dao.Receipt, err error) {
	ctx, leave, err := e.enterWrite(ctx)
	if err != nil {
		return nil, dao.Receipt{}, err
	}
	defer leave()
	c, head := e.of(s), value.GetHead()
	given := idFor(&head.ID)
	head.CreatedAt = e.clock.Next(now())
	head.UpdatedAt = head.CreatedAt
	value.SetHead(head)
	fresh := draft{
		id: head.ID, given: given,
		write: func(rev int64) (bson.D, bson.D, json.RawMessage) {
			head.Rev = rev
			value.SetHead(head)
			stored = value
			return c.write(value), c.derived(value), models.JSON(value)
		},
		taken: func(rec record) error {
			if stored = c.value(rec); !c.Same(stored, value) {
				return dao.Conflict{Field: "_id", Value: head.ID.String()}
			}
			return nil
		},
		other: func(ctx context.Context) error { return c.wantFree(ctx, onlyField, c.texts(value, nil), head.ID) },
		keeps: func(ctx context.Context) error { return c.keepsAll(ctx, c.texts(value, nil), head.ID) },
	}
	if err = c.wantFree(ctx, everyField, c.texts(value, nil), head.ID); err == nil {
		receipt, err = c.create(ctx, fresh)
	} else if given && errors.Is(err, dao.ErrConflict) { // where the id is taken, too, that counts, as on files
		if rec, absent := c.find(ctx, head.ID); absent == nil {
			if again, ended := c.repeated(ctx, rec, fresh.taken); !errors.Is(ended, dao.ErrNotFound) { // gone just now
				receipt, err = again, ended
			}
		}
	}
	return stored, receipt, err
}

// Update changes a value. Unique texts that it gets are looked for before they are written.
func (e values) Update(ctx context.Context, s *dao.Schema, id models.ID, alter func(models.Value) (models.Value, error)) (stored models.Value, receipt dao.Receipt, err error) {
	ctx, leave, err := e.enterWrite(ctx)
	if err != nil {
		return nil, dao.Receipt{}, err
	}
	defer leave()
	c := e.of(s)
	var wanted []text       // that the value does not have yet
	free := map[text]bool{} // those that nobody else has
	for pause := time.Millisecond; ; pause *= 2 {
		receipt, err = c.update(ctx, id, func(rec record) (*mutation, error) {
			if len(c.Unique) > 0 && c.stale(rec.raw) {
				return nil, errStale
			}
			before := c.value(rec)
			after, err := alter(before)
			if err != nil || after == nil {
				stored = before
				return nil, err
			}
			wanted = c.texts(after, before)
			for _, one := range wanted {
				if !free[one] {
					return nil, errNewText
				}
			}
			head := after.GetHead()
			head.UpdatedAt = now()
			after.SetHead(head)
			stored = after
			return c.changeOf(before, after, rec.raw, wanted), nil
		})
		if err == nil {
			return stored, receipt, nil
		}
		if errors.Is(err, errNewText) {
			for _, one := range wanted {
				free[one] = true
			}
		}
		if err := c.makeWay(ctx, id, wanted, pause, err); err != nil {
			return nil, dao.Receipt{}, err
		}
	}
}

// changeOf is the change that makes one value of another, which gets unique texts that are new.
func (c *collection) changeOf(before, after models.Value, raw bson.Raw, wanted []text) *mutation {
	todo := &mutation{keys: c.keys(after)}
	if id := after.GetHead().ID; len(wanted) > 0 {
		todo.keys = c.derived(after)
		todo.keeps = func(ctx context.Context) error { return c.keepsAll(ctx, wanted, id) }
	}
	todo.set, todo.unset = c.change(before, after, raw)
	for i := range c.Unique { // one that is "" now is nobody's
		if c.Unique[i].Of(after) == "" && c.Unique[i].Of(before) != "" {
			for _, where := range []int{everyField, onlyField} {
				todo.unset = append(todo.unset, bson.E{Key: c.field(where, i), Value: ""})
			}
		}
	}
	todo.tell = func(rev int64) json.RawMessage {
		head := after.GetHead()
		head.Rev = rev
		after.SetHead(head)
		return models.JSON(after)
	}
	return todo
}

// makeWay does what an update needs before it is tried again, if the reason why it failed is one
// that passes.
func (c *collection) makeWay(ctx context.Context, id models.ID, wanted []text, pause time.Duration, reason error) error {
	switch {
	case errors.Is(reason, errStale):
		return c.noticeFirst(ctx, id)
	case errors.Is(reason, errNewText):
		return c.wantFree(ctx, everyField, wanted, id)
	case mongo.IsDuplicateKeyError(reason):
		if err := c.wantFree(ctx, onlyField, wanted, id); err != nil {
			return err
		}
		return pauseFor(ctx, pause, reason)
	}
	return reason
}

// Delete removes a value. Its unique texts are free as soon as it is marked as deleted, also for an
// index of another program.
func (e values) Delete(ctx context.Context, s *dao.Schema, id models.ID, refuse func(models.Value) error) (models.Value, dao.Receipt, error) {
	ctx, leave, err := e.enterWrite(ctx)
	if err != nil {
		return nil, dao.Receipt{}, err
	}
	defer leave()
	c := e.of(s)
	var refused error
	was, receipt, err := c.delete(ctx, id, func(rec record) (free bson.D, yes bool) {
		refused = refuse(c.value(rec))
		for _, unique := range c.Unique {
			free = append(free, bson.E{Key: unique.Field, Value: fmt.Sprintf("deleted %s %d", id, time.Now().UnixNano())})
		}
		return free, refused == nil
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return nil, receipt, err
	}
	return c.value(was), receipt, nil
}

// Expire deletes the values that nobody has touched since before, one by one: each is looked at
// again when it is its turn.
func (e values) Expire(ctx context.Context, s *dao.Schema, before models.Time) (n int, err error) {
	leave, err := e.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	c := e.of(s)
	var old []models.ID
	filter := bson.M{updatedField: bson.M{"$lt": int64(before)}, seenField: bson.M{"$not": bson.M{"$gte": int64(before)}}}
	if err := c.each(ctx, filter, nil, func(rec record) error { old = append(old, rec.id); return nil }); err != nil {
		return 0, err
	}
	for _, id := range old {
		expired, err := c.expire(ctx, id, before)
		if err != nil {
			return n, err
		}
		if expired {
			n++
		}
	}
	return n, nil
}

func (c *collection) expire(ctx context.Context, id models.ID, before models.Time) (bool, error) {
	ctx, leave, err := c.enterWrite(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	_, receipt, err := c.delete(ctx, id, func(rec record) (bson.D, bool) {
		seen, _ := timeOf(ownField(rec.raw, "seen"))
		return nil, max(c.value(rec).GetHead().UpdatedAt, seen) < before && !c.stale(rec.raw) // or another program has just changed it
	})
	if errors.Is(err, dao.ErrNotFound) {
		return false, nil
	}
	return err == nil && !receipt.Repeated, err
}
