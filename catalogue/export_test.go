package catalogue

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao"
	"pulperia/dao/models"
)

// shelf is a store that holds the values of a batch.
type shelf struct {
	dao.Batch
	err error // ends the dump, after the values
}

func (shelf) Identity() string { return "" }

func (shelf) Image(_ context.Context, hash models.Hash) ([]byte, error) {
	return nil, dao.MissingImage(hash)
}

func (s shelf) Dump(_ context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	for _, batch := range []dao.Batch{{Products: s.Products}, {Carts: s.Carts}, {Messages: s.Messages}} {
		if err := visit(batch); err != nil {
			return dao.Position{}, err
		}
	}
	return dao.Position{}, s.err
}

const day = models.Time(1_795_435_200_000) // 2026-11-23T12:00:00Z

func id(n byte) models.ID { return models.ID{0x66, 11: n} }

func sample() shelf {
	return shelf{Batch: dao.Batch{
		Products: []models.Product{
			{ID: id(1), Title: "Yerba <b> & más", Description: "a\nb\t\u2028c", Code: "Y", Price: 1234500, Status: true, Stock: 7, Category: "almacén",
				Thumbnails: []string{"/img/yerba.webp", "https://a.com/1,https://b.com/2|c", "/img/yerba.webp"}, CreatedAt: day, UpdatedAt: day + 1, Rev: 3},
			{ID: id(2), Title: "Mate", Description: "d", Code: "M", Price: 10, Category: "mates", Thumbnails: []string{}, CreatedAt: day, UpdatedAt: day, Rev: 1},
		},
		Carts: []models.Cart{
			{ID: id(3), Products: []models.Item{{Product: id(1), Quantity: 2}}, CreatedAt: day, UpdatedAt: day + 5, Rev: 2},
			{ID: id(4), Products: []models.Item{}, CreatedAt: day, UpdatedAt: day, Rev: 1},
		},
		Messages: []models.Message{
			{ID: id(6), User: "ana@example.com", Message: "¿Tienen <yerba>?", CreatedAt: day},
			{ID: id(5), User: "beto@example.com", Message: "Sí\n{{7*7}}", CreatedAt: day + 1},
		},
	}}
}

// verify returns the error that ends the reading of a file.
func verify(content string) error {
	_, err := Read("x", strings.NewReader(content), Options{}, func(Entry) error { return nil })
	return err
}

func readExport(t *testing.T, path string) (batch dao.Batch) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	summary, err := Read(path, f, Options{}, func(e Entry) error {
		switch {
		case e.Problem != nil:
			t.Errorf("%s:%d: %v", path, e.Line, e.Problem)
		case e.Product != nil:
			batch.Products = append(batch.Products, e.Product.Over(e.Product.Product))
		case e.Cart != nil:
			batch.Carts = append(batch.Carts, *e.Cart)
		case e.Message != nil:
			batch.Messages = append(batch.Messages, *e.Message)
		}
		return nil
	})
	if err != nil || summary.Format != Export {
		t.Fatalf("read %s: %q, %v", path, summary, err)
	}
	return batch
}

// What is exported is read back as it was: ids, revisions, times and order included, packed or not.
func TestExportIsReadBack(t *testing.T) {
	for _, name := range []string{"backup.jsonl", "backup.jsonl.gz"} {
		path := filepath.Join(t.TempDir(), name)
		counts, err := WriteFile(t.Context(), path, sample())
		if err != nil || counts.String() != "2 products, 2 carts and 2 messages" {
			t.Fatalf("WriteFile: %+v, %v", counts, err)
		}
		if diff := cmp.Diff(sample().Batch, readExport(t, path)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	dir := filepath.Join(t.TempDir(), "backup")
	if _, err := WriteDir(t.Context(), dir, sample()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]dao.Batch{
		productsFile: {Products: sample().Products},
		cartsFile:    {Carts: sample().Carts},
		messagesFile: {Messages: sample().Messages},
	} {
		if diff := cmp.Diff(want, readExport(t, filepath.Join(dir, name))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The form of the files is a promise: people read and compare them.
func TestExportForm(t *testing.T) {
	var out strings.Builder
	if _, err := WriteLines(t.Context(), &out, shelf{Batch: dao.Batch{Messages: sample().Messages[:1]}}); err != nil {
		t.Fatal(err)
	}
	want := `{"pulperia":"export","version":1}
{"message":{"_id":"660000000000000000000006","user":"ana@example.com","message":"¿Tienen <yerba>?","createdAt":"2026-11-23T12:00:00.000Z"}}
{"end":{"products":0,"carts":0,"messages":1}}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	dir := t.TempDir()
	if _, err := WriteDir(t.Context(), dir, shelf{Batch: dao.Batch{Carts: sample().Carts}}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		productsFile: "[]\n",
		messagesFile: "",
		cartsFile: `[
  {
    "_id": "660000000000000000000003",
    "products": [
      {
        "product": "660000000000000000000001",
        "quantity": 2
      }
    ],
    "createdAt": "2026-11-23T12:00:00.000Z",
    "updatedAt": "2026-11-23T12:00:00.005Z",
    "rev": 2
  },
  {
    "_id": "660000000000000000000004",
    "products": [],
    "createdAt": "2026-11-23T12:00:00.000Z",
    "updatedAt": "2026-11-23T12:00:00.000Z",
    "rev": 1
  }
]
`} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s: %v %s", name, err, cmp.Diff(want, string(got)))
		}
	}
}

// An export in one file that was cut off anywhere, or that lacks a line, is not taken for whole.
func TestTruncatedExportIsRefused(t *testing.T) {
	var out strings.Builder
	if _, err := WriteLines(t.Context(), &out, sample()); err != nil {
		t.Fatal(err)
	}
	whole := strings.TrimSuffix(out.String(), "\n")
	if err := verify(whole); err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if err := verify(whole[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are taken for whole", n, len(whole))
		}
	}
	lines := strings.SplitAfter(whole, "\n")
	for i := range lines {
		without := strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")
		if err := verify(without); err == nil {
			t.Errorf("without line %d it is taken for whole", i+1)
		}
	}
	if err := verify(whole + "\n" + lines[1]); err == nil {
		t.Error("a line after the end is overlooked")
	}
}

// A bad entry of an export is named with every bad field, and the others go in.
func TestExportProblems(t *testing.T) {
	_, _, problems := readAll(t, "x", `[{"_id":"66","title":"A","description":"d","code":"c","price":1,"stock":1,"category":"x","createdAt":"today","rev":0}]`)
	if diff := cmp.Diff([]string{`1: _id must be an id of 24 hex digits, not all of them zeros; got "66"; ` +
		`createdAt must be text (a time like 2026-11-23T12:00:00.000Z); got "today"; rev must be at least 1; got 0`}, problems); diff != "" {
		t.Error(diff)
	}
	_, _, problems = readAll(t, "x", `[{"_id":"660000000000000000000003","products":[{"product":7,"quantity":"0"}],"rev":1}, {"products":{}}]`)
	if diff := cmp.Diff([]string{`1: products[0].product must be an id of 24 hex digits, not all of them zeros; got 7; products[0].quantity must be at least 1; got 0`,
		`1: products must be a list (of {product, quantity}); got {"products":{}}`}, problems); diff != "" {
		t.Error(diff)
	}
	_, _, problems = readAll(t, "x", `{"_id":"660000000000000000000003","user":"Ana@","message":" ","createdAt":"2026-11-23T12:00:00Z"}
{"user":"ana@example.com","message":"m"}
[]`)
	if diff := cmp.Diff([]string{`1: user must be a bare e-mail address like ana@example.com; got "Ana@"; message is required`,
		"2: _id is required", "3: entry must be a JSON object; got []"}, problems); diff != "" {
		t.Error(diff)
	}
}

// Whatever goes wrong, an export leaves nothing half: no new file, and an old one as it was.
func TestFailedExportLeavesNothing(t *testing.T) {
	failing := sample()
	failing.err = errors.New("the store failed")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	old := filepath.Join(dir, "old.jsonl")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	attempts := map[string]func() (Written, error){
		"file":             func() (Written, error) { return WriteFile(t.Context(), old, failing) },
		"packed file":      func() (Written, error) { return WriteFile(t.Context(), filepath.Join(dir, "new.jsonl.gz"), failing) },
		"cancelled file":   func() (Written, error) { return WriteFile(cancelled, old, sample()) },
		"folder":           func() (Written, error) { return WriteDir(t.Context(), filepath.Join(dir, "new"), failing) },
		"cancelled folder": func() (Written, error) { return WriteDir(cancelled, filepath.Join(dir, "new"), sample()) },
		"existing folder":  func() (Written, error) { return WriteDir(t.Context(), dir, failing) },
		"no parent":        func() (Written, error) { return WriteDir(t.Context(), filepath.Join(dir, "a", "b"), sample()) },
		"file, no folder": func() (Written, error) {
			return WriteFile(t.Context(), filepath.Join(dir, "a", "b.jsonl"), sample())
		},
		"file for a folder": func() (Written, error) { return WriteDir(t.Context(), old, sample()) },
	}
	for name, attempt := range attempts {
		if _, err := attempt(); err == nil {
			t.Errorf("%s: no error", name)
		}
		entries, _ := os.ReadDir(dir)
		if text, _ := os.ReadFile(old); len(entries) != 1 || string(text) != "old" {
			t.Fatalf("%s: left %v, %q", name, entries, text)
		}
	}
}

// A failed rename leaves no temporary file either.
func TestExportOverFolderLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "taken.jsonl"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := WriteFile(t.Context(), filepath.Join(dir, "taken.jsonl"), sample())
	if entries, _ := os.ReadDir(dir); err == nil || len(entries) != 1 {
		t.Errorf("error %v, left %v", err, entries)
	}
}

// An export must not replace the files of a store: they have the same names.
func TestExportKeepsOutOfStore(t *testing.T) {
	for _, mark := range []string{"store.json", "lock"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, mark), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := WriteDir(t.Context(), dir, sample()); err == nil {
			t.Errorf("%s: exported into a store", mark)
		}
		if _, err := WriteFile(t.Context(), filepath.Join(dir, messagesFile), sample()); err == nil {
			t.Errorf("%s: exported over a file of a store", mark)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("left %v", entries)
		}
	}
}

// The files of the kinds that every shop has.
const (
	productsFile = "products.json"
	cartsFile    = "carts.json"
	messagesFile = "messages.jsonl"
)
