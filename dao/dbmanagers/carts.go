package dbmanagers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cespare/xxhash/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Carts = carts{}

type carts struct{ *collection }

var cartShape = shape{
	doc: func(raw bson.Raw, rev int64) json.RawMessage {
		c := readCart(raw)
		c.Rev = rev
		return models.JSON(c)
	},
	// Of what another program has brought or changed, its own dates tell less than that we see it
	// now.
	keys: func(raw bson.Raw) bson.D {
		return append(cartKeys(readCart(raw)), bson.E{Key: "seen", Value: int64(now())})
	},
}

// cartKeys are the derived values of a cart; the sum is for noticing what other programs change.
func cartKeys(c models.Cart) bson.D {
	sum := xxhash.Sum64(models.JSON(c.Products))
	return bson.D{
		{Key: "created", Value: int64(c.CreatedAt)}, {Key: "updated", Value: int64(c.UpdatedAt)}, {Key: "sum", Value: int64(sum)},
	}
}

// List returns a page of carts, oldest first.
func (c carts) List(ctx context.Context, page, limit int) (list []models.Cart, total int, err error) {
	leave, err := c.enter(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer leave()
	list = []models.Cart{}
	total, err = c.page(ctx, listed(nil), orderOf(models.ProductQuery{}), page, limit, func(rec record) {
		list = append(list, rec.cart())
	})
	if err != nil {
		return nil, 0, err
	}
	return list, total, nil
}

// Get returns one cart.
func (c carts) Get(ctx context.Context, id models.ID) (models.Cart, error) {
	leave, err := c.enter(ctx)
	if err != nil {
		return models.Cart{}, err
	}
	defer leave()
	rec, err := c.find(ctx, id)
	if err != nil {
		return models.Cart{}, err
	}
	return rec.cart(), nil
}

// Create stores a new cart.
func (c carts) Create(ctx context.Context, cart models.Cart) (stored models.Cart, receipt dao.Receipt, err error) {
	cart = cart.Clone()
	cart.Normalize()
	if err := cart.Check(); err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	ctx, leave, err := c.enterWrite(ctx)
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	defer leave()
	given := idFor(&cart.ID)
	cart.CreatedAt = c.clock.next()
	cart.UpdatedAt = cart.CreatedAt
	receipt, err = c.create(ctx, draft{
		id: cart.ID, given: given,
		write: func(rev int64) (bson.D, bson.D, json.RawMessage) {
			cart.Rev = rev
			stored = cart
			return cartDoc(cart), cartKeys(cart), models.JSON(cart)
		},
		taken: func(rec record) error {
			if stored = rec.cart(); !stored.Same(cart) {
				return dao.Conflict{Field: "_id", Value: cart.ID.String()}
			}
			return nil
		},
	})
	if err != nil {
		return models.Cart{}, receipt, fmt.Errorf("create cart: %w", err)
	}
	return stored, receipt, nil
}

// Update changes a cart.
func (c carts) Update(ctx context.Context, id models.ID, alter func(*models.Cart) error) (stored models.Cart, receipt dao.Receipt, err error) {
	ctx, leave, err := c.enterWrite(ctx)
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	defer leave()
	receipt, err = c.update(ctx, id, func(rec record) (*change, error) {
		before := rec.cart()
		given := before.Clone()
		if err := alter(&given); err != nil {
			return nil, err
		}
		after := given.Clone() // alter may have kept its argument
		after.ID, after.CreatedAt = before.ID, before.CreatedAt
		after.Normalize()
		if err := after.CheckChange(before); err != nil {
			return nil, err
		}
		if after.Same(before) {
			stored = before
			return nil, nil
		}
		after.UpdatedAt = now()
		stored = after
		tell := func(rev int64) json.RawMessage { stored.Rev = rev; return models.JSON(stored) }
		return &change{set: cartChange(before, after, rec.raw), keys: cartKeys(after), tell: tell}, nil
	})
	if err != nil {
		return models.Cart{}, receipt, err
	}
	return stored, receipt, nil
}

// Delete removes a cart.
func (c carts) Delete(ctx context.Context, id models.ID) (models.Cart, dao.Receipt, error) {
	ctx, leave, err := c.enterWrite(ctx)
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	defer leave()
	was, receipt, err := c.delete(ctx, id, func(record) (bson.D, bool) { return nil, true })
	if err != nil {
		return models.Cart{}, receipt, err
	}
	return was.cart(), receipt, nil
}

// Expire deletes the carts that nobody has touched since before, one by one: each is looked at
// again when it is its turn.
func (c carts) Expire(ctx context.Context, before models.Time) (n int, err error) {
	leave, err := c.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	var old []models.ID
	filter := bson.M{updatedField: bson.M{"$lt": int64(before)}, seenField: bson.M{"$not": bson.M{"$gte": int64(before)}}}
	if err := c.each(ctx, filter, nil, func(rec record) error { old = append(old, rec.id); return nil }); err != nil {
		return 0, err
	}
	for _, id := range old {
		expired, err := c.expire(ctx, id, before)
		if err != nil {
			return n, err
		}
		if expired {
			n++
		}
	}
	return n, nil
}

func (c carts) expire(ctx context.Context, id models.ID, before models.Time) (bool, error) {
	ctx, leave, err := c.enterWrite(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	_, receipt, err := c.delete(ctx, id, func(rec record) (bson.D, bool) {
		seen, _ := timeOf(ownField(rec.raw, "seen"))
		return nil, max(rec.cart().UpdatedAt, seen) < before && !c.stale(rec.raw) // or another program has just changed it
	})
	if errors.Is(err, dao.ErrNotFound) {
		return false, nil
	}
	return err == nil && !receipt.Repeated, err
}
