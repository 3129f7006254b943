package filemanagers

import (
	"testing"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/models"
)

// The engine keeps the contract.
func TestContract(t *testing.T) {
	dirs := map[dao.Engine]string{}
	open := func(t *testing.T, dir string) dao.Store {
		t.Helper()
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		dirs[s.Engine] = dir
		t.Cleanup(func() { s.Close() })
		return s
	}
	daotest.Run(t, daotest.Harness{
		Open: func(t *testing.T) dao.Store { return open(t, t.TempDir()) },
		Reopen: func(t *testing.T, s dao.Store) dao.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, dirs[s.Engine])
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
		return s.Engine.(*engine).products.indexed()
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
	if !indexed(models.ProductQuery{}) {
		t.Error("a listing has made no indexes")
	}
}
