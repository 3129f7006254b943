package filemanagers

import (
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/models"
	"pulperia/dose"
)

// The engine keeps the contract.
func TestContract(t *testing.T) {
	dose.Checks(t, 30)
	var dirs sync.Map // of engines
	open := func(t *testing.T, dir string) dao.Store {
		t.Helper()
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		dirs.Store(s.Engine, dir)
		t.Cleanup(func() { s.Close() })
		return s
	}
	daotest.Run(t, daotest.Harness{
		Open: func(t *testing.T) dao.Store { return open(t, t.TempDir()) },
		Reopen: func(t *testing.T, s dao.Store) dao.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			dir, _ := dirs.Load(s.Engine)
			return open(t, dir.(string))
		},
	})
}

// Who only brings much in, and looks it up by code, does not pay for the indexes of listings.
func TestBulkMakesNoIndexes(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir(), Options{Bulk: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	indexed := func(q models.ProductQuery) bool {
		t.Helper()
		q.Limit = 1
		if _, err := s.Products.List(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		return s.Products.(products).catalogue.indexed()
	}
	if indexed(models.ProductQuery{}) {
		t.Error("the listing of nothing has made indexes")
	}
	p := testProduct(1)
	if _, err := s.Load(t.Context(), dao.Batch{Products: []models.Product{p}}); err != nil {
		t.Fatal(err)
	}
	if indexed(models.ProductQuery{Codes: []string{p.Code}}) || indexed(models.ProductQuery{IDs: []models.ID{p.ID}}) {
		t.Error("a look at a product has made indexes")
	}
	other := testProduct(2)
	if _, err := s.Load(t.Context(), dao.Batch{Products: []models.Product{other}}); err != nil {
		t.Fatal(err)
	}
	for backwards, want := range map[bool]models.ID{false: p.ID, true: other.ID} {
		some, n, err := s.Values.List(t.Context(), dao.Product.Schema, models.Query{Limit: 1, Backwards: backwards})
		if err != nil || n != 2 || len(some) != 1 || some[0].GetHead().ID != want {
			t.Errorf("there are %d: %v, %v", n, some, err)
		}
	}
	if got, err := s.Products.Categories(t.Context()); err != nil || len(got) == 0 {
		t.Errorf("categories %v, %v", got, err)
	}
	if s.Products.(products).catalogue.indexed() {
		t.Error("who asks whether there is anything, and of which categories, has made indexes")
	}
	if !indexed(models.ProductQuery{}) {
		t.Error("a listing has made no indexes")
	}
}

// A shop is open when it can list at once: no visitor waits for the indexes to be made, in a shop
// that began empty neither.
func TestOpenMakesIndexes(t *testing.T) {
	s, err := openDir(t, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Load(t.Context(), dao.Batch{Products: []models.Product{testProduct(1)}}); err != nil {
		t.Fatal(err)
	}
	if !s.Products.(products).catalogue.indexed() {
		t.Error("the first listing would have to make the indexes")
	}
}
