package app

import (
	"context"
	"errors"
	"fmt"

	"pulperia/dao/filemanagers"
)

// checkCommand has no flags of its own.
type checkCommand struct{}

// Run reads a whole store and prints what it counted. What is wrong is an error.
func (c *checkCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	dir, err := storeDir(g.Store)
	if err != nil {
		return err
	}
	report, err := filemanagers.Check(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(streams.Out, "%s: %d products, %d carts, %d messages; changes %d to %d of epoch %s\n",
		dir, report.Products, report.Carts, report.Messages, report.First, report.Head.Offset, report.Head.Epoch)
	for _, note := range report.Notes {
		fmt.Fprintln(streams.Out, "note:", note)
	}
	for _, problem := range report.Problems {
		fmt.Fprintln(streams.Err, "damage:", problem)
	}
	if len(report.Problems) > 0 {
		return errors.New("the store is damaged")
	}
	fmt.Fprintln(streams.Out, "all checksums, rules and references are in order")
	return nil
}
