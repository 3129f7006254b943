package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
)

// change is an entry for a product that is there and differs.
type change struct {
	entry       catalogue.Entry
	before, now models.Product
	joined      []models.Product // what was one product for each variant
	made        []string         // what is in the shop otherwise than in the file
	keeps       bool             // the stock that there is, since orders changed it
}

// over is a product as it is to be.
func (c *change) over(old models.Product) models.Product {
	now := c.entry.Product.Over(old)
	if c.keeps {
		now = withStockOf(now, old)
	}
	return now
}

// fresh is an entry for a value that is not there, also as it was read: it may have to be looked up
// again.
type fresh struct {
	read catalogue.Entry
	comparison
}

// put brings entries into the store: each is looked up, what is new goes in as one step, what
// differs is updated.
func (r *importRun) put(ctx context.Context, entries []catalogue.Entry) error {
	known, err := r.known(ctx, entries)
	if err != nil {
		return err
	}
	var news []fresh
	var changes []change
	for _, e := range entries {
		state, err := r.compare(ctx, e, known)
		switch {
		case err != nil:
			return err
		case state.refused != nil:
			r.refuse(e, state.refused)
		case state.same:
			r.report.Same++
			r.accept(state.entry, state.made...)
		case state.differs != nil:
			changes = append(changes, *state.differs)
			r.plan(state.differs.now, known)
		default:
			news = append(news, fresh{e, state})
			r.plan(state.whole, known)
		}
	}
	if r.options.DryRun {
		r.changed(changes)
		r.created(news)
		return nil
	}
	if err := r.update(ctx, changes); err != nil {
		return err
	}
	return r.load(ctx, news)
}

func (r *importRun) created(news []fresh) {
	r.report.Created += len(news)
	for _, f := range news {
		r.accept(f.entry, f.made...)
		if text := r.access.note(f.entry.Other); text != "" {
			r.source.say("%s:%d: the shop %s", r.source.name, f.entry.Line, text)
		}
	}
}

// changed says what has changed, from what to what.
func (r *importRun) changed(changes []change) {
	r.report.Updated += len(changes)
	for _, c := range changes {
		r.source.say("%s:%d: %q: %s", r.source.name, c.entry.Line, c.before.Code, differences(c.before, c.now))
		for _, one := range c.joined {
			r.source.say("%s:%d: %q: was a product of its own, and is a variant of %q now", r.source.name, c.entry.Line, one.Code, c.now.Code)
		}
		r.accept(c.entry, c.made...)
	}
}

// load puts new values in, in one durable step. If the store refuses some of them, which somebody
// else may have made meanwhile or which stand in the file twice, halves of them are tried, until
// the ones at fault stand alone.
func (r *importRun) load(ctx context.Context, news []fresh) error {
	if len(news) == 0 {
		return nil
	}
	_, err := r.shop.TakeIn(ctx, r.batchOf(news))
	switch {
	case err == nil:
		r.created(news)
		return nil
	case !isRefusal(err):
		return err
	case len(news) == 1:
		return r.overtaken(ctx, news[0].read, err)
	}
	r.had = everything() // look up everything from now on
	entries := make([]catalogue.Entry, len(news))
	for i, f := range news {
		entries[i] = f.read
	}
	half := len(news) / 2
	if err := r.put(ctx, entries[:half]); err != nil {
		return err
	}
	return r.put(ctx, entries[half:])
}

// overtaken looks again at an entry that the store refuses: another import of the same file may
// have been faster, and what it has brought in shows when its step is whole.
func (r *importRun) overtaken(ctx context.Context, e catalogue.Entry, refusal error) error {
	r.had = everything()
	entries := []catalogue.Entry{e}
	for pause := 5 * time.Millisecond; ; pause *= 2 {
		known, err := r.known(ctx, entries)
		if err != nil {
			return err
		}
		state, err := r.compare(ctx, e, known)
		switch {
		case err != nil:
			return err
		case state.same:
			r.report.Same++
			r.accept(state.entry)
			return nil
		case state.differs != nil:
			return r.update(ctx, []change{*state.differs})
		case state.refused != nil || !errors.Is(refusal, dao.ErrConflict) || pause > time.Second:
			r.refuse(e, cmp.Or(state.refused, refusal))
			return nil
		}
		time.Sleep(pause)
	}
}

// isRefusal says whether an error is about the value and not about the store.
func isRefusal(err error) bool {
	_, invalid := errors.AsType[models.Invalid](err)
	return invalid || errors.Is(err, dao.ErrConflict) || errors.Is(err, dao.ErrNotFound)
}

// batchOf collects values. Products without an id get one and a time so that a listing shows them
// in this order.
func (r *importRun) batchOf(news []fresh) (batch dao.Batch) {
	now := max(models.TimeOf(time.Now()), r.last+1)
	r.last = now
	ids := make([]models.ID, 0, len(news))
	for range news {
		ids = append(ids, models.NewID(now.Std()))
	}
	slices.SortFunc(ids, models.ID.Compare)
	for i, f := range news {
		switch e := f.entry; {
		case e.Product != nil:
			p := f.whole
			if p.ID.IsZero() {
				p.ID, p.CreatedAt, p.UpdatedAt = ids[i], now, now
			}
			batch.Products = append(batch.Products, p)
		case e.Cart != nil:
			batch.Carts = append(batch.Carts, *e.Cart)
		case e.Message != nil:
			batch.Messages = append(batch.Messages, *e.Message)
		default:
			batch.Add(e.Other)
		}
	}
	return batch
}

// change gives one product what its entry says.
func (r *importRun) change(ctx context.Context, c *change) (models.Product, dao.Receipt, error) {
	if c.joined != nil {
		return r.shop.JoinProducts(ctx, c.joined, func(old []models.Product) models.Product {
			return c.entry.Product.Over(c.entry.Product.Joined(old))
		})
	}
	return r.shop.ChangeProduct(ctx, c.before.ID, func(p *models.Product) error {
		c.before = p.Clone()
		*p = c.over(*p)
		return nil
	})
}

// update gives products what their entries say; all else of them stays.
func (r *importRun) update(ctx context.Context, changes []change) error {
	errs := make([]error, len(changes))
	var group errgroup.Group
	group.SetLimit(importWriters)
	for i := range changes {
		group.Go(func() (err error) {
			c := &changes[i]
			c.now, _, err = r.change(ctx, c)
			if errs[i] = err; isRefusal(err) {
				return nil
			}
			return err
		})
	}
	err := group.Wait()
	var done []change
	for i, c := range changes {
		if isRefusal(errs[i]) {
			r.refuse(c.entry, errs[i])
		} else if errs[i] == nil {
			done = append(done, c)
		}
	}
	r.changed(done)
	return err
}
