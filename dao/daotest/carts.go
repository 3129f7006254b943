package daotest

import (
	"errors"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func cartTests() []test {
	return []test{
		{"create stores the cart and fills in what is the store's", cartCreate},
		{"create adds up a product that is named twice", cartCreateNormalizes},
		{"create names every bad item and stores nothing", cartCreateInvalid},
		{"create again with the same content is repeated, with other a conflict", cartCreateAgain},
		{"absent carts are not found", cartAbsent},
		{"update stores the change", cartUpdate},
		{"update that changes nothing writes nothing", cartUpdateNothing},
		{"update that fails stores nothing", cartUpdateFails},
		{"delete returns what it was", cartDelete},
		{"list is by creation, then by id, in pages", cartList},
		{"expire deletes what has not changed since", cartExpire},
		{"expire spares a cart that changes meanwhile", cartExpireMeanwhile},
	}
}

func cartCreate(t *testing.T, h Harness) {
	s := open(t, h)
	given := models.Cart{
		ID: id(3), Products: []models.Item{{Product: id(9), Quantity: 2}, {Product: id(8), Quantity: models.MaxQuantity}},
		Rev: 9, CreatedAt: 1, UpdatedAt: 2,
	}
	got, receipt, err := s.Carts.Create(s.ctx, given) // of products that there are not: references are not followed
	s.ok("create", err)
	want := given
	want.Rev, want.CreatedAt, want.UpdatedAt = 1, got.CreatedAt, got.UpdatedAt
	s.equal("created", got, want)
	s.equal("read back", s.getCart(id(3)), want)
	s.equal("receipt", receipt, dao.Receipt{Position: s.head()})
	if got.CreatedAt <= 2 || got.UpdatedAt != got.CreatedAt {
		t.Errorf("created at %v, updated at %v: the times are the store's", got.CreatedAt, got.UpdatedAt)
	}
	if s.newCart().ID.IsZero() {
		t.Error("a cart without an id got none")
	}
}

func cartCreateNormalizes(t *testing.T, h Harness) {
	s := open(t, h)
	got := s.newCart(models.Item{Product: id(1), Quantity: 2}, models.Item{Product: id(2), Quantity: 1}, models.Item{Product: id(1), Quantity: 3})
	want := []models.Item{{Product: id(1), Quantity: 5}, {Product: id(2), Quantity: 1}}
	s.equal("created", got.Products, want)
	s.equal("read back", s.getCart(got.ID).Products, want)
}

func cartCreateInvalid(t *testing.T, h Harness) {
	s := open(t, h)
	head := s.head()
	_, _, err := s.Carts.Create(s.ctx, models.Cart{Products: []models.Item{
		{Product: id(1), Quantity: 0}, {Product: id(2), Quantity: 1}, {Quantity: models.MaxQuantity + 1},
	}})
	s.refuses("create", err, "products[0].quantity", "products[2].product", "products[2].quantity")
	_, _, err = s.Carts.Create(s.ctx, models.Cart{Products: []models.Item{
		{Product: id(1), Quantity: models.MaxQuantity}, {Product: id(1), Quantity: 1},
	}})
	s.refuses("create with too large a sum", err, "products[0].quantity")
	s.still(head)
}

func cartCreateAgain(t *testing.T, h Harness) {
	s := open(t, h)
	given := models.Cart{ID: id(1), Products: []models.Item{{Product: id(9), Quantity: 2}}}
	stored, first, err := s.Carts.Create(s.ctx, given)
	s.ok("create", err)
	given.Products = []models.Item{{Product: id(9), Quantity: 1}, {Product: id(9), Quantity: 1}}
	got, receipt, err := s.Carts.Create(s.ctx, given)
	s.ok("create again", err)
	s.equal("created again", got, stored)
	s.repeated(receipt, first.Position)
	given.Products[0].Quantity = 5
	_, _, err = s.Carts.Create(s.ctx, given)
	s.fails("same id, other content", err, dao.ErrConflict)
	s.still(first.Position)
	s.equal("stored", s.getCart(id(1)), stored)
}

func cartAbsent(t *testing.T, h Harness) {
	s := open(t, h)
	gone := s.newCart().ID
	_, _, err := s.Carts.Delete(s.ctx, gone)
	s.ok("delete", err)
	other := s.create(product("a")).ID // an id of another kind is no cart
	head := s.head()
	for _, id := range []models.ID{gone, other, {}} {
		_, err := s.Carts.Get(s.ctx, id)
		s.fails("get", err, dao.ErrNotFound)
		_, _, err = s.Carts.Update(s.ctx, id, func(*models.Cart) error { return errors.New("called on nothing") })
		s.fails("update", err, dao.ErrNotFound)
		_, _, err = s.Carts.Delete(s.ctx, id)
		s.fails("delete", err, dao.ErrNotFound)
	}
	s.still(head)
}

func cartUpdate(t *testing.T, h Harness) {
	s := open(t, h)
	stored := s.newCart(models.Item{Product: id(1), Quantity: 1})
	for n := range int64(3) {
		var seen models.Cart
		got, receipt, err := s.Carts.Update(s.ctx, stored.ID, func(c *models.Cart) error {
			seen = c.Clone()
			c.Add(models.Choice{Product: id(1)}, 1)
			c.Set(models.Choice{Product: id(int(2 + n))}, n+1)
			c.ID, c.Rev, c.CreatedAt, c.UpdatedAt = id(99), 99, 1, 2 // all the store's
			return nil
		})
		s.ok("update", err)
		s.equal("what change was given", seen, stored)
		want := stored.Clone()
		want.Add(models.Choice{Product: id(1)}, 1)
		want.Set(models.Choice{Product: id(int(2 + n))}, n+1)
		want.Rev, want.UpdatedAt = stored.Rev+1, got.UpdatedAt
		s.equal("updated", got, want)
		s.equal("read back", s.getCart(stored.ID), want)
		s.equal("receipt", receipt, dao.Receipt{Position: s.head()})
		stored = got
	}
	if stored.UpdatedAt <= 2 {
		t.Errorf("updated at %v: the times are the store's", stored.UpdatedAt)
	}
}

func cartUpdateNothing(t *testing.T, h Harness) {
	s := open(t, h)
	stored := s.newCart(models.Item{Product: id(1), Quantity: 2})
	head := s.head()
	got, receipt, err := s.Carts.Update(s.ctx, stored.ID, func(c *models.Cart) error {
		c.Products = []models.Item{{Product: id(1), Quantity: 1}, {Product: id(1), Quantity: 1}} // the same, once normalized
		return nil
	})
	s.ok("update", err)
	s.equal("updated", got, stored)
	s.repeated(receipt, head)
	s.still(head)
}

func cartUpdateFails(t *testing.T, h Harness) {
	s := open(t, h)
	stored := s.newCart(models.Item{Product: id(1), Quantity: 2})
	head := s.head()
	enough := errors.New("enough")
	_, _, err := s.Carts.Update(s.ctx, stored.ID, func(c *models.Cart) error { c.Products[0].Quantity = 9; return enough })
	if err != enough {
		t.Errorf("update: got error %v, want that of change as it is", err)
	}
	_, _, err = s.Carts.Update(s.ctx, stored.ID, func(c *models.Cart) error {
		c.Add(models.Choice{Product: id(1)}, models.MaxQuantity)
		c.Add(models.Choice{Product: id(2)}, -1)
		return nil
	})
	s.refuses("update", err, "products[0].quantity", "products[1].quantity")
	s.still(head)
	s.equal("stored", s.getCart(stored.ID), stored)
}

func cartDelete(t *testing.T, h Harness) {
	s := open(t, h)
	kept, stored := s.newCart(), s.newCart(models.Item{Product: id(1), Quantity: 2})
	got, receipt, err := s.Carts.Delete(s.ctx, stored.ID)
	s.ok("delete", err)
	s.equal("deleted", got, stored)
	s.equal("receipt", receipt, dao.Receipt{Position: s.head()})
	carts, total, err := s.Carts.List(s.ctx, 1, 10)
	s.ok("list", err)
	s.equal("how many are left", total, 1)
	s.equal("what is left", carts, []models.Cart{kept})
}
