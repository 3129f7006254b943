package shop_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// Lines that are given back are worth what was paid for them, all of a line just its total, and their
// pieces can be sold again where the merchant says so and they had left the shop. More than was sold,
// or than has come, goes back in no way.
func TestRefundLines(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	yerba := stocked(t, s, "Y", 10)
	o := placed(t, s, buyer(cartOf(t, s, of(yerba.ID, 3)))).Order
	lines := func(n int64, restock bool) shop.Refund {
		return shop.Refund{Lines: []shop.RefundLine{{Line: 0, Quantity: n}}, Restock: restock}
	}
	refund := func(r shop.Refund) error { _, _, err := s.RefundOrder(t.Context(), shop.Machine, o.ID, r); return err }
	if err := refund(lines(1, false)); refused(err) != "amount too_large 0" {
		t.Errorf("nothing has come: %v", refused(err))
	}
	if _, _, err := s.OrderPaid(t.Context(), shop.Machine, o.ID, shop.Money{Fact: "paid"}); err != nil {
		t.Fatal(err)
	}
	if _, is := errors.AsType[shop.NotAllowed](refund(lines(1, true))); !is {
		t.Error("what has not left the shop comes back")
	}
	for _, step := range []func() (models.Order, dao.Receipt, error){
		func() (models.Order, dao.Receipt, error) { return s.AcceptOrder(t.Context(), shop.Machine, o.ID) },
		func() (models.Order, dao.Receipt, error) { return s.ReadyOrder(t.Context(), shop.Machine, o.ID) },
		func() (models.Order, dao.Receipt, error) { return s.FinishOrder(t.Context(), shop.Machine, o.ID) },
	} {
		if _, _, err := step(); err != nil {
			t.Fatal(err)
		}
	}
	figures(t, s, yerba.ID, 7, 0)
	once := lines(1, true)
	once.Fact = "back"
	for range 2 { // told twice, it is one
		if err := refund(once); err != nil {
			t.Fatal(err)
		}
	}
	figures(t, s, yerba.ID, 8, 0)
	other, amount := lines(2, true), models.Money(70)
	other.Fact, other.Amount = "back", &amount
	if err := refund(other); !errors.Is(err, dao.ErrConflict) {
		t.Errorf("another one under its id: %v", err)
	}
	if err := refund(lines(3, true)); err == nil {
		t.Error("more of a line went back than was left of it")
	}
	if err := refund(lines(2, false)); err != nil {
		t.Fatal(err)
	}
	figures(t, s, yerba.ID, 8, 0)
	now, err := s.Order(t.Context(), shop.Machine, o.ID)
	if paid, back := now.Sums(); err != nil || paid != 3000 || back != 3000 || now.PaymentState() != models.PaymentRefunded || now.Lines[0].Restocked != 1 {
		t.Errorf("%s paid, %s back, %+v, %v", paid, back, now.Lines[0], err)
	}
}

// A new link opens the order, and the one before opens nothing any more.
func TestLinkOrder(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	yerba := stocked(t, s, "Y", 10)
	asked := buyer(cartOf(t, s, of(yerba.ID, 1)))
	asked.ID = models.NewID(time.Now())
	old := placed(t, s, asked)
	seen := map[string]bool{old.Secret: true}
	for range 3 {
		now, err := s.LinkOrder(t.Context(), shop.Machine, old.Order.ID)
		if err != nil || seen[now.Secret] {
			t.Fatalf("%q, %v", now.Secret, err)
		}
		seen[now.Secret] = true
		if o, err := s.OwnOrder(t.Context(), now.Secret); err != nil || o.ID != old.Order.ID {
			t.Errorf("%+v, %v", o, err)
		}
		if _, err := s.OwnOrder(t.Context(), old.Secret); refused(err) != "no order" {
			t.Errorf("the link before: %v", err)
		}
		old = now
		if again := placed(t, s, asked); again.Secret != now.Secret {
			t.Error("asked for again, it has another link than the newest")
		}
	}
	if _, err := s.LinkOrder(t.Context(), shop.Nobody, old.Order.ID); err == nil {
		t.Error("nobody makes a link")
	}
}

// What orders hold that came from elsewhere is held afterwards, choice by choice, numbers go on above
// theirs, and the stock stays as it was.
func TestSettleHeld(t *testing.T) {
	s, store := open(t, shop.Options{PasswordPasses: 1})
	yerba, mate := stocked(t, s, "Y", 10), stocked(t, s, "M", 10)
	placed(t, s, buyer(cartOf(t, s, of(mate.ID, 1))))
	brought := dao.Order.Example(40).(*models.Order)
	brought.SetHead(models.Head{ID: models.ID{11: 40}, Rev: 1})
	brought.Lines[0].Product = yerba.ID
	if _, err := s.TakeIn(t.Context(), dao.Batch{Others: []models.Value{brought}}); err != nil {
		t.Fatal(err)
	}
	if found, err := shop.Audit(t.Context(), store); err != nil || len(found.Wrong) != 2 {
		t.Errorf("%+v, %v: two things are wrong before", found, err)
	}
	for _, want := range []int{1, 0} {
		if n, err := s.SettleHeld(t.Context()); n != want || err != nil {
			t.Errorf("%d, not %d: %v", n, want, err)
		}
		figures(t, s, yerba.ID, 10, 2)
		figures(t, s, mate.ID, 9, 1)
	}
	if o := placed(t, s, buyer(cartOf(t, s, of(mate.ID, 1)))).Order; o.Number != 42 {
		t.Errorf("number %d", o.Number)
	}
}

// Two of the staff who look at the same page tell of the same money: where one notes a part of it, the
// other does not hand the order over as paid, and where he notes all, it is handed over.
func TestHandOverFromOnePage(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	yerba := stocked(t, s, "Y", 10)
	for amount, want := range map[models.Money]error{500: dao.ErrConflict, 1000: nil} {
		id := placed(t, s, buyer(cartOf(t, s, of(yerba.ID, 1)))).Order.ID
		for _, step := range []func(context.Context, shop.Who, models.ID) (models.Order, dao.Receipt, error){s.AcceptOrder, s.ReadyOrder} {
			if _, _, err := step(t.Context(), shop.Machine, id); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.OrderPaid(t.Context(), shop.Machine, id, shop.Money{Fact: id.String(), Amount: &amount}); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.HandOverOrder(t.Context(), shop.Machine, id, shop.Money{Fact: id.String()})
		now, _ := s.Order(t.Context(), shop.Machine, id)
		if !errors.Is(err, want) || len(now.Ledger) != 1 || (now.State == models.OrderDone) != (want == nil) {
			t.Errorf("%s of 1.00: %v, %s, %d facts", amount, err, now.State, len(now.Ledger))
		}
	}
	consistent(t, s)
}
