package shop_test

import (
	"errors"
	"testing"

	"pulperia/dao/models"
	"pulperia/shop"
)

// What is sold over the counter is handed over and paid at once; what there is too little of stays in
// the cart, and where that is all, nothing is sold.
func TestPurchaseCart(t *testing.T) {
	s, _ := open(t, shop.Options{PasswordPasses: 1})
	yerba, mate := stocked(t, s, "Y", 5), stocked(t, s, "M", 3)
	cart := cartOf(t, s, of(yerba.ID, 2), of(mate.ID, 3))
	if _, _, err := s.ChangeProduct(t.Context(), mate.ID, func(p *models.Product) error { p.Stock = 1; return nil }); err != nil {
		t.Fatal(err)
	}
	bought, _, err := s.PurchaseCart(t.Context(), shop.Sender{Who: shop.Machine}, cart)
	if err != nil {
		t.Fatal(err)
	}
	o := bought.Order
	if o.State != models.OrderDone || o.PaymentState() != models.PaymentPaid || o.Due() != 0 || o.Totals.Total != 2000 || o.Number != 1 {
		t.Errorf("%+v", o)
	}
	if len(bought.NotProcessed) != 1 || bought.NotProcessed[0] != of(mate.ID, 3) || bought.Purchaser != "course@localhost" {
		t.Errorf("%+v", bought)
	}
	if c, err := s.Carts.Get(t.Context(), cart); err != nil || len(c.Products) != 1 || c.Products[0] != of(mate.ID, 3) {
		t.Errorf("%+v, %v", c, err)
	}
	figures(t, s, yerba.ID, 3, 0)
	figures(t, s, mate.ID, 1, 0)
	_, _, err = s.PurchaseCart(t.Context(), shop.Sender{Who: shop.Machine}, cart)
	if changed, is := errors.AsType[shop.OrderChanged](err); !is || changed.Lines[0].Available != 1 {
		t.Errorf("%v", err)
	}
	figures(t, s, mate.ID, 1, 0)
}
