package daotest

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
)

// randomLives runs random operations on a store and on the simplest model of it that there is. What
// the feed tells is compared after each, all the rest now and then.
func randomLives(t *testing.T, h Harness) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{
			shop: shopOf(rt, h.Open(t)), products: map[models.ID]models.Product{}, carts: map[models.ID]models.Cart{}, revs: map[key]int64{},
		}
		defer func() { m.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"":               func(*rapid.T) { m.follow() },
			"create product": m.createProduct,
			"update product": m.updateProduct,
			"delete product": m.deleteProduct,
			"create cart":    m.createCart,
			"update cart":    m.updateCart,
			"delete cart":    m.deleteCart,
			"append message": m.appendMessage,
			"load":           m.loadSome,
			"look":           func(*rapid.T) { m.compare() },
			"reopen": func(*rapid.T) {
				m.shop = shopOf(rt, h.Reopen(t, m.Store))
				m.compare()
			},
		})
		m.compare()
	})
}

// machine is a store and what it should hold.
type machine struct {
	shop
	products map[models.ID]models.Product
	carts    map[models.ID]models.Cart
	messages []models.Message
	feed     []dao.Change
	seen     int           // how many changes follow has compared
	revs     map[key]int64 // the last ones, of what was deleted too
}

// key names a value: ids of different kinds have nothing to do with one another.
type key struct {
	kind dao.Kind
	id   models.ID
}

// Few ids, codes and texts, so that operations meet.
func drawnID(rt *rapid.T) models.ID {
	if n := rapid.IntRange(0, 4).Draw(rt, "id"); n > 0 {
		return id(n)
	}
	return models.ID{}
}

// among draws one of the ids that there are, or any.
func among[V any](rt *rapid.T, values map[models.ID]V) models.ID {
	ids := slices.SortedFunc(maps.Keys(values), models.ID.Compare)
	if len(ids) == 0 || rapid.IntRange(0, 3).Draw(rt, "any?") == 3 {
		return drawnID(rt)
	}
	return rapid.SampledFrom(ids).Draw(rt, "one that is there")
}

func (m *machine) drawnProduct(rt *rapid.T) models.Product {
	p := product(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "code"))
	p.ID = drawnID(rt)
	p.Stock = rapid.Int64Range(0, 1).Draw(rt, "stock")
	return p
}

func drawnItems(rt *rapid.T) []models.Item {
	return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) models.Item {
		return models.Item{Product: id(rapid.IntRange(1, 2).Draw(rt, "product")), Quantity: rapid.Int64Range(0, 2).Draw(rt, "quantity")}
	}), 0, 2).Draw(rt, "items")
}

func (m *machine) codeTaken(code string, by models.ID) bool {
	for id, p := range m.products {
		if p.Code == code && id != by {
			return true
		}
	}
	return false
}

// note adds what a write brought to the model's feed.
func (m *machine) note(change dao.Change) {
	m.feed = append(m.feed, change)
	m.revs[key{change.Kind, change.ID}] = change.Rev
}

// made checks what the store gave a new value.
func (m *machine) made(kind dao.Kind, given, got models.ID, rev int64, created, updated models.Time) {
	if given != got && !given.IsZero() || got.IsZero() || created == 0 || created != updated || rev != m.revs[key{kind, got}]+1 {
		m.t.Fatalf("made %s as %s at revision %d, %v, %v", given, got, rev, created, updated)
	}
}

func (m *machine) createProduct(rt *rapid.T) {
	given := m.drawnProduct(rt)
	old, there := m.products[given.ID]
	got, receipt, err := m.Products.Create(m.ctx, given)
	switch {
	case there && old.Same(given):
		m.ok("create again", err)
		m.equal("created again", got, old)
		m.repeated(receipt, dao.Position{})
	case there || m.codeTaken(given.Code, given.ID):
		m.fails("create", err, dao.ErrConflict)
	default:
		m.ok("create", err)
		m.made(dao.KindProduct, given.ID, got.ID, got.Rev, got.CreatedAt, got.UpdatedAt)
		given.ID, given.Rev, given.CreatedAt, given.UpdatedAt = got.ID, got.Rev, got.CreatedAt, got.UpdatedAt
		m.equal("created", got, given)
		m.products[got.ID] = given
		m.note(put(dao.KindProduct, got.ID, got.Rev, given))
	}
}

func (m *machine) updateProduct(rt *rapid.T) {
	drawn := m.drawnProduct(rt)
	drawn.ID = among(rt, m.products)
	old, there := m.products[drawn.ID]
	want := old.Clone()
	want.Code, want.Stock = drawn.Code, drawn.Stock
	got, receipt, err := m.Products.Update(m.ctx, drawn.ID, func(p *models.Product) error { p.Code, p.Stock = drawn.Code, drawn.Stock; return nil })
	switch {
	case !there:
		m.fails("update", err, dao.ErrNotFound)
	case want.Same(old):
		m.ok("update to the same", err)
		m.repeated(receipt, dao.Position{})
	case m.codeTaken(want.Code, want.ID):
		m.fails("update", err, dao.ErrConflict)
	default:
		m.ok("update", err)
		want.Rev, want.UpdatedAt = old.Rev+1, got.UpdatedAt
		m.equal("updated", got, want)
		m.products[want.ID] = want
		m.note(put(dao.KindProduct, want.ID, want.Rev, want))
	}
}

func (m *machine) deleteProduct(rt *rapid.T) {
	id := among(rt, m.products)
	old, there := m.products[id]
	got, _, err := m.Products.Delete(m.ctx, id)
	if !there {
		m.fails("delete", err, dao.ErrNotFound)
		return
	}
	m.ok("delete", err)
	m.equal("deleted", got, old)
	delete(m.products, id)
	m.note(dao.Change{Kind: dao.KindProduct, Op: dao.OpDelete, ID: id, Rev: old.Rev + 1})
}
