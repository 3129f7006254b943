package daotest

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func loadTests() []test {
	return []test{
		{"load keeps ids, revisions and times", loadKeeps},
		{"load fills in what is zero", loadFillsIn},
		{"load goes into the feed, messages in the given order", loadFeed},
		{"load is all or none", loadAllOrNone},
		{"load beside what is there takes no id or code of it", loadConflict},
		{"load of nothing does nothing", loadNothing},
		{"what was loaded can be changed and goes on from its revision", loadGoesOn},
	}
}

// sample is a batch of everything, in no order of ids.
func sample(n int) dao.Batch {
	var b dao.Batch
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
		p := product(id(i).String())
		p.ID, p.Rev, p.CreatedAt, p.UpdatedAt = id(i), int64(i%3+1), models.Time(1000+i/2), models.Time(9000-i)
		c := models.Cart{ID: id(1000 + i), Rev: int64(i%2 + 1), CreatedAt: models.Time(2000 - i), UpdatedAt: 3000}
		c.Products = []models.Item{{Product: p.ID, Quantity: int64(i + 1)}}
		b.Products, b.Carts = append(b.Products, p), append(b.Carts, c)
		b.Messages = append(b.Messages, models.Message{ID: id(2000 + i), User: "bea@example.com", Message: "hola", CreatedAt: models.Time(7000 - i)})
		for n, k := range others() {
			v := k.Example(1000 + i)
			v.SetHead(models.Head{ID: id(3000 + 1000*n + i), Rev: int64(i%2 + 1), CreatedAt: models.Time(2000 - i), UpdatedAt: 3000})
			b.Others = append(b.Others, v)
		}
	}
	return b
}

func loadKeeps(t *testing.T, h Harness) {
	s := open(t, h)
	batch := sample(20)
	receipt := s.load(batch)
	s.equal("receipt", receipt, dao.Receipt{Position: s.head()})
	for _, p := range batch.Products {
		s.equal("product", s.get(p.ID), p)
	}
	for _, c := range batch.Carts {
		s.equal("cart", s.getCart(c.ID), c)
	}
	for _, k := range others() {
		for v := range batch.Of(k) {
			got, err := s.face(k).get(v.GetHead().ID)
			s.ok("get", err)
			s.equal("value", got, v)
		}
	}
	s.equal("messages", s.page(models.ID{}, 100), batch.Messages)
}

func loadFillsIn(t *testing.T, h Harness) {
	s := open(t, h)
	made := product("b")
	made.CreatedAt = 1000
	s.load(dao.Batch{
		Products: []models.Product{product("a"), made},
		Carts:    []models.Cart{{}},
		Messages: []models.Message{message("hola"), message("hola")},
	})
	all, _ := s.dump()
	s.equal("length", all.Len(), 5)
	for _, p := range all.Products {
		if p.ID.IsZero() || p.Rev != 1 || p.CreatedAt == 0 || p.UpdatedAt == 0 || p.Code == "b" && p.CreatedAt != 1000 {
			t.Errorf("loaded %+v: want what was zero filled in, and nothing else", p)
		}
	}
	if c := all.Carts[0]; c.ID.IsZero() || c.Rev != 1 || c.CreatedAt == 0 || c.UpdatedAt == 0 || c.Products == nil {
		t.Errorf("loaded %+v: want what was zero filled in", c)
	}
	for _, m := range all.Messages {
		if m.ID.IsZero() || m.CreatedAt == 0 {
			t.Errorf("loaded %+v: want what was zero filled in", m)
		}
	}
}

func loadFeed(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	before := s.head()
	batch := sample(10)
	receipt := s.load(batch)
	changes := s.since(before)
	s.equal("changes", len(changes), batch.Len())
	s.equal("position", receipt.Position, dao.Position{Epoch: before.Epoch, Offset: before.Offset + int64(batch.Len())})
	want := make(map[models.ID]dao.Change)
	var messages, inFeed []models.ID
	for _, p := range batch.Products {
		want[p.ID] = put(dao.KindProduct, p.ID, p.Rev, p)
	}
	for _, c := range batch.Carts {
		want[c.ID] = put(dao.KindCart, c.ID, c.Rev, c)
	}
	for _, k := range others() {
		for v := range batch.Of(k) {
			want[v.GetHead().ID] = put(k.Kind, v.GetHead().ID, v.GetHead().Rev, v)
		}
	}
	for _, m := range batch.Messages {
		want[m.ID] = put(dao.KindMessage, m.ID, 1, m)
		messages = append(messages, m.ID)
	}
	for _, change := range changes {
		if change.Kind == dao.KindMessage {
			inFeed = append(inFeed, change.ID)
		}
		s.equal("end of the step", change.End, receipt.Position.Offset)
		change.Offset, change.At, change.End = 0, 0, 0
		s.equal("change", readable([]dao.Change{change}), readable([]dao.Change{want[change.ID]}))
	}
	s.equal("order of messages", inFeed, messages)
}

// A batch is one step: whatever is wrong with one value, and wherever it stands, none of the others
// is stored.
func loadAllOrNone(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	was, head := s.dump()
	last := func(b dao.Batch) int { return len(b.Products) - 1 }
	for what, spoil := range map[string]func(b *dao.Batch){
		"a product that breaks a rule": func(b *dao.Batch) { b.Products[last(*b)].Price = -1 },
		"a cart that breaks a rule":    func(b *dao.Batch) { b.Carts[last(*b)].Products[0].Quantity = 0 },
		"a message that breaks a rule": func(b *dao.Batch) { b.Messages[last(*b)].User = "<nobody>" },
	} {
		batch := sample(8)
		spoil(&batch)
		_, err := s.Load(s.ctx, batch)
		if _, invalid := errors.AsType[models.Invalid](err); !invalid {
			t.Errorf("load of %s: got error %v, want models.Invalid", what, err)
		}
		s.still(head)
	}
	for what, spoil := range map[string]func(b *dao.Batch){
		"an id of a product twice": func(b *dao.Batch) { b.Products[last(*b)].ID = b.Products[0].ID },
		"a code twice":             func(b *dao.Batch) { b.Products[last(*b)].Code = b.Products[0].Code },
		"an id of a cart twice":    func(b *dao.Batch) { b.Carts[last(*b)].ID = b.Carts[0].ID },
		"an id of a message twice": func(b *dao.Batch) { b.Messages[last(*b)].ID = b.Messages[0].ID },
	} {
		batch := sample(8)
		spoil(&batch)
		_, err := s.Load(s.ctx, batch)
		s.fails("load of "+what, err, dao.ErrConflict)
		s.still(head)
	}
	is, _ := s.dump()
	s.equal("what is stored", is, was)
	s.load(sample(8)) // no id and no code was taken on the way
}

// Unlike a create, a load never counts as repeated: it is a restore, and must not mix two stores.
func loadConflict(t *testing.T, h Harness) {
	s := open(t, h)
	first := sample(3)
	s.load(first)
	was, head := s.dump()
	sameCode := product(first.Products[2].Code)
	for what, batch := range map[string]dao.Batch{
		"all again":        first,
		"a product again":  {Products: first.Products[:1]},
		"a code again":     {Products: []models.Product{product("new"), sameCode}},
		"a cart again":     {Carts: slices.Concat([]models.Cart{{ID: id(500)}}, first.Carts[:1])},
		"one said already": {Messages: slices.Concat([]models.Message{message("hola")}, first.Messages[2:])},
	} {
		_, err := s.Load(s.ctx, batch)
		s.fails("load of "+what, err, dao.ErrConflict)
		s.still(head)
	}
	is, _ := s.dump()
	s.equal("what is stored", is, was)
}

func loadNothing(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	head := s.head()
	s.load(dao.Batch{})
	s.still(head)
}

func loadGoesOn(t *testing.T, h Harness) {
	s := open(t, h)
	p := product("a")
	p.ID, p.Rev, p.CreatedAt = id(1), 7, 1000
	s.load(dao.Batch{Products: []models.Product{p}})
	got, _, err := s.Products.Update(s.ctx, p.ID, func(p *models.Product) error { p.Code = "b"; return nil })
	s.ok("update", err)
	if got.Rev != 8 || got.CreatedAt != 1000 {
		t.Errorf("updated %+v: want revision 8 and its time of creation", got)
	}
	s.create(product("a"))
}
