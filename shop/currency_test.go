package shop

import (
	"errors"
	"log/slog"
	"testing"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
)

// The currency changes freely while there are no orders, and after that only to one of as many
// decimals; one of more decimals than amounts have is refused, and one that nobody knows, unless it
// is there.
func TestCurrencyOfOrders(t *testing.T) {
	store, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s, counters := New(store, Options{}), dao.Counter.In(store.Values)
	if _, _, err := counters.Create(t.Context(), models.Counter{Head: models.Head{ID: models.TheOne}}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		currency string
		ordered  bool
		rule     models.Rule
	}{
		{"ARS", false, ""}, {"CLP", false, ""}, {"PYG", true, ""}, {"UYU", true, models.SameUnit}, {"", true, models.SameUnit},
		{"EUR", false, ""}, {"USD", true, ""}, {"CLP", true, models.SameUnit}, {"", true, ""},
		{"KWD", false, ""}, {"TND", true, ""}, {"CLP", true, models.SameUnit}, {"EUR", true, models.SameUnit}, {"ARS", false, ""},
		{"BHD", true, models.SameUnit}, {"CLF", false, models.FinerMoney}, {"ABC", false, models.NotCurrency},
	} {
		count := func(c *models.Counter) error {
			if c.Orders = 0; tt.ordered {
				c.Orders = 1
			}
			return nil
		}
		if _, _, err := counters.Update(t.Context(), models.TheOne, count); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.ChangeSettings(t.Context(), Machine, func(v *models.Settings) error { v.Currency = tt.currency; return nil })
		invalid, _ := errors.AsType[models.Invalid](err)
		if tt.rule == "" && err != nil || tt.rule != "" && (len(invalid) != 1 || invalid[0].Rule != tt.rule || invalid[0].Field != "currency") {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	old := models.Settings{Currency: "ABC"}
	if err := (models.Settings{Currency: "ABC", Name: "Ana"}).CheckChange(old); err != nil {
		t.Error(err)
	}
}

// In a currency without decimals a new price is whole, that of a variant too; one that was there
// before stays, and is rounded where it is to be paid.
func TestWholePrices(t *testing.T) {
	store, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := New(store, Options{})
	product := models.Product{Title: "Mate", Description: "d", Code: "M", Category: "c", Price: 10_500, Status: true, Stock: 5}
	was, _, err := s.CreateProduct(t.Context(), product)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.ChangeSettings(t.Context(), Machine, func(v *models.Settings) error { v.Currency = "CLP"; return nil }); err != nil {
		t.Fatal(err)
	}
	is := func(err error, field string) {
		t.Helper()
		if invalid, _ := errors.AsType[models.Invalid](err); len(invalid) != 1 || !invalid.Has(field) || invalid[0].Rule != models.WholeMoney {
			t.Error(err)
		}
	}
	product.Code = "N"
	_, _, err = s.CreateProduct(t.Context(), product)
	is(err, "price")
	_, _, err = s.ChangeProduct(t.Context(), was.ID, func(p *models.Product) error { p.Price = 11_500; return nil })
	is(err, "price")
	_, _, err = s.ChangeProduct(t.Context(), was.ID, func(p *models.Product) error { p.CompareAt = 11_500; return nil })
	is(err, "compareAt")
	product.Price, product.Variants = 0, []models.Variant{{Code: "N-1", Options: models.Options{{Name: "Talle", Value: "M"}}, Price: 10}}
	_, _, err = s.CreateProduct(t.Context(), product)
	is(err, "variants[0].price")
	if _, _, err := s.ChangeProduct(t.Context(), was.ID, func(p *models.Product) error { p.Title = "Termo"; return nil }); err != nil {
		t.Error(err)
	}
	bill, err := s.Bill(t.Context(), models.Cart{Products: []models.Item{{Product: was.ID, Quantity: 2}}})
	if err != nil || bill.Total != 22_000 {
		t.Error(bill.Total, err)
	}
}

// A part of a line is in whole units, and all of its parts are the line.
func TestPartsAreWhole(t *testing.T) {
	for n, want := range map[int64]models.Money{0: 0, 1: 60_000, 2: 121_000, 3: 182_000} {
		if got := part(182_000, n, 3, models.UnitOf("CLP")); got != want {
			t.Errorf("%d of 3: %s, want %s", n, got, want)
		}
	}
	if got := part(3_648, 1, 5, models.UnitOf("KWD")); got != 729 {
		t.Error(got)
	}
}
