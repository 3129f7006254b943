package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

func newImportStore(t *testing.T) dao.Store {
	t.Helper()
	store, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func importFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustImport imports, and returns the report and what was said without the folders of the files.
func mustImport(t *testing.T, store dao.Store, options importOptions, paths ...string) (importReport, string) {
	t.Helper()
	var out bytes.Buffer
	options.Out = &out
	report, err := importFiles(t.Context(), trade.New(store, trade.Options{}), paths, options)
	if err != nil {
		t.Fatal(err)
	}
	said := out.String()
	for _, path := range paths {
		said = strings.ReplaceAll(said, filepath.Dir(path)+string(filepath.Separator), "")
	}
	return report, said
}

func importedProducts(t *testing.T, store dao.Store) []models.Product {
	t.Helper()
	page, err := store.Products.List(t.Context(), models.ProductQuery{Limit: models.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return page.Products
}

func feedHead(t *testing.T, store dao.Store) dao.Position {
	t.Helper()
	head, err := store.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

const importedCSV = "Handle,Title,Body (HTML),Type,Variant Inventory Qty,Variant Price\n" +
	"mate,Mate,<p>De calabaza</p>,Mates,3,1234.5\nyerba,Yerba,,Almacén,7,99\npava,Pava,,Cocina,1,oops\n"

// New products are created, those that differ are updated and keep their ids, those that are the
// same are left; so the same file again changes nothing. A row that breaks a rule is named, and the
// rest goes in.
func TestImportByCode(t *testing.T) {
	store := newImportStore(t)
	path := importFile(t, "shop.csv", importedCSV)
	report, said := mustImport(t, store, importOptions{}, path)
	if want := (importReport{Read: 3, Created: 2, Refused: 1}); report != want || report.Complete() {
		t.Errorf("first: %+v, want %+v", report, want)
	}
	if diff := cmp.Diff("shop.csv:4: price must be a number; got \"oops\"\n"+
		"shop.csv: 1 product (line 3): the file has no description for it: it came in with its title\n"+
		"shop.csv: Shopify CSV: 3 read: 2 created, 0 updated, 0 the same, 1 refused\n", said); diff != "" {
		t.Error(diff)
	}
	before, head := importedProducts(t, store), feedHead(t, store)

	report, _ = mustImport(t, store, importOptions{}, path)
	if want := (importReport{Read: 3, Same: 2, Refused: 1}); report != want {
		t.Errorf("second: %+v, want %+v", report, want)
	}
	if after := feedHead(t, store); after != head {
		t.Errorf("the second import moved the feed from %v to %v", head, after)
	}

	changed := importFile(t, "shop.csv", strings.Replace(strings.Replace(importedCSV, "99", "120", 1), "oops", "5", 1))
	report, _ = mustImport(t, store, importOptions{}, changed)
	if want := (importReport{Read: 3, Created: 1, Updated: 1, Same: 1}); report != want || !report.Complete() {
		t.Errorf("third: %+v, want %+v", report, want)
	}
	after := importedProducts(t, store)
	if len(after) != 3 || after[0].Rev != 1 || after[1].ID != before[1].ID || after[1].Price != 120000 || after[1].Rev != 2 ||
		after[1].CreatedAt != before[1].CreatedAt || after[2].Code != "pava" {
		t.Errorf("before %v, after %v", before, after)
	}
}

// A dry run says what an import would do and writes nothing.
func TestImportDryRun(t *testing.T) {
	store := newImportStore(t)
	mustImport(t, store, importOptions{}, importFile(t, "shop.csv", importedCSV))
	head := feedHead(t, store)
	changed := importFile(t, "shop.csv", strings.Replace(importedCSV, "99", "120", 1)+"bombilla,Bombilla,,Mates,1,5\n")
	report, said := mustImport(t, store, importOptions{DryRun: true}, changed)
	if want := (importReport{Read: 4, Created: 1, Updated: 1, Same: 1, Refused: 1}); report != want || !strings.Contains(said, "nothing was written") {
		t.Errorf("%+v, want %+v; said %s", report, want, said)
	}
	if after := feedHead(t, store); after != head {
		t.Errorf("the dry run moved the feed from %v to %v", head, after)
	}
}

// The listing "oldest first" shows an import in the order of its files, over all of its durable
// steps.
func TestImportKeepsOrderOfFile(t *testing.T) {
	t.Parallel()
	store := newImportStore(t)
	const n = 2*importBatch + 10
	var rows strings.Builder
	for i := range n {
		fmt.Fprintf(&rows, "{\"title\":\"A\",\"description\":\"d\",\"code\":\"%d\",\"price\":1,\"stock\":1,\"category\":\"c\"},\n", i)
	}
	list := "[" + strings.TrimSuffix(rows.String(), ",\n") + "]"
	last := `[{"title":"A","description":"d","code":"last","price":1,"stock":1,"category":"c"}]`
	mustImport(t, store, importOptions{}, importFile(t, "a.json", list), importFile(t, "b.json", last))
	at := 0
	for page := 1; at < n; page++ {
		listed, err := store.Products.List(t.Context(), models.ProductQuery{Limit: models.MaxLimit, Page: page})
		if err != nil || listed.Total != n+1 {
			t.Fatalf("%d products, %v", listed.Total, err)
		}
		for _, p := range listed.Products {
			if at < n && p.Code != fmt.Sprint(at) || at == n && p.Code != "last" {
				t.Fatalf("at %d stands %q", at, p.Code)
			}
			at++
		}
	}
}

// A file that cannot be read to its end changes nothing, and does not keep the others out.
func TestImportOfDamagedFileChangesNothing(t *testing.T) {
	t.Parallel()
	const good = `{"title":"A","description":"d","code":"%s","price":1,"stock":1,"category":"c"}`
	store := newImportStore(t)
	var list strings.Builder
	for i := range 2 * importBatch {
		fmt.Fprintf(&list, good+",\n", fmt.Sprint(i))
	}
	cut := importFile(t, "cut.json", "["+list.String())
	lines := importFile(t, "cut.jsonl", `{"pulperia":"export","version":1}`+"\n"+`{"product":`+fmt.Sprintf(good, "x")+"}\n")
	unknown := importFile(t, "notes.txt", "hello")
	whole := importFile(t, "whole.json", "["+fmt.Sprintf(good, "whole")+"]")
	report, said := mustImport(t, store, importOptions{}, cut, filepath.Join(filepath.Dir(cut), "absent.json"), unknown, lines, whole)
	if want := (importReport{Read: 1, Created: 1, Broken: 4}); report != want || report.Complete() {
		t.Errorf("%+v, want %+v", report, want)
	}
	for _, want := range []string{"cut.json: line 2000 or after: the file is damaged or was cut off", "absent.json: no such file",
		"notes.txt: the file is none that can be read", "closing line with the counts is missing", "whole.json: products.json of the course: 1 read"} {
		if !strings.Contains(said, want) {
			t.Errorf("said %q, without %q", said, want)
		}
	}
	if products := importedProducts(t, store); len(products) != 1 || products[0].Code != "whole" {
		t.Errorf("the store holds %v", products)
	}
}

// A stop takes effect between two durable steps: the report says what is in, and importing again
// goes on from there.
func TestImportStops(t *testing.T) {
	t.Parallel()
	store := newImportStore(t)
	var rows strings.Builder
	for i := range 3 * importBatch {
		fmt.Fprintf(&rows, "h%d,T,1\n", i)
	}
	path := importFile(t, "shop.csv", "Handle,Title,Variant Price\n"+rows.String())
	stopped := errors.New("stopped by the test")
	ctx, stop := context.WithCancelCause(t.Context())
	stopping := store
	stopping.Engine = stopInLoad{store.Engine, func() { stop(stopped) }}
	var out bytes.Buffer
	report, err := importFiles(ctx, trade.New(stopping, trade.Options{}), []string{path}, importOptions{Out: &out})
	if !errors.Is(err, stopped) || report.Created != importBatch || !strings.Contains(out.String(), "stopped; so far") {
		t.Errorf("%+v, %v; said %s", report, err, &out)
	}
	report, _ = mustImport(t, store, importOptions{}, path)
	if want := (importReport{Read: 3 * importBatch, Created: 2 * importBatch, Same: importBatch}); report != want {
		t.Errorf("again: %+v, want %+v", report, want)
	}
}

// stopInLoad is a store whose user presses Ctrl-C during the first durable step.
type stopInLoad struct {
	dao.Engine
	stop func()
}

func (s stopInLoad) Load(ctx context.Context, batch dao.Batch) (dao.Receipt, error) {
	s.stop()
	return s.Engine.Load(ctx, batch)
}

// What somebody else makes while an import runs is found: the import updates it or says so, and the
// rest goes in.
func TestImportMeetsOthers(t *testing.T) {
	t.Parallel()
	store := newImportStore(t)
	path := importFile(t, "shop.csv", "Handle,Title,Variant Price\na,A,1\nb,B,1\nc,C,1\n")
	meeting := store
	meeting.Engine = &createBeforeLoad{Engine: store.Engine, create: func() error {
		_, _, err := store.Products.Create(t.Context(), models.Product{Title: "Theirs", Description: "d", Code: "b", Category: "c", Price: 70})
		return err
	}}
	report, said := mustImport(t, meeting, importOptions{}, path)
	if want := (importReport{Read: 3, Created: 2, Updated: 1}); report != want {
		t.Errorf("%+v, want %+v; said %s", report, want, said)
	}
}

// Two imports of one file at once bring it in once, and neither calls refused what the other one
// has made.
func TestImportsAtOnce(t *testing.T) {
	store := newImportStore(t)
	path := importFile(t, "shop.csv", "Handle,Title,Variant Price\na,A,1\n")
	meeting := store
	meeting.Engine = &createBeforeLoad{Engine: store.Engine, create: func() error {
		mustImport(t, store, importOptions{}, path)
		return nil
	}}
	report, said := mustImport(t, meeting, importOptions{}, path)
	if want := (importReport{Read: 1, Same: 1}); report != want || len(importedProducts(t, store)) != 1 {
		t.Errorf("%+v, want %+v; said %s", report, want, said)
	}
}

// createBeforeLoad is a store in which somebody is faster once.
type createBeforeLoad struct {
	dao.Engine
	create func() error
}

func (c *createBeforeLoad) Load(ctx context.Context, batch dao.Batch) (dao.Receipt, error) {
	if create := c.create; create != nil {
		c.create = nil
		if err := create(); err != nil {
			return dao.Receipt{}, err
		}
	}
	return c.Engine.Load(ctx, batch)
}

// The name "-" is the standard input, which may be packed and cannot be read twice.
func TestImportStandardInput(t *testing.T) {
	store := newImportStore(t)
	report, said := mustImport(t, store, importOptions{In: strings.NewReader(importedCSV)}, "-")
	if report.Created != 2 || !strings.Contains(said, "standard input:4: price") {
		t.Errorf("%+v, said %s", report, said)
	}
}
