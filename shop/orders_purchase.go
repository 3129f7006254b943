package shop

import (
	"cmp"
	"context"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Purchase is a cart that was sold over the counter.
type Purchase struct {
	Order        models.Order
	Purchaser    string
	NotProcessed []models.Item // what could not be bought, and is in the cart still
}

// coursePurchaser is who buys where nobody is signed in.
const coursePurchaser = "course@localhost"

// PurchaseCart sells what is in a cart and can be bought, and hands it over at once, as the last
// stage of the course has it: orders.purchase. The rest stays in the cart. Where nothing can be
// bought it is OrderChanged.
func (s *Shop) PurchaseCart(
	ctx context.Context, from Sender, cart models.ID,
) (bought Purchase, receipt dao.Receipt, err error) {
	if err := from.Who.Must(OrdersPurchase); err != nil {
		return Purchase{}, dao.Receipt{}, err
	}
	purchaser := cmp.Or(from.Who.Person.Email, coursePurchaser)
	id := models.NewID(time.Now())
	paid := models.Fact{ID: id.String(), Kind: models.FactPaid}
	p, err := s.prepare(ctx, from, OrderRequest{
		ID: id, Cart: cart,
		Buyer:    models.Buyer{Name: cmp.Or(from.Who.Person.Name, "Course"), Email: from.Who.Person.Email},
		Delivery: models.OrderDelivery{Way: models.DeliverPickup}, Payment: models.OrderPayment{Way: models.PayCash},
	})
	if err != nil {
		return Purchase{}, dao.Receipt{}, err
	}
	receipt, err = s.store.Update(from.Who.With(ctx), func(tx dao.Tx) error {
		if _, err := still(tx, from.Who, OrdersPurchase); err != nil {
			return err
		}
		bought, err = p.purchase(tx, paid)
		bought.Purchaser = purchaser
		return err
	})
	if err != nil {
		return Purchase{}, dao.Receipt{}, err
	}
	return bought, receipt, nil
}

// purchase is the step. What is bought over the counter is paid there.
func (p placing) purchase(tx dao.Tx, paid models.Fact) (bought Purchase, err error) {
	carts := dao.Cart.Within(tx)
	cart, err := carts.Get(p.draft.Cart)
	if err != nil {
		return Purchase{}, missing("cart", p.draft.Cart, err)
	}
	o := new(p.draft.Clone())
	refused, err := linesOf(tx, cart.Products, o)
	if err != nil {
		return Purchase{}, err
	}
	switch {
	case len(o.Lines) == 0 && len(refused) > 0:
		return Purchase{}, OrderChanged{Lines: refused}
	case len(o.Lines) == 0:
		return Purchase{}, emptyCart()
	}
	terms, err := p.terms.now(tx)
	if err != nil {
		return Purchase{}, err
	}
	if err := priceLines(terms.Settings, o, nil); err != nil {
		return Purchase{}, err
	}
	o.Delivery.Pickup = true
	if paid.Amount = o.Totals.Total; paid.Amount > 0 {
		addFact(tx, o, paid)
	}
	if err := p.store(tx, o); err != nil {
		return Purchase{}, err
	}
	for _, state := range []models.OrderState{models.OrderAccepted, models.OrderReady, models.OrderDone} {
		bought.Order, err = orderChange{}.apply(tx, o.ID, func(_ dao.Tx, o *models.Order) error {
			o.State = state
			return nil
		})
		if err != nil {
			return Purchase{}, err
		}
	}
	left := map[models.Choice]bool{}
	for _, line := range refused {
		left[models.Choice{Product: line.Product, Variant: line.Variant}] = true
	}
	_, err = carts.Update(cart.ID, func(c *models.Cart) error {
		var rest []models.Item
		for _, item := range c.Products {
			if left[item.Choice()] {
				rest = append(rest, item)
			}
		}
		c.Products = rest
		bought.NotProcessed = rest
		return nil
	})
	return bought, err
}

// CodeOf is how an order is called by people: by its number.
func CodeOf(o models.Order) string { return numberText(o.Number) }
