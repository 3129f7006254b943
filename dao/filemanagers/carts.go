package filemanagers

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Carts = carts{}

type carts struct {
	*state
	committer *committer
}

// List reads by age.
func (c carts) List(ctx context.Context, page, limit int) ([]models.Cart, int, error) {
	q := models.ProductQuery{Page: page, Limit: limit}
	if err := cmp.Or(ctx.Err(), q.Check()); err != nil {
		return nil, 0, err
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	list := []models.Cart{}
	for cart := range c.carts.byAge.between(q.Window(c.carts.byAge.size)) {
		list = append(list, cart.Clone())
	}
	return list, c.carts.byAge.size, nil
}

// Get returns one cart.
func (c carts) Get(ctx context.Context, id models.ID) (models.Cart, error) {
	if err := ctx.Err(); err != nil {
		return models.Cart{}, err
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	if found := c.carts.get(id); found != nil {
		return found.Clone(), nil
	}
	return models.Cart{}, absent(dao.KindCart, id)
}

// Create stores a new cart.
func (c carts) Create(ctx context.Context, cart models.Cart) (models.Cart, dao.Receipt, error) {
	cart = cart.Clone()
	cart.Normalize()
	if err := cart.Check(); err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	var stored models.Cart
	receipt, err := c.committer.commit(ctx, func(s step) error {
		if there := s.cart(cart.ID); there != nil {
			if !there.Same(cart) {
				return dao.Conflict{Field: "_id", Value: cart.ID.String()}
			}
			stored = there.Clone()
			return nil
		}
		if cart.ID.IsZero() {
			cart.ID = models.NewID(s.now.Std())
		}
		cart.CreatedAt = s.createdAt()
		cart.UpdatedAt, cart.Rev = cart.CreatedAt, s.firstRev(dao.KindCart, cart.ID)
		s.putCart(nil, &cart)
		stored = cart.Clone()
		return nil
	})
	if err != nil {
		return models.Cart{}, receipt, fmt.Errorf("create cart: %w", err)
	}
	return stored, receipt, nil
}

// Update changes a cart as the next write, so that it sees every update before it.
func (c carts) Update(ctx context.Context, id models.ID, alter func(*models.Cart) error) (models.Cart, dao.Receipt, error) {
	var stored models.Cart
	receipt, err := c.committer.commit(ctx, func(s step) error {
		before := s.cart(id)
		if before == nil {
			return absent(dao.KindCart, id)
		}
		given := before.Clone()
		if err := alter(&given); err != nil {
			return err
		}
		after := given.Clone() // alter may have kept its argument
		after.ID, after.CreatedAt, after.Rev = before.ID, before.CreatedAt, before.Rev
		after.Normalize()
		if err := after.Check(); err != nil {
			return err
		}
		if after.Same(*before) {
			stored = before.Clone()
			return nil
		}
		after.UpdatedAt, after.Rev = s.now, before.Rev+1
		s.putCart(before, &after)
		stored = after.Clone()
		return nil
	})
	if err != nil {
		return models.Cart{}, receipt, err
	}
	return stored, receipt, nil
}

// Delete removes a cart.
func (c carts) Delete(ctx context.Context, id models.ID) (models.Cart, dao.Receipt, error) {
	var was models.Cart
	receipt, err := c.committer.commit(ctx, func(s step) error {
		before := s.cart(id)
		if before == nil {
			return absent(dao.KindCart, id)
		}
		s.deleteCart(before)
		was = before.Clone()
		return nil
	})
	if err != nil {
		return models.Cart{}, receipt, err
	}
	return was, receipt, nil
}

// Expire deletes the carts that nobody has touched since before, in one step.
func (c carts) Expire(ctx context.Context, before models.Time) (n int, err error) {
	_, err = c.committer.commit(ctx, func(s step) error {
		for _, id := range c.untouched(before) {
			if cart := s.cart(id); cart != nil && cart.UpdatedAt < before { // also for what is not durable yet
				s.deleteCart(cart)
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (c carts) untouched(since models.Time) (ids []models.ID) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for id, cart := range c.carts.byID {
		if cart.UpdatedAt < since {
			ids = append(ids, id)
		}
	}
	return ids
}

// cartList is the carts in memory.
type cartList struct {
	byID  map[models.ID]*models.Cart
	byAge *sorted[*models.Cart]
}

func newCartList(carts []*models.Cart) *cartList {
	l := &cartList{byID: make(map[models.ID]*models.Cart, len(carts))}
	for _, c := range carts {
		l.byID[c.ID] = c
	}
	l.byAge = newSorted(func(a, b *models.Cart) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), a.ID.Compare(b.ID))
	}, carts)
	return l
}

func (l *cartList) get(id models.ID) *models.Cart { return l.byID[id] }

func (l *cartList) put(c *models.Cart) {
	l.remove(c.ID)
	l.byID[c.ID] = c
	l.byAge.insert(c)
}

func (l *cartList) remove(id models.ID) {
	if old := l.byID[id]; old != nil {
		delete(l.byID, id)
		l.byAge.remove(old)
	}
}

// every returns all carts, in no order; the list is never nil.
func (l *cartList) every() []*models.Cart {
	return slices.AppendSeq(make([]*models.Cart, 0, len(l.byID)), maps.Values(l.byID))
}
