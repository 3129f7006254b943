package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// importOptions say how to import.
type importOptions struct {
	Decimal  byte      // the sign before decimals; 0 for what a file's figures show
	DryRun   bool      // say what would happen and write nothing
	In       io.Reader // what the file name "-" stands for; nil means that there is none
	Out      io.Writer // gets a line for each entry that is refused, and one for each file
	Progress *os.File  // a bar is drawn here if it is a terminal; nil means none
}

// importReport says what became of the entries of files.
type importReport struct {
	Read, Created, Updated, Same, Refused int
	Broken                                int // files that could not be read, or not to their end
}

func (r *importReport) add(o importReport) {
	r.Read += o.Read
	r.Created += o.Created
	r.Updated += o.Updated
	r.Same += o.Same
	r.Refused += o.Refused
	r.Broken += o.Broken
}

// Complete says whether everything in the files is in the store.
func (r importReport) Complete() bool { return r.Refused == 0 && r.Broken == 0 }

// importFiles brings the entries of files into a shop: by its code a product that is new is
// created, one that differs is updated in what the file says about it, one that is the same is
// left; so a second import changes nothing. Carts and messages of an export are added by their ids
// and never overwritten. A folder stands for the files of an export in it. No shop at all is one that
// is not there, of which a dry run can say what would happen.
//
// Each file is read to its end before anything of it is written, so that one which is damaged or
// cut off changes nothing. A file that cannot be read is said on Out and the others go on. An error
// means that the store failed or that the context was done; then what was said to be in is in, and
// importing again goes on from there.
func importFiles(ctx context.Context, shop *trade.Shop, paths []string, options importOptions) (importReport, error) {
	var report importReport
	had, err := possessionsOf(ctx, shop)
	if err != nil {
		return report, fmt.Errorf("import: %w", err)
	}
	im := &importer{shop: shop, options: options, had: had, ids: make(map[models.ID]models.ID), refused: make(map[models.ID]string), byCode: make(map[string]models.ID), planned: make(map[string]models.Product), spelled: make(map[[2]string]string)}
	for _, path := range paths {
		files, err := importPaths(path)
		if err != nil {
			fmt.Fprintln(options.Out, err)
			report.Broken++
		}
		if err == nil {
			if err := im.images(ctx, path, &report); err != nil {
				return report, err
			}
		}
		for _, file := range files {
			done, err := im.file(ctx, file)
			report.add(done)
			if err != nil {
				return report, err
			}
		}
	}
	return report, im.settle(ctx)
}

// settle has the catalogue hold what the orders of the files hold.
func (im *importer) settle(ctx context.Context) error {
	if !im.orders || im.options.DryRun {
		return nil
	}
	if _, err := im.shop.SettleHeld(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("import: what its orders hold: %w", err)
	}
	return nil
}

// importPaths returns what a path given on the command line stands for.
func importPaths(path string) ([]string, error) {
	if path == "-" {
		return []string{path}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	if catalogue.IsStore(path) {
		return nil, fmt.Errorf("%s is a store's own folder, whose files may lack the newest changes: "+
			"export it first (pulperia export --store %s DIR) and import that", path, path)
	}
	var files []string
	for _, name := range catalogue.Files() {
		file := filepath.Join(path, name)
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if files == nil {
		return nil, fmt.Errorf("%s holds none of %v: give the folder of an export, or files", path, catalogue.Files())
	}
	return files, nil
}

// images brings in the bytes that lie in the folder of an export, before the values that name them.
// What is none is said and makes the folder broken; an error is one of the store.
func (im *importer) images(ctx context.Context, dir string, report *importReport) error {
	hashes, err := catalogue.Images(dir)
	if info, failed := os.Stat(dir); failed != nil || !info.IsDir() {
		return nil
	}
	taken := 0
	for _, hash := range hashes {
		if err := context.Cause(ctx); err != nil {
			return fmt.Errorf("import %s: %w", dir, err)
		}
		bytes, wrong := catalogue.ReadImage(dir, hash)
		if wrong != nil {
			fmt.Fprintln(im.options.Out, wrong)
			report.Broken++
			continue
		}
		if !im.options.DryRun {
			if err := im.shop.TakeImage(context.WithoutCancel(ctx), bytes); err != nil {
				return fmt.Errorf("import %s: %w", dir, err)
			}
		}
		taken++
	}
	if err != nil {
		fmt.Fprintln(im.options.Out, err)
		report.Broken++
	}
	if taken > 0 {
		fmt.Fprintf(im.options.Out, "%s: %d images\n", filepath.Join(dir, catalogue.ImagesDir), taken)
	}
	return nil
}

// importer imports files, one after the other.
type importer struct {
	shop    *trade.Shop // nil where there is none
	options importOptions
	had     possessions
	orders  bool                      // there are some in the files
	begun   bool                      // a file was seen to be whole
	ids     map[models.ID]models.ID   // the ids that products of the files have in the store; zero for none
	refused map[models.ID]string      // the codes of products that were refused, by their ids in the files
	byCode  map[string]models.ID      // the ids that products of the files have in the store
	said    map[models.ID]uint64      // hashes of the store's messages, for a dry run
	planned map[string]models.Product // by their codes, as a dry run would have left them
	texts   uniqueTexts               // of the store and of new values, for a dry run; nil until asked for
	becomes bool                      // the store becomes the one whose backup is taken in
	spelled map[[2]string]string      // how the shop writes categories, by what a file says and what was
	moves   map[models.ID][]stockMove // of the store's orders; nil until they are asked for
	last    models.Time               // when the newest batch was made: listings keep the order of the files
}

// possessions says of what kinds a store had anything when the import began. Into an empty store
// nothing need be looked up.
type possessions = map[dao.Kind]bool

func everything() possessions {
	all := possessions{}
	for _, s := range dao.Kinds() {
		all[s.Kind] = true
	}
	return all
}

func possessionsOf(ctx context.Context, shop *trade.Shop) (possessions, error) {
	if shop == nil {
		return possessions{}, nil
	}
	return shop.Has(ctx)
}

// file imports one file. A problem of the file itself is said and makes it broken; an error is one
// of the store.
func (im *importer) file(ctx context.Context, path string) (importReport, error) {
	source, err := openImport(ctx, path, im.options)
	if err != nil {
		fmt.Fprintln(im.options.Out, err)
		return importReport{Broken: 1}, nil
	}
	defer source.Close()
	run := &importRun{importer: im, source: source}
	summary, err := run.read(ctx)
	run.made.say(source)
	if text := run.access.String(); text != "" {
		source.say("%s: %s", source.name, text)
	}
	switch stopped := cmp.Or(run.failure, context.Cause(ctx)); {
	case err != nil && stopped != nil:
		source.say("%s: stopped; so far %s", source.name, run.summary())
		return run.report, fmt.Errorf("import %s: %w", source.name, stopped)
	case err != nil:
		source.say("%s: %v", source.name, err)
		run.report.Broken++
	default:
		source.say("%s: %s: %s", source.name, summary, run.summary())
	}
	return run.report, nil
}
