package shop_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

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
			asked.Delivery.Way, asked.Delivery.Address.Street = tt.way, "Mitre 3"
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
