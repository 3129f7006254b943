package main

import (
	"context"
	"errors"
	"os"

	"pulperia/dao"
	"pulperia/dao/models"
)

// stepWriters is how many make steps at once.
const stepWriters = 64

// updatesInStep is how many products a step changes, beside the cart that it makes.
const updatesInStep = 3

// steps measures what the chapter on steps has: stepsfiles.go and stepsmongo.go steps of both
// engines beside their bare limits, stepspages.go pages on MongoDB, stepstogether.go several
// processes on one database, stepsdelivery.go how soon one is told of another's step, and
// stepsidle.go, meanwhile, what an idle shop asks its database for. The chapter has many
// comparisons: each gets half of the rounds of others, half as long.
func (b *bench) steps(ctx context.Context, r *report) error {
	half := *b
	half.rounds, half.length = (b.rounds+1)/2, b.length/2
	if err := half.stepsInFiles(ctx, r); err != nil {
		return err
	}
	server := os.Getenv(serverVariable)
	if server == "" {
		r.noServer = true
		b.log.Warn("no MongoDB server: steps in it are left out", "set", serverVariable)
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	idle := b.openIdle(ctx, r, server)
	for _, part := range []func(context.Context, *report, string) error{
		half.stepsInMongoDB, half.pagesOnMongoDB, b.together, b.delivery,
	} {
		if err := part(ctx, r, server); err != nil {
			cancel()
			return errors.Join(err, idle())
		}
	}
	return idle()
}

// workshop is a store in this process, with the products that steps change.
type workshop struct {
	store    dao.Store
	products []models.Product
}

// openWorkshop puts as many products into a store as all writers' steps change.
func (b *bench) openWorkshop(ctx context.Context, store dao.Store) (*workshop, error) {
	w := &workshop{store: store}
	for i := range stepWriters * updatesInStep {
		w.products = append(w.products, stocked(b.product(i)))
	}
	_, err := store.Load(ctx, dao.Batch{Products: w.products})
	return w, err
}

// of returns what a writer's steps change: products of his own, or the one that all change.
func (w *workshop) of(writer int, hot bool) (ids [updatesInStep]models.ID) {
	for i := range ids {
		n := updatesInStep*writer + i
		if hot {
			n = 0
		}
		ids[i] = w.products[n].ID
	}
	return ids
}

// step takes a piece from each of a writer's products, and makes a cart with one. The store makes
// the cart's id: of one that is brought it would have to look whether it is new.
func (w *workshop) step(ctx context.Context, writer int, hot bool) error {
	ids := w.of(writer, hot)
	cart := models.Cart{Products: []models.Item{{Product: ids[0], Quantity: 1}}}
	_, err := w.store.Update(ctx, func(tx dao.Tx) error {
		dao.Ask(tx, dao.Product.Schema, ids[:]...)
		for _, id := range ids {
			take := func(p *models.Product) error { p.Stock--; return nil }
			if _, err := dao.Product.Within(tx).Update(id, take); err != nil {
				return err
			}
		}
		_, err := dao.Cart.Within(tx).Create(cart)
		return err
	})
	return err
}

// round has all writers make steps.
func (w *workshop) round(ctx context.Context, b *bench, hot bool) (round, error) {
	return b.ownRound(ctx, stepWriters, func(ctx context.Context, writer int) func() error {
		return func() error { return w.step(ctx, writer, hot) }
	})
}

func ofValues(hot bool) string {
	if hot {
		return "all on one value"
	}
	return "each on values of its own"
}

// stepRow is a row of the chapter's first table.
type stepRow struct {
	what string
	row
}

// addStep takes a row into the chapter and says it at once.
func (b *bench) addStep(r *report, what string, one row) {
	r.stepRows = append(r.stepRows, stepRow{what, one})
	b.log.Info("steps: "+what, "measured", one.measured, "bare", one.limit, "ratio", one.ratio, "met", one.verdict())
}

// addStepDuel is addStep of something beside its bare limit.
func (b *bench) addStepDuel(r *report, what, calls, bareCalls string, d duel, required float64) {
	b.addStep(r, what, ratioRow(row{
		measured: figures(d.shop, calls, d.shopCPU), limit: figures(d.bare, bareCalls, d.bareCPU),
	}, d.ratio, required))
}
