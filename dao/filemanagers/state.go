package filemanagers

import (
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// state is what is durable, as readers see it. The values in it are never altered, only replaced.
type state struct {
	mu       sync.RWMutex
	products *catalogue
	carts    *cartList
	messages *chatLog
	graves   map[value]grave
	last     map[dao.Kind]int64 // the offset of the last change of each kind
	newest   models.Time        // the newest createdAt that was given; it belongs to the write that runs
	now      func() time.Time

	listable sync.Once
}

// listed returns the products with the indexes that a listing needs. Who only reads a store
// through, or brings much in, does without these, which are most of the work and much of the
// memory.
func (s *state) listed(q models.ProductQuery) *catalogue {
	if len(s.products.byID) > 0 && q.Codes == nil && q.IDs == nil || q.Text != "" {
		s.listable.Do(s.products.makeIndexes)
	}
	return s.products
}

// value names one value of the store.
type value struct {
	kind dao.Kind
	id   models.ID
}

// grave remembers a deleted value as long as the feed may hold its end, so that a new value of the
// same id goes on from its revision and no viewer takes it for something old.
type grave struct{ offset, rev int64 }

// apply makes changes visible that are durable. moved is called before anybody can read them.
func (s *state) apply(changes []change, moved func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, c := range changes {
		if i+1 == len(changes) || changes[i+1].Kind != c.Kind {
			s.last[c.Kind] = c.Offset
		}
		if c.Op == dao.OpDelete {
			s.graves[value{c.Kind, c.ID}] = grave{c.Offset, c.Rev}
		}
		switch {
		case c.product != nil:
			s.products.put(c.product)
		case c.productBefore != nil:
			s.products.remove(c.ID)
		case c.cart != nil:
			s.carts.put(c.cart)
		case c.cartBefore != nil:
			s.carts.remove(c.ID)
		case c.Kind == dao.KindMessage:
			s.messages.append(c.ID, c.Offset)
		}
	}
	moved()
}

// forget drops the graves of changes that the feed no longer holds.
func (s *state) forget(before int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v, g := range s.graves {
		if g.offset < before {
			delete(s.graves, v)
		}
	}
}

// snapshot is the state at one offset, as far as it has changed since another one.
type snapshot struct {
	offset   int64
	products []*models.Product // nil when none has changed
	carts    []*models.Cart
	folded   int     // how many messages stand in their file
	fresh    []int64 // the offsets of those that do not
}

func (s *state) snapshot(f *feed, since int64) snapshot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	shot := snapshot{offset: f.head(), folded: len(s.messages.at), fresh: s.messages.fresh}
	if s.last[dao.KindProduct] > since {
		shot.products = s.products.every()
	}
	if s.last[dao.KindCart] > since {
		shot.carts = s.carts.every()
	}
	return shot
}
