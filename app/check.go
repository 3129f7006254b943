package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/filemanagers"
	trade "pulperia/shop"
)

// checkCommand has no flags of its own.
type checkCommand struct{}

// Run reads a whole store and prints what it counted, and what is worth knowing. Damage is an
// error.
func (c *checkCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	report, err := g.checkStore(ctx, streams)
	if err != nil {
		return err
	}
	if err := g.checkOrders(ctx, streams, &report); err != nil {
		return err
	}
	changes := "no shop has opened it yet"
	if report.Head.Epoch != "" {
		changes = fmt.Sprintf("changes %d to %d of epoch %s", report.First, report.Head.Offset, report.Head.Epoch)
	}
	fmt.Fprintf(streams.Out, "%s: %s; %s\n", dbmanagers.Redact(g.Store), report.Counts.List(), changes)
	for _, note := range report.Notes {
		fmt.Fprintln(streams.Out, "note:", note)
	}
	for _, problem := range report.Problems {
		fmt.Fprintln(streams.Err, "damage:", problem)
	}
	switch {
	case len(report.Problems) > 0:
		return errors.New("the store is damaged")
	case len(report.Notes) > 0:
		fmt.Fprintln(streams.Out, "nothing is damaged; see the notes")
	default:
		fmt.Fprintln(streams.Out, "everything is in order")
	}
	return nil
}

// checkStore has the store's engine check it.
func (g *globals) checkStore(ctx context.Context, streams Streams) (dao.Report, error) {
	if dbmanagers.IsURL(g.Store) {
		log := g.logger(streams.Err)
		password, err := g.storePassword(log)
		if err != nil {
			return dao.Report{}, err
		}
		return dbmanagers.Check(ctx, g.Store, dbmanagers.Options{Password: password, Log: log})
	}
	dir, err := storeDir(g.Store)
	if err != nil {
		return dao.Report{}, err
	}
	return filemanagers.Check(ctx, dir, filemanagers.Options{Accept: g.AcceptEdits})
}

// checkOrders has the shop prove its orders, of a store that the engine can read.
func (g *globals) checkOrders(ctx context.Context, streams Streams, report *dao.Report) (err error) {
	if len(report.Problems) > 0 || report.Counts[dao.KindOrder] == 0 && report.Counts[dao.KindProduct] == 0 || report.Head.Epoch == "" {
		return nil
	}
	store, err := g.readStore(ctx, g.Store, g.logger(streams.Err))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	found, err := trade.Audit(ctx, store)
	report.Notes, report.Problems = append(report.Notes, found.Notes...), append(report.Problems, found.Wrong...)
	if len(found.Owed) > 0 {
		report.Notes = append(report.Notes, owed(found.Owed))
	}
	return err
}

// owed tells of orders that were handed over and are not all paid, as far as the shop knows.
func owed(numbers []int64) string {
	return fmt.Sprintf("%s: handed over, and not all of the money is noted in the ledger: note on the page of each what has come: numbers %s",
		counts(len(numbers), "order"), numbersText(numbers))
}

// numbersText names the first of the numbers of orders, and says how many more there are.
func numbersText(numbers []int64) string {
	const most = 20
	slices.Sort(numbers) // they were read in the order of ids
	var texts []string
	for _, n := range numbers[:min(most, len(numbers))] {
		texts = append(texts, strconv.FormatInt(n, 10))
	}
	text := strings.Join(texts, ", ")
	if n := len(numbers) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}
