package shop_test

import (
	"context"
	"errors"
	"strings"
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

// What came back of a product that is gone, or that has been split into variants since, is named in the
// history and counts as put back nowhere; the money goes back all the same, and the rest is put back.
func TestRefundOfWhatIsGone(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	gone, split, stays := stocked(t, s, "GONE", 10), stocked(t, s, "SPLIT", 10), stocked(t, s, "STAYS", 10)
	o := placed(t, s, buyer(cartOf(t, s, of(gone.ID, 2), of(split.ID, 1), of(stays.ID, 3)))).Order
	for _, step := range []func(context.Context, shop.Who, models.ID) (models.Order, dao.Receipt, error){s.AcceptOrder, s.ReadyOrder} {
		if _, _, err := step(t.Context(), shop.Machine, o.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.HandOverOrder(t.Context(), shop.Machine, o.ID, shop.Money{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.RemoveProduct(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.ChangeProduct(t.Context(), split.ID, func(p *models.Product) error {
		p.Variants = []models.Variant{{Code: "SPLIT-M", Options: models.Options{{Name: "Talle", Value: "M"}}, Price: 1000, Stock: 4}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := []shop.RefundLine{{Line: 0, Quantity: 1}, {Line: 1, Quantity: 1}, {Line: 2, Quantity: 2}}
	back, _, err := s.RefundOrder(t.Context(), shop.Machine, o.ID, shop.Refund{Lines: lines, Restock: true})
	if err != nil {
		t.Fatal(err)
	}
	last := back.History[len(back.History)-1]
	if _, refunded := back.Sums(); refunded != 4000 || last.What != "not restocked" || !strings.Contains(last.Note, "1 × GONE") ||
		!strings.Contains(last.Note, "1 × SPLIT") || strings.Contains(last.Note, "STAYS") {
		t.Errorf("%s back, %+v", refunded, last)
	}
	for i, want := range []int64{0, 0, 2} {
		if back.Lines[i].Restocked != want {
			t.Errorf("line %d: %d put back", i, back.Lines[i].Restocked)
		}
	}
	for _, event := range shop.ShowOrder(back).History {
		if event.What == "not restocked" {
			t.Error("the buyer is told of the shop's stock")
		}
	}
	figures(t, s, stays.ID, 9, 0)
	consistent(t, s)
}

// No more goes back than the order cost, whatever another program has written into its ledger; pieces
// and a sum at once are refused; and more money for what is paid already, cancelled or not, is never
// taken for told.
func TestMoneyThatCannotBe(t *testing.T) {
	s, store := open(t, shop.Options{PasswordPasses: 1})
	yerba := stocked(t, s, "Y", 10)
	for _, ended := range []bool{false, true} {
		o := placed(t, s, buyer(cartOf(t, s, of(yerba.ID, 2)))).Order
		if ended {
			if _, _, err := s.CancelOrder(t.Context(), shop.Machine, o.ID, ""); err != nil {
				t.Fatal(err)
			}
		}
		for i, want := range []error{nil, dao.ErrConflict, dao.ErrConflict} {
			now, _, err := s.OrderPaid(t.Context(), shop.Machine, o.ID, shop.Money{})
			if paid, _ := now.Sums(); !errors.Is(err, want) || err == nil && paid != 2000 {
				t.Errorf("payment %d, ended %t: %v, %s", i, ended, err, paid)
			}
		}
		amount := models.Money(10)
		_, _, err := s.RefundOrder(t.Context(), shop.Machine, o.ID, shop.Refund{
			Money: shop.Money{Amount: &amount}, Lines: []shop.RefundLine{{Line: 0, Quantity: 1}}})
		if refused(err) != "amount one_only lines" {
			t.Errorf("pieces and a sum: %v", refused(err))
		}
		_, err = store.Update(t.Context(), func(tx dao.Tx) error {
			_, err := dao.Order.Within(tx).Update(o.ID, func(o *models.Order) error { o.Ledger[0].Amount = 99999; return nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for amount, want := range map[models.Money]string{2010: "amount too_large 2", 99990: "amount too_large 2"} {
			_, _, err := s.RefundOrder(t.Context(), shop.Machine, o.ID, shop.Refund{Money: shop.Money{Amount: &amount}})
			if refused(err) != want {
				t.Errorf("%s back: %v", amount, refused(err))
			}
		}
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
