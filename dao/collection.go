package dao

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pulperia/dao/models"
)

// Values keeps values of every kind but histories. [Collection] is the face of it that callers see:
// it makes sure that nothing is shared, so an engine may hand out the very values that it keeps, and
// keep the very values that it is given. Nobody alters them.
type Values interface {
	Updater

	// Get returns a value, or ErrNotFound.
	Get(context.Context, *Schema, models.ID) (models.Value, error)

	// List returns a page of values, and how many there are in all: in the order of the query, then
	// by createdAt, then by id.
	List(context.Context, *Schema, models.Query) (values []models.Value, total int, err error)

	// Untouched returns the ids of the values that have not changed since before; of those that
	// change meanwhile some may be among them.
	Untouched(ctx context.Context, s *Schema, before models.Time) ([]models.ID, error)
}

// Collection is the values of one kind in one store.
type Collection[T any] struct {
	kind   KindOf[T]
	values Values
}

// In returns the values of a kind that an engine keeps. It panics for a history, which is only
// appended to: see [Messages].
func (k KindOf[T]) In(values Values) Collection[T] {
	if k.History {
		panic("dao: " + k.Plural + " are a history, and no collection")
	}
	return Collection[T]{k, values}
}

// copyOf returns a copy of what an engine keeps.
func (c Collection[T]) copyOf(v models.Value) T { return c.kind.cloneOf(any(v).(*T)) }

// Get returns one value, or ErrNotFound.
func (c Collection[T]) Get(ctx context.Context, id models.ID) (value T, err error) {
	found, err := c.values.Get(ctx, c.kind.Schema, id)
	if err != nil {
		return value, err
	}
	return c.copyOf(found), nil
}

// Find returns the page that a query asks for, and how many values there are on all pages. A page
// past the end is empty.
func (c Collection[T]) Find(ctx context.Context, q models.Query) (list []T, total int, err error) {
	if err := c.kind.Check(q); err != nil {
		return nil, 0, err
	}
	found, total, err := c.values.List(ctx, c.kind.Schema, q)
	if err != nil {
		return nil, 0, err
	}
	list = make([]T, len(found))
	for i, v := range found {
		list[i] = c.copyOf(v)
	}
	return list, total, nil
}

// List returns a page of all values, oldest first (by createdAt, then by id), and how many there
// are in all. page counts from 1.
func (c Collection[T]) List(ctx context.Context, page, limit int) (list []T, total int, err error) {
	return c.Find(ctx, models.Query{Page: page, Limit: limit})
}

// Create stores a new value. It keeps the id that is given and makes one when it is zero; the
// revision and the times are the store's. The same id with the same content again adds nothing
// (Receipt.Repeated) and returns what is stored; with other content, or with a unique value that
// another one has, it is ErrConflict.
func (c Collection[T]) Create(ctx context.Context, value T) (stored T, receipt Receipt, err error) {
	value = c.kind.cloneOf(&value)
	own := c.kind.value(&value)
	if _, err := c.kind.prepare(own, nil); err != nil {
		return stored, Receipt{}, err
	}
	made, receipt, err := c.kind.createIn(ctx, c.values, own)
	if err != nil {
		return stored, Receipt{}, fmt.Errorf("create %s: %w", c.kind.Kind, err)
	}
	return c.copyOf(made), receipt, nil
}

// createIn is Create as a step of its own.
func (s *Schema) createIn(ctx context.Context, in Updater, own models.Value) (models.Value, Receipt, error) {
	c := creation{s, own, own.GetHead().ID, nil}
	receipt, err := in.Update(ctx, c.do)
	return c.made, receipt, err
}

type creation struct {
	*Schema
	own   models.Value
	given models.ID
	made  models.Value
}

func (c *creation) do(tx Tx) (err error) {
	v := c.own
	if c.made != nil { // it runs again, and what it put may still be looked at
		v = c.Clone(v)
		v.SetHead(models.Head{ID: c.given})
	}
	c.made, err = c.Schema.Create(tx, v)
	return err
}

// Update reads a value, lets change alter it and stores the result, as one atomic step: of parallel
// updates of one id none is lost. change may run more than once and must touch nothing but its
// argument; an error of it is returned as it is and nothing is stored. Id, revision and times are
// the store's. A result that is the same as before is not a change (Receipt.Repeated). An absent id
// is ErrNotFound, a unique value that another one has is ErrConflict.
func (c Collection[T]) Update(ctx context.Context, id models.ID, change func(*T) error) (stored T, receipt Receipt, err error) {
	alter := func(given models.Value) error { return change(any(given).(*T)) }
	var after models.Value
	receipt, err = c.values.Update(ctx, func(tx Tx) (err error) {
		after, err = c.kind.Schema.Update(tx, id, alter)
		return err
	})
	if err != nil {
		return stored, Receipt{}, err
	}
	return c.copyOf(after), receipt, nil
}

// Delete removes a value and returns what it was, or ErrNotFound. What names it stays as it is.
// Each of the checks is asked about the value as it is, in the same atomic step, and may be asked
// more than once; an error of one is returned as it is, and nothing is removed.
func (c Collection[T]) Delete(ctx context.Context, id models.ID, checks ...func(T) error) (was T, receipt Receipt, err error) {
	receipt, err = c.values.Update(ctx, func(tx Tx) (err error) {
		was, err = c.kind.Within(tx).Delete(id, checks...)
		return err
	})
	if err != nil {
		var none T
		return none, Receipt{}, err
	}
	return was, receipt, nil
}

// Expire deletes every value that has not changed since before, and returns how many. One that
// changes meanwhile stays.
func (c Collection[T]) Expire(ctx context.Context, before models.Time) (int, error) {
	return c.kind.Expire(ctx, c.values, before)
}

// Expire is [Collection.Expire] of a kind without its type: in steps, each of which deletes some.
func (s *Schema) Expire(ctx context.Context, values Values, before models.Time) (n int, err error) {
	ids, err := values.Untouched(ctx, s, before)
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(ids, MaxChanges) {
		deleted := 0
		_, err := values.Update(ctx, func(tx Tx) error {
			deleted = 0
			Ask(tx, s, some...)
			for _, id := range some {
				v, err := tx.Get(s, id)
				switch {
				case errors.Is(err, ErrNotFound) || err == nil && v.GetHead().UpdatedAt >= before: // gone, or touched
					continue
				case err == nil:
					err = tx.Delete(s, id)
				}
				if err != nil {
					return err
				}
				deleted++
			}
			return nil
		})
		if err != nil {
			return n, err
		}
		n += deleted
	}
	return n, nil
}
