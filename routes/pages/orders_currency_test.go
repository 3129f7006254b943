package pages_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
	"pulperia/shop"
)

// says changes what the shop says of itself.
func says(v *routestest.Visitor, alter func(*models.Settings)) {
	v.T.Helper()
	_, _, err := v.Shop.Trade.ChangeSettings(v.T.Context(), shop.Machine, func(s *models.Settings) error { alter(s); return nil })
	if err != nil {
		v.T.Fatal(err)
	}
}

// An order is shown in its own currency wherever it is, also after the shop has another one; what was
// sold in two is not added up.
func TestOrdersKeepTheirCurrency(t *testing.T) {
	v := staff(t, models.RoleOwner)
	says(v, func(s *models.Settings) { s.Currency = "ARS" })
	yerba := v.Product("Y", `"title":"Yerba"`, `"price":200`)
	before := v.Shop.Order(yerba.ID)
	says(v, func(s *models.Settings) { s.Currency = "USD" })
	v.Shop.Order(yerba.ID)
	desk := "/admin/orders/" + before.ID
	for _, path := range []string{"/o/" + before.Secret, desk, desk + "/paper?as=a4", desk + "/paper?as=till"} {
		if text := v.Get(path).Text("main"); strings.Contains(text, "US$") || !strings.Contains(text, "$ 200,00") {
			t.Errorf("%s: %s", path, text)
		}
	}
	for _, path := range []string{"/admin/orders", "/admin"} {
		if diff := cmp.Diff([]string{"$ 200,00", "US$ 200,00"}, slices.Sorted(slices.Values(v.Get(path).Texts(".order__total")))); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	sales := v.Get("/admin/sales")
	if diff := cmp.Diff([]string{"US$ 200,00", "$ 200,00"}, sales.Texts(".sales__total")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"En USD", "En ARS"}, sales.Texts("h2.rows__title")); diff != "" {
		t.Error(diff)
	}
	if text := sales.Text("main"); strings.Contains(text, "400") {
		t.Error(text)
	}
	csv := v.Get("/admin/sales.csv").Body.String()
	for _, currency := range []string{"ARS", "USD"} {
		if strings.Count(csv, ","+currency+",") != 1 {
			t.Errorf("no %s: %s", currency, csv)
		}
	}
}
