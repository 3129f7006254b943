package daotest

import (
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func variantTests() []test {
	return []test{
		{"a code is that of one product or variant", variantCodes},
		{"variants are kept as they are", variantsKept},
		{"figures follow the variants, and these the figures", variantFigures},
		{"what has variants is found by them", variantsFound},
		{"a cart holds several variants of one product", variantItems},
	}
}

// shirt is a product in two sizes, of the codes that are given.
func shirt(code, medium, large string) models.Product {
	p := product(code)
	variant := func(n byte, code, value string, price models.Money, stock int64) models.Variant {
		return models.Variant{ID: models.ID{n}, Code: code, Options: models.Options{{Name: "Talle", Value: value}, {Name: "Color", Value: "azul"}}, Price: price, Stock: stock}
	}
	p.Variants = []models.Variant{variant(1, medium, "M", 1000, 2), variant(2, large, "L", 900, 3)}
	p.Price, p.Stock = 0, 0
	return p
}

func variantCodes(t *testing.T, h Harness) {
	s := open(t, h)
	a, b := s.create(shirt("a", "a-m", "a-l")), s.create(product("b"))
	head := s.head()
	for what, p := range map[string]models.Product{
		"a product with a variant's code": product("a-l"), "a variant with a product's code": shirt("c", "b", "c-l"), "a variant with a variant's code": shirt("c", "c-m", "a-m"),
	} {
		_, _, err := s.Products.Create(s.ctx, p)
		s.fails("create "+what, err, dao.ErrConflict)
	}
	_, _, err := s.Products.Update(s.ctx, b.ID, func(p *models.Product) error { p.Code = "a-m"; return nil })
	s.fails("update to a variant's code", err, dao.ErrConflict)
	s.still(head)
	s = shopOf(t, h.Reopen(t, s.Store))
	_, err = s.Update(s.ctx, func(tx dao.Tx) error {
		for _, code := range []string{"a", "a-m", "a-l"} {
			owner, err := tx.Owner(dao.Product.Schema, "code", code)
			s.ok("owner", err)
			s.equal("owner of "+code, owner, a.ID)
		}
		return nil
	})
	s.ok("step", err)
	_, _, err = s.Products.Update(s.ctx, a.ID, func(p *models.Product) error { p.Variants[0].Code, p.Variants[1].Code = "a-l", "x"; return nil })
	s.ok("let go of one code, and pass one on", err)
	s.create(product("a-m"))
	_, _, err = s.Products.Create(s.ctx, product("a-l"))
	s.fails("create with the code that was passed on", err, dao.ErrConflict)
	_, _, err = s.Products.Delete(s.ctx, a.ID)
	s.ok("delete", err)
	s.create(product("a-l"))
}

func variantsKept(t *testing.T, h Harness) {
	s := open(t, h)
	p := shirt("a", "a-m", "a-l")
	p.CompareAt, p.Tax, p.Tags, p.Vendor, p.Barcode = 2000, "IVA 10,5", []string{"verano", "algodón"}, "Ana", "779"
	p.Variants[0].Thumbnail, p.Variants[1].Barcode = "/m.webp", "780"
	stored := s.create(p)
	want := stored
	want.Variants = append([]models.Variant{}, p.Variants...)
	s.equal("stored", stored, want)
	s = shopOf(t, h.Reopen(t, s.Store))
	s.equal("after a reopening", s.get(stored.ID), stored)
	changed, _, err := s.Products.Update(s.ctx, stored.ID, func(p *models.Product) error {
		p.CompareAt, p.Tax, p.Tags, p.Vendor, p.Barcode, p.Variants = 0, "", nil, "", "", nil
		return nil
	})
	s.ok("take all of it away", err)
	s = shopOf(t, h.Reopen(t, s.Store))
	s.equal("without it", s.get(stored.ID), changed)
	s.equal("variants", len(changed.Variants), 0)
}

func variantFigures(t *testing.T, h Harness) {
	s := open(t, h)
	stored := s.create(shirt("a", "a-m", "a-l"))
	s.equal("price", stored.Price, models.Money(900))
	s.equal("stock", stored.Stock, int64(5))
	figures := func(what string, price models.Money, stocks ...int64) {
		t.Helper()
		now := s.get(stored.ID)
		s.equal("price after "+what, now.Price, price)
		s.equal("stocks after "+what, []int64{now.Stock, now.Variants[0].Stock, now.Variants[1].Stock}, stocks)
	}
	for _, one := range []struct {
		what   string
		change func(p *models.Product)
		price  models.Money
		stocks []int64
	}{
		{"counting a variant", func(p *models.Product) { p.Variants[1].Stock = 1 }, 900, []int64{3, 2, 1}},
		{"a lower price", func(p *models.Product) { p.Variants[0].Price = 500 }, 500, []int64{3, 2, 1}},
		{"stock set by who knows no variants", func(p *models.Product) { p.Stock = 1 }, 500, []int64{1, 0, 1}},
		{"what is not counted", func(p *models.Product) { p.Variants[0].Uncounted = true }, 500, []int64{models.UncountedStock, models.UncountedStock, 1}},
	} {
		_, _, err := s.Products.Update(s.ctx, stored.ID, func(p *models.Product) error { one.change(p); return nil })
		s.ok(one.what, err)
		figures(one.what, one.price, one.stocks...)
	}
	_, _, err := s.Products.Update(s.ctx, stored.ID, func(p *models.Product) error {
		p.Variants[0].Options[0].Value = "L"
		p.Variants[1].Stock = -1
		return nil
	})
	s.refuses("two of one choice", err, "variants[1].options", "variants[1].stock")
}

func variantsFound(t *testing.T, h Harness) {
	s := open(t, h)
	p := shirt("a", "a-m", "a-l")
	p.Tags, p.Vendor = []string{"Algodón"}, "Telar"
	stored := s.create(p)
	s.create(product("b"))
	find := func(q models.ProductQuery) []string {
		q.Limit = 10
		page, err := s.Products.List(s.ctx, q)
		s.ok("list", err)
		codes := []string{}
		for _, p := range page.Products {
			codes = append(codes, p.Code)
		}
		return codes
	}
	all := func(want ...string) {
		t.Helper()
		for _, q := range []models.ProductQuery{{Text: "azul"}, {Text: "algodon telar"}, {Codes: []string{"a-l"}}, {Codes: []string{"a-l", "a"}}} {
			s.equal("found", find(q), append([]string{}, want...))
		}
	}
	all("a")
	s.equal("found by both", find(models.ProductQuery{Codes: []string{"b", "a-m"}}), []string{"a", "b"})
	s.equal("found by stock", find(models.ProductQuery{Stock: new(int64(5))}), []string{"a"})
	_, _, err := s.Products.Update(s.ctx, stored.ID, func(p *models.Product) error { p.Variants, p.Tags = nil, nil; return nil })
	s.ok("update", err)
	s.equal("found by what was", find(models.ProductQuery{Text: "azul"}), []string{})
	s.equal("found by the code of what was", find(models.ProductQuery{Codes: []string{"a-l"}}), []string{})
}

func variantItems(t *testing.T, h Harness) {
	s := open(t, h)
	items := []models.Item{{Product: id(9), Variant: id(1), Quantity: 2}, {Product: id(9), Variant: id(2), Quantity: 1}, {Product: id(9), Quantity: 3}}
	cart := s.newCart(items...)
	s = shopOf(t, h.Reopen(t, s.Store))
	got, _, err := s.Carts.Update(s.ctx, cart.ID, func(c *models.Cart) error { c.Add(items[1].Choice(), 4); return nil })
	s.ok("update", err)
	items[1].Quantity = 5
	s.equal("items", got.Products, items)
	got, _, err = s.Carts.Update(s.ctx, cart.ID, func(c *models.Cart) error { c.Remove(items[0].Choice()); return nil })
	s.ok("update", err)
	s.equal("items", got.Products, items[1:])
	got, _, err = s.Carts.Update(s.ctx, cart.ID, func(c *models.Cart) error { c.Remove(models.Choice{Product: id(9)}); return nil })
	s.ok("update", err)
	s.equal("items", got.Products, []models.Item{})
}
