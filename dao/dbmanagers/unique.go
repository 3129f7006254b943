package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Texts are unique by an index over a field of ours, since other programs may have written one
// twice: then it stands in the field of one of the values only. The others are looked for before a
// text is given away. And since another program may drop the index, who has written a text looks
// once more, before he tells anybody: see keeps.
const (
	uniqueField = "pulperia.unique" // a product's code, in one of the products that have it
	codeField   = "pulperia.code"   // a product's code, in all
)

var (
	errStale   = errors.New("another program has changed it")
	errNewText = errors.New("whether a unique text is free is to be asked")
)

// text is one that only one value of a kind may have: the value of its schema's Unique.
type text struct {
	unique int
	is     string
}

// Where texts stand in documents.
const (
	onlyField  = iota // in one of the values that have it
	everyField        // in all
)

// field returns where a unique text stands.
func (c *collection) field(where, unique int) string {
	switch name := c.Unique[unique].Field; {
	case where == everyField:
		return "pulperia." + name
	case unique > 0:
		return uniqueField + "_" + name
	}
	return uniqueField
}

// texts returns the unique texts of a value that another one does not have.
func (c *collection) texts(v, before models.Value) (list []text) {
	for i, unique := range c.Unique {
		if is := unique.Of(v); is != "" && (before == nil || unique.Of(before) != is) {
			list = append(list, text{i, is})
		}
	}
	return list
}

func (c *collection) conflict(t text) error {
	return dao.Conflict{Field: c.Unique[t.unique].Field, Value: t.is}
}

// withUnique adds the unique texts of a value to what is derived from it: those that are not there
// yet in all, and each in one.
func (c *collection) withUnique(keys bson.D, v models.Value) bson.D {
	for _, t := range c.texts(v, nil) {
		for _, where := range []int{everyField, onlyField} {
			key := strings.TrimPrefix(c.field(where, t.unique), "pulperia.")
			if !slices.ContainsFunc(keys, func(e bson.E) bool { return e.Key == key }) {
				keys = append(keys, bson.E{Key: key, Value: t.is})
			}
		}
	}
	return keys
}

// wantFree is a dao.Conflict when another value has one of some texts by a field.
func (c *collection) wantFree(ctx context.Context, where int, texts []text, id models.ID) error {
	for _, t := range texts {
		if err := c.taken(ctx, where, t, id); err != nil {
			return err
		}
	}
	return nil
}

// taken is wantFree for one text. A value that only had it, before another program gave it a new
// one, does not count.
func (c *collection) taken(ctx context.Context, where int, t text, id models.ID) error {
	var before []models.ID
	err := c.each(ctx, bson.M{c.field(where, t.unique): t.is}, nil, func(rec record) error {
		switch {
		case rec.id == id:
		case c.Unique[t.unique].Of(c.read(rec.raw)) == t.is:
			return c.conflict(t)
		default:
			before = append(before, rec.id)
		}
		return nil
	})
	for _, id := range before {
		if err == nil {
			err = c.noticeFirst(ctx, id)
		}
	}
	return err
}

// keepsAll returns nil when a value keeps all of some texts: see keeps.
func (c *collection) keepsAll(ctx context.Context, texts []text, id models.ID) error {
	for _, t := range texts {
		if err := c.keeps(ctx, t, id); err != nil {
			return err
		}
	}
	return nil
}

// keeps returns nil when the value that has just been given a text, and is not announced yet, is
// the only one that has it. Of two that get one at the same moment, the one that is announced keeps
// it, and otherwise the one with the smaller id: each looks after it has written, so one of them at
// least sees the other.
func (c *collection) keeps(ctx context.Context, t text, id models.ID) error {
	for pause := time.Millisecond; ; pause *= 2 {
		undecided := false
		err := c.each(ctx, bson.M{c.field(everyField, t.unique): t.is}, nil, func(rec record) error {
			switch {
			case rec.id == id || c.Unique[t.unique].Of(c.read(rec.raw)) != t.is:
			case rec.stamp != 0 || rec.id.Compare(id) < 0:
				return c.conflict(t)
			default:
				undecided = true
			}
			return nil
		})
		if err != nil || !undecided {
			return err
		}
		if err := pauseFor(ctx, pause, fmt.Errorf("another %s is getting this %s", c.Kind, c.Unique[t.unique].Field)); err != nil {
			return err
		}
	}
}

// keep removes a document that has just been inserted and may not keep its values. Nobody has been
// told of it.
func (c *collection) keep(ctx context.Context, d draft) error {
	if d.keeps == nil {
		return nil
	}
	err := d.keeps(ctx)
	if err == nil {
		return nil
	}
	filter := bson.M{"_id": objectID(d.id), stampField: nil}
	if undone := insist(ctx, func() error { _, err := c.coll.DeleteOne(ctx, filter); return err }); undone != nil {
		return unknown("take back "+string(c.Kind), errors.Join(err, undone))
	}
	return err
}

// takeBack makes a document again what it was before a change that it may not keep. Nobody has been
// told of that.
func (c *collection) takeBack(ctx context.Context, rec record, rev int64, todo *mutation, reason error) error {
	set := bson.D{{Key: "pulperia", Value: rec.raw.Lookup("pulperia")}}
	var unset bson.D
	for _, field := range slices.Concat(todo.set, todo.unset) {
		if was := rec.raw.Lookup(field.Key); was.IsZero() {
			unset = append(unset, bson.E{Key: field.Key, Value: ""})
		} else {
			set = append(set, bson.E{Key: field.Key, Value: was})
		}
	}
	update := bson.D{{Key: "$set", Value: set}}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	filter := bson.M{"_id": rec.key, revField: rev, stampField: nil}
	if err := insist(ctx, func() error { _, err := c.coll.UpdateOne(ctx, filter, update); return err }); err != nil {
		return unknown("take back a change of "+string(c.Kind), errors.Join(reason, err))
	}
	return reason
}

// noticeFirst is notice before a write of another value, or of another change: its failure is
// that of the write, which did nothing.
func (c *collection) noticeFirst(ctx context.Context, id models.ID) error {
	if err := c.notice(ctx, id); err != nil {
		return fmt.Errorf("%w: %v", dao.ErrUnavailable, err) // not %w: it is unknown what became of that one, not of the write
	}
	return nil
}

// pauseFor sleeps before a write is tried again whose reason to fail is gone, or cannot be seen
// yet.
func pauseFor(ctx context.Context, pause time.Duration, err error) error {
	sleep(ctx, min(pause, 100*time.Millisecond))
	if ctx.Err() != nil {
		return fmt.Errorf("%w: another value of it must be unique and is taken: %v", dao.ErrUnavailable, err)
	}
	return nil
}
