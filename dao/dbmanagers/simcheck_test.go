package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/steps"
)

// intent is what a client wants as a step, so that it can be run again on a model.
type intent struct {
	n       int
	kind    string
	x, y, z int
	receipt dao.Receipt
	err     error
	ended   bool
}

const (
	products_ = 5
	carts_    = 4
)

func productID(n int) models.ID { return number(100 + n) }
func cartID(n int) models.ID    { return number(200 + n) }

var (
	errNone  = errors.New("none left")
	simKinds = []string{"add", "add", "move", "order", "order", "create", "rename", "delete", "skew", "cart", "say"}
	simLives = []string{"create", "create", "delete", "delete", "add", "rename"}
)

// intend makes one.
func (w *world) intend(e *engine) {
	kinds := simKinds
	if w.lives {
		kinds = simLives
	}
	i := &intent{kind: kinds[w.n(len(kinds))], x: w.n(products_), y: w.n(products_), z: w.n(carts_)}
	w.mu.Lock()
	i.n = len(w.intents)
	w.intents = append(w.intents, i)
	w.mu.Unlock()
	ctx := dao.WithBy(context.Background(), strconv.Itoa(i.n))
	receipt, err := e.Update(ctx, i.do)
	w.mu.Lock()
	defer w.mu.Unlock()
	i.receipt, i.err, i.ended = receipt, err, true
}

// do is what the intent does.
func (i *intent) do(tx dao.Tx) error {
	products := dao.Product.Within(tx)
	take := func(n int) error {
		_, err := products.Update(productID(n), func(p *models.Product) error {
			if p.Stock < 1 {
				return errNone
			}
			p.Stock--
			return nil
		})
		return err
	}
	switch i.kind {
	case "add":
		_, err := products.Update(productID(i.x), func(p *models.Product) error { p.Stock++; return nil })
		return err
	case "move", "order":
		if err := take(i.x); err != nil {
			return err
		}
		if i.kind == "order" {
			if err := take(i.y); err != nil {
				return err
			}
			cart := models.Cart{ID: cartID(i.z)}
			cart.Add(models.Choice{Product: productID(i.x)}, 1)
			cart.Add(models.Choice{Product: productID(i.y)}, 1)
			_, err := dao.Cart.Within(tx).Create(cart)
			return err
		}
		_, err := products.Update(productID(i.y), func(p *models.Product) error { p.Stock++; return nil })
		return err
	case "create":
		p := aProduct("code " + strconv.Itoa(i.z))
		p.ID, p.Stock = productID(i.x), 3
		_, err := products.Create(p)
		return err
	case "rename":
		_, err := products.Update(productID(i.x), func(p *models.Product) error { p.Code = "code " + strconv.Itoa(i.z); return nil })
		return err
	case "delete":
		if i.x == 0 {
			return errNone
		}
		_, err := products.Delete(productID(i.x))
		return err
	case "skew": // depends on what it does not write
		y, err := products.Get(productID(i.y))
		if err != nil {
			return err
		}
		_, err = products.Update(productID(i.x), func(p *models.Product) error {
			p.Description = fmt.Sprint("beside ", y.Stock, " of ", y.Code)
			return nil
		})
		return err
	case "cart":
		_, err := dao.Cart.Within(tx).Update(cartID(i.z), func(c *models.Cart) error { c.Add(models.Choice{Product: productID(i.x)}, 1); return nil })
		if errors.Is(err, dao.ErrNotFound) {
			_, err = dao.Cart.Within(tx).Create(models.Cart{ID: cartID(i.z)})
		}
		return err
	}
	m := aMessage(strconv.Itoa(i.n))
	m.ID = number(1000 + i.n)
	return tx.Put(dao.Message.Schema, &m)
}

// reading is what a client saw, between two positions.
type reading struct {
	from, to int64
	listed   bool
	values   map[models.ID]models.Value
	query    models.ProductQuery // where it is a page of several,
	page     []models.Product    // and what stood there
	exact    bool                // and that is what the page has at the position, else some of it
}

// read looks at products: one, all of them, or a page.
func (w *world) read(e *engine) {
	r := &reading{from: e.feed.last().Offset, listed: w.n(2) == 0, values: map[models.ID]models.Value{}}
	w.mu.Lock()
	turn, onWay := len(w.reads), w.onWay
	w.mu.Unlock()
	if r.listed && turn%3 == 0 {
		r.query = models.ProductQuery{Page: 1 + turn%2, Limit: 2, Backwards: turn%4 > 1}
		page, err := e.store().Products.List(context.Background(), r.query)
		if err != nil {
			return
		}
		r.page = page.Products
	} else if r.listed {
		page, err := e.store().Products.List(context.Background(), models.ProductQuery{Limit: 100})
		if err != nil {
			return
		}
		for n := range products_ {
			r.values[productID(n)] = nil
		}
		for _, p := range page.Products {
			r.values[p.ID] = &p
		}
	} else {
		id := productID(w.n(products_))
		p, err := e.store().Products.Get(context.Background(), id)
		switch {
		case err == nil:
			r.values[id] = &p
		case errors.Is(err, dao.ErrNotFound):
			r.values[id] = nil
		default:
			return
		}
	}
	r.to = e.feed.last().Offset
	w.mu.Lock()
	defer w.mu.Unlock()
	// A document that comes after its deletion may stand before a page, and nobody sees it there. One
	// process alone, whose commands are answered, has none.
	none := !w.faulty && !w.crash && w.processes == 1
	r.exact = w.onWay == onWay && (r.query.Page == 1 || none)
	w.reads = append(w.reads, r)
}

// replay is the store as a model has it.
type replay struct {
	values map[valueKey]models.Value
	last   map[valueKey]int64
}

func (r *replay) Value(s *dao.Schema, id models.ID) (models.Value, int64) {
	key := valueKey{s.Kind, id}
	return r.values[key], r.last[key]
}

func (r *replay) Owners(s *dao.Schema, unique int, text string) (ids []models.ID) {
	for key, v := range r.values {
		if key.kind == s.Kind && v != nil && s.Unique[unique].Of(v) == text {
			ids = append(ids, key.id)
		}
	}
	return ids
}

// check replays the feed on a model, and compares the answers, what was read, and the documents.
func (w *world) check(e *simProcess) {
	m := &replay{map[valueKey]models.Value{}, map[valueKey]int64{}}
	byIntent := map[int]*entry{}
	seen := map[string]bool{}
	end := int64(0)
	matched := make([]bool, len(w.reads))
	w.compareReads(m, 0, matched)
	for _, one := range w.entries[1:] {
		if one.First != end+1 {
			w.fail("gap or ghost: a step at %d by %q follows on %d", one.First, one.By, end)
			return
		}
		if seen[one.Step.Hex()] {
			w.fail("twice: step %s", one.Step.Hex())
		}
		seen[one.Step.Hex()] = true
		if n, err := strconv.Atoi(one.By); err == nil {
			if byIntent[n] != nil {
				w.fail("twice: intent %d stands at %d and %d", n, byIntent[n].First, one.First)
			}
			byIntent[n] = one
			w.rerun(m, w.intents[n], one)
		}
		for _, c := range one.Changes {
			key := valueKey{c.Kind, c.id()}
			if c.Rev <= m.last[key] && !w.prune {
				w.fail("revision %d of %v at %d follows on %d", c.Rev, key, c.offset, m.last[key])
			}
			m.last[key], m.values[key] = c.Rev, c.after()
			if c.Op.removes() {
				m.values[key] = nil
			}
			if !w.foreign && (c.Op == opNotice || c.Op == opGone) {
				w.fail("noticed what nobody did: %s of %v at %d", c.Op, key, c.offset)
			}
		}
		end = one.end()
		w.compareReads(m, end, matched)
	}
	for i, r := range w.reads {
		if !matched[i] && !w.foreign {
			w.fail("a view of %d to %d (listed: %v) shows what was at no position: %s", r.from, r.to, r.listed, w.shown(r))
		}
	}
	w.compareAnswers(byIntent)
	w.compareDocuments(m, e)
}

func (w *world) shown(r *reading) string {
	var b strings.Builder
	for _, p := range r.page {
		fmt.Fprintf(&b, "on page %d: %s; ", r.query.Page, models.JSON(&p))
	}
	for id, v := range r.values {
		if v != nil {
			fmt.Fprintf(&b, "%s %s; ", id, models.JSON(v))
		} else {
			fmt.Fprintf(&b, "%s none; ", id)
		}
	}
	return b.String()
}

// compareReads looks which views show the store as it is at a position.
func (w *world) compareReads(m *replay, at int64, matched []bool) {
	for i, r := range w.reads {
		if matched[i] || at < r.from {
			continue
		}
		same := true
		for id, v := range r.values {
			want := m.values[valueKey{dao.KindProduct, id}]
			same = same && (v == nil) == (want == nil) && (v == nil || v.GetHead().Rev == want.GetHead().Rev && dao.Product.Same(v, want))
		}
		matched[i] = same && (r.page == nil || r.shows(m))
	}
}

// shows says whether a page stands so in the store. One that was brought forward has values of the
// position, in their order.
func (r *reading) shows(m *replay) bool {
	var all []models.Product
	for key, v := range m.values {
		if key.kind == dao.KindProduct && v != nil {
			all = append(all, *v.(*models.Product))
		}
	}
	q := r.query
	if !r.exact {
		q.Page, q.Limit = 1, max(1, len(all))
	}
	want := q.Select(all).Products
	for _, got := range r.page {
		for !r.exact && len(want) > 0 && want[0].ID != got.ID {
			want = want[1:]
		}
		if len(want) == 0 || want[0].ID != got.ID || want[0].Rev != got.Rev || !want[0].Same(got) {
			return false
		}
		want = want[1:]
	}
	return len(r.page) <= r.query.Limit && (len(want) == 0 || !r.exact)
}

// rerun runs an intent on the model, where its step stands, and wants the same changes.
func (w *world) rerun(m *replay, i *intent, one *entry) {
	batch := steps.NewBatch(m, steps.Options{Head: one.First - 1, Clock: new(dao.Clock), Size: func(*steps.Step, int) int { return 0 }})
	step, err := batch.Run(one.By, models.Time(one.At), i.do)
	if err != nil {
		w.fail("serial: intent %d (%s) stands at %d, and the model refuses it: %v", i.n, i.kind, one.First, err)
		return
	}
	if len(step.Changes) != len(one.Changes) {
		w.fail("serial: intent %d (%s) at %d has %d changes, the model says %d", i.n, i.kind, one.First, len(one.Changes), len(step.Changes))
		return
	}
	for n, want := range step.Changes {
		got := one.Changes[n]
		same := got.Kind == want.Schema.Kind && got.id() == want.ID && (got.Op == opDelete) == (want.Op == dao.OpDelete) && (got.Rev == want.Rev || w.prune || w.foreign)
		if same && want.After != nil {
			same = want.Schema.Same(got.after(), want.After)
		}
		if !same {
			w.fail("serial: intent %d (%s) at %d: %s %s rev %d %s, the model says rev %d %s", i.n, i.kind, one.First, got.Op, got.id(), got.Rev, got.Doc, want.Rev, models.JSON(want.After))
		}
	}
}

func (w *world) compareAnswers(byIntent map[int]*entry) {
	for _, i := range w.intents {
		at := byIntent[i.n]
		switch {
		case !i.ended:
			w.fail("stuck: intent %d (%s)", i.n, i.kind)
		case i.err == nil && !i.receipt.Repeated && (at == nil || at.end() != i.receipt.Position.Offset):
			w.fail("lost: intent %d (%s) was acknowledged at %s", i.n, i.kind, i.receipt.Position)
		case (i.err != nil && !unknown(i.err) || i.err == nil && i.receipt.Repeated) && at != nil:
			w.fail("done all the same: intent %d (%s) at %d: %v", i.n, i.kind, at.First, i.err)
		case i.err != nil && !unknown(i.err) && !slices.ContainsFunc([]error{dao.ErrNotFound, dao.ErrConflict, dao.ErrUnavailable, errNone}, func(e error) bool { return errors.Is(i.err, e) }):
			w.fail("intent %d (%s): %v", i.n, i.kind, i.err)
		}
	}
}

// compareDocuments wants the documents to be what the feed told last, and the stocks to be what all
// together made of them.
func (w *world) compareDocuments(m *replay, p *simProcess) {
	for _, c := range p.collections {
		found := map[models.ID]*record{}
		for _, doc := range w.server.tables[c.Plural].selected(query{}) {
			rec := c.recordOf(doc)
			found[rec.id] = rec
		}
		for key, want := range m.values {
			if key.kind != c.Kind {
				continue
			}
			rec := found[key.id]
			delete(found, key.id)
			switch forgot := w.touched[key] && w.prune; {
			case want == nil && rec == nil || forgot:
			case rec == nil:
				w.fail("diverged: %v is not there, the feed says %s", key, models.JSON(want))
			case want == nil:
				w.fail("diverged: %v is there (%s), the feed says it is gone", key, rec.raw)
			case !c.Same(c.value(rec), want) || rec.rev != m.last[key]:
				w.fail("diverged: %v is %s, the feed says %d %s", key, rec.raw, m.last[key], models.JSON(want))
			}
		}
		for id, rec := range found {
			if !(w.touched[valueKey{c.Kind, id}] && w.prune) {
				w.fail("diverged: %s %s is there, the feed knows nothing of it: %s", c.Kind, id, rec.raw)
			}
		}
	}
	w.compareStock(m)
}

// compareStock counts what everybody did to the product that nobody deletes.
func (w *world) compareStock(m *replay) {
	key := valueKey{dao.KindProduct, productID(0)}
	now, there := m.values[key].(*models.Product)
	if w.touched[key] || !there || w.lives {
		return
	}
	want := w.incs[key.id]
	for _, one := range w.entries {
		for _, c := range one.Changes {
			if c.Kind != key.kind || c.id() != key.id {
				continue
			}
			if c.Op == opCreate {
				want += 3
			}
			if by, is := c.Inc["stock"]; is {
				n, _ := asInt(by)
				want += n
			}
		}
	}
	if now.Stock != want {
		w.fail("undone: the stock is %d, all together made it %d", now.Stock, want)
	}
}
