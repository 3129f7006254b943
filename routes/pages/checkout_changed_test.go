package pages_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// becomesDear has the first line cost 999.
func becomesDear(v *routestest.Visitor, p models.Product) {
	v.Shop.Must("PUT", "/api/products/"+p.ID.String(), `{"price":999}`)
}

// Whatever has changed while a visitor shopped is named, that and nothing else, also where something
// of the form is to be mended, too: nobody agrees to an amount that he was not told of.
func TestCheckoutNamesWhatChanged(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*routestest.Visitor, models.Product)
		want   []string
		total  string
	}{
		"a price": {becomesDear, []string{"Yerba: costaba $ 100,00 y ahora cuesta $ 999,00."}, "$ 2.498,00"},
		"the delivery": {func(v *routestest.Visitor, _ models.Product) {
			says(v, func(s *models.Settings) { s.Deliveries[1].Price = 600 * models.One })
		}, []string{"La entrega costaba $ 500,00 y ahora cuesta $ 600,00."}, "$ 800,00"},
		"what is said of the delivery": {func(v *routestest.Visitor, _ models.Product) {
			says(v, func(s *models.Settings) { s.Deliveries[1].Hours = "solo los lunes" })
		}, []string{"Moto: la tienda cambió dónde o cuándo. Fijate antes de confirmar."}, "$ 700,00"},
		"what is said of another one": {func(v *routestest.Visitor, _ models.Product) {
			says(v, func(s *models.Settings) { s.Deliveries[0].Hours = "solo los lunes" })
		}, nil, "$ 700,00"},
		"added taxes": {func(v *routestest.Visitor, _ models.Product) {
			says(v, func(s *models.Settings) { s.TaxAdded = true })
		}, []string{"Los impuestos que se suman a los precios eran $ 0,00 y ahora son $ 147,00."}, "$ 847,00"},
		"nothing": {func(*routestest.Visitor, models.Product) {}, nil, "$ 700,00"},
	} {
		for _, mistake := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				v := routestest.NewVisitor(t)
				ways(v)
				says(v, func(s *models.Settings) { s.Currency = "ARS" })
				yerba := v.Product("Y", `"title":"Yerba"`, `"price":100`)
				v.Follow("/cart/products/"+yerba.ID.String(), "quantity", "2")
				page := v.Get("/checkout")
				tt.change(v, yerba)
				fields := []string{"delivery", aZone, "payment", "cash", "street", "Defensa 3", "postcode", "C1065"}
				code := 409
				if mistake {
					fields, code = append(fields, "name", ""), 400
				}
				got := v.Post("/checkout", buyer(page, fields...)...)
				if tt.want == nil && !mistake {
					got.Want(303)
					return
				}
				got.Want(code, ".sum__total strong", tt.total)
				if diff := cmp.Diff(tt.want, got.Texts(".checkout__said li")); diff != "" {
					t.Errorf("with a mistake: %t: %s", mistake, diff)
				}
				if mistake && got.Text("#name-problem") == "" {
					t.Error("the mistake is not said")
				}
				done := v.Post("/checkout", buyer(got, "street", "Defensa 3", "postcode", "C1065", "city", "CABA")...)
				done.Want(303)
				v.Get(done.Header().Get("Location")).Want(200, ".sum__total strong", tt.total)
			})
		}
	}
}

// Where no way of delivering is chosen yet, each that costs something else is named.
func TestCheckoutNamesChangedWays(t *testing.T) {
	v := routestest.NewVisitor(t)
	ways(v)
	v.Follow("/cart/products/"+v.Product("Y", `"price":100`).ID.String(), "quantity", "2")
	page := v.Get("/checkout")
	says(v, func(s *models.Settings) { s.Deliveries[1].Price = 600 * models.One })
	got := v.Post("/checkout", buyer(page, "payment", "cash")...)
	got.Want(400, "#delivery-problem", "Elegí una de las opciones.")
	if diff := cmp.Diff([]string{"Moto: costaba $ 500,00 y ahora cuesta $ 600,00."}, got.Texts(".checkout__said li")); diff != "" {
		t.Error(diff)
	}
}

// A page in another currency orders nothing: it says so, and asks again.
func TestCheckoutInAnotherCurrency(t *testing.T) {
	v := routestest.NewVisitor(t)
	says(v, func(s *models.Settings) { s.Currency = "ARS" })
	v.Follow("/cart/products/" + v.Product("Y", `"price":100`).ID.String())
	page := v.Get("/checkout")
	says(v, func(s *models.Settings) { s.Currency = "USD" })
	got := v.Post("/checkout", buyer(page)...)
	got.Want(409, ".sum__total strong", "US$ 100,00")
	if diff := cmp.Diff([]string{"Los precios estaban en ARS y ahora están en USD."}, got.Texts(".checkout__said li")); diff != "" {
		t.Error(diff)
	}
	done := v.Post("/checkout", buyer(got)...)
	done.Want(303)
	v.Get(done.Header().Get("Location")).Want(200, ".sum__total strong", "US$ 100,00")
}
