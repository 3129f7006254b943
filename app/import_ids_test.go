package app

import (
	"fmt"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/models"
)

// theirs is an export of another shop: each line is a value under the name of its kind.
func theirs(t *testing.T, lines ...string) string {
	t.Helper()
	text, counts := `{"pulperia":"export","version":1}`+"\n", dao.Counts{}
	for _, line := range lines {
		for _, s := range dao.Kinds() {
			if strings.HasPrefix(line, `{"`+string(s.Kind)+`":`) {
				counts[s.Kind]++
			}
		}
		text += line + "\n"
	}
	return importFile(t, "theirs.jsonl", text+string(models.JSON(map[string]any{"end": counts}))+"\n")
}

func productLine(id models.ID, code, price string) string {
	return fmt.Sprintf(`{"product":{"_id":"%s","title":"T","description":"d","code":"%s","price":%s,"stock":9,"category":"c"}}`, id, code, price)
}

func parcelLine(id, product models.ID) string {
	return fmt.Sprintf(`{"parcel":{"_id":"%[1]s","label":"%[1]s","product":"%[2]s"}}`, id, product)
}

func cartLine(id models.ID, items ...models.Item) string {
	return fmt.Sprintf(`{"cart":{"_id":"%s","products":%s}}`, id, models.JSON(items))
}

// holding is a store that has products of these codes under these ids.
func holding(t *testing.T, ids map[string]models.ID) dao.Store {
	t.Helper()
	store := newImportStore(t)
	var batch dao.Batch
	for code, id := range ids {
		batch.Products = append(batch.Products, models.Product{ID: id, Title: "T", Description: "d", Code: code, Category: "c", Price: 1000, Stock: 9, Status: true, Thumbnails: []string{}, Rev: 1})
	}
	if _, err := store.Load(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	return store
}

// namedBy returns the products that a value names.
func namedBy(t *testing.T, store dao.Store, kind *dao.Schema, id models.ID) (named []models.ID) {
	t.Helper()
	value, err := store.Values.Get(t.Context(), kind, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range kind.Refs(value) {
		named = append(named, *ref.ID)
	}
	return named
}

// Where the ids of two shops cross, values name the same products here as there, also when their
// batch is tried again because one of it is refused.
func TestImportMapsCrossedIDsOnce(t *testing.T) {
	t.Parallel()
	a, b, cart, parcel, twice := models.ID{0xa}, models.ID{0xb}, models.ID{1}, models.ID{2}, models.ID{3}
	store := holding(t, map[string]models.ID{"a": b, "b": a})
	report, said := mustImport(t, store, importOptions{}, theirs(t,
		productLine(a, "a", "1"), productLine(b, "b", "1"),
		cartLine(cart, models.Item{Product: a, Quantity: 1}), parcelLine(parcel, a),
		cartLine(twice, models.Item{Product: a, Quantity: 1}), cartLine(twice, models.Item{Product: a, Quantity: 2})))
	if report.Created != 3 || report.Refused != 1 {
		t.Errorf("%+v; said %s", report, said)
	}
	for id, kind := range map[models.ID]*dao.Schema{cart: dao.Cart.Schema, parcel: daotest.Parcel.Schema, twice: dao.Cart.Schema} {
		if got := namedBy(t, store, kind, id); len(got) != 1 || got[0] != b {
			t.Errorf("%s %s names %v, want %s", kind.Kind, id, got, b)
		}
	}
}

// A product that is refused stays what it is to every kind: it is found by its code, or left out,
// and said, and never the other one that has its id here.
func TestImportNamesNoOtherProduct(t *testing.T) {
	t.Parallel()
	a, ours, cart, parcel := models.ID{0xa}, models.ID{0xc}, models.ID{1}, models.ID{2}
	for code, want := range map[string]models.ID{"known": ours, "unknown": {}} {
		store := holding(t, map[string]models.ID{"other": a, "known": ours})
		report, said := mustImport(t, store, importOptions{}, theirs(t, productLine(a, code, `"oops"`),
			cartLine(cart, models.Item{Product: a, Quantity: 1}), parcelLine(parcel, a)))
		if report.Created != 2 || report.Refused != 1 {
			t.Errorf("%s: %+v; said %s", code, report, said)
		}
		for id, kind := range map[models.ID]*dao.Schema{cart: dao.Cart.Schema, parcel: daotest.Parcel.Schema} {
			note := renamedItems
			if want.IsZero() {
				note = lostItems
			}
			if !strings.Contains(said, fmt.Sprintf("1 %s (line %d): %s", kind.Kind, 2+int(id[0]), note)) {
				t.Errorf("%s: of the %s it said %s", code, kind.Kind, said)
			}
			for _, got := range namedBy(t, store, kind, id) {
				if got != want {
					t.Errorf("%s: the %s names %s, want %s", code, kind.Kind, got, want)
				}
			}
		}
	}
}
