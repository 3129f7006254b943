package shop

import (
	"context"
	"errors"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Quote says what can be bought of a cart costs with a delivery; nil for none.
func Quote(settings models.Settings, bill Bill, delivery *models.Delivery) (Sums, error) {
	var wanted []Wanted
	for _, line := range bill.Lines {
		if line.CanBeBought() {
			wanted = append(wanted, Wanted{Unit: line.Price, Quantity: line.Quantity, Tax: line.Product.Tax})
		}
	}
	return Price(settings, wanted, delivery)
}

// OrderOfCart returns the order that was placed under an id of a cart, for who has the ids of both:
// he may have placed it and not have seen the answer. Any other is Missing.
func (s *Shop) OrderOfCart(ctx context.Context, id, cart models.ID) (Placed, error) {
	if id.IsZero() || cart.IsZero() {
		return Placed{}, errNoOrder
	}
	sign, err := s.signer(ctx)
	if err != nil {
		return Placed{}, err
	}
	order, err := dao.Order.In(s.store.Values).Get(ctx, id)
	switch {
	case notMissing(err) != nil:
		return Placed{}, err
	case err != nil, order.Cart != cart:
		return Placed{}, errNoOrder
	}
	return Placed{order, sign.secretOf(order)}, nil
}

// AmendCart brings a cart up to date with the catalogue, so that it can be ordered: what is gone is
// taken out, what is scarcer taken down to what there is. Of what is to be chosen nobody can say
// which; it stays.
func (s *Shop) AmendCart(ctx context.Context, id models.ID) (cart models.Cart, receipt dao.Receipt, err error) {
	receipt, err = s.store.Update(ctx, func(tx dao.Tx) error {
		carts := dao.Cart.Within(tx)
		if cart, err = carts.Get(id); err != nil {
			return err
		}
		refused, err := linesOf(tx, cart.Products, &models.Order{})
		if err != nil || len(refused) == 0 {
			return err
		}
		cart, err = carts.Update(id, func(c *models.Cart) error {
			for _, line := range refused {
				of := models.Choice{Product: line.Product, Variant: line.Variant}
				switch {
				case line.Reason == RefusedPick:
				case line.Reason == RefusedShort && line.Available > 0:
					c.Set(of, min(line.Available, models.MaxQuantity))
				default:
					c.Products = slices.DeleteFunc(slices.Clone(c.Products), func(item models.Item) bool { return item.Choice() == of })
				}
			}
			return nil
		})
		return err
	})
	return cart, receipt, missing("cart", id, err)
}

// ErrNothingToBuy refuses to put an order into a cart again of which nothing can be bought any more.
var ErrNothingToBuy = errors.New("nothing of it can be bought any more")

// CartOfOrder puts what was ordered into a cart, for who has the order's secret, as far as it can
// still be bought; what the cart has of it already counts. Without a cart it makes one.
func (s *Shop) CartOfOrder(ctx context.Context, secret string, id models.ID) (cart models.Cart, err error) {
	fresh := models.NewID(time.Now())
	_, err = s.store.Update(ctx, func(tx dao.Tx) error {
		order, err := ownOrder(tx, secret)
		if err != nil {
			return err
		}
		carts := dao.Cart.Within(tx)
		cart, err = carts.Get(id)
		there := err == nil
		if err := notMissing(err); err != nil {
			return err
		}
		if cart, err = refilled(tx, cart, order.Lines); err != nil {
			return err
		}
		if there {
			cart, err = carts.Update(id, func(c *models.Cart) error { c.Products = cart.Products; return nil })
			return err
		}
		cart.ID = fresh
		cart, err = carts.Create(cart)
		return err
	})
	return cart, err
}

// refilled is a cart with lines of an order in it.
func refilled(tx dao.Tx, cart models.Cart, lines []models.OrderLine) (models.Cart, error) {
	cart = cart.Clone()
	some := false
	for _, line := range lines {
		p, err := dao.Product.Within(tx).Get(line.Product)
		if notMissing(err) != nil {
			return cart, err
		}
		if left := LeftOf(p, line.Variant); err == nil && left > 0 {
			some = true
			cart.Set(line.Choice(), max(cart.Quantity(line.Choice()), min(line.Quantity, left)))
		}
	}
	if !some {
		return cart, ErrNothingToBuy
	}
	return cart, nil
}
