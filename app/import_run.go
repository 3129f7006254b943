package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
)

const (
	// importBatch is how many entries go into one durable step. It is also the most that one listing can look up.
	importBatch = models.MaxLimit

	// importWriters update at once, so that they share the store's group commits.
	importWriters = 64
)

// importRun is the import of one file.
type importRun struct {
	*importer
	source  *importSource
	batch   []catalogue.Entry
	report  importReport
	failure error // of the store
}

// read reads the file twice: to see that it is whole, and to import it. A stop takes effect between two batches, so each
// of them is wholly in or not begun.
func (r *importRun) read(ctx context.Context) (catalogue.Format, error) {
	if _, err := catalogue.Verify(r.source.name, r.source); err != nil {
		return "", err
	}
	if _, err := r.source.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	format, err := catalogue.Read(r.source.name, r.source, func(e catalogue.Entry) error { return r.take(ctx, e) })
	if err == nil {
		err = r.flush(ctx)
	}
	return format, err
}

func (r *importRun) take(ctx context.Context, e catalogue.Entry) error {
	r.report.Read++
	if e.Problem != nil {
		r.refuse(e, e.Problem)
		return nil
	}
	if r.batch = append(r.batch, e); len(r.batch) < importBatch {
		return nil
	}
	return r.flush(ctx)
}

func (r *importRun) flush(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	r.failure = r.put(context.WithoutCancel(ctx), r.batch)
	r.batch = nil
	return r.failure
}

func (r *importRun) refuse(e catalogue.Entry, problem error) {
	r.report.Refused++
	r.source.say("%s:%d: %v", r.source.name, e.Line, problem)
}

func (r *importRun) summary() string {
	c := r.report
	text := fmt.Sprintf("%d read: %d created, %d updated, %d the same, %d refused", c.Read, c.Created, c.Updated, c.Same, c.Refused)
	if r.options.DryRun {
		text += " (a dry run: nothing was written)"
	}
	return text
}

// change is an entry for a product that is there and differs.
type change struct {
	entry catalogue.Entry
	id    models.ID // of the product that is there
}

// put brings entries into the store: each is looked up, what is new goes in as one step, what differs is updated.
func (r *importRun) put(ctx context.Context, entries []catalogue.Entry) error {
	known, err := r.known(ctx, entries)
	if err != nil {
		return err
	}
	var fresh []catalogue.Entry
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
		case !state.differs.IsZero():
			changes = append(changes, change{e, state.differs})
		default:
			fresh = append(fresh, e)
		}
	}
	if r.options.DryRun {
		r.report.Created += len(fresh)
		r.report.Updated += len(changes)
		return nil
	}
	if err := r.update(ctx, changes); err != nil {
		return err
	}
	return r.load(ctx, fresh)
}

// load puts new values in, in one durable step. If the store refuses some of them, which somebody else may have made
// meanwhile or which stand in the file twice, halves of them are tried, until the ones at fault stand alone.
func (r *importRun) load(ctx context.Context, fresh []catalogue.Entry) error {
	if len(fresh) == 0 {
		return nil
	}
	_, err := r.store.Load(ctx, r.batchOf(fresh))
	switch {
	case err == nil:
		r.report.Created += len(fresh)
		return nil
	case !isRefusal(err):
		return err
	case len(fresh) == 1:
		r.refuse(fresh[0], err)
		return nil
	}
	r.had = possessions{true, true, true} // look up everything from now on
	half := len(fresh) / 2
	if err := r.put(ctx, fresh[:half]); err != nil {
		return err
	}
	return r.put(ctx, fresh[half:])
}

// isRefusal says whether an error is about the value and not about the store.
func isRefusal(err error) bool {
	_, invalid := errors.AsType[models.Invalid](err)
	return invalid || errors.Is(err, dao.ErrConflict) || errors.Is(err, dao.ErrNotFound)
}

// batchOf collects values. Products without an id get one and a time so that a listing shows them in this order.
func (r *importRun) batchOf(entries []catalogue.Entry) (batch dao.Batch) {
	now := max(models.TimeOf(time.Now()), r.last+1)
	r.last = now
	ids := make([]models.ID, 0, len(entries))
	for range entries {
		ids = append(ids, models.NewID(now.Std()))
	}
	slices.SortFunc(ids, models.ID.Compare)
	for i, e := range entries {
		switch {
		case e.Product != nil:
			p := *e.Product
			if p.ID.IsZero() {
				p.ID, p.CreatedAt, p.UpdatedAt = ids[i], now, now
			}
			batch.Products = append(batch.Products, p)
		case e.Cart != nil:
			batch.Carts = append(batch.Carts, *e.Cart)
		case e.Message != nil:
			batch.Messages = append(batch.Messages, *e.Message)
		}
	}
	return batch
}

// update gives products the content of their entries; ids stay.
func (r *importRun) update(ctx context.Context, changes []change) error {
	refusals := make([]error, len(changes))
	var group errgroup.Group
	group.SetLimit(importWriters)
	for i, c := range changes {
		group.Go(func() error {
			_, _, err := r.store.Products.Update(ctx, c.id, func(p *models.Product) error {
				*p = c.entry.Product.Clone() // the store keeps its id, revision and times
				return nil
			})
			if isRefusal(err) {
				refusals[i], err = err, nil
			}
			return err
		})
	}
	err := group.Wait()
	for i, c := range changes {
		if refusals[i] != nil {
			r.refuse(c.entry, refusals[i])
		} else if err == nil {
			r.report.Updated++
		}
	}
	return err
}
