package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"slices"

	"pulperia/dao"
)

// placingInFiles measures both kinds of orders on the store of files.
func (b *bench) placingInFiles(ctx context.Context, r *report) error {
	return b.besideFile(ctx, "orders", func(store dao.Store, dir string, bare *groupCommit) error {
		t, err := b.openTill(ctx, store)
		if err != nil {
			return err
		}
		record, err := t.recordOfOrder(ctx, dir)
		if err != nil {
			return err
		}
		for _, hot := range []bool{false, true} {
			p, err := t.placingDuel(ctx, hot, func(n int) (round, error) {
				return countedRound(ctx, n, func(context.Context, int) error { return bare.append(record) })
			})
			if err != nil {
				return err
			}
			p.what, p.records = "files, "+ofProducts(hot), number("appends of %d bytes", len(record))
			b.addPlacing(r, p)
		}
		return nil
	})
}

// recordOfOrder places an order and returns what the journal got for it: all lines of its step.
func (t *till) recordOfOrder(ctx context.Context, dir string) ([]byte, error) {
	if _, err := t.placingRound(ctx, 1, false); err != nil { // makes what a shop has one of
		return nil, err
	}
	if _, err := t.placingRound(ctx, 1, false); err != nil {
		return nil, err
	}
	return lastStep(dir)
}

// lastStep reads the lines of the last step from a store's journal.
func lastStep(dir string) (record []byte, err error) {
	lines, err := journalLines(dir, math.MaxInt)
	if err != nil {
		return nil, err
	}
	blank := func(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 } // what is reserved
	lines = slices.DeleteFunc(lines, blank)
	type place struct {
		Offset int64
		Step   [2]int64
	}
	var last place
	if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil {
		return nil, err
	}
	for _, line := range lines {
		var at place
		if err := json.Unmarshal(line, &at); err != nil {
			return nil, err
		}
		if at.Step == last.Step {
			record = append(record, line...)
		}
	}
	return record, nil
}
