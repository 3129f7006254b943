package shop_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
)

// visitor is somebody with a cookie of his own, in a network.
func visitor(n, network int) shop.Sender {
	return shop.Sender{
		Who:     shop.Who{By: fmt.Sprintf("visitor:%08d", n), Since: 1},
		Network: netip.MustParsePrefix(fmt.Sprintf("10.0.%d.1/32", network)),
	}
}

// A network has so many orders in an hour, and a visit a quarter of them. One that was refused for
// what it is does not count, nor does a repetition or who is signed in; an hour later there are as many again.
func TestOrdersPerHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := open(t, shop.Options{PasswordPasses: 1, OrdersPerHour: 8})
		defer store.Close()
		yerba := stocked(t, s, "Y", 100)
		place := func(from shop.Sender, n int64) error {
			asked := buyer(cartOf(t, s, of(yerba.ID, n)))
			p, _, err := s.PlaceOrder(t.Context(), from, asked)
			if err == nil { // so that the limit of open ones is not what is met
				_, _, err = s.CancelOrder(t.Context(), shop.Machine, p.Order.ID, "")
			}
			return err
		}
		wants := func(what string, err error, allowed bool) {
			t.Helper()
			fast, is := errors.AsType[shop.TooFast](err)
			if (err == nil) != allowed || is == allowed || is && (fast.RetryAfter <= 0 || fast.RetryAfter > time.Hour) {
				t.Errorf("%s: %v", what, err)
			}
		}
		empty := buyer(cartOf(t, s))
		for range 5 {
			if _, _, err := s.PlaceOrder(t.Context(), visitor(1, 1), empty); refused(err) != "cart no_goods" {
				t.Fatal(err)
			}
		}
		for i := range 3 {
			wants(fmt.Sprintf("order %d of a visit", i+1), place(visitor(1, 1), 1), i < 2)
		}
		for i := range 7 {
			wants(fmt.Sprintf("order %d of a network", i+3), place(visitor(10+i, 1), 1), i < 6)
		}
		wants("of another network", place(visitor(30, 2), 1), true)
		twice := buyer(cartOf(t, s, of(yerba.ID, 1)))
		twice.ID = models.ID{11: 7}
		for i := range 3 {
			_, receipt, err := s.PlaceOrder(t.Context(), visitor(50, 5), twice)
			if err != nil || receipt.Repeated != (i > 0) {
				t.Errorf("%+v, %v", receipt, err)
			}
		}
		wants("after repetitions", place(visitor(50, 5), 1), true)
		machine := visitor(1, 1)
		machine.Who = shop.Machine
		wants("of the shop", place(machine, 1), true)
		time.Sleep(time.Hour)
		wants("an hour later", place(visitor(1, 1), 1), true)
	})
}

// One visit, one telephone, however it is written, and one address, in whatever case, have three
// unpaid orders at a time. One that is paid, or has ended, does not count. Without a limit any number
// may.
func TestOpenOrders(t *testing.T) {
	for what, by := range map[string]func(i int, asked *shop.OrderRequest) shop.Sender{
		"visit": func(i int, asked *shop.OrderRequest) shop.Sender {
			asked.Buyer.Phone, asked.Buyer.Email = fmt.Sprintf("11 4000 %04d", i), fmt.Sprintf("ana%d@example.com", i)
			return visitor(1, i)
		},
		"telephone": func(i int, asked *shop.OrderRequest) shop.Sender {
			asked.Buyer.Phone = []string{"11 4000-1234", "(11) 4000 1234", "1140001234"}[i%3]
			return visitor(i, i)
		},
		"address": func(i int, asked *shop.OrderRequest) shop.Sender {
			asked.Buyer.Email = []string{"ana@example.com", "Ana@Example.com"}[i%2]
			return visitor(i, i)
		},
	} {
		for _, perHour := range []int{1000, 0} {
			t.Run(fmt.Sprint(what, " ", perHour), func(t *testing.T) {
				s, _ := open(t, shop.Options{PasswordPasses: 1, OrdersPerHour: perHour})
				yerba := stocked(t, s, "Y", 100)
				var placed []shop.Placed
				place := func(i int, allowed bool) {
					t.Helper()
					asked := buyer(cartOf(t, s, of(yerba.ID, 1)))
					from := by(i, &asked)
					p, _, err := s.PlaceOrder(t.Context(), from, asked)
					open, is := errors.AsType[shop.TooManyOpen](err)
					if allowed = allowed || perHour == 0; (err == nil) != allowed || is == allowed || is && (open.Most != 3 || open.RetryAfter <= 0) {
						t.Errorf("order %d: %v", i, err)
					}
					if err == nil {
						placed = append(placed, p)
					}
				}
				for i := range 4 {
					place(i, i < 3)
				}
				if _, _, err := s.OrderPaid(t.Context(), shop.Machine, placed[0].Order.ID, shop.Money{}); err != nil {
					t.Fatal(err)
				}
				place(4, true)
				place(5, false)
				if _, _, err := s.CancelOrder(t.Context(), shop.Machine, placed[1].Order.ID, ""); err != nil {
					t.Fatal(err)
				}
				place(6, true)
				place(7, false)
				consistent(t, s)
			})
		}
	}
}

// An order counts until money has come for it, whatever its buyer says of that; 00 before a telephone
// number is the + of another one.
func TestOpenOrdersUntilMoneyComes(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1, OrdersPerHour: 1000})
	sells(t, s)
	yerba := stocked(t, s, "Y", 100)
	place := func(i int, allowed bool) (p shop.Placed) {
		t.Helper()
		asked := buyer(cartOf(t, s, of(yerba.ID, 1)))
		asked.Payment.Way = models.PayTransfer
		asked.Buyer.Phone = []string{"+54 9 11 4000 1234", "0054 9 11 4000-1234"}[i%2]
		p, _, err := s.PlaceOrder(t.Context(), visitor(i, i), asked)
		if _, is := errors.AsType[shop.TooManyOpen](err); (err == nil) != allowed || is == allowed {
			t.Errorf("order %d: %v", i, err)
		}
		return p
	}
	var all []shop.Placed
	for i := range 3 {
		all = append(all, place(i, true))
		if _, _, err := s.ClaimOrder(t.Context(), visitor(i, i).Who, all[i].Secret, shop.Claim{}); err != nil {
			t.Fatal(err)
		}
	}
	place(3, false)
	if _, _, err := s.OrderFailed(t.Context(), shop.Machine, all[0].Order.ID, shop.Money{}); err != nil {
		t.Fatal(err)
	}
	place(4, false)
	if _, _, err := s.OrderPaid(t.Context(), shop.Machine, all[1].Order.ID, shop.Money{}); err != nil {
		t.Fatal(err)
	}
	place(5, true)
	place(6, false)
}

// All open orders of one network, or of one telephone, end in one act; those that are paid, and those
// of others, stay.
func TestEndOpenOrders(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	yerba := stocked(t, s, "Y", 100)
	place := func(network int, phone string) models.ID {
		asked := buyer(cartOf(t, s, of(yerba.ID, 1)))
		asked.Buyer.Phone = phone
		p, _, err := s.PlaceOrder(t.Context(), visitor(network, network), asked)
		if err != nil {
			t.Fatal(err)
		}
		return p.Order.ID
	}
	like, network, phone, paid, other := place(1, "114000-1111"), place(1, ""), place(2, "11 4000 1111"), place(1, ""), place(3, "")
	if _, _, err := s.OrderPaid(t.Context(), shop.Machine, paid, shop.Money{}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.EndOpenOrders(t.Context(), shop.Machine, like); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for id, want := range map[models.ID]models.OrderState{like: "cancelled", network: "cancelled", phone: "cancelled", paid: "placed", other: "placed"} {
		if o, err := s.Order(t.Context(), shop.Machine, id); err != nil || o.State != want {
			t.Errorf("order %d is %s, not %s (%v)", o.Number, o.State, want, err)
		}
	}
	figures(t, s, yerba.ID, 98, 2)
}
