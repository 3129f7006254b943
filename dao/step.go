package dao

import (
	"context"
	"errors"

	"pulperia/dao/models"
)

// Updater makes steps. Every write of a store is one.
type Updater interface {
	// Update runs do as one step: all that it puts and deletes, or nothing, durable, in one place of
	// the feed, and serialisable with every other step of every process: what do has read (values,
	// absences, whose a text is) is still so at that place. do may run more than once, and must touch
	// nothing but tx and its own variables, which it sets anew each time. What it asks tx for follows
	// from what it has read: an id or a token that it looks up is made by chance before Update, or
	// engines that fetch would do so for ever; they panic instead. Its error is returned as it is,
	// and nothing is stored; a panic of it is its caller's. A step that changes nothing has a receipt
	// that says so (Receipt.Repeated). More than MaxChanges or MaxBytes are ErrTooLarge.
	Update(ctx context.Context, do func(tx Tx) error) (Receipt, error)
}

// Tx is what a step sees and does. It is for do, while that runs, and for one goroutine. Values are
// given and taken as they are: whoever gets one, or has put one, never alters it. [KindOf.Within] is
// the face that shares nothing.
//
// What a step does to one value is one change, from what the value was before the step to what it is
// after it, however often the step puts it; without a difference it is none.
type Tx interface {
	// Get returns a value as this step has made it, or as it is; or ErrNotFound.
	Get(s *Schema, id models.ID) (models.Value, error)

	// Owner returns the id of the value that has a unique text, or the zero ID for nobody. It panics
	// for a field that is not unique.
	Owner(s *Schema, field, text string) (models.ID, error)

	// Put makes a value, or puts it in the place of the one with its id: normal and checked, for what
	// is new about it. A zero id is replaced by a new one; revision and times are the step's. A unique
	// text that another one has is a Conflict, and so is another value of a history with the same id.
	Put(s *Schema, v models.Value) error

	// Delete removes a value, or is ErrNotFound. Nothing of a history can be removed.
	Delete(s *Schema, id models.ID) error

	Now() models.Time // the step's time, which is never before that of an earlier step
	By() string       // who does it: see WithBy
}

// The limits of a step.
const (
	MaxChanges = 1_000
	MaxBytes   = 8 << 20 // of the documents of its changes, as the engine keeps them
	LoadBytes  = 4 << 20 // of a step of Load, which may have any number of changes
)

// ErrTooLarge is the error of a step beyond the limits; nothing of it is stored.
var ErrTooLarge = errors.New("too large for one step")

// asker is a Tx of an engine that has to fetch values.
type asker interface {
	Ask(s *Schema, ids ...models.ID)
}

// Ask says which values a step will get, so that an engine that fetches them does it at once, and
// not one after the other.
func Ask(tx Tx, s *Schema, ids ...models.ID) {
	if a, asks := tx.(asker); asks {
		a.Ask(s, ids...)
	}
}

// quick is a Tx that spares who makes much the errors about what is not there, and a second check
// and comparison.
type quick interface {
	Peek(s *Schema, id models.ID) models.Value
	PutChecked(s *Schema, v models.Value) error
}

// peek is Get without an error for what is absent.
func peek(tx Tx, s *Schema, id models.ID) (models.Value, error) {
	if q, is := tx.(quick); is {
		return q.Peek(s, id), nil
	}
	v, err := tx.Get(s, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return v, err
}

// putChecked is Put of a value that is normal, checked against what it was, and not the same.
func putChecked(tx Tx, s *Schema, v models.Value) error {
	if q, is := tx.(quick); is {
		return q.PutChecked(s, v)
	}
	return tx.Put(s, v)
}

type byKey struct{}

// WithBy says who does what is done under a context: a person, a key, a visitor, a provider, or the
// shop itself when nothing is said. It stands in each change (Change.By), is no trail, and is shown
// to nobody by the sockets.
func WithBy(ctx context.Context, by string) context.Context {
	return context.WithValue(ctx, byKey{}, by)
}

// ByOf returns who does what is done under a context; "" for the shop itself.
func ByOf(ctx context.Context) string {
	by, _ := ctx.Value(byKey{}).(string)
	return by
}

// Within is the values of one kind within one step. What it returns is the caller's own, and what
// it is given stays the caller's.
type Within[T any] struct {
	kind KindOf[T]
	tx   Tx
}

// Within returns the values of a kind as a step sees them.
func (k KindOf[T]) Within(tx Tx) Within[T] { return Within[T]{k, tx} }

func (w Within[T]) copyOf(v models.Value, err error) (value T, _ error) {
	if err != nil {
		return value, err
	}
	return w.kind.cloneOf(any(v).(*T)), nil
}

// Get returns one value, or ErrNotFound.
func (w Within[T]) Get(id models.ID) (T, error) { return w.copyOf(w.tx.Get(w.kind.Schema, id)) }

// Look is Get without a copy: what it returns is the store's, and nobody alters it.
func (w Within[T]) Look(id models.ID) (*T, error) {
	v, err := w.tx.Get(w.kind.Schema, id)
	if err != nil {
		return nil, err
	}
	return any(v).(*T), nil
}

// Put makes a value, or puts it in the place of the one with its id, as Create and Update do, but it
// becomes the store's: whoever puts it gives a copy of what he looked at, and never alters it again.
func (w Within[T]) Put(value *T) error {
	v := w.kind.value(value)
	var before models.Value
	if id := v.GetHead().ID; !id.IsZero() {
		var err error
		if before, err = peek(w.tx, w.kind.Schema, id); err != nil {
			return err
		}
	}
	if changed, err := w.kind.prepare(v, before); !changed || err != nil {
		return err
	}
	return putChecked(w.tx, w.kind.Schema, v)
}

// Owner returns the id of the value that has a unique text, or the zero ID for nobody.
func (w Within[T]) Owner(field, text string) (models.ID, error) {
	return w.tx.Owner(w.kind.Schema, field, text)
}

// Create is [Collection.Create] within the step.
func (w Within[T]) Create(value T) (stored T, err error) {
	own := w.kind.cloneOf(&value)
	v := w.kind.value(&own)
	if _, err := w.kind.prepare(v, nil); err != nil {
		return stored, err
	}
	return w.copyOf(w.kind.Schema.Create(w.tx, v))
}

// Update is [Collection.Update] within the step.
func (w Within[T]) Update(id models.ID, change func(*T) error) (T, error) {
	return w.copyOf(w.kind.Schema.Update(w.tx, id, func(v models.Value) error { return change(any(v).(*T)) }))
}

// Delete is [Collection.Delete] within the step.
func (w Within[T]) Delete(id models.ID, checks ...func(T) error) (was T, err error) {
	before, err := w.tx.Get(w.kind.Schema, id)
	if err != nil {
		return was, err
	}
	for _, check := range checks {
		if err := check(w.kind.cloneOf(any(before).(*T))); err != nil {
			return was, err
		}
	}
	return w.copyOf(before, w.tx.Delete(w.kind.Schema, id))
}

// Create is [Within.Create] without the type, of a value that is normal and checked: what is stored
// is the very one that is given, and what is returned may be. Nobody alters it.
func (s *Schema) Create(tx Tx, v models.Value) (models.Value, error) {
	if id := v.GetHead().ID; !id.IsZero() {
		switch there, err := peek(tx, s, id); {
		case err != nil:
			return nil, err
		case there != nil && s.Same(there, v):
			return there, nil
		case there != nil:
			return nil, Conflict{Field: "_id", Value: id.String()}
		}
	}
	return v, putChecked(tx, s, v)
}

// Update is [Within.Update] without the type. What it returns is the store's: nobody alters it.
func (s *Schema) Update(tx Tx, id models.ID, change func(models.Value) error) (models.Value, error) {
	before, err := tx.Get(s, id)
	if err != nil {
		return nil, err
	}
	after, err := s.Altered(before, change)
	if after == nil || err != nil {
		return before, err
	}
	return after, putChecked(tx, s, after)
}
