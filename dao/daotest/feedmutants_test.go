package daotest_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// pagesTooFar gives the message that bounds a page as well.
type pagesTooFar struct{ dao.Messages }

func (m pagesTooFar) Page(ctx context.Context, before models.ID, limit int) ([]models.Message, error) {
	page, err := m.Messages.Page(ctx, before, limit)
	all, _ := m.Messages.Page(ctx, models.ID{}, 1<<30)
	if at := slices.IndexFunc(all, func(m models.Message) bool { return m.ID == before }); at >= 0 && len(page) > 0 {
		page = append(page[1:], all[at])
	}
	return page, err
}

type doubles struct{ dao.Messages }

func (m doubles) Append(ctx context.Context, given models.Message) (models.Message, dao.Receipt, error) {
	got, receipt, err := m.Messages.Append(ctx, given)
	if receipt.Repeated {
		given.ID = models.ID{}
		return m.Messages.Append(ctx, given)
	}
	return got, receipt, err
}

type deaf struct{ dao.Messages }

func (m deaf) Append(ctx context.Context, given models.Message) (models.Message, dao.Receipt, error) {
	return m.Messages.Append(context.WithoutCancel(ctx), given)
}

// lies says of a cancelled append that it is not done, though it is.
type lies struct{ dao.Messages }

func (m lies) Append(ctx context.Context, given models.Message) (models.Message, dao.Receipt, error) {
	got, receipt, err := m.Messages.Append(context.WithoutCancel(ctx), given)
	if ctx.Err() != nil {
		return models.Message{}, dao.Receipt{}, ctx.Err()
	}
	return got, receipt, err
}

// promises acknowledges what comes too late to be stored, once.
type promises struct {
	dao.Messages
	once sync.Once
}

func (m *promises) Append(ctx context.Context, given models.Message) (models.Message, dao.Receipt, error) {
	got, receipt, err := m.Messages.Append(ctx, given)
	if err != nil {
		m.once.Do(func() { got, err = models.Message{ID: models.ID{1}}, nil })
	}
	return got, receipt, err
}

type lateReceipts struct{ dao.Messages }

func (m lateReceipts) Append(ctx context.Context, given models.Message) (models.Message, dao.Receipt, error) {
	got, receipt, err := m.Messages.Append(ctx, given)
	receipt.Position.Offset--
	return got, receipt, err
}

type losesThird struct{ dao.Feed }

func (f losesThird) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	changes, err := f.Feed.Since(ctx, after, limit)
	return slices.DeleteFunc(changes, func(c dao.Change) bool { return c.Offset == 3 }), err
}

// swapsRevisions tells of the second change of a value before the first.
type swapsRevisions struct{ dao.Feed }

func (f swapsRevisions) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	changes, err := f.Feed.Since(ctx, after, limit)
	for i := range changes {
		for j := range i {
			if changes[i].ID == changes[j].ID && changes[i].Rev == 3 && changes[j].Rev == 2 {
				changes[i], changes[j] = changes[j], changes[i]
				changes[i].Offset, changes[j].Offset = changes[j].Offset, changes[i].Offset
			}
		}
	}
	return changes, err
}

// keepsChanges gives the documents that it keeps.
type keepsChanges struct {
	dao.Feed
	kept []dao.Change
}

func (f *keepsChanges) Since(ctx context.Context, after dao.Position, limit int) (changes []dao.Change, err error) {
	if f.kept == nil {
		f.kept, err = f.Feed.Since(ctx, after, limit)
	}
	return slices.Clone(f.kept), err
}

type oldDeletes struct{ dao.Feed }

func (f oldDeletes) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	changes, err := f.Feed.Since(ctx, after, limit)
	for i := range changes {
		if changes[i].Op == dao.OpDelete {
			changes[i].Rev--
		}
	}
	return changes, err
}

type anyEpoch struct{ dao.Feed }

func (f anyEpoch) Since(ctx context.Context, after dao.Position, limit int) ([]dao.Change, error) {
	head, err := f.Head(ctx)
	if err != nil {
		return nil, err
	}
	after.Epoch = head.Epoch
	return f.Feed.Since(ctx, after, limit)
}

type impatient struct{ dao.Feed }

func (f impatient) Wait(context.Context, dao.Position) error { return nil }

// hasty names a change before it can be read.
type hasty struct{ dao.Feed }

func (f hasty) Head(ctx context.Context) (dao.Position, error) {
	head, err := f.Feed.Head(ctx)
	head.Offset++
	return head, err
}

type loadsInParts struct{ dao.Engine }

func (e loadsInParts) Load(ctx context.Context, b dao.Batch) (dao.Receipt, error) {
	if _, err := e.Engine.Load(ctx, dao.Batch{Products: b.Products}); err != nil {
		return dao.Receipt{}, err
	}
	return e.Engine.Load(ctx, dao.Batch{Carts: b.Carts, Messages: b.Messages})
}

type loadsAnew struct{ dao.Engine }

func (e loadsAnew) Load(ctx context.Context, b dao.Batch) (dao.Receipt, error) {
	b.Carts = slices.Clone(b.Carts)
	for i := range b.Carts {
		b.Carts[i].Rev = 1
	}
	return e.Engine.Load(ctx, b)
}

// dumpsLate says that what it gave was still true some changes later, if there are any.
type dumpsLate struct {
	dao.Engine
	feed dao.Feed
}

func (e *dumpsLate) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	at, err := e.Engine.Dump(ctx, visit)
	soon, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for later := at; err == nil && later.Offset < at.Offset+10; later.Offset++ {
		if e.feed.Wait(soon, later) != nil {
			return later, nil
		}
	}
	at.Offset += 10
	return at, err
}

type alwaysOpen struct{ dao.Engine }

func (e alwaysOpen) Attend(_ context.Context, _, age time.Duration) (models.Time, error) {
	return models.TimeOf(time.Now().Add(-age)), nil
}

type allOne struct{ dao.Engine }

func (allOne) Identity() string { return "0123456789abcdef" }

type alwaysReady struct{ dao.Engine }

func (e alwaysReady) Ready(context.Context) error { return nil }
