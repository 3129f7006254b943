package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
	"pulperia/shop"
)

// says changes what a shop says of itself.
func says(t *testing.T, s *routestest.Shop, alter func(*models.Settings)) {
	t.Helper()
	_, _, err := s.Trade.ChangeSettings(t.Context(), shop.Machine, func(settings *models.Settings) error { alter(settings); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// sells makes a shop in pesos that brings goods for 500, and takes 21 % of each price for taxes.
func sells(t *testing.T) *routestest.Shop {
	s := routestest.Open(t)
	says(t, s, func(settings *models.Settings) {
		settings.Currency = "ARS"
		settings.Taxes = []models.Tax{{Name: "IVA", Points: 2100, Default: true}}
		settings.Deliveries = []models.Delivery{{Way: "moto", Kind: models.DeliverZone, Name: "Moto", Price: 500 * models.One}}
	})
	return s
}

// asks orders a cart that is brought by the motorcycle, with what its buyer says that he saw.
func asks(s *routestest.Shop, cart models.ID, seen, position string) routestest.Answer {
	if seen != "" {
		seen = `,"seen":` + seen
	}
	var headers []string
	if position != "" {
		headers = []string{"X-Position", position}
	}
	return s.Do("POST", "/api/orders", fmt.Sprintf(
		`{"cart":%q,"buyer":{"name":"Ana"},"delivery":{"way":"moto","address":{"street":"Mitre 3"}},"payment":{"way":"cash"}%s}`, cart, seen), headers...)
}

// of makes a cart of two of a product.
func of(s *routestest.Shop, p models.Product) models.ID {
	return s.Cart(fmt.Sprintf(`{"products":[{"product":%q,"quantity":2}]}`, p.ID)).ID
}

// decode reads an answer.
func decode(t *testing.T, got routestest.Answer, into any) {
	t.Helper()
	if err := json.Unmarshal(got.Body.Bytes(), into); err != nil {
		t.Fatalf("%v in %s", err, got.Body)
	}
}

// said are the details of an answer, as JSON; "" of an order that was placed.
func said(t *testing.T, got routestest.Answer) string {
	t.Helper()
	if got.Code == http.StatusCreated {
		return ""
	}
	var failure struct{ Details []json.RawMessage }
	if err := json.Unmarshal(got.Body.Bytes(), &failure); err != nil || got.Code != http.StatusConflict {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	text := ""
	for _, detail := range failure.Details {
		text += string(detail)
	}
	return text
}

// What was seen in another currency is not ordered: whether the program says in which one it saw it,
// or where the feed was, or nothing but a total of a cart that is older than the change.
func TestOrderSeenInAnotherCurrency(t *testing.T) {
	s := sells(t)
	yerba := s.Product("Y", `"price":100`, `"stock":50`)
	carts := []models.ID{of(s, yerba), of(s, yerba), of(s, yerba)}
	before := s.Do("GET", "/api/settings", "").Header().Get("X-Position")
	says(t, s, func(settings *models.Settings) { settings.Currency = "USD" })
	after := s.Do("GET", "/api/settings", "").Header().Get("X-Position")
	other := `{"field":"currency","reason":"currency","was":"ARS","now":"USD"}`
	for i, tt := range []struct{ seen, position, want string }{
		{`{"total":700}`, "", other},
		{`{"total":700}`, before, other},
		{`{"total":700,"currency":"ARS"}`, after, other},
		{`{"currency":"ARS"}`, "", other},
		{"", before, other},
		{`{"total":700,"currency":"USD"}`, "", ""},
		{`{"total":700}`, after, ""},
		{"", after, ""},
	} {
		if diff := cmp.Diff(tt.want, said(t, asks(s, carts[max(0, i-5)], tt.seen, tt.position))); diff != "" {
			t.Errorf("%s at %q: %s", tt.seen, tt.position, diff)
		}
	}
	if diff := cmp.Diff("", said(t, asks(s, of(s, yerba), `{"total":700}`, ""))); diff != "" {
		t.Error("of a cart that is newer than the change:", diff)
	}
}

// A refusal names what has changed and nothing else: each line, what the delivery costs, what taxes
// are added. Of who names a total alone it says the total.
func TestOrderNamesWhatChanged(t *testing.T) {
	dear := func(s *models.Settings) { s.Deliveries[0].Price = 600 * models.One }
	added := func(s *models.Settings) { s.TaxAdded = true }
	const delivery, tax = `{"field":"delivery","reason":"price","was":500,"now":600}`, `{"field":"tax","reason":"price","was":0,"now":147}`
	for name, tt := range map[string]struct {
		change      func(*models.Settings)
		price       bool // of the first product becomes 150
		seen, wants string
	}{
		"delivery":          {change: dear, wants: delivery},
		"taxes":             {change: added, wants: tax},
		"nothing of it":     {change: func(s *models.Settings) { s.Welcome = "Hola" }},
		"a price":           {price: true, wants: "LINE"},
		"a price and a fee": {change: dear, price: true, wants: "LINE" + delivery},
		"a total":           {change: dear, seen: `{"total":700}`, wants: delivery},
		"a total of today":  {change: dear, seen: `{"total":800}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := sells(t)
			yerba := s.Product("Y", `"price":100`, `"stock":50`)
			cart := of(s, yerba)
			at := s.Do("GET", "/api/settings", "").Header().Get("X-Position")
			if tt.change != nil {
				says(t, s, tt.change)
			}
			line := fmt.Sprintf(`{"field":"lines[0]","reason":"price","product":%q,"price":150}`, yerba.ID)
			if tt.price {
				s.Must("PUT", "/api/products/"+yerba.ID.String(), `{"price":150}`)
			}
			want := tt.wants
			if len(want) >= 4 && want[:4] == "LINE" {
				want = line + want[4:]
			}
			if diff := cmp.Diff(want, said(t, asks(s, cart, tt.seen, at))); diff != "" {
				t.Error(diff)
			}
		})
	}
	s := sells(t)
	cart := of(s, s.Product("Y", `"price":100`, `"stock":50`))
	says(t, s, dear)
	if diff := cmp.Diff(`{"field":"total","reason":"price","was":700,"now":800}`, said(t, asks(s, cart, `{"total":700}`, ""))); diff != "" {
		t.Error("a total alone:", diff)
	}
}
