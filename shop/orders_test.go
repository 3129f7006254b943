package shop_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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
	if o := p.Order; o.Number != 1 || o.State != models.OrderPlaced || o.Totals.Total != 200 || o.Lines[0].Code != "Y" || o.PaymentState() != models.PaymentNone {
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
	change(yerba.ID, func(p *models.Product) { p.Price = 150 })
	asked.SeenAt = at
	_, _, err = s.PlaceOrder(t.Context(), shop.Sender{}, asked)
	changed, is := errors.AsType[shop.OrderChanged](err)
	if !is || len(changed.Lines) != 3 {
		t.Fatalf("%+v", err)
	}
	for i, want := range []shop.RefusedLine{
		{Line: 0, Product: yerba.ID, Reason: shop.RefusedPrice, Price: 150, Available: 5},
		{Line: 1, Product: mate.ID, Reason: shop.RefusedShort, Price: 100, Available: 1},
		{Line: 2, Product: bombilla.ID, Reason: shop.RefusedGone},
	} {
		if changed.Lines[i] != want {
			t.Errorf("%+v, not %+v", changed.Lines[i], want)
		}
	}
	figures(t, s, yerba.ID, 5, 0)

	asked = buyer(cartOf(t, s, of(yerba.ID, 2)))
	for seen, want := range map[models.Money]bool{200: false, 300: true} {
		asked.Seen, asked.ID = &seen, models.ID{}
		if _, _, err := s.PlaceOrder(t.Context(), shop.Sender{}, asked); (err == nil) != want {
			t.Errorf("seen %s: %v", seen, err)
		}
		if !want {
			continue
		}
		asked.Cart = cartOf(t, s, of(yerba.ID, 2))
	}
	if _, _, err := s.PlaceOrder(t.Context(), shop.Sender{}, buyer(cartOf(t, s))); refused(err) != "cart empty" {
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

// The transitions, each from every state: what is allowed is done, what is done already changes
// nothing, all else is refused; and the pieces follow.
func TestTransitions(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	sells(t, s)
	verbs := map[string]func(models.ID) (models.Order, dao.Receipt, error){
		"accept": func(id models.ID) (models.Order, dao.Receipt, error) {
			return s.AcceptOrder(t.Context(), shop.Machine, id)
		},
		"ready": func(id models.ID) (models.Order, dao.Receipt, error) {
			return s.ReadyOrder(t.Context(), shop.Machine, id)
		},
		"send": func(id models.ID) (models.Order, dao.Receipt, error) {
			return s.SendOrder(t.Context(), shop.Machine, id)
		},
		"done": func(id models.ID) (models.Order, dao.Receipt, error) {
			return s.FinishOrder(t.Context(), shop.Machine, id)
		},
		"cancel": func(id models.ID) (models.Order, dao.Receipt, error) {
			return s.CancelOrder(t.Context(), shop.Machine, id, "se arrepintió")
		},
	}
	for _, tt := range []struct {
		way    string
		before []string
		allows map[string]models.OrderState // by verb, the state after it; all others are refused
		stock  map[string][2]int64
	}{
		{"pickup", nil, map[string]models.OrderState{"accept": "accepted", "cancel": "cancelled"}, map[string][2]int64{"accept": {3, 2}, "cancel": {5, 0}}},
		{"pickup", []string{"accept"}, map[string]models.OrderState{"accept": "accepted", "ready": "ready", "cancel": "cancelled"}, map[string][2]int64{"ready": {3, 2}, "cancel": {5, 0}}},
		{"delivery", []string{"accept"}, map[string]models.OrderState{"accept": "accepted", "send": "sent", "cancel": "cancelled"}, map[string][2]int64{"send": {3, 0}}},
		{"pickup", []string{"accept", "ready"}, map[string]models.OrderState{"ready": "ready", "done": "done", "cancel": "cancelled"}, map[string][2]int64{"done": {3, 0}, "cancel": {5, 0}}},
		{"delivery", []string{"accept", "send"}, map[string]models.OrderState{"send": "sent", "done": "done"}, map[string][2]int64{"done": {3, 0}}},
		{"pickup", []string{"accept", "ready", "done"}, map[string]models.OrderState{"done": "done"}, nil},
		{"pickup", []string{"cancel"}, map[string]models.OrderState{"cancel": "cancelled"}, map[string][2]int64{"cancel": {5, 0}}},
	} {
		for name, verb := range verbs {
			yerba := stocked(t, s, models.NewID(time.Now()).String(), 5)
			asked := buyer(cartOf(t, s, of(yerba.ID, 2)))
			asked.Delivery.Way = tt.way
			o := placed(t, s, asked).Order
			for _, before := range tt.before {
				var err error
				if o, _, err = verbs[before](o.ID); err != nil {
					t.Fatal(before, err)
				}
			}
			was := o.State
			o, receipt, err := verb(o.ID)
			want, allowed := tt.allows[name]
			if _, is := errors.AsType[shop.NotAllowed](err); is == allowed || allowed && o.State != want || allowed && receipt.Repeated != (was == want) {
				t.Errorf("%s after %v: %s, %+v, %v", name, tt.before, o.State, receipt, err)
			}
			if stock, is := tt.stock[name]; is {
				figures(t, s, yerba.ID, stock[0], stock[1])
			}
		}
	}
	consistent(t, s)
}

// What nobody pays ends by itself, unless it is claimed or paid before; what is in cash and accepted
// waits for its buyer.
func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := open(t, shop.Options{PasswordPasses: 1})
		defer store.Close()
		sells(t, s)
		yerba := stocked(t, s, "Y", 50)
		place := func(way string) shop.Placed {
			asked := buyer(cartOf(t, s, of(yerba.ID, 1)))
			asked.Payment.Way = way
			return placed(t, s, asked)
		}
		cash, transfer, claimed, paid, failed, accepted, acceptedCash := place("cash"), place("transfer"), place("transfer"), place("transfer"), place("transfer"), place("transfer"), place("cash")
		do := func(_ models.Order, _ dao.Receipt, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		ctx := t.Context()
		do(s.ClaimOrder(ctx, shop.Nobody, claimed.Secret, shop.Claim{Money: shop.Money{Reference: "123"}}))
		do(s.OrderPaid(ctx, shop.Machine, paid.Order.ID, shop.Money{}))
		do(s.OrderFailed(ctx, shop.Machine, failed.Order.ID, shop.Money{}))
		do(s.AcceptOrder(ctx, shop.Machine, accepted.Order.ID))
		do(s.AcceptOrder(ctx, shop.Machine, acceptedCash.Order.ID))
		figures(t, s, yerba.ID, 43, 7)
		time.Sleep(47 * time.Hour)
		if n, err := s.ExpireOrders(ctx); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		for _, want := range []int{3, 1} { // transfers, a day later cash
			time.Sleep(26 * time.Hour)
			if n, err := s.ExpireOrders(ctx); n != want || err != nil {
				t.Errorf("%d, not %d, %v", n, want, err)
			}
		}
		for p, want := range map[*shop.Placed]models.OrderState{
			&cash: "expired", &transfer: "expired", &claimed: "placed", &paid: "placed", &failed: "expired",
			&accepted: "cancelled", &acceptedCash: "accepted",
		} {
			if o, err := s.OwnOrder(ctx, p.Secret); err != nil || o.State != want {
				t.Errorf("%d is %s, not %s (%v)", p.Order.Number, o.State, want, err)
			}
		}
		figures(t, s, yerba.ID, 47, 3)
	})
}
