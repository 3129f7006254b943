package shop_test

import (
	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// act is one thing that is done to a scene.
type act struct {
	name string
	do   func(x *scene, s *shop.Shop) error
}

// placing orders one of the carts for what both cost.
func placing(n int) func(*scene, *shop.Shop) error {
	return func(x *scene, s *shop.Shop) error {
		asked := buyer(x.carts[n])
		asked.ID, asked.Seen = x.orders[n], new(models.Money(2000))
		_, _, err := s.PlaceOrder(x.t.Context(), shop.Sender{}, asked)
		return err
	}
}

// onProduct changes the product.
func onProduct(change func(*models.Product)) func(*scene, *shop.Shop) error {
	return func(x *scene, s *shop.Shop) error {
		_, _, err := s.ChangeProduct(x.t.Context(), x.product.ID, func(p *models.Product) error { change(p); return nil })
		return err
	}
}

// refund gives the money of what was sold back, and the piece to the shelf, as one fact.
func refund(fact string) func(*scene, *shop.Shop) error {
	return func(x *scene, s *shop.Shop) error {
		_, _, err := s.RefundOrder(x.t.Context(), shop.Machine, x.finished.ID, shop.Refund{
			Money: shop.Money{Fact: x.finished.ID.String() + fact}, Lines: []shop.RefundLine{{Quantity: 1}}, Restock: true,
		})
		return err
	}
}

// onSettings changes the settings.
func onSettings(change func(*models.Settings)) func(*scene, *shop.Shop) error {
	return func(x *scene, s *shop.Shop) error {
		_, _, err := s.ChangeSettings(x.t.Context(), shop.Machine, func(o *models.Settings) error { change(o); return nil })
		return err
	}
}

// onWaiting does a verb of the staff to the order that waits.
func onWaiting(
	verb func(s *shop.Shop, x *scene, id models.ID) (models.Order, dao.Receipt, error),
) func(*scene, *shop.Shop) error {
	return func(x *scene, s *shop.Shop) error {
		_, _, err := verb(s, x, x.waiting.Order.ID)
		return err
	}
}

// importOrder brings an open order of a piece in, as an import does.
func importOrder(x *scene, s *shop.Shop) error {
	o := dao.Order.Example(0).(*models.Order)
	o.SetHead(models.Head{ID: x.orders[2], Rev: 1})
	o.Number = x.waiting.Order.Number + 1_000_000
	o.LinkHash = shop.OrderLinkHash(o.ID.String())
	o.Lines[0].Product = x.product.ID
	for i := range o.Ledger {
		o.Ledger[i].ID = o.ID.String()
	}
	if _, err := s.TakeIn(x.t.Context(), dao.Batch{Others: []models.Value{o}}); err != nil {
		return err
	}
	_, err := s.SettleHeld(x.t.Context())
	return err
}

// acts are all that is done in the middle of one another.
var acts = []act{
	{"place", placing(0)},
	{"place the other", placing(1)},
	{"purchase", func(x *scene, s *shop.Shop) error {
		_, _, err := s.PurchaseCart(x.t.Context(), shop.Sender{Who: shop.Machine}, x.carts[0])
		return err
	}},
	{"edit stock", onProduct(func(p *models.Product) { p.Stock = 3 })},
	{"edit price", onProduct(func(p *models.Product) { p.Price = 1500 })},
	{"off sale", onProduct(func(p *models.Product) { p.Status = false })},
	{"split", onProduct(func(p *models.Product) {
		size := models.Options{{Name: "Talle", Value: "S"}}
		p.Variants = []models.Variant{{Code: p.Code + "-S", Options: size, Price: 1000, Stock: 2}}
	})},
	{"count", func(x *scene, s *shop.Shop) error {
		set, was := int64(2), int64(3)
		_, _, err := s.ChangeStock(x.t.Context(), shop.Machine, x.product.ID, shop.StockChange{Set: &set, Was: &was})
		return err
	}},
	{"take one", func(x *scene, s *shop.Shop) error {
		one := int64(-1)
		_, _, err := s.ChangeStock(x.t.Context(), shop.Machine, x.product.ID, shop.StockChange{Add: &one})
		return err
	}},
	{"delete", func(x *scene, s *shop.Shop) error {
		_, _, err := s.RemoveProduct(x.t.Context(), x.product.ID)
		return err
	}},
	{"import an order", importOrder},
	{"fill the cart", func(x *scene, s *shop.Shop) error {
		_, _, err := s.AddToCart(x.t.Context(), x.carts[0], of(x.product.ID, 1))
		return err
	}},
	{"accept", onWaiting(func(s *shop.Shop, x *scene, id models.ID) (models.Order, dao.Receipt, error) {
		return s.AcceptOrder(x.t.Context(), shop.Machine, id)
	})},
	{"cancel", onWaiting(func(s *shop.Shop, x *scene, id models.ID) (models.Order, dao.Receipt, error) {
		return s.CancelOrder(x.t.Context(), shop.Machine, id, "")
	})},
	{"cancel as its buyer", onWaiting(func(s *shop.Shop, x *scene, _ models.ID) (models.Order, dao.Receipt, error) {
		return s.CancelOwnOrder(x.t.Context(), shop.Nobody, x.waiting.Secret)
	})},
	{"expire", onWaiting(func(s *shop.Shop, x *scene, id models.ID) (models.Order, dao.Receipt, error) {
		return s.ExpireOrder(x.t.Context(), id)
	})},
	{"sweep", func(x *scene, s *shop.Shop) error { _, err := s.ExpireOrders(x.t.Context()); return err }},
	{"end all open", func(x *scene, s *shop.Shop) error {
		_, err := s.EndOpenOrders(x.t.Context(), shop.Machine, x.waiting.Order.ID)
		return err
	}},
	{"claim", onWaiting(func(s *shop.Shop, x *scene, _ models.ID) (models.Order, dao.Receipt, error) {
		return s.ClaimOrder(x.t.Context(), shop.Nobody, x.waiting.Secret, shop.Claim{})
	})},
	{"paid", onWaiting(func(s *shop.Shop, x *scene, id models.ID) (models.Order, dao.Receipt, error) {
		return s.OrderPaid(x.t.Context(), shop.Machine, id, shop.Money{})
	})},
	{"failed", onWaiting(func(s *shop.Shop, x *scene, id models.ID) (models.Order, dao.Receipt, error) {
		return s.OrderFailed(x.t.Context(), shop.Machine, id, shop.Money{})
	})},
	{"link", func(x *scene, s *shop.Shop) error {
		_, err := s.LinkOrder(x.t.Context(), shop.Machine, x.waiting.Order.ID)
		return err
	}},
	{"refund", refund("a")},
	{"refund the same", refund("a")},
	{"refund again", refund("b")},
	{"no more cash", onSettings(func(o *models.Settings) { o.Payments = o.Payments[1:] })},
	{"another place", onSettings(func(o *models.Settings) { o.Deliveries = o.Deliveries[1:] })},
}
