package daotest

import (
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
		m := &machine{shop: shopOf(rt, h.Open(t)), kinds: drawnKinds(rt), values: map[key]models.Value{}, revs: map[key]int64{}}
		defer func() { m.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"":               func(*rapid.T) { m.follow() },
			"create":         m.create,
			"create again":   m.create, // the more values there are, the more there is to find
			"update":         m.update,
			"delete":         m.delete,
			"append message": m.appendMessage,
			"load":           m.loadSome,
			"step":           m.step,
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
	kinds    []*dao.Schema        // that there is anything of
	values   map[key]models.Value // but those of histories
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

// drawnKinds draws two that are no histories, beside products and carts, which callers change by
// verbs of their own: of all at once too few operations would meet.
func drawnKinds(rt *rapid.T) []*dao.Schema {
	others := slices.DeleteFunc(slices.Clone(dao.Kinds()), func(k *dao.Schema) bool {
		return k.History || k == dao.Product.Schema || k == dao.Cart.Schema
	})
	return append(rapid.Permutation(others).Draw(rt, "kinds")[:2], dao.Product.Schema, dao.Cart.Schema)
}

// drawnKind draws one of them.
func (m *machine) drawnKind(rt *rapid.T) *dao.Schema {
	return rapid.SampledFrom(m.kinds).Draw(rt, "kind")
}

// drawn draws one of few values, some of which may not be stored.
func drawn(rt *rapid.T, k *dao.Schema) models.Value {
	v := k.Example(rapid.IntRange(0, 3).Draw(rt, "content"))
	if cart, is := v.(*models.Cart); is && rapid.Bool().Draw(rt, "items?") {
		cart.Products = drawnItems(rt)
	}
	return v
}

// among draws one of the ids that there are, or any.
func (m *machine) among(rt *rapid.T, k *dao.Schema) models.ID {
	var ids []models.ID
	for of := range m.values {
		if of.kind == k.Kind {
			ids = append(ids, of.id)
		}
	}
	slices.SortFunc(ids, models.ID.Compare)
	if len(ids) == 0 || rapid.IntRange(0, 3).Draw(rt, "any?") == 3 {
		return drawnID(rt)
	}
	return rapid.SampledFrom(ids).Draw(rt, "one that is there")
}

func drawnItems(rt *rapid.T) []models.Item {
	return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) models.Item {
		return models.Item{Product: id(rapid.IntRange(1, 2).Draw(rt, "product")), Quantity: rapid.Int64Range(0, 2).Draw(rt, "quantity")}
	}), 0, 2).Draw(rt, "items")
}

// taken says whether another value has one of a value's unique texts.
func (m *machine) taken(k *dao.Schema, v models.Value) bool {
	for of, other := range m.values {
		for _, unique := range k.Unique {
			for text := range unique.All(v) {
				if of.kind == k.Kind && of.id != v.GetHead().ID && unique.Has(other, text) {
					return true
				}
			}
		}
	}
	return false
}

// note adds what a write brought to the model's feed.
func (m *machine) note(change dao.Change) {
	m.feed = append(m.feed, change)
	m.revs[key{change.Kind, change.ID}] = change.Rev
}

// noteStep adds what one step brought.
func (m *machine) noteStep(changes []dao.Change) {
	end := int64(len(m.feed) + len(changes))
	for _, change := range changes {
		change.End = end
		m.note(change)
	}
}

// keep notes what a value is now.
func (m *machine) keep(k *dao.Schema, v models.Value) {
	head := v.GetHead()
	m.values[key{k.Kind, head.ID}] = v
	m.note(put(k.Kind, head.ID, head.Rev, v))
}

// made checks what the store gave a new value.
func (m *machine) made(kind dao.Kind, given models.ID, got models.Head) {
	if given != got.ID && !given.IsZero() || got.ID.IsZero() || got.CreatedAt == 0 || got.CreatedAt != got.UpdatedAt || got.Rev != m.revs[key{kind, got.ID}]+1 {
		m.t.Fatalf("made %s as %+v", given, got)
	}
}

func (m *machine) create(rt *rapid.T) {
	k := m.drawnKind(rt)
	given := drawn(rt, k)
	given.SetHead(models.Head{ID: drawnID(rt)})
	want := k.Clone(given)
	want.Normalize()
	old, there := m.values[key{k.Kind, given.GetHead().ID}]
	got, receipt, err := m.face(k).create(given)
	switch {
	case want.Check() != nil:
		m.invalid("create", err)
	case there && k.Same(old, want):
		m.ok("create again", err)
		m.equal("created again", got, old)
		m.repeated(receipt, dao.Position{})
	case there || m.taken(k, want):
		m.fails("create", err, dao.ErrConflict)
	default:
		m.ok("create", err)
		m.made(k.Kind, given.GetHead().ID, got.GetHead())
		want.SetHead(got.GetHead())
		m.equal("created", got, want)
		m.keep(k, want)
	}
}

func (m *machine) update(rt *rapid.T) {
	k := m.drawnKind(rt)
	id, content := m.among(rt, k), drawn(rt, k)
	old, there := m.values[key{k.Kind, id}]
	want := k.Clone(content)
	if there {
		want.SetHead(old.GetHead())
	}
	want.Normalize()
	got, receipt, err := m.face(k).update(id, becomes(content))
	switch {
	case !there:
		m.fails("update", err, dao.ErrNotFound)
	case k.Same(want, old):
		m.ok("update to the same", err)
		m.repeated(receipt, dao.Position{})
	case want.Check() != nil:
		m.invalid("update", err)
	case m.taken(k, want):
		m.fails("update", err, dao.ErrConflict)
	default:
		m.ok("update", err)
		head := old.GetHead()
		head.Rev, head.UpdatedAt = head.Rev+1, got.GetHead().UpdatedAt
		want.SetHead(head)
		m.equal("updated", got, want)
		m.keep(k, want)
	}
}

func (m *machine) delete(rt *rapid.T) {
	k := m.drawnKind(rt)
	id := m.among(rt, k)
	old, there := m.values[key{k.Kind, id}]
	got, _, err := m.face(k).delete(id)
	if !there {
		m.fails("delete", err, dao.ErrNotFound)
		return
	}
	m.ok("delete", err)
	m.equal("deleted", got, old)
	delete(m.values, key{k.Kind, id})
	m.note(dao.Change{Kind: k.Kind, Op: dao.OpDelete, ID: id, Rev: old.GetHead().Rev + 1})
}
