package daotest

import (
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

// An engine that keeps values in memory is tempted to hand out its own: then whoever fills in a
// page changes the shop, without a lock, without a place in the feed, and until the next start
// only.
func ownerTests() []test {
	return []test{
		{"what was given stays the caller's", ownerGiven},
		{"what is given is left as it is", ownerLeft},
		{"what is returned is the caller's", ownerReturned},
		{"what change was given is the caller's afterwards", ownerChange},
		{"documents of the feed are the caller's", ownerDocs},
		{"batches are the visitor's", ownerBatches},
		{"lists are never missing", ownerNoNil},
	}
}

// vandalize writes over whatever a value shares.
func vandalize(b dao.Batch) {
	for _, p := range b.Products {
		for i := range p.Thumbnails {
			p.Thumbnails[i] = "/changed.svg"
		}
		_ = append(p.Thumbnails[:0], "/appended.svg")
	}
	for _, c := range b.Carts {
		for i := range c.Products {
			c.Products[i] = models.Item{Product: id(99), Quantity: 99}
		}
	}
	for _, v := range b.Others {
		ruin(v)
	}
	clear(b.Products)
	clear(b.Carts)
	clear(b.Messages)
}

func ownerGiven(t *testing.T, h Harness) {
	s := open(t, h)
	p, c := product("a"), models.Cart{Products: []models.Item{{Product: id(1), Quantity: 2}}}
	p.ID, c.ID = id(1), id(2)
	storedProduct := s.create(p).Clone()
	created, _, err := s.Carts.Create(s.ctx, c)
	s.ok("create cart", err)
	storedCart := created.Clone()
	vandalize(dao.Batch{Products: []models.Product{p}, Carts: []models.Cart{c}})
	s.equal("product", s.get(id(1)), storedProduct)
	s.equal("cart", s.getCart(id(2)), storedCart)
	batch := sample(3)
	other := sample(3)
	s2 := open(t, h)
	s2.load(batch)
	vandalize(batch)
	s2.equal("product loaded", s2.get(other.Products[0].ID), other.Products[0])
	s2.equal("cart loaded", s2.getCart(other.Carts[0].ID), other.Carts[0])
	s2.equal("messages loaded", s2.page(models.ID{}, 10), other.Messages)
}

// Normalizing is done on a copy: what the caller holds may be read by others meanwhile.
func ownerLeft(t *testing.T, h Harness) {
	s := open(t, h)
	untidy := func() (models.Product, models.Cart) {
		p, c := product(" a "), models.Cart{ID: id(2), Products: []models.Item{{Product: id(1), Quantity: 2}, {Product: id(1), Quantity: 2}}}
		p.ID, p.Thumbnails = id(1), []string{" /a.svg "}
		return p, c
	}
	p, c := untidy()
	wantProduct, wantCart := untidy()
	s.create(p)
	_, _, err := s.Carts.Create(s.ctx, c)
	s.ok("create cart", err)
	s.equal("product given to create", p, wantProduct)
	s.equal("cart given to create", c, wantCart)
	p.ID, c.ID, wantProduct.ID, wantCart.ID = id(3), id(4), id(3), id(4)
	p.Code, wantProduct.Code = " b ", " b "
	batch := dao.Batch{Products: []models.Product{p}, Carts: []models.Cart{c}, Messages: []models.Message{message(" hola ")}}
	s.load(batch)
	s.equal("batch given to load", batch, dao.Batch{
		Products: []models.Product{wantProduct}, Carts: []models.Cart{wantCart}, Messages: []models.Message{message(" hola ")},
	})
}

func ownerReturned(t *testing.T, h Harness) {
	s := prepare(t, h)
	stored := s.product.Clone()
	vandalize(dao.Batch{Products: []models.Product{s.product}})
	s.equal("product, after create", s.get(stored.ID), stored)
	vandalize(dao.Batch{Products: []models.Product{s.get(stored.ID)}})
	s.equal("product, after get", s.get(stored.ID), stored)
	page, err := s.Products.List(s.ctx, models.ProductQuery{Limit: 10})
	s.ok("list", err)
	vandalize(dao.Batch{Products: page.Products})
	s.equal("product, after list", s.get(stored.ID), stored)
	again, _, err := s.Products.Create(s.ctx, stored)
	s.ok("create again", err)
	vandalize(dao.Batch{Products: []models.Product{again}})
	s.equal("product, after create again", s.get(stored.ID), stored)

	cart, _, err := s.Carts.Update(s.ctx, s.cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: id(1)}, 1); return nil })
	s.ok("update cart", err)
	storedCart := cart.Clone()
	vandalize(dao.Batch{Carts: []models.Cart{cart}})
	s.equal("cart, after update", s.getCart(cart.ID), storedCart)
	vandalize(dao.Batch{Carts: []models.Cart{s.getCart(storedCart.ID)}})
	s.equal("cart, after get", s.getCart(storedCart.ID), storedCart)
	carts, _, err := s.Carts.List(s.ctx, 1, 10)
	s.ok("list carts", err)
	vandalize(dao.Batch{Carts: carts})
	s.equal("cart, after list", s.getCart(storedCart.ID), storedCart)

	said := s.say("hola")
	vandalize(dao.Batch{Messages: s.page(models.ID{}, 10)})
	s.equal("messages, after page", s.page(models.ID{}, 10), []models.Message{said})
}

func ownerChange(t *testing.T, h Harness) {
	s := prepare(t, h)
	var p *models.Product
	var c *models.Cart
	updated, _, err := s.Products.Update(s.ctx, s.product.ID, func(given *models.Product) error { p = given; p.Stock++; return nil })
	s.ok("update product", err)
	updatedCart, _, err := s.Carts.Update(s.ctx, s.cart.ID, func(given *models.Cart) error { c = given; c.Add(models.Choice{Product: id(1)}, 1); return nil })
	s.ok("update cart", err)
	updated, updatedCart = updated.Clone(), updatedCart.Clone()
	p.Title = "changed"
	vandalize(dao.Batch{Products: []models.Product{*p}, Carts: []models.Cart{*c}})
	s.equal("product", s.get(updated.ID), updated)
	s.equal("cart", s.getCart(updatedCart.ID), updatedCart)
}

func ownerDocs(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	want := readable(s.history())
	for _, change := range s.history() {
		clear(change.Doc)
	}
	s.equal("feed", readable(s.history()), want)
}

func ownerBatches(t *testing.T, h Harness) {
	s := open(t, h)
	s.load(sample(10))
	s.fill()
	want, _ := s.dump()
	_, err := s.Dump(s.ctx, func(b dao.Batch) error { vandalize(b); return nil })
	s.ok("dump", err)
	got, _ := s.dump()
	s.equal("dumped again", got, want)
}

// In JSON a missing list is null, and a client that walks it falls over.
func ownerNoNil(t *testing.T, h Harness) {
	s := open(t, h)
	bare := product("a")
	bare.Thumbnails = nil
	created := s.create(bare)
	cart := s.newCart()
	updated, _, err := s.Products.Update(s.ctx, created.ID, func(p *models.Product) error { p.Thumbnails = nil; p.Stock++; return nil })
	s.ok("update product", err)
	page, err := s.Products.List(s.ctx, models.ProductQuery{Limit: 1})
	s.ok("list", err)
	all, _ := s.dump()
	for what, p := range map[string]models.Product{
		"created": created, "updated": updated, "read": s.get(created.ID), "listed": page.Products[0], "dumped": all.Products[0],
	} {
		if p.Thumbnails == nil {
			t.Errorf("a product as %s has no list of thumbnails", what)
		}
	}
	for what, c := range map[string]models.Cart{"created": cart, "read": s.getCart(cart.ID), "dumped": all.Carts[0]} {
		if c.Products == nil {
			t.Errorf("a cart as %s has no list of products", what)
		}
	}
}
