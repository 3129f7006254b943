package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Codes are unique by an index over a field of ours, since other programs may have written one
// twice: then it stands in the field of one of the products only. The others are looked for before
// a code is given away. And since another program may drop the index, who has written a code looks
// once more, before he tells anybody: see keeps.
const (
	uniqueField = "pulperia.unique" // a product's code, in one of the products that have it
	codeField   = "pulperia.code"   // a product's code, in all
)

var (
	errStale   = errors.New("another program has changed it")
	errNewCode = errors.New("whether the code is free is to be asked")
)

func withUnique(keys bson.D, code string) bson.D {
	if code == "" {
		return keys
	}
	return append(keys, bson.E{Key: "unique", Value: code})
}

// codeTaken is a dao.Conflict when another product has a code by one of the two fields. One that
// only had it, before another program gave it a new one, does not count.
func (p products) codeTaken(ctx context.Context, field, code string, id models.ID) error {
	var before []models.ID
	err := p.each(ctx, bson.M{field: code}, nil, func(rec record) error {
		switch {
		case rec.id == id:
		case readProduct(rec.raw).Code == code:
			return dao.Conflict{Field: "code", Value: code}
		default:
			before = append(before, rec.id)
		}
		return nil
	})
	for _, id := range before {
		if err == nil {
			err = p.noticeFirst(ctx, id)
		}
	}
	return err
}

// keeps returns nil when the product that has just been given a code, and is not announced yet, is
// the only one that has it. Of two that get one at the same moment, the one that is announced keeps
// it, and otherwise the one with the smaller id: each looks after it has written, so one of them at
// least sees the other.
func (p products) keeps(ctx context.Context, code string, id models.ID) error {
	for pause := time.Millisecond; ; pause *= 2 {
		undecided := false
		err := p.each(ctx, bson.M{codeField: code}, nil, func(rec record) error {
			switch {
			case rec.id == id || readProduct(rec.raw).Code != code:
			case rec.stamp != 0 || rec.id.Compare(id) < 0:
				return dao.Conflict{Field: "code", Value: code}
			default:
				undecided = true
			}
			return nil
		})
		if err != nil || !undecided {
			return err
		}
		if err := pauseFor(ctx, pause, errors.New("another product is getting this code")); err != nil {
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
		return unknown("take back "+string(c.kind), errors.Join(err, undone))
	}
	return err
}

// takeBack makes a document again what it was before a change that it may not keep. Nobody has been
// told of that.
func (c *collection) takeBack(ctx context.Context, rec record, rev int64, todo *change, reason error) error {
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
		return unknown("take back a change of "+string(c.kind), errors.Join(reason, err))
	}
	return reason
}

// noticeFirst is notice before a write of another product, or of another change: its failure is
// that of the write, which did nothing.
func (p products) noticeFirst(ctx context.Context, id models.ID) error {
	if err := p.notice(ctx, id); err != nil {
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
