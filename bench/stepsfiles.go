package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"pulperia/dao/filemanagers"
)

// leastSteps is what is required of steps, as a share of the bare limit.
const leastSteps = 0.5

// stepsInFiles measures steps of the store of files.
func (b *bench) stepsInFiles(ctx context.Context, r *report) (err error) {
	dir, err := os.MkdirTemp(b.dir, "steps-")
	if err != nil {
		return err
	}
	store, err := filemanagers.Open(ctx, dir, filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	w, err := b.openWorkshop(ctx, store)
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		return err
	}
	bare := newGroupCommit(file)
	defer func() { err = errors.Join(err, bare.close()) }()
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
}
