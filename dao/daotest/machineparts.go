package daotest

import (
	"errors"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
)

func (m *machine) createCart(rt *rapid.T) {
	given := models.Cart{ID: drawnID(rt), Products: drawnItems(rt)}
	want := given.Clone()
	want.Normalize()
	old, there := m.carts[given.ID]
	got, receipt, err := m.Carts.Create(m.ctx, given)
	switch {
	case want.Check() != nil:
		m.invalid("create cart", err)
	case there && old.Same(want):
		m.ok("create cart again", err)
		m.equal("created again", got, old)
		m.repeated(receipt, dao.Position{})
	case there:
		m.fails("create cart", err, dao.ErrConflict)
	default:
		m.ok("create cart", err)
		m.made(dao.KindCart, given.ID, got.ID, got.Rev, got.CreatedAt, got.UpdatedAt)
		want.ID, want.Rev, want.CreatedAt, want.UpdatedAt = got.ID, got.Rev, got.CreatedAt, got.UpdatedAt
		m.equal("created", got, want)
		m.carts[got.ID] = want
		m.note(put(dao.KindCart, got.ID, got.Rev, want))
	}
}

func (m *machine) invalid(what string, err error) {
	if _, invalid := errors.AsType[models.Invalid](err); !invalid {
		m.t.Fatalf("%s: got error %v, want models.Invalid", what, err)
	}
}

func (m *machine) updateCart(rt *rapid.T) {
	id, items := among(rt, m.carts), drawnItems(rt)
	change := func(c *models.Cart) error {
		for _, item := range items {
			c.Add(item.Product, item.Quantity)
		}
		if len(items) == 0 {
			c.Products = nil
		}
		return nil
	}
	old, there := m.carts[id]
	want := old.Clone()
	change(&want)
	want.Normalize()
	got, receipt, err := m.Carts.Update(m.ctx, id, change)
	switch {
	case !there:
		m.fails("update cart", err, dao.ErrNotFound)
	case want.Check() != nil:
		m.invalid("update cart", err)
	case want.Same(old):
		m.ok("update cart to the same", err)
		m.repeated(receipt, dao.Position{})
	default:
		m.ok("update cart", err)
		want.Rev, want.UpdatedAt = old.Rev+1, got.UpdatedAt
		m.equal("updated", got, want)
		m.carts[id] = want
		m.note(put(dao.KindCart, id, want.Rev, want))
	}
}

func (m *machine) deleteCart(rt *rapid.T) {
	id := among(rt, m.carts)
	old, there := m.carts[id]
	got, _, err := m.Carts.Delete(m.ctx, id)
	if !there {
		m.fails("delete cart", err, dao.ErrNotFound)
		return
	}
	m.ok("delete cart", err)
	m.equal("deleted", got, old)
	delete(m.carts, id)
	m.note(dao.Change{Kind: dao.KindCart, Op: dao.OpDelete, ID: id, Rev: old.Rev + 1})
}

func (m *machine) appendMessage(rt *rapid.T) {
	given := message(rapid.SampledFrom([]string{"hola", "chau"}).Draw(rt, "message"))
	given.ID = drawnID(rt)
	at := slices.IndexFunc(m.messages, func(o models.Message) bool { return o.ID == given.ID })
	got, receipt, err := m.Messages.Append(m.ctx, given)
	switch {
	case at >= 0 && m.messages[at].Same(given):
		m.ok("append again", err)
		m.equal("appended again", got, m.messages[at])
		m.repeated(receipt, dao.Position{})
	case at >= 0:
		m.fails("append", err, dao.ErrConflict)
	default:
		m.ok("append", err)
		m.made(dao.KindMessage, given.ID, got.ID, 1, got.CreatedAt, got.CreatedAt)
		given.ID, given.CreatedAt = got.ID, got.CreatedAt
		m.equal("appended", got, given)
		m.messages = append(m.messages, given)
		m.note(put(dao.KindMessage, got.ID, 1, given))
	}
}

// loadSome loads a product, or two messages: in what order a load of several kinds goes into the
// feed is left open.
func (m *machine) loadSome(rt *rapid.T) {
	p := m.drawnProduct(rt)
	if p.ID.IsZero() {
		fresh := 100 + len(m.feed)
		said := []models.Message{
			{ID: id(fresh + 1), User: "bea@example.com", Message: "de antes", CreatedAt: 5},
			{ID: id(fresh), User: "bea@example.com", Message: "y después", CreatedAt: 4},
		}
		m.load(dao.Batch{Messages: said})
		for _, one := range said {
			m.messages = append(m.messages, one)
			m.note(put(dao.KindMessage, one.ID, 1, one))
		}
		return
	}
	p.Rev, p.CreatedAt, p.UpdatedAt = m.revs[key{dao.KindProduct, p.ID}]+3, models.Time(rapid.IntRange(1000, 1002).Draw(rt, "createdAt")), 2000
	_, there := m.products[p.ID]
	_, err := m.Load(m.ctx, dao.Batch{Products: []models.Product{p}})
	if there || m.codeTaken(p.Code, p.ID) {
		m.fails("load", err, dao.ErrConflict)
		return
	}
	m.ok("load", err)
	m.products[p.ID] = p
	m.note(put(dao.KindProduct, p.ID, p.Rev, p))
}

// follow wants the feed to tell of what was written since the last time, and nothing else.
func (m *machine) follow() {
	m.tells(m.since(dao.Position{Epoch: m.head().Epoch, Offset: int64(m.seen)}), m.seen, m.feed[m.seen:])
	m.seen = len(m.feed)
}

// compare wants the store to tell what the model holds.
func (m *machine) compare() {
	m.hasHistory(m.feed)
	all, at := m.dump()
	m.equal("position of the dump", at.Offset, int64(len(m.feed)))
	products := slices.Collect(maps.Values(m.products))
	carts := slices.Collect(maps.Values(m.carts))
	slices.SortFunc(products, func(a, b models.Product) int { return a.ID.Compare(b.ID) })
	slices.SortFunc(carts, func(a, b models.Cart) int { return a.ID.Compare(b.ID) })
	m.equal("dumped", all, dao.Batch{Products: products, Carts: carts, Messages: m.messages})
	for _, query := range []models.ProductQuery{{Limit: 3}, {Text: "palo", Sort: models.PriceAsc, Limit: 100}, {Available: true, Limit: 2, Page: 2}} {
		page, err := m.Products.List(m.ctx, query)
		m.ok("list", err)
		m.equal("listed", page, query.Select(products))
	}
	_, total, err := m.Carts.List(m.ctx, 1, 1)
	m.ok("list carts", err)
	m.equal("carts listed", total, len(carts))
	m.equal("newest messages", m.page(models.ID{}, 3), m.messages[max(0, len(m.messages)-3):])
}
