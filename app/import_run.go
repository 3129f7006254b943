package app

import (
	"context"
	"fmt"
	"slices"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
)

const (
	// importBatch is how many entries go into one durable step. It is also the most that one
	// listing can look up.
	importBatch = models.MaxLimit

	// importWriters update at once, so that they share the store's group commits.
	importWriters = 64
)

// importRun is the import of one file.
type importRun struct {
	*importer
	source  *importSource
	batch   []catalogue.Entry
	made    tally
	access  access
	report  importReport
	images  int   // whose bytes came
	failure error // of the store
}

// read reads the file. A stop takes effect between two batches, so each of them is wholly in or not
// begun.
func (r *importRun) read(ctx context.Context) (catalogue.Summary, error) {
	settings := models.Settings{}
	if r.shop != nil { // else it is tried for a store that there is not yet
		var err error
		if settings, err = r.shop.Settings(ctx); err != nil {
			return catalogue.Summary{}, err
		}
	}
	options := catalogue.Options{Decimal: r.options.Decimal, Currency: settings.Currency, Taxes: settings.Taxes, Whole: func(store string) error { r.failure = r.become(ctx, store); return r.failure }}
	summary, err := catalogue.Read(r.source.name, r.source, options, func(e catalogue.Entry) error { return r.take(ctx, e) })
	if err == nil {
		err = r.flush(ctx)
	}
	return summary, err
}

// become has an empty store be the one whose backup the first file is. What stays in every store,
// such as the first owner's link, does not count.
func (r *importRun) become(ctx context.Context, store string) error {
	first := !r.begun
	r.begun = true
	holds := func(s *dao.Schema) bool { return r.had[s.Kind] }
	if store == "" || !first || slices.ContainsFunc(dao.PortableKinds(), holds) {
		return nil
	}
	if r.becomes = true; r.options.DryRun {
		return nil
	}
	return r.shop.Become(ctx, store)
}

func (r *importRun) take(ctx context.Context, e catalogue.Entry) error {
	if e.Bytes != nil {
		return r.takeImage(ctx, e.Bytes)
	}
	r.report.Read++
	r.orders = r.orders || e.Kind != nil && e.Kind.Kind == dao.KindOrder || e.Product != nil && e.Product.Holds()
	if e.Problem != nil {
		r.noteRefused(e.Refused)
		r.refuse(e, e.Problem)
		return nil
	}
	if r.batch = append(r.batch, e); len(r.batch) < importBatch {
		return nil
	}
	return r.flush(ctx)
}

// takeImage keeps bytes at once: many are more than there is memory.
func (r *importRun) takeImage(ctx context.Context, bytes []byte) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	r.images++
	if r.options.DryRun {
		return nil
	}
	r.failure = r.shop.TakeImage(context.WithoutCancel(ctx), bytes)
	return r.failure
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
	if hasTwoReadings(problem) {
		r.made.count(e, undecided)
	}
}

// accept says what of an entry that is in is not as its file says.
func (r *importRun) accept(e catalogue.Entry, made ...string) {
	for _, note := range e.Notes {
		if note.Line == 0 {
			made = append(made, note.Text)
			continue
		}
		r.source.say("%s:%d: %s", r.source.name, note.Line, note.Text)
	}
	r.made.count(e, made...)
}

func (r *importRun) summary() string {
	c := r.report
	text := fmt.Sprintf("%d read: %d created, %d updated, %d the same, %d refused", c.Read, c.Created, c.Updated, c.Same, c.Refused)
	if r.images > 0 {
		text += fmt.Sprintf("; %d images", r.images)
	}
	if r.options.DryRun {
		text += " (a dry run: nothing was written)"
	}
	return text
}
