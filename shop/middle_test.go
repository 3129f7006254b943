package shop_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// middle is the place in an act at which another act is done.
type middle string

// The places. Within a step an act of the same process would wait for it, so that one is for two
// processes over one database: the step then runs again.
const (
	beforeStep middle = "before the step" // all that is read for it has been read
	withinStep middle = "within the step" // it has run once, and is not committed
	afterStep  middle = "after the step"  // it is committed, and not answered
	afterPage  middle = "after a page"    // of a list was read
)

// cut is a store in the middle of one of whose next steps something is done, once.
type cut struct {
	dao.Values
	dao.Engine

	mu  sync.Mutex
	at  middle
	nth int // how many more times that place is passed
	act func()
}

// cutStore has all that a shop writes to a store go by a cut.
func cutStore(store dao.Store) (dao.Store, *cut) {
	c := &cut{Values: store.Values, Engine: store.Engine}
	store.Values, store.Engine = cutValues{c}, cutEngine{c}
	store.Products = cutProducts{store.Products, dao.Product.In(store.Values)}
	store.Carts = dao.Cart.In(store.Values)
	return store, c
}

// next has something done the nth time, from 1, that a place is passed; nil calls that off.
func (c *cut) next(at middle, nth int, act func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.nth, c.act = at, nth, act
}

// pass does what is to be done at a place.
func (c *cut) pass(at middle) {
	c.mu.Lock()
	var act func()
	if at == c.at && c.act != nil {
		if c.nth--; c.nth == 0 {
			act, c.act = c.act, nil
		}
	}
	c.mu.Unlock()
	if act != nil {
		act()
	}
}

// step is Update with its three places.
func (c *cut) step(ctx context.Context, of dao.Updater, do func(dao.Tx) error) (dao.Receipt, error) {
	c.pass(beforeStep)
	receipt, err := of.Update(ctx, func(tx dao.Tx) error {
		err := do(tx)
		c.pass(withinStep)
		return err
	})
	c.pass(afterStep)
	return receipt, err
}

type cutValues struct{ *cut }

func (v cutValues) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	return v.step(ctx, v.Values, do)
}

func (v cutValues) List(ctx context.Context, s *dao.Schema, q models.Query) ([]models.Value, int, error) {
	list, total, err := v.Values.List(ctx, s, q)
	v.pass(afterPage)
	return list, total, err
}

type cutEngine struct{ *cut }

func (e cutEngine) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	return e.step(ctx, e.Engine, do)
}

// Load brings values in; it runs nothing of its caller's.
func (e cutEngine) Load(ctx context.Context, batch dao.Batch) (dao.Receipt, error) {
	e.pass(beforeStep)
	receipt, err := e.Engine.Load(ctx, batch)
	e.pass(afterStep)
	return receipt, err
}

// cutProducts reads as the engine does, and writes by the cut.
type cutProducts struct {
	dao.Products
	by dao.Collection[models.Product]
}

func (p cutProducts) Create(ctx context.Context, v models.Product) (models.Product, dao.Receipt, error) {
	return p.by.Create(ctx, v)
}

func (p cutProducts) Update(
	ctx context.Context, id models.ID, change func(*models.Product) error,
) (models.Product, dao.Receipt, error) {
	return p.by.Update(ctx, id, change)
}

func (p cutProducts) Delete(
	ctx context.Context, id models.ID, checks ...func(models.Product) error,
) (models.Product, dao.Receipt, error) {
	return p.by.Delete(ctx, id, checks...)
}

// lookAt has a process learn of all that another one has done: what a step that changes nothing goes
// by may be some moments old. Who asks for what is past the head has the engine look.
func lookAt(t *testing.T, store dao.Store) {
	t.Helper()
	past, err := store.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	past.Offset++
	if _, err := store.Feed.Since(t.Context(), past, 1); err != nil && !errors.Is(err, dao.ErrGone) {
		t.Fatal(err)
	}
}
