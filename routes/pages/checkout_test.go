package pages_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
	"pulperia/shop"
)

// buyer fills the checkout in, as it stands on the page: with what a browser sends of it, changed.
func buyer(page routestest.Sight, changes ...string) []string {
	form := map[string][]string{}
	for _, input := range page.All("form[action=/checkout] input") {
		name, _ := routestest.AttributeOf(input, "name")
		value, _ := routestest.AttributeOf(input, "value")
		kind, _ := routestest.AttributeOf(input, "type")
		if _, checked := routestest.AttributeOf(input, "checked"); name != "" && (kind != "radio" || checked) {
			form[name] = append(form[name], value)
		}
	}
	form["name"] = []string{"Ana Pérez"}
	for i := 0; i < len(changes); i += 2 {
		form[changes[i]] = []string{changes[i+1]}
	}
	var fields []string
	for name, values := range form {
		for _, value := range values {
			fields = append(fields, name, value)
		}
	}
	return fields
}

// ways sets the ways of paying and delivering.
func ways(v *routestest.Visitor) {
	v.T.Helper()
	_, _, err := v.Shop.Trade.ChangeSettings(v.T.Context(), shop.Machine, func(s *models.Settings) error {
		s.Payments = []models.Payment{
			{Way: models.PayCash}, {Way: models.PayTransfer, Accounts: []models.Account{{Name: "Alias", Text: "pulperia.mate"}}, Note: "A nombre de Rosa"},
		}
		s.Deliveries = []models.Delivery{
			{Kind: models.DeliverPickup, Address: "Defensa 1"},
			{Kind: models.DeliverZone, Name: "Moto", Price: 500000, FreeFrom: 10000000, Postcodes: []string{"C1"}, Countries: []string{"AR"}},
		}
		s.Taxes = []models.Tax{{Name: "IVA 21 %", Points: 2100, Default: true}}
		s.WhatsApp = "5491122334455"
		return nil
	})
	if err != nil {
		v.T.Fatal(err)
	}
}

const aZone = "zone"

// A shop in which nothing is set sells: a name is all that is asked for, and the page of the order
// says what happens next. Sent again, by a double click, a reload or another tab, it is one order.
func TestCheckoutFromTheStart(t *testing.T) {
	v := routestest.NewVisitor(t)
	yerba := v.Product("Y", `"title":"Yerba"`, `"price":1000.5`)
	v.Get("/checkout").Want(200, ".empty a", "Ver los productos")
	v.Follow("/cart/products/"+yerba.ID.String(), "quantity", "2").Want(200, "[data-buy]", "Comprar")
	page, tab := v.Get("/checkout"), v.Get("/checkout")
	page.Want(200, "h1", "Terminar la compra", ".sum__total strong", "$ 2.001,00", ".bill__line", "2 × Yerba $ 2.001,00")
	first := v.Post("/checkout", buyer(page)...)
	first.Want(303)
	link := first.Header().Get("Location")
	v.Get(link).Want(200, "h1", "Pedido 1", ".order__state", "Recibido", ".badge", "(0)")
	for name, fields := range map[string][]string{"the same": buyer(page), "another tab": buyer(tab)} {
		if again := v.Post("/checkout", fields...); again.Code != 303 || again.Header().Get("Location") != link {
			t.Errorf("%s: %d %s", name, again.Code, again.Header().Get("Location"))
		}
	}
	v.Follow("/checkout", buyer(tab, "note", "sin palo")...).Want(200, "h1", "Pedido 1",
		".notice--bad", "Este pedido ya estaba hecho: lo que escribiste después no lo cambió. Si hay algo para corregir, avisale a la tienda.")
	v.Get("/checkout").Want(200, ".empty p", "Tu carrito está vacío: ya hiciste el pedido.")
	if to := v.Get("/checkout").Attribute(".empty a", "href"); to != link {
		t.Errorf("the page of an empty cart leads to %s", to)
	}
	if got := v.Another().Post("/checkout", buyer(page)...); got.Code == 303 {
		t.Errorf("somebody else with the form comes to %s", got.Header().Get("Location"))
	}
	v.Follow("/cart/products/"+yerba.ID.String(), "quantity", "1")
	v.Post("/checkout", buyer(tab, "note", "sin palo")...).Want(409, "h1", "Terminar la compra", ".sum__total strong", "$ 1.000,50")
	next := v.Post("/checkout", buyer(v.Get("/checkout"))...)
	if next.Code != 303 || next.Header().Get("Location") == link {
		t.Errorf("the next order: %d %s", next.Code, next.Header().Get("Location"))
	}
}

// A form that is sent many times at once is one order.
func TestCheckoutAtOnce(t *testing.T) {
	v := routestest.NewVisitor(t)
	yerba := v.Product("Y", `"stock":9`)
	v.Follow("/cart/products/" + yerba.ID.String())
	page := v.Get("/checkout")
	fields := buyer(page)
	var links sync.Map
	var all sync.WaitGroup
	for range 8 {
		tab := v.Another()
		for name, value := range v.Cookies {
			tab.Cookies[name] = value
		}
		all.Go(func() {
			got := tab.Post("/checkout", fields...)
			links.Store(got.Header().Get("Location"), got.Code)
		})
	}
	all.Wait()
	n := 0
	links.Range(func(link, code any) bool {
		if n++; code != 303 || n > 1 {
			t.Errorf("%v %v", link, code)
		}
		return true
	})
}

// What is missing or wrong is said beside each field, in the visitor's language, and what was typed
// stays, whatever it was.
func TestCheckoutRefuses(t *testing.T) {
	for language, want := range map[string][]string{
		"es": {"Falta completar este campo.", "Tiene que ser un correo, como ana@example.com.", "Elegí una de las opciones."},
		"en": {"", "", ""},
	} {
		v := routestest.NewVisitor(t)
		v.Headers = []string{"Accept-Language", language}
		ways(v)
		v.Follow("/cart/products/" + v.Product("Y").ID.String())
		page := v.Get("/checkout")
		nasty := `"><script>alert(1)</script>{{price}} ` + "\u202e"
		got := v.Post("/checkout", buyer(page, "name", "", "email", `"><b>`, "note", nasty, "city", nasty)...)
		got.Want(400)
		if got.Attribute("input[name=email]", "value") != `"><b>` || len(got.All("main script")) > 0 || len(got.All("main b")) > 0 {
			t.Errorf("%s: %s", language, got.Text("main"))
		}
		for i, problem := range []string{"#name-problem", "#email-problem", "#delivery-problem"} {
			if said := got.Text(problem); said == "" || want[i] != "" && said != want[i] || strings.Contains(said, "rule.") {
				t.Errorf("%s, %s: %q", language, problem, said)
			}
		}
		before := got.Attribute("input[name=_id]", "value")
		if before != page.Attribute("input[name=_id]", "value") {
			t.Error("the form has another id")
		}
		for _, bad := range [][]string{
			{"_id", "x", "delivery", "nowhere", "payment", "gold"}, {"line", "a b c d e", "seen", "NaN 1 pickup"}, {"delivery", "pickup", "payment", "gold\x00"},
			{"name", strings.Repeat("ñ", 10_000), "delivery", "pickup", "payment", "cash"},
		} {
			if got := v.Post("/checkout", buyer(page, bad...)...); got.Code != 400 {
				t.Errorf("%s, %q: %d", language, bad, got.Code)
			}
		}
	}
}

// Each way says what it costs in all before anything is chosen; a zone that does not reach an address
// is refused there, and delivery comes into the order with its tax.
func TestCheckoutWays(t *testing.T) {
	v := routestest.NewVisitor(t)
	ways(v)
	v.Follow("/cart/products/"+v.Product("Y", `"price":1000`).ID.String(), "quantity", "2")
	page := v.Get("/checkout")
	if diff := cmp.Diff([]string{"Gratis En total $ 2.000,00", "$ 500,00 En total $ 2.500,00"}, page.Texts(".way__price")); diff != "" {
		t.Error(diff)
	}
	page.Want(200, ".sum__total strong", "Según la entrega")
	to := []string{"delivery", aZone, "payment", "transfer"}
	got := v.Post("/checkout", buyer(page, append(to, "street", "Mitre 3", "postcode", "B1900")...)...)
	got.Want(400, ".address .notice", "Hasta ahí no llegamos.")
	got = v.Post("/checkout", buyer(page, append(to, "postcode", "C1065")...)...)
	got.Want(400, "#street-problem", "Falta completar este campo.")
	done := v.Post("/checkout", buyer(page, append(to, "street", "Defensa 3", "postcode", "C1065")...)...)
	done.Want(303)
	order := v.Get(done.Header().Get("Location"))
	order.Want(200, ".sum__total strong", "$ 2.500,00", ".facts__copy", "pulperia.mate")
	if !strings.Contains(order.Text("main"), "Defensa 3") || !strings.Contains(order.Text(".order__next"), "Transferí $ 2.500,00 hasta el ") {
		t.Error(order.Text("main"))
	}
}

// What has changed since the page was shown is not ordered: the cart is brought up to date, the page
// says line by line what is another, and asks again with what there is now.
func TestCheckoutChanged(t *testing.T) {
	v := routestest.NewVisitor(t)
	dear, few, gone, out := v.Product("D", `"title":"Mate"`, `"price":100`), v.Product("F", `"title":"Yerba"`, `"price":10`),
		v.Product("G", `"title":"Bombilla"`), v.Product("O", `"title":"Miel"`)
	for _, p := range []models.Product{dear, few, gone, out} {
		v.Follow("/cart/products/"+p.ID.String(), "quantity", "3")
	}
	page := v.Get("/checkout")
	v.Shop.Must("PUT", "/api/products/"+dear.ID.String(), `{"price":120}`)
	v.Shop.Must("PUT", "/api/products/"+few.ID.String(), `{"stock":2}`)
	v.Shop.Must("PUT", "/api/products/"+out.ID.String(), `{"stock":0}`)
	v.Shop.Must("DELETE", "/api/products/"+gone.ID.String(), "")
	got := v.Post("/checkout", buyer(page)...)
	want := []string{
		"Mate: costaba $ 100,00 y ahora cuesta $ 120,00.", "Yerba: eran 3 y ahora son 2.",
		"Bombilla: ya no está en el catálogo, y lo sacamos.", "Miel: se agotó, y lo sacamos.",
	}
	if diff := cmp.Diff(want, got.Texts(".checkout__said li")); diff != "" || got.Code != 409 {
		t.Error(got.Code, diff)
	}
	got.Want(409, ".sum__total strong", "$ 380,00", ".badge", "(5)")
	if got.Attribute("input[name=name]", "value") != "Ana Pérez" {
		t.Error("the name that was typed is gone")
	}
	done := v.Post("/checkout", buyer(got)...)
	done.Want(303)
	v.Get(done.Header().Get("Location")).Want(200, ".sum__total strong", "$ 380,00")
}

// Who has as many unpaid orders as one can is told what to do, and keeps what he has typed.
func TestCheckoutLimits(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed, func(o *routestest.Setup) { o.OrdersPerHour = 100 })
	v.Shop.Key = v.Shop.KeyOf(models.RoleOwner)
	yerba := v.Product("Y", `"stock":50`)
	for i := range 4 {
		v.Follow("/cart/products/" + yerba.ID.String())
		got := v.Post("/checkout", buyer(v.Get("/checkout"), "phone", "+54 9 11 2233 4455")...)
		if i < 3 {
			got.Want(303)
			continue
		}
		got.Want(429, ".checkout__said", "Tenés 3 pedidos sin pagar. Pagá o cancelá uno desde su página, o escribile a la tienda.")
		if got.Header().Get("Retry-After") == "" || got.Attribute("input[name=phone]", "value") != "+54 9 11 2233 4455" {
			t.Error(got.Header())
		}
	}
}
