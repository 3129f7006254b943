package app

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// exportedText exports and returns the content of all files.
func exportedText(t interface {
	rapid.TB
	Context() context.Context
}, store dao.Store, target string) string {
	t.Helper()
	if _, err := exportStore(t.Context(), store, target, nil); err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(target, ".jsonl") {
		text, err := os.ReadFile(target)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	var all strings.Builder
	for _, name := range []string{"products.json", "carts.json", "messages.jsonl"} {
		text, err := os.ReadFile(filepath.Join(target, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "== %s\n%s", name, text)
	}
	return all.String()
}

func drawBatch(t *rapid.T) (batch dao.Batch) {
	text := rapid.StringMatching(`[a-zñ<&"'\\\x{2028}{}🧉][ -~ñ🧉]{0,20}[a-z]`)
	id := rapid.Map(rapid.SliceOfN(rapid.Byte(), 12, 12), func(b []byte) models.ID { b[0] |= 1; return models.ID(b) })
	moment := rapid.Map(rapid.Int64Range(0, 4e12), func(n int64) models.Time { return models.Time(n) })
	ids := rapid.SliceOfNDistinct(id, 0, 30, rapid.ID[models.ID]).Draw(t, "ids")
	for i, id := range ids {
		at := moment.Draw(t, "at")
		switch i % 3 {
		case 0:
			batch.Products = append(batch.Products, models.Product{ID: id, Title: text.Draw(t, "title"), Description: text.Draw(t, "description"),
				Code: fmt.Sprint("c", i), Price: models.Money(rapid.Int64Range(0, 1e9).Draw(t, "price")), Status: rapid.Bool().Draw(t, "status"),
				Stock: rapid.Int64Range(0, 1e9).Draw(t, "stock"), Category: text.Draw(t, "category"), Thumbnails: rapid.SliceOfN(rapid.Just("/a.png"), 0, 3).Draw(t, "thumbnails"),
				CreatedAt: at, UpdatedAt: at + 5, Rev: rapid.Int64Range(1, 1e6).Draw(t, "rev")})
		case 1:
			items := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, 3, rapid.ID[models.ID]).Draw(t, "items")
			cart := models.Cart{ID: id, Products: []models.Item{}, CreatedAt: at, UpdatedAt: at, Rev: 2}
			for _, item := range items {
				cart.Add(models.Choice{Product: item}, rapid.Int64Range(1, 99).Draw(t, "quantity"))
			}
			batch.Carts = append(batch.Carts, cart)
		default:
			batch.Messages = append(batch.Messages, models.Message{ID: id, User: "ana@example.com", Message: text.Draw(t, "message"), CreatedAt: at})
		}
	}
	return batch
}

// An export, imported into an empty store and exported again, is the same to the byte: ids,
// revisions, times and the order of messages included. Imported again it changes nothing. Both
// forms of the export keep this.
func TestExportRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "pulperia-test-*")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		open := func(name string) dao.Store {
			store, err := filemanagers.Open(t.Context(), filepath.Join(dir, name), filemanagers.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return store
		}
		first := open("first")
		defer first.Close()
		batch := drawBatch(t)
		if _, err := first.Load(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		target := rapid.SampledFrom([]string{"backup", "backup.jsonl"}).Draw(t, "target")
		want := exportedText(t, first, filepath.Join(dir, target))
		second := open("second")
		defer second.Close()
		for _, created := range []int{batch.Len(), 0} {
			var out bytes.Buffer
			report, err := importFiles(t.Context(), trade.New(second, trade.Options{}), []string{filepath.Join(dir, target)}, importOptions{Out: &out})
			if err != nil || !report.Complete() || report.Created != created || report.Created+report.Same != batch.Len() {
				t.Fatalf("%+v, %v; said %s", report, err, &out)
			}
		}
		if got := exportedText(t, second, filepath.Join(dir, "again "+target)); got != want {
			t.Fatalf("first\n%s\nthen\n%s", want, got)
		}
	})
}

// Carts and messages that are there with other content are left and named; so is a product whose id
// another one has.
func TestImportOverwritesNothing(t *testing.T) {
	t.Parallel()
	store := newImportStore(t)
	id := func(n byte) models.ID { return models.ID{0x66, 11: n} }
	batch := dao.Batch{
		Products: []models.Product{{ID: id(1), Title: "Mate", Description: "d", Code: "M", Price: 10, Category: "c", Rev: 1}},
		Carts:    []models.Cart{{ID: id(2), Products: []models.Item{{Product: id(1), Quantity: 1}}, Rev: 1}},
		Messages: []models.Message{{ID: id(3), User: "ana@example.com", Message: "Hola"}},
	}
	if _, err := store.Load(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup.jsonl")
	exportedText(t, store, path)
	other := newImportStore(t)
	batch.Products[0].Code = "N"
	batch.Carts[0].Products = nil
	batch.Messages[0].Message = "Chau"
	if _, err := other.Load(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	head := feedHead(t, other)
	for _, dry := range []bool{true, false} {
		report, said := mustImport(t, other, importOptions{DryRun: dry}, path)
		if want := (importReport{Read: 3, Refused: 3}); report != want {
			t.Errorf("%+v, want %+v", report, want)
		}
		for _, want := range []string{`backup.jsonl:2: _id 660000000000000000000001 is already that of the product with the code "N"`,
			"backup.jsonl:3: _id 660000000000000000000002 is already that of another cart", "backup.jsonl:4: _id 660000000000000000000003 is already that of another message"} {
			if !strings.Contains(said, want) {
				t.Errorf("said %q, without %q", said, want)
			}
		}
	}
	if after := feedHead(t, other); after != head {
		t.Errorf("the feed moved from %v to %v", head, after)
	}
}

// A message that stands twice in an export is taken once, and does not keep its neighbours out.
func TestImportRepeatedMessage(t *testing.T) {
	t.Parallel()
	const line = `{"_id":"66000000000000000000000%d","user":"ana@example.com","message":"%s","createdAt":"2026-11-23T12:00:00.000Z"}` + "\n"
	path := importFile(t, "messages.jsonl", fmt.Sprintf(line+line+line+line, 1, "a", 2, "b", 1, "a", 2, "c"))
	store := newImportStore(t)
	report, said := mustImport(t, store, importOptions{}, path)
	if want := (importReport{Read: 4, Created: 2, Same: 1, Refused: 1}); report != want || !strings.Contains(said, "messages.jsonl:4: _id") {
		t.Errorf("%+v, want %+v; said %s", report, want, said)
	}
}

// An exported folder can be compared with a store's own: products.json and carts.json are the same
// to the byte.
func TestExportLooksLikeStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := filemanagers.Open(t.Context(), dir, filemanagers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	mustImport(t, store, importOptions{}, importFile(t, "shop.csv", importedCSV))
	if _, _, err := store.Carts.Create(t.Context(), models.Cart{Products: []models.Item{{Product: models.ID{1}, Quantity: 2}}}); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(t.TempDir(), "backup")
	exportedText(t, store, target)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"products.json", "carts.json"} {
		own, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if exported, err := os.ReadFile(filepath.Join(target, name)); err != nil || !bytes.Equal(own, exported) {
			t.Errorf("%s: %v; the store's\n%s\nexported\n%s", name, err, own, exported)
		}
	}
}

// The target says which form an export has; what would hit something else is refused.
func TestExportTargets(t *testing.T) {
	store := newImportStore(t)
	var out bytes.Buffer
	if _, err := exportStore(t.Context(), store, "-", &out); err != nil || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("standard output: %q, %v", &out, err)
	}
	dir := t.TempDir()
	said, err := exportStore(t.Context(), store, filepath.Join(dir, "b.jsonl.gz"), nil)
	if err != nil || !strings.Contains(said, "exported 0 products, 0 carts and 0 messages to ") {
		t.Errorf("packed: %q, %v", said, err)
	}
	for _, name := range []string{"b.csv", "b.JSON", "b.gz"} {
		path := filepath.Join(dir, name)
		if _, err := exportStore(t.Context(), store, path, nil); err == nil || !strings.Contains(err.Error(), name+" would be a folder") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s was made", name)
		}
	}
	if _, err := exportStore(t.Context(), store, importFile(t, "notes.txt", "mine"), nil); err == nil || !strings.Contains(err.Error(), "notes.txt is a file") {
		t.Errorf("over a file: %v", err)
	}
}

// The folder of a store is no export: its files may lack what its journal holds.
func TestImportRefusesStoreFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := filemanagers.Open(t.Context(), dir, filemanagers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	report, said := mustImport(t, newImportStore(t), importOptions{}, dir, t.TempDir())
	if report.Broken != 2 || !strings.Contains(said, "pulperia export") || !strings.Contains(said, "holds none of") {
		t.Errorf("%+v, said %s", report, said)
	}
}
