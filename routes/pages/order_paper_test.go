package pages_test

import (
	"strings"
	"testing"

	"pulperia/dao/models"
)

// Where taxes are added at the end, whoever sees the price of one is told so in the same words: the
// buyer, the staff, and who reads it on paper. Where prices include them, nobody is.
func TestPriceOfOneSaysTheTax(t *testing.T) {
	for added, want := range map[string]string{"true": "$ 1.234,50 cada uno + IVA 21", "false": "$ 1.234,50 cada uno"} {
		v := staff(t, models.RoleHelper)
		v.Shop.Must("PUT", "/api/settings", `{"taxes":[{"name":"IVA 21","points":2100,"default":true}],"taxAdded":`+added+`}`)
		_, order, page := orderOf(v, "7")
		for path, selector := range map[string]string{
			"/o/" + order.Secret: ".bill__line .quiet", page: ".order__line .row__quiet", page + "/paper": ".paper__lines .row__quiet", page + "/paper?as=till": ".paper__lines .row__quiet",
		} {
			got := v.Get(path).Text(selector)
			if said := strings.TrimPrefix(got, "Y · "); said != want {
				t.Errorf("%s with taxes added %s: %q, not %q", path, added, said, want)
			}
		}
		if got := v.Get(page + "/paper?as=slip").Text(".paper__lines .row__quiet"); got != "Y" {
			t.Errorf("the packing slip says %q", got)
		}
	}
}

// What is on paper is how it stands: what was paid and given back, and what is due still; of an order
// that has ended, that it has. The buyer's page has what was given back, too.
func TestPaperSaysHowItStands(t *testing.T) {
	v := staff(t, models.RoleHelper)
	_, order, page := orderOf(v, "7")
	act := func(verb, body string) { v.Shop.Must("POST", "/api/orders/"+order.ID+"/"+verb, body) }
	says := func(as string, want bool, texts ...string) {
		t.Helper()
		got := v.Get(page + "/paper?as=" + as).Text(".paper")
		for _, text := range texts {
			if strings.Contains(got, text) != want {
				t.Errorf("%q on %s is %t, not %t: %s", text, as, !want, want, got)
			}
		}
	}
	says("a4", true, "Falta cobrar$ 1.234,50")
	act("paid", `{"amount":1000}`)
	says("till", true, "Pagado$ 1.000,00", "Falta cobrar$ 234,50")
	act("paid", "")
	for _, verb := range []string{"accept", "ready", "done"} {
		act(verb, "")
	}
	act("refund", `{"lines":[{"line":0,"quantity":1}],"restock":true}`)
	says("a4", true, "Pagado$ 1.234,50", "Devuelto− $ 1.234,50", "1 devuelta")
	says("a4", false, "Falta cobrar", "cancelado")
	says("slip", true, "1 devuelta")
	if got := v.Get("/o/" + order.Secret).Text(".order"); !strings.Contains(got, "cada uno · 1 devuelta") || !strings.Contains(got, "Devuelto − $ 1.234,50") {
		t.Errorf("the buyer is told %s", got)
	}
	says("slip", false, "$", "Pagado", "Devuelto")

	order = v.Shop.Order(v.Product("Z").ID)
	page = "/admin/orders/" + order.ID
	act("cancel", "")
	says("a4", true, "cancelado")
	says("a4", false, "Falta cobrar")
}
