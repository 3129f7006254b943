package main

import (
	"context"

	"pulperia/dao"
)

// leastSteps is what is required of steps, as a share of the bare limit.
const leastSteps = 0.5

// stepsInFiles measures steps of the store of files.
func (b *bench) stepsInFiles(ctx context.Context, r *report) error {
	return b.besideFile(ctx, "steps", func(store dao.Store, dir string, bare *groupCommit) error {
		w, err := b.openWorkshop(ctx, store)
		if err != nil {
			return err
		}
		for _, hot := range []bool{false, true} {
			if err := w.step(ctx, 0, hot); err != nil {
				return err
			}
			record, err := lastStep(dir)
			if err != nil {
				return err
			}
			d, err := b.turns(func() (round, error) { return w.round(ctx, b, hot) }, func() (round, error) {
				return b.ownRound(ctx, stepWriters, func(context.Context, int) func() error {
					return func() error { return bare.append(record) }
				})
			})
			if err != nil {
				return err
			}
			b.addStepDuel(r, "files: a step, "+ofValues(hot), "steps", number("appends of %d bytes", len(record)), d, leastSteps)
		}
		return nil
	})
}
