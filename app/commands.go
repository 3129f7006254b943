package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/filemanagers"
	trade "pulperia/shop"
)

// importCommand brings in catalogues.
type importCommand struct {
	Files   []string `arg:"" name:"file" help:"Files to bring in, or a folder that export made; - reads from standard input."`
	DryRun  bool     `help:"Say what would happen, and write nothing. The shop may be open meanwhile."`
	Decimal string   `placeholder:"SIGN" help:"The sign before decimals in the files, . or , where their figures do not show it."`
}

// Validate refuses what kong cannot know to be wrong.
func (c *importCommand) Validate() error {
	if c.Decimal != "" && c.Decimal != "." && c.Decimal != "," {
		return fmt.Errorf("--decimal %q: must be . or ,", c.Decimal)
	}
	return nil
}

// Run imports into a store that no other process has open.
func (c *importCommand) Run(ctx context.Context, g *globals, streams Streams) (err error) {
	for _, file := range c.Files {
		if strings.Contains(file, "://") {
			return fmt.Errorf("import %s: must be a file or a folder", dbmanagers.Redact(file))
		}
		if err := refuseOldFile(file); err != nil {
			return err
		}
	}
	options := importOptions{DryRun: c.DryRun, In: streams.In, Out: streams.Out, Progress: streams.Err}
	if c.Decimal != "" {
		options.Decimal = c.Decimal[0]
	}
	store, err := c.open(ctx, g, streams)
	if err != nil {
		return err
	}
	var shop *trade.Shop // of a store that is not there: none
	if store.Engine != nil {
		defer func() { err = errors.Join(err, store.Close()) }()
		shop = trade.New(store, trade.Options{})
	}
	report, err := importFiles(ctx, shop, c.Files, options)
	if err == nil && !report.Complete() {
		rest := "the rest is in"
		if c.DryRun {
			rest = "the rest would go in"
		}
		err = fmt.Errorf("import: %d entries were refused and %d files could not be read; %s", report.Refused, report.Broken, rest)
	}
	return err
}

// open opens the store, for a dry run to read only. One that is not there then, which an import
// would make, has no parts.
func (c *importCommand) open(ctx context.Context, g *globals, streams Streams) (dao.Store, error) {
	log := g.logger(streams.Err)
	if !c.DryRun {
		return g.openStore(ctx, g.Store, storeOptions{bulk: true, log: log})
	}
	store, err := g.readStore(ctx, g.Store, log)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(streams.Out, "%s: there is no store yet; an import makes it\n", dbmanagers.Redact(g.Store))
		return dao.Store{}, nil
	}
	return store, err
}

// refuseOldFile keeps the file of a shop that is open from being taken for what the shop has: the
// newest changes stand in its journal.
func refuseOldFile(file string) error {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	dir := filepath.Dir(file)
	if slices.Contains(catalogue.Files(), filepath.Base(file)) && filemanagers.Unsettled(dir) {
		return fmt.Errorf("import %s: the shop of this folder is open, or was not stopped in order, and the file lacks its newest changes: "+
			"export it (pulperia export --store %s DIR) and import that, or close the shop first", file, dir)
	}
	return nil
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
