package filemanagers

import (
	"pulperia/dao"
	"pulperia/dao/models"
)

// view is the store as the writes of one batch see it: what is durable, over it what the batch
// before is about to make durable, and over that what they have done so far.
type view struct {
	*state
	under   *view // of the batch that is being committed, until it is
	epoch   string
	head    int64
	now     models.Time
	changes []change
	bodies  []byte // of their lines, one after the other
	steps   []span

	// What the batch did; nil and the zero ID stand for what is gone.
	changedProducts map[models.ID]*models.Product
	changedCodes    map[string]models.ID
	changedCarts    map[models.ID]*models.Cart
	newMessages     map[models.ID]models.Message // those that may come again: their ids were given
	newGraves       map[value]int64              // the revisions of what it deleted
}

// change is an entry of the feed, without its document, with the value before and after it. The
// values are never altered.
type change struct {
	dao.Change
	body                   int // where its line's body ends
	product, productBefore *models.Product
	cart, cartBefore       *models.Cart
}

// newView makes a view on what is durable. It takes over the lists of one that is not needed any
// more, if there is one.
func newView(s *state, f *feed, used *view) *view {
	v := &view{
		state: s, epoch: f.epoch, head: f.head(),
		changedProducts: map[models.ID]*models.Product{},
		changedCodes:    map[string]models.ID{},
		changedCarts:    map[models.ID]*models.Cart{},
		newMessages:     map[models.ID]models.Message{},
		newGraves:       map[value]int64{},
	}
	if used != nil && cap(used.bodies) <= mostKept {
		clear(used.changes) // of what it refers to
		v.changes, v.bodies, v.steps = used.changes[:0], used.bodies[:0], used.steps[:0]
	}
	return v
}

// on puts a view over another one.
func (v *view) on(under *view) { v.under, v.head = under, under.head }

// product returns a product as it is now, or nil.
func (v *view) product(id models.ID) *models.Product {
	for o := v; o != nil; o = o.under {
		if p, changed := o.changedProducts[id]; changed {
			return p
		}
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.products.get(id)
}

// ownerOf returns the id of the product that has a code, or the zero ID.
func (v *view) ownerOf(code string) models.ID {
	for o := v; o != nil; o = o.under {
		if id, changed := o.changedCodes[code]; changed {
			return id
		}
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.products.ownerOf(code)
}

// cart returns a cart as it is now, or nil.
func (v *view) cart(id models.ID) *models.Cart {
	for o := v; o != nil; o = o.under {
		if c, changed := o.changedCarts[id]; changed {
			return c
		}
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.carts.get(id)
}

// newMessage returns a message that is not durable yet, if there is one with that id.
func (v *view) newMessage(id models.ID) (message models.Message, known bool) {
	for o := v; o != nil && !known; o = o.under {
		message, known = o.newMessages[id]
	}
	return message, known
}

// place returns where a message that is durable stands among all.
func (v *view) place(id models.ID) (i int, known bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.messages.place(id)
}

// firstRev returns the revision of a new value.
func (v *view) firstRev(kind dao.Kind, id models.ID) int64 {
	of := value{kind, id}
	v.mu.RLock()
	rev := v.graves[of].rev
	v.mu.RUnlock()
	for o := v; o != nil; o = o.under {
		rev = max(rev, o.newGraves[of])
	}
	return rev + 1
}

// createdAt returns the time for a new product or cart: now, or just after the newest one, so that
// a listing shows what was made in the same millisecond in the order in which it was made. In a
// flood of creations it keeps near the clock.
func (v *view) createdAt() models.Time {
	at := v.now
	if v.newest-at > maxLead { // the clock was set back
		v.newest = at - 1
	}
	if at <= v.newest && v.newest-at < maxLead {
		at = v.newest + 1
	}
	v.newest = max(v.newest, at)
	return at
}

// maxLead is how far createdAt may run ahead of the clock, in milliseconds.
const maxLead = 1_000

// lines appends the batch as the journal holds it, and says where each line begins in a file of the
// given size.
func (v *view) lines(b []byte, size int64) (text []byte, at []int64) {
	opening := openBatch(span{v.changes[0].Offset, v.changes[len(v.changes)-1].Offset})
	at = make([]int64, 0, len(v.changes))
	i, body := 0, 0
	for _, s := range v.steps {
		for ; i < len(v.changes) && v.changes[i].Offset <= s[1]; i++ {
			at = append(at, size+int64(len(b)))
			b = appendLine(b, opening, s, v.bodies[body:v.changes[i].body])
			body = v.changes[i].body
		}
	}
	return b, at
}

// step is what one write does: all of it or nothing.
type step struct {
	*view
	first, body int // its first change, and where the bodies of its lines begin
}

// run runs do as one step.
func (v *view) run(do func(step) error) (receipt dao.Receipt, err error) {
	v.now = models.TimeOf(v.state.now())
	s := step{v, len(v.changes), len(v.bodies)}
	whole := false
	defer func() { // do may panic
		if !whole {
			s.undo()
		}
	}()
	if err := do(s); err != nil {
		return dao.Receipt{}, err
	}
	whole = true
	return s.complete(), nil
}

// complete ends the step.
func (s step) complete() dao.Receipt {
	receipt := dao.Receipt{Position: dao.Position{Epoch: s.epoch, Offset: s.head}, Repeated: len(s.changes) == s.first}
	if !receipt.Repeated {
		s.steps = append(s.steps, span{s.changes[s.first].Offset, s.head})
	}
	return receipt
}

// undo takes back what the step did.
func (s step) undo() {
	for i := len(s.changes) - 1; i >= s.first; i-- {
		switch c := s.changes[i]; c.Kind {
		case dao.KindProduct:
			s.setProduct(c.ID, c.product, c.productBefore)
		case dao.KindCart:
			s.changedCarts[c.ID] = c.cartBefore
		case dao.KindMessage:
			delete(s.newMessages, c.ID)
		}
		s.head--
	}
	s.changes, s.bodies = s.changes[:s.first], s.bodies[:s.body]
}

// putProduct makes after the value of a product; before is what it was, or nil.
func (s step) putProduct(before, after *models.Product) {
	s.setProduct(after.ID, before, after)
	s.add(dao.KindProduct, after.ID, after.Rev, models.JSON(after), change{product: after, productBefore: before})
}

func (s step) deleteProduct(before *models.Product) {
	s.setProduct(before.ID, before, nil)
	s.add(dao.KindProduct, before.ID, before.Rev+1, nil, change{productBefore: before})
}

func (s step) setProduct(id models.ID, before, after *models.Product) {
	if before != nil {
		s.changedCodes[before.Code] = models.ID{}
	}
	if after != nil {
		s.changedCodes[after.Code] = id
	}
	s.changedProducts[id] = after
}

func (s step) putCart(before, after *models.Cart) {
	s.changedCarts[after.ID] = after
	s.add(dao.KindCart, after.ID, after.Rev, models.JSON(after), change{cart: after, cartBefore: before})
}

func (s step) deleteCart(before *models.Cart) {
	s.changedCarts[before.ID] = nil
	s.add(dao.KindCart, before.ID, before.Rev+1, nil, change{cartBefore: before})
}

// appendMessage stores a new message; doc is its JSON form.
func (s step) appendMessage(id models.ID, doc []byte) {
	s.add(dao.KindMessage, id, 1, doc, change{})
}

// add gives a change the next offset; without a document it is a delete.
func (s step) add(kind dao.Kind, id models.ID, rev int64, doc []byte, c change) {
	s.head++
	op := dao.OpPut
	if doc == nil {
		op = dao.OpDelete
		s.newGraves[value{kind, id}] = rev
	}
	c.Change = dao.Change{Offset: s.head, At: s.now, Kind: kind, Op: op, ID: id, Rev: rev}
	s.bodies = appendBody(s.bodies, c.Change, doc)
	c.body = len(s.bodies)
	s.changes = append(s.changes, c)
}
