package shop_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// buyer is what somebody asks for who pays in cash and comes for it.
func buyer(cart models.ID) shop.OrderRequest {
	return shop.OrderRequest{
		Cart: cart, Buyer: models.Buyer{Name: "Ana"},
		Delivery: models.OrderDelivery{Way: "pickup"}, Payment: models.OrderPayment{Way: "cash"},
	}
}

// sells has a shop deliver, too, and take transfers.
func sells(t *testing.T, s *shop.Shop) {
	t.Helper()
	_, _, err := s.ChangeSettings(t.Context(), shop.Machine, func(settings *models.Settings) error {
		settings.Payments = []models.Payment{{Way: models.PayCash}, {Way: models.PayTransfer, Accounts: []models.Account{{Name: "Alias", Text: "lo.de.ana"}}}}
		settings.Deliveries = []models.Delivery{{Way: "pickup", Kind: models.DeliverPickup, Address: "Calle 1"}, {Way: "delivery", Kind: models.DeliverZone, Name: "todas partes"}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// cartOf makes a cart.
func cartOf(t *testing.T, s *shop.Shop, items ...models.Item) models.ID {
	t.Helper()
	cart, _, err := s.CreateCart(t.Context(), models.Cart{Products: items})
	if err != nil {
		t.Fatal(err)
	}
	return cart.ID
}

// placed places an order of so many of a product.
func placed(t *testing.T, s *shop.Shop, asked shop.OrderRequest) shop.Placed {
	t.Helper()
	p, _, err := s.PlaceOrder(t.Context(), shop.Sender{}, asked)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// figures wants so many of a product to be there and to be held, and all to be consistent.
func figures(t *testing.T, s *shop.Shop, id models.ID, stock, held int64) {
	t.Helper()
	p, err := s.Products.Get(t.Context(), id)
	if err != nil || p.Stock != stock || p.Held != held {
		t.Errorf("stock %d, held %d, %v; want %d, %d", p.Stock, p.Held, err, stock, held)
	}
	consistent(t, s)
}

func consistent(t *testing.T, s *shop.Shop) {
	t.Helper()
	found, err := s.CheckOrders(t.Context())
	if err != nil || len(found.Wrong)+len(found.Notes) > 0 {
		t.Errorf("%+v %v", found, err)
	}
}

// An order holds its pieces, empties the cart, and is opened by its link alone.
func TestPlaceOrder(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	yerba := stocked(t, s, "Y", 5)
	cart := cartOf(t, s, of(yerba.ID, 2))
	p := placed(t, s, buyer(cart))
	if o := p.Order; o.Number != 1 || o.State != models.OrderPlaced || o.Totals.Total != 2000 || o.Lines[0].Code != "Y" || o.PaymentState() != models.PaymentNone {
		t.Errorf("%+v", o)
	}
	figures(t, s, yerba.ID, 3, 2)
	if c, _ := s.Carts.Get(t.Context(), cart); len(c.Products) > 0 {
		t.Errorf("%+v", c)
	}
	if o, err := s.OwnOrder(t.Context(), p.Secret); err != nil || o.ID != p.Order.ID {
		t.Errorf("%+v, %v", o, err)
	}
	for _, secret := range []string{"", p.Order.ID.String(), p.Secret[1:] + "A", p.Order.LinkHash} {
		if _, err := s.OwnOrder(t.Context(), secret); refused(err) != "no order" {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

// The same id and content again is the same order and link, in whatever state it is; other content is
// a conflict.
func TestPlaceOrderTwice(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1, OrdersPerHour: 1})
	yerba := stocked(t, s, "Y", 5)
	for i, asked := range []shop.OrderRequest{{ID: models.ID{11: 9}}, {Key: "once"}} {
		whole := buyer(cartOf(t, s, of(yerba.ID, 2)))
		whole.ID, whole.Key = asked.ID, asked.Key
		from := shop.Sender{Who: shop.Who{By: "visitor:0000000" + string(rune('1'+i)), Since: 1}}
		first, receipt, err := s.PlaceOrder(t.Context(), from, whole)
		if err != nil || receipt.Repeated {
			t.Fatal(err, receipt)
		}
		again, receipt, err := s.PlaceOrder(t.Context(), from, whole)
		if err != nil || !receipt.Repeated || again.Link() != first.Link() || again.Order.Number != first.Order.Number {
			t.Errorf("%+v, %+v, %v", again, receipt, err)
		}
		whole.Note = "otra cosa"
		if _, _, err := s.PlaceOrder(t.Context(), from, whole); !errors.Is(err, dao.ErrConflict) {
			t.Errorf("%v", err)
		}
		if _, _, err := s.CancelOrder(t.Context(), shop.Machine, first.Order.ID, ""); err != nil {
			t.Error(err)
		}
		figures(t, s, yerba.ID, 5, 0)
		s, _ = open(t, shop.Options{PasswordPasses: 1, OrdersPerHour: 1})
		yerba = stocked(t, s, "Y", 5)
	}
}

// What is no longer as the buyer saw it is refused, each line with its reason, and nothing is stored.
func TestPlaceChanged(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	yerba, mate, bombilla := stocked(t, s, "Y", 5), stocked(t, s, "M", 5), stocked(t, s, "B", 5)
	at, err := s.Feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	asked := buyer(cartOf(t, s, of(yerba.ID, 2), of(mate.ID, 2), of(bombilla.ID, 2)))
	if _, _, err := s.RemoveProduct(t.Context(), bombilla.ID); err != nil {
		t.Fatal(err)
	}
	change := func(id models.ID, alter func(*models.Product)) {
		t.Helper()
		if _, _, err := s.ChangeProduct(t.Context(), id, func(p *models.Product) error { alter(p); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	change(mate.ID, func(p *models.Product) { p.Stock = 1 })
	change(yerba.ID, func(p *models.Product) { p.Price = 1500 })
	asked.SeenAt = at
	_, _, err = s.PlaceOrder(t.Context(), shop.Sender{}, asked)
	changed, is := errors.AsType[shop.OrderChanged](err)
	if !is || len(changed.Lines) != 3 {
		t.Fatalf("%+v", err)
	}
	for i, want := range []shop.RefusedLine{
		{Line: 0, Product: yerba.ID, Reason: shop.RefusedPrice, Price: 1500, Available: 5},
		{Line: 1, Product: mate.ID, Reason: shop.RefusedShort, Price: 1000, Available: 1},
		{Line: 2, Product: bombilla.ID, Reason: shop.RefusedGone},
	} {
		if changed.Lines[i] != want {
			t.Errorf("%+v, not %+v", changed.Lines[i], want)
		}
	}
	figures(t, s, yerba.ID, 5, 0)

	asked = buyer(cartOf(t, s, of(yerba.ID, 2)))
	for seen, want := range map[models.Money]bool{2000: false, 3000: true} {
		asked.Seen, asked.ID = &seen, models.ID{}
		if _, _, err := s.PlaceOrder(t.Context(), shop.Sender{}, asked); (err == nil) != want {
			t.Errorf("seen %s: %v", seen, err)
		}
		if !want {
			continue
		}
		asked.Cart = cartOf(t, s, of(yerba.ID, 2))
	}
	if _, _, err := s.PlaceOrder(t.Context(), shop.Sender{}, buyer(cartOf(t, s))); refused(err) != "cart no_goods" {
		t.Error(err)
	}
}

// Two hundred buyers of fifty pieces: fifty have one, whoever comes first, and nothing is oversold.
func TestManyBuyers(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	yerba := stocked(t, s, "Y", 50)
	var carts []models.ID
	for range 200 {
		carts = append(carts, cartOf(t, s, of(yerba.ID, 1)))
	}
	var sold, short atomic.Int64
	var wg sync.WaitGroup
	for _, cart := range carts {
		wg.Go(func() {
			_, _, err := s.PlaceOrder(t.Context(), shop.Sender{}, buyer(cart))
			if changed, is := errors.AsType[shop.OrderChanged](err); is && changed.Lines[0].Reason == shop.RefusedShort {
				short.Add(1)
			} else if err == nil {
				sold.Add(1)
			} else {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if sold.Load() != 50 || short.Load() != 150 {
		t.Errorf("%d have one, and %d have not", sold.Load(), short.Load())
	}
	figures(t, s, yerba.ID, 0, 50)
	page, err := s.Orders(t.Context(), shop.Machine, shop.OrderQuery{Limit: 1})
	if err != nil || page.Total != 50 || page.Orders[0].Number != 50 {
		t.Errorf("%+v %v: refused orders leave a gap", page, err)
	}
}
