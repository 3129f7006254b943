package daotest

import (
	"errors"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func productUpdateNothing(t *testing.T, h Harness) {
	s := open(t, h)
	stored := s.create(product("a"))
	head := s.head()
	changes := map[string]func(*models.Product){
		"nothing at all":         func(*models.Product) {},
		"white space":            func(p *models.Product) { p.Title += " "; p.Thumbnails[0] = " " + p.Thumbnails[0] },
		"something and back":     func(p *models.Product) { p.Stock++; p.Stock-- },
		"another list, as equal": func(p *models.Product) { p.Thumbnails = append([]string{}, p.Thumbnails...) },
	}
	for what, change := range changes {
		got, receipt, err := s.Products.Update(s.ctx, stored.ID, func(p *models.Product) error { change(p); return nil })
		s.ok("update by "+what, err)
		s.equal("updated by "+what, got, stored)
		s.repeated(receipt, head)
		s.still(head)
	}
}

func productUpdateError(t *testing.T, h Harness) {
	s := open(t, h)
	stored := s.create(product("a"))
	head := s.head()
	enough := errors.New("enough")
	_, _, err := s.Products.Update(s.ctx, stored.ID, func(p *models.Product) error {
		p.Stock, p.Thumbnails[0] = 0, "/changed.svg"
		return enough
	})
	if err != enough {
		t.Errorf("update: got error %v, want that of change as it is", err)
	}
	s.still(head)
	s.equal("stored", s.get(stored.ID), stored)
}

func productUpdateInvalid(t *testing.T, h Harness) {
	s := open(t, h)
	stored := s.create(product("a"))
	head := s.head()
	_, _, err := s.Products.Update(s.ctx, stored.ID, func(p *models.Product) error {
		p.Title, p.Code, p.Price, p.Stock = "", "free", models.MaxPrice+1, -1
		p.Thumbnails = append(p.Thumbnails, "ftp://elsewhere.example/x.png")
		return nil
	})
	s.refuses("update", err, "title", "price", "stock", "thumbnails[2]")
	s.still(head)
	s.equal("stored", s.get(stored.ID), stored)
	s.create(product("free")) // the refused one took no code
}

func productUpdateConflict(t *testing.T, h Harness) {
	s := open(t, h)
	a, b := s.create(product("a")), s.create(product("b"))
	head := s.head()
	_, _, err := s.Products.Update(s.ctx, a.ID, func(p *models.Product) error { p.Code, p.Stock = "b", 0; return nil })
	s.fails("update to a taken code", err, dao.ErrConflict)
	s.still(head)
	s.equal("stored", s.get(a.ID), a)
	s.equal("the other", s.get(b.ID), b)
	_, _, err = s.Products.Create(s.ctx, product("a"))
	s.fails("create with the code that was kept", err, dao.ErrConflict)
}

func productDeleteChecked(t *testing.T, h Harness) {
	s := open(t, h)
	stored := s.create(product("a"))
	head, no := s.head(), errors.New("no")
	var asked models.Product
	yes := func(models.Product) error { return nil }
	_, _, err := s.Products.Delete(s.ctx, stored.ID, yes, func(p models.Product) error { asked = p.Clone(); p.Thumbnails[0] = "/other"; return no })
	s.fails("delete", err, no)
	s.equal("asked about", asked, stored)
	s.equal("left", s.get(stored.ID), stored)
	s.equal("head", s.head(), head)
	_, _, err = s.Products.Delete(s.ctx, stored.ID, yes)
	s.ok("delete", err)
}

func productDelete(t *testing.T, h Harness) {
	s := open(t, h)
	stored, kept := s.create(product("a")), s.create(product("b"))
	cart := s.newCart(models.Item{Product: stored.ID, Quantity: 2})
	got, receipt, err := s.Products.Delete(s.ctx, stored.ID)
	s.ok("delete", err)
	s.equal("deleted", got, stored)
	s.equal("receipt", receipt, dao.Receipt{Position: s.head()})
	_, err = s.Products.Get(s.ctx, stored.ID)
	s.fails("get", err, dao.ErrNotFound)
	page, err := s.Products.List(s.ctx, models.ProductQuery{Limit: 10})
	s.ok("list", err)
	s.equal("listed", page.Products, []models.Product{kept})
	s.equal("a cart that names it", s.getCart(cart.ID), cart)
}

func productCategories(t *testing.T, h Harness) {
	s := open(t, h)
	categories := func(what string, want ...dao.Category) {
		t.Helper()
		got, err := s.Products.Categories(s.ctx)
		s.ok("categories", err)
		s.equal("categories "+what, got, want)
	}
	categories("of an empty store")
	made := make(map[string]models.ID)
	for code, category := range map[string]string{"1": "mates", "2": "Yerbas", "3": "álbum", "4": "mates", "5": "mates y más"} {
		p := product(code)
		p.Category = category
		made[code] = s.create(p).ID
	}
	categories("after creates", dao.Category{Name: "Yerbas", Products: 1}, dao.Category{Name: "mates", Products: 2},
		dao.Category{Name: "mates y más", Products: 1}, dao.Category{Name: "álbum", Products: 1})
	_, _, err := s.Products.Update(s.ctx, made["4"], func(p *models.Product) error { p.Category = "álbum"; return nil })
	s.ok("update", err)
	_, _, err = s.Products.Delete(s.ctx, made["2"])
	s.ok("delete", err)
	categories("after an update and a delete", dao.Category{Name: "mates", Products: 1},
		dao.Category{Name: "mates y más", Products: 1}, dao.Category{Name: "álbum", Products: 2})
}

func productQueryInvalid(t *testing.T, h Harness) {
	s := open(t, h)
	s.create(product("a"))
	for field, query := range map[string]models.ProductQuery{
		"limit": {Limit: 0}, "page": {Limit: 1, Page: -1}, "sort": {Limit: 1, Sort: "price"}, "q": {Limit: 1, Text: " -,🧉"},
	} {
		_, err := s.Products.List(s.ctx, query)
		s.refuses("list by a bad "+field, err, field)
	}
	_, err := s.Products.List(s.ctx, models.ProductQuery{Limit: models.MaxLimit + 1})
	s.refuses("list of too many", err, "limit")
	for _, text := range []string{strings.Repeat("a ", models.MaxSearchWords+1), strings.Repeat("a", models.MaxSearch+1)} {
		_, err := s.Products.List(s.ctx, models.ProductQuery{Limit: 1, Text: text})
		s.refuses("search for too much", err, "q")
	}
}
