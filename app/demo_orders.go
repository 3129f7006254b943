package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"pulperia/dao/models"
	"pulperia/demo"
	trade "pulperia/shop"
)

// demoOrder is an order of the demo, as in demo.Orders.
type demoOrder struct {
	Buyer models.Buyer
	Lines []struct {
		Code     string
		Quantity int64
	}
	Note, Reason string
	State        models.OrderState
}

// demoOrders returns the orders of the demo, and the cart that each is made of.
func demoOrders(products []models.Product) (orders []demoOrder, carts []models.Cart, err error) {
	if err := json.Unmarshal(demo.Orders(), &orders); err != nil {
		return nil, nil, err
	}
	byCode := make(map[string]models.ID, len(products))
	for _, p := range products {
		byCode[p.Code] = p.ID
	}
	now := time.Now()
	for _, order := range orders {
		cart := models.Cart{ID: models.NewID(now), CreatedAt: models.TimeOf(now)}
		for _, line := range order.Lines {
			id, there := byCode[line.Code]
			if !there {
				return nil, nil, fmt.Errorf("no product has the code %q", line.Code)
			}
			cart.Set(models.Choice{Product: id}, line.Quantity)
		}
		carts = append(carts, cart)
	}
	return orders, carts, nil
}

// place has the shop take the order and go on with it as far as its state says, by the acts of
// whoever keeps the shop: so stock, sums and history are right. Limits are for buyers who come from
// outside.
func (o demoOrder) place(ctx context.Context, shop *trade.Shop, cart models.ID) error {
	placed, _, err := shop.PlaceOrder(ctx, trade.Sender{Who: trade.Machine}, trade.OrderRequest{
		Cart: cart, Buyer: o.Buyer, Note: o.Note,
		Delivery: models.OrderDelivery{Way: models.DeliverPickup},
		Payment:  models.OrderPayment{Way: models.PayCash},
	})
	if err != nil {
		return err
	}
	id := placed.Order.ID
	accept := func() error { _, _, err := shop.AcceptOrder(ctx, trade.Machine, id); return err }
	ready := func() error { _, _, err := shop.ReadyOrder(ctx, trade.Machine, id); return err }
	done := func() error {
		_, _, err := shop.HandOverOrder(ctx, trade.Machine, id, trade.Money{})
		return err
	}
	cancel := func() error {
		_, _, err := shop.CancelOrder(ctx, trade.Machine, id, o.Reason)
		return err
	}
	ways := map[models.OrderState][]func() error{
		models.OrderPlaced:    {},
		models.OrderAccepted:  {accept},
		models.OrderReady:     {accept, ready},
		models.OrderDone:      {accept, ready, done},
		models.OrderCancelled: {cancel},
	}
	way, known := ways[o.State]
	if !known {
		return fmt.Errorf("there is no way to the state %q", o.State)
	}
	for _, act := range way {
		if err := act(); err != nil {
			return err
		}
	}
	return nil
}
