package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/dbmanagers"
)

// importCommand brings in catalogues.
type importCommand struct {
	Files  []string `arg:"" name:"file" help:"Files to bring in, or a folder that export made; - reads from standard input."`
	DryRun bool     `help:"Say what would happen, and write nothing."`
}

// Run imports into a store that no other process has open.
func (c *importCommand) Run(ctx context.Context, g *globals, streams Streams) (err error) {
	for _, file := range c.Files {
		if strings.Contains(file, "://") {
			return fmt.Errorf("import %s: must be a file or a folder", dbmanagers.Redact(file))
		}
	}
	store, err := g.openStore(ctx, g.Store, storeOptions{bulk: true, log: g.logger(streams.Err)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	report, err := importFiles(ctx, store, c.Files, importOptions{
		DryRun: c.DryRun, In: streams.In, Out: streams.Out, Progress: streams.Err,
	})
	if err == nil && !report.Complete() {
		err = fmt.Errorf("import: %d entries were refused and %d files could not be read; the rest is in", report.Refused, report.Broken)
	}
	return err
}

// exportCommand writes everything into one place.
type exportCommand struct {
	Target string `arg:"" help:"A folder, a file that ends in .jsonl or .jsonl.gz, or - for standard output."`
}

// Run exports the store as it is at this moment, beside a shop that has it open, too.
func (c *exportCommand) Run(ctx context.Context, g *globals, streams Streams) (err error) {
	if strings.Contains(c.Target, "://") {
		return fmt.Errorf("export to %s: must be a folder, a file or -", dbmanagers.Redact(c.Target))
	}
	store, err := g.readStore(ctx, g.Store, g.logger(streams.Err))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	judged := judgedDump{store, newRefusals()}
	done, err := exportStore(ctx, &judged, c.Target, streams.Out)
	if err != nil {
		return err
	}
	fmt.Fprintln(streams.Err, done)
	if judged.problems > 0 {
		fmt.Fprintf(streams.Err, "note: an import of it would not take %d of them as they are:\n", judged.problems)
		judged.print(streams.Err)
	}
	return nil
}

// judgedDump is a store that is dumped, and what an import of the dump would refuse.
type judgedDump struct {
	catalogue.Dumper
	refusals
}

// Dump dumps the store.
func (j *judgedDump) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	return j.Dumper.Dump(ctx, func(batch dao.Batch) error {
		j.check(batch)
		return visit(batch)
	})
}
