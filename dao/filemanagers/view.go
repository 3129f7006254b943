package filemanagers

import (
	"encoding/json"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// view is the store as the writes of one batch see it: what is durable, and over it what they have done so far.
type view struct {
	*state
	epoch   string
	head    int64
	now     models.Time
	changes []change
	steps   []span

	// What the batch did; nil and the zero ID stand for what is gone.
	changedProducts map[models.ID]*models.Product
	changedCodes    map[string]models.ID
	changedCarts    map[models.ID]*models.Cart
	newMessages     map[models.ID]*models.Message
	newGraves       map[value]int64 // the revisions of what it deleted
}

// change is an entry of the feed with the value before and after it. The values are never altered.
type change struct {
	dao.Change
	product, productBefore *models.Product
	cart, cartBefore       *models.Cart
	message                *models.Message
}

func newView(s *state, f *feed, writes int) *view {
	return &view{
		state: s, epoch: f.epoch, head: f.head(), now: models.TimeOf(time.Now()),
		changes:         make([]change, 0, writes),
		steps:           make([]span, 0, writes),
		changedProducts: map[models.ID]*models.Product{},
		changedCodes:    map[string]models.ID{},
		changedCarts:    map[models.ID]*models.Cart{},
		newMessages:     map[models.ID]*models.Message{},
		newGraves:       map[value]int64{},
	}
}

// product returns a product as it is now, or nil. Only the committer changes the state, so it reads without the lock.
func (v *view) product(id models.ID) *models.Product {
	if p, changed := v.changedProducts[id]; changed {
		return p
	}
	return v.products.get(id)
}

// ownerOf returns the id of the product that has a code, or the zero ID.
func (v *view) ownerOf(code string) models.ID {
	if id, changed := v.changedCodes[code]; changed {
		return id
	}
	return v.products.ownerOf(code)
}

// cart returns a cart as it is now, or nil.
func (v *view) cart(id models.ID) *models.Cart {
	if c, changed := v.changedCarts[id]; changed {
		return c
	}
	return v.carts.get(id)
}

// firstRev returns the revision of a new value.
func (v *view) firstRev(kind dao.Kind, id models.ID) int64 {
	of := value{kind, id}
	return max(v.graves[of].rev, v.newGraves[of]) + 1
}

// createdAt returns the time for a new product or cart: now, or just after the newest one, so that a listing shows what
// was made in the same millisecond in the order in which it was made. In a flood of creations it keeps near the clock.
func (v *view) createdAt() models.Time {
	at := v.now
	if at <= v.newest && v.newest-at < maxLead {
		at = v.newest + 1
	}
	v.newest = max(v.newest, at)
	return at
}

// maxLead is how far createdAt may run ahead of the clock, in milliseconds.
const maxLead = 1_000

// lines appends the batch as the journal holds it, and says where each line begins in a file of the given size.
func (v *view) lines(b []byte, size int64) (text []byte, at []int64) {
	batch := span{v.changes[0].Offset, v.changes[len(v.changes)-1].Offset}
	at = make([]int64, 0, len(v.changes))
	var body []byte
	i := 0
	for _, s := range v.steps {
		for ; i < len(v.changes) && v.changes[i].Offset <= s[1]; i++ {
			at = append(at, size+int64(len(b)))
			body = appendBody(body[:0], v.changes[i].Change)
			b = appendLine(b, batch, s, body)
		}
	}
	return b, at
}

// step is what one write does: all of it or nothing.
type step struct {
	*view
	first int // its first change
}

// complete ends the step.
func (s *step) complete() dao.Receipt {
	receipt := dao.Receipt{Position: dao.Position{Epoch: s.epoch, Offset: s.head}, Repeated: len(s.changes) == s.first}
	if !receipt.Repeated {
		s.steps = append(s.steps, span{s.changes[s.first].Offset, s.head})
	}
	return receipt
}

// undo takes back what the step did.
func (s *step) undo() {
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
	s.changes = s.changes[:s.first]
}

// putProduct makes after the value of a product; before is what it was, or nil.
func (s *step) putProduct(before, after *models.Product) {
	s.setProduct(after.ID, before, after)
	s.add(dao.KindProduct, after.ID, after.Rev, models.JSON(after), change{product: after, productBefore: before})
}

func (s *step) deleteProduct(before *models.Product) {
	s.setProduct(before.ID, before, nil)
	s.add(dao.KindProduct, before.ID, before.Rev+1, nil, change{productBefore: before})
}

func (s *step) setProduct(id models.ID, before, after *models.Product) {
	if before != nil {
		s.changedCodes[before.Code] = models.ID{}
	}
	if after != nil {
		s.changedCodes[after.Code] = id
	}
	s.changedProducts[id] = after
}

func (s *step) putCart(before, after *models.Cart) {
	s.changedCarts[after.ID] = after
	s.add(dao.KindCart, after.ID, after.Rev, models.JSON(after), change{cart: after, cartBefore: before})
}

func (s *step) deleteCart(before *models.Cart) {
	s.changedCarts[before.ID] = nil
	s.add(dao.KindCart, before.ID, before.Rev+1, nil, change{cartBefore: before})
}

// appendMessage stores a new message; doc is its JSON form.
func (s *step) appendMessage(m *models.Message, doc json.RawMessage) {
	s.newMessages[m.ID] = m
	s.add(dao.KindMessage, m.ID, 1, doc, change{message: m})
}

// add gives a change the next offset; without a document it is a delete.
func (s *step) add(kind dao.Kind, id models.ID, rev int64, doc json.RawMessage, c change) {
	s.head++
	op := dao.OpPut
	if doc == nil {
		op = dao.OpDelete
		s.newGraves[value{kind, id}] = rev
	}
	c.Change = dao.Change{Offset: s.head, At: s.now, Kind: kind, Op: op, ID: id, Rev: rev, Doc: doc}
	s.changes = append(s.changes, c)
}
