package walk

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// importActs are what comes in by files.
var importActs = []act{
	{name: "importCatalogue", weight: 3, fits: hasProducts, do: importCatalogue},
	{name: "importPriceList", weight: 2, fits: hasPlain, do: importPriceList},
	{name: "importThousands", weight: 1, fits: hasPlain, do: importThousands},
	{name: "dryRun", weight: 2, fits: hasProducts, do: dryRun},
	{name: "storeThatIsNotThere", weight: 1, fits: always, do: storeThatIsNotThere},
}

// file writes a file to be imported.
func (w *walk) file(name, content string) string {
	w.Helper()
	path := filepath.Join(w.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.Fatal(err)
	}
	return path
}

// bring imports a file: into a folder while the shop is stopped, into a database beside it.
func (w *walk) bring(path string) string {
	w.Helper()
	if w.onMongoDB() {
		w.acted = nil
	} else {
		w.close(syscall.SIGTERM)
	}
	return w.must(w.store, "import", path)
}

// importCatalogue brings a products.json of the course: what is new is made, what differs changed,
// and what the file says nothing of stays.
func importCatalogue(w *walk) {
	changed, fresh := w.anyProduct(), w.newProduct()
	fresh.Variants = nil
	changed = changed.priced(w.newPrice())
	changed.Title = fmt.Sprint("De un archivo ", w.act)
	fresh.Status = true
	w.bring(w.file("products.json", text([]map[string]any{
		{"title": changed.Title, "code": changed.Code, "description": changed.Description, "price": changed.Price,
			"stock": changed.Stock, "category": changed.Category, "thumbnails": changed.Thumbnails}, // and no status
		{"title": fresh.Title, "code": fresh.Code, "description": fresh.Description, "price": fresh.Price,
			"stock": fresh.Stock, "category": fresh.Category, "thumbnails": fresh.Thumbnails},
	})))
	w.model.put(changed)
	w.changed("products", changed.ID, append(changed.figures(), "title", "price")...)
	w.learn(fresh)
}

// learn takes the id that the shop has given a product. It is the only thing that the model does
// not know before.
func (w *walk) learn(p product) {
	w.Helper()
	for _, one := range w.exportedProducts() {
		if one.Code == p.Code {
			p.ID = one.ID
		}
	}
	w.model.put(p)
}

// exportedProducts are those that the store has.
func (w *walk) exportedProducts() map[string]product {
	w.Helper()
	got, err := readExport(w.must(w.store, "export", "-"))
	if err != nil {
		w.Fatal(err)
	}
	return got.products
}

// learnVariants takes the ids that the shop has given to variants.
func (w *walk) learnVariants(p *product) {
	w.Helper()
	for _, one := range w.exportedProducts() {
		if one.ID != p.ID {
			continue
		}
		for i := range p.Variants {
			at := slices.IndexFunc(one.Variants, func(v variant) bool { return v.Code == p.Variants[i].Code })
			if at >= 0 {
				p.Variants[i].ID = one.Variants[at].ID
			}
		}
	}
}

// importPriceList brings a CSV that knows prices and nothing else.
func importPriceList(w *walk) {
	p := w.plain()
	p.Price = w.newPrice()
	w.bring(w.file("prices.csv", fmt.Sprintf("Handle,Title,Variant SKU,Variant Price\nx,\"%s\",%s,%s\n",
		strings.ReplaceAll(p.Title, `"`, `""`), p.Code, p.Price)))
	w.model.put(p)
	w.changed("products", p.ID, "price")
}

// importThousands brings a price that can be read in two ways: nobody gets a thousandth of it.
func importThousands(w *walk) {
	p := w.plain()
	path := w.file("prices.csv", fmt.Sprintf("Handle,Title,Variant SKU,Variant Price\nx,\"%s\",%s,12.990\n",
		strings.ReplaceAll(p.Title, `"`, `""`), p.Code))
	if w.onMongoDB() {
		w.acted = nil
	} else {
		w.close(syscall.SIGTERM)
	}
	out, log, err := w.run(w.store, "import", path)
	if err == nil && !strings.Contains(out, "12990") {
		w.Fatalf("12.990 was taken without a word about which price it is:\n%s%s", out, log)
	}
	if err == nil {
		p.Price = 12990_00
		w.model.put(p)
		w.changed("products", p.ID, "price")
	}
}

// dryRun says what an import would do, with an edit by hand waiting: it changes nothing, and
// neither do export and check.
func dryRun(w *walk) {
	path := w.file("products.json", text([]product{w.newProduct()}))
	if !w.onMongoDB() {
		w.editPriceAfter(syscall.SIGTERM)
	} else {
		w.close(syscall.SIGTERM)
	}
	before := w.traces()
	for _, args := range [][]string{{"import", "--dry-run", path}, {"export", "-"}, {"check"}} {
		w.must(w.store, args...)
		if after := w.traces(); after != before {
			w.Fatalf("%s changed the store: it was\n%s\nand is\n%s", strings.Join(args, " "), before, after)
		}
	}
}

// storeThatIsNotThere asks commands that only read about a store that nobody has made: they say so,
// and make none.
func storeThatIsNotThere(w *walk) {
	folder := filepath.Join(w.TempDir(), "none")
	path := w.file("products.json", text([]product{w.newProduct()}))
	for _, args := range [][]string{{"export", "-"}, {"check"}, {"import", "--dry-run", path}} {
		_, log, err := w.run(folder, args...)
		if _, there := os.Stat(folder); there == nil {
			w.Fatalf("%s makes a folder", strings.Join(args, " "))
		}
		if args[0] != "import" && (err == nil || !strings.Contains(log, folder)) {
			w.Fatalf("%s of a store that is not there: %v\n%s", strings.Join(args, " "), err, log)
		}
	}
}

// traces are a hash of each thing that a store is made of: of files all but the lock, of a database
// every document.
func (w *walk) traces() string {
	w.Helper()
	var lines []string
	if w.onMongoDB() {
		for name, docs := range w.everything() {
			for _, doc := range docs {
				lines = append(lines, fmt.Sprintf("%s %s %x", name, doc.Lookup("_id"), sha256.Sum256(doc)))
			}
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	err := filepath.WalkDir(w.store, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		lines = append(lines, fmt.Sprintf("%s %x", entry.Name(), sha256.Sum256(content)))
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// everything is every document of the database, by collection.
func (w *walk) everything() map[string][]bson.Raw {
	w.Helper()
	db, all := w.database(w.store), map[string][]bson.Raw{}
	names, err := db.ListCollectionNames(w.Context(), bson.M{})
	if err != nil {
		w.Fatal(err)
	}
	for _, name := range names {
		cursor, err := db.Collection(name).Find(w.Context(), bson.M{})
		all[name] = []bson.Raw{}
		for err == nil && cursor.Next(w.Context()) {
			all[name] = append(all[name], slices.Clone(cursor.Current))
		}
		if err == nil {
			err = cursor.Err()
		}
		if err != nil {
			w.Fatal(err)
		}
	}
	return all
}
