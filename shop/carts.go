package shop

import (
	"context"
	"errors"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// CreateCart makes a cart. Ids and repetition are as in dao.Carts: what was made once is made,
// whatever has become scarce since.
func (s *Shop) CreateCart(ctx context.Context, cart models.Cart) (models.Cart, dao.Receipt, error) {
	asked, err := s.look(ctx, cart.Products)
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	return s.createCart(ctx, cart, asked)
}

func (s *Shop) createCart(
	ctx context.Context, cart models.Cart, asked request,
) (models.Cart, dao.Receipt, error) {
	cart = cart.Clone()
	cart.Normalize()
	err := asked.allow(models.Cart{}, cart)
	if err != nil && !cart.ID.IsZero() {
		was, unknown := s.store.Carts.Get(ctx, cart.ID)
		switch {
		case unknown == nil && was.Same(cart):
			err = nil
		case unknown != nil && !errors.Is(unknown, dao.ErrNotFound):
			err = unknown
		}
	}
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	return s.store.Carts.Create(ctx, cart)
}

// StartCart makes a cart of one item.
func (s *Shop) StartCart(
	ctx context.Context, item models.Item,
) (models.Cart, dao.Receipt, error) {
	asked, err := s.lookOne(ctx, item)
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	return s.createCart(ctx, models.Cart{Products: []models.Item{item}}, asked)
}

// AddToCart puts so many more of a product, or of a variant of it, into a cart.
func (s *Shop) AddToCart(
	ctx context.Context, cart models.ID, item models.Item, checks ...Check[models.Cart],
) (models.Cart, dao.Receipt, error) {
	asked, err := s.lookOne(ctx, item)
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	return s.changeCart(ctx, cart, asked, checks, func(cart *models.Cart) {
		cart.Add(item.Choice(), item.Quantity)
	})
}

// SetQuantity makes an item's quantity that of its choice in a cart, and puts it in if it is not
// there.
func (s *Shop) SetQuantity(
	ctx context.Context, cart models.ID, item models.Item, checks ...Check[models.Cart],
) (models.Cart, dao.Receipt, error) {
	asked, err := s.lookOne(ctx, item)
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	return s.changeCart(ctx, cart, asked, checks, func(cart *models.Cart) {
		cart.Set(item.Choice(), item.Quantity)
	})
}

// ReplaceCart makes items all that is in a cart; what is named twice is added up.
func (s *Shop) ReplaceCart(
	ctx context.Context, cart models.ID, items []models.Item, checks ...Check[models.Cart],
) (models.Cart, dao.Receipt, error) {
	asked, err := s.look(ctx, items)
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	whole := models.Cart{Products: slices.Clone(items)}
	whole.Normalize()
	return s.changeCart(ctx, cart, asked, checks, func(cart *models.Cart) {
		cart.Products = slices.Clone(whole.Products)
	})
}

// RefillCart gives a cart back the items that it had before an act, as far as they can still be
// bought. It is refused as ReplaceCart is when nothing of them can.
func (s *Shop) RefillCart(
	ctx context.Context, cart models.ID, items []models.Item, checks ...Check[models.Cart],
) (models.Cart, dao.Receipt, error) {
	asked, err := s.look(ctx, items)
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	whole := models.Cart{Products: slices.Clone(items)}
	whole.Normalize()
	nothing := func(was, now models.Cart) error {
		if slices.Equal(now.Products, whole.Products) || !now.Same(was) && len(now.Products) > 0 {
			return nil
		}
		return asked.allow(was, whole)
	}
	return s.changeCart(ctx, cart, request{}, append(checks, nothing), func(cart *models.Cart) {
		had := *cart
		cart.Products = make([]models.Item, 0, len(whole.Products))
		for _, item := range whole.Products {
			most := max(asked.left[item.Choice()], had.Quantity(item.Choice()))
			if item.Quantity = min(item.Quantity, most); item.Quantity > 0 {
				cart.Products = append(cart.Products, item)
			}
		}
	})
}

// RemoveFromCart takes a choice out of a cart, or without a variant all of a product, be it in the
// catalogue or not. One that is not in the cart leaves it as it is.
func (s *Shop) RemoveFromCart(
	ctx context.Context, cart models.ID, of models.Choice, checks ...Check[models.Cart],
) (models.Cart, dao.Receipt, error) {
	return s.changeCart(ctx, cart, request{}, checks, func(cart *models.Cart) { cart.Remove(of) })
}

// EmptyCart takes everything out of a cart.
func (s *Shop) EmptyCart(
	ctx context.Context, cart models.ID, checks ...Check[models.Cart],
) (models.Cart, dao.Receipt, error) {
	return s.changeCart(ctx, cart, request{}, checks, func(cart *models.Cart) { cart.Products = nil })
}

func (s *Shop) changeCart(
	ctx context.Context, id models.ID, asked request, checks []Check[models.Cart],
	change func(*models.Cart),
) (models.Cart, dao.Receipt, error) {
	cart, receipt, err := s.store.Carts.Update(ctx, id, func(cart *models.Cart) error {
		was := cart.Clone()
		change(cart)
		if err := pass(checks, was, *cart); err != nil {
			return err
		}
		return asked.allow(was, *cart)
	})
	return cart, receipt, missing("cart", id, err)
}

// DeleteCart removes a cart whose id nobody was given.
func (s *Shop) DeleteCart(ctx context.Context, id models.ID) error {
	_, _, err := s.store.Carts.Delete(ctx, id)
	return missing("cart", id, err)
}

// ExpireCarts notes that the shop has been open for so long until now, removes the carts that
// nobody has touched while it was open for as long as age, and returns how many.
func (s *Shop) ExpireCarts(ctx context.Context, open, age time.Duration) (int, error) {
	since, err := s.store.Attend(ctx, open, age)
	if err != nil || since == 0 {
		return 0, err
	}
	return s.store.Carts.Expire(ctx, since)
}

// CheckQuantity refuses what is no quantity.
func CheckQuantity(n int64) error {
	one := models.Cart{Products: []models.Item{{Product: models.ID{1}, Quantity: n}}} // any product
	broken, _ := errors.AsType[models.Invalid](one.Check())
	for i := range broken {
		broken[i].Field = "quantity"
	}
	return broken.Err()
}
