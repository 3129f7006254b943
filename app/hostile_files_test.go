package app

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// files brings the texts in by files, and everything out and in again: what comes out the second
// time is the same, byte for byte.
func (h *hostileShop) files(store string, newStore func() string, texts []string) {
	h.t.Helper()
	var sheet bytes.Buffer
	rows := csv.NewWriter(&sheet)
	rows.Write([]string{"Handle", "Title", "Body (HTML)", "Variant SKU", "Variant Inventory Qty", "Variant Price", "Image Src", "Type", "Status"})
	list, titles := []string{}, map[string]bool{}
	// The first text shows that the files are UTF-8: what is none in the others is damage.
	texts = append([]string{strings.Repeat("ñ", models.MaxLine)}, texts...)
	for i, text := range texts {
		if utf8.RuneCountInString(strings.TrimSpace(text)) > models.MaxLine {
			continue // it is cut, which the tests of catalogue try
		}
		title, ok := lineOf(text, models.MaxLine)
		id := fmt.Sprintf("%024x", i+1_000_000)
		list = append(list, fmt.Sprintf(`{"_id":%q,"title":%s,"description":"d","code":"j%d","category":"c","price":1,"stock":1}`, id, raw(text), i))
		if !ok {
			continue
		}
		titles[title] = true
		rows.Write([]string{fmt.Sprint("h", i), title, "d", fmt.Sprint("s", i), "1", "1.00", "", "c", "active"})
	}
	rows.Flush()
	dir := h.t.TempDir()
	for name, content := range map[string]string{"products.json": "[" + strings.Join(list, ",\n") + "]", "shopify.csv": sheet.String()} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			h.t.Fatal(err)
		}
		other := newStore()
		out, _ := execute(h.t, "import", "--store", other, file)
		if got := h.export(other, filepath.Join(dir, name+".jsonl")); !cmp.Equal(titlesOf(h.t, got), titles) {
			h.t.Errorf("%s: %s (-want +got)\n%s", name, out, cmp.Diff(titles, titlesOf(h.t, got)))
		}
	}
	other := newStore()
	first := h.export(store, filepath.Join(dir, "first.jsonl"))
	if out, code := execute(h.t, "import", "--store", other, filepath.Join(dir, "first.jsonl")); code != 0 {
		h.t.Errorf("import: %s", out)
	}
	if again := h.export(other, filepath.Join(dir, "again.jsonl")); again != first {
		h.t.Error("the export of what was imported is another one")
	}
}

// export checks a store and returns what it exports.
func (h *hostileShop) export(store, file string) string {
	h.t.Helper()
	if out, code := execute(h.t, "check", "--store", store); code != 0 {
		h.t.Errorf("check: %s", out)
	}
	if out, code := execute(h.t, "export", file, "--store", store); code != 0 {
		h.t.Errorf("export: %s", out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

func titlesOf(t *testing.T, export string) map[string]bool {
	t.Helper()
	titles := map[string]bool{}
	for row := range strings.Lines(export) {
		var one struct{ Product *models.Product }
		if err := json.Unmarshal([]byte(row), &one); err != nil {
			t.Fatal(err)
		}
		if one.Product != nil {
			titles[one.Product.Title] = true
		}
	}
	return titles
}
