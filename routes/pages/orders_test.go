package pages_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// staff is somebody of a role in a closed shop, which has products and takes orders.
func staff(t *testing.T, role models.Role) *routestest.Visitor {
	v := routestest.NewVisitor(t, routestest.Closed)
	v.Shop.Key = v.Shop.KeyOf(models.RoleOwner)
	as(v, role)
	return v
}

// as has a visitor sign in as somebody of a role.
func as(v *routestest.Visitor, role models.Role) {
	_, cookie := v.Shop.Person(string(role)+"@example.com", role)
	name, value, _ := strings.Cut(cookie, "=")
	v.Cookies = map[string]string{name: value}
}

func orderOf(v *routestest.Visitor, stock string) (models.Product, routestest.Order, string) {
	product := v.Product("Y", `"stock":`+stock)
	order := v.Shop.Order(product.ID)
	return product, order, "/admin/orders/" + order.ID
}

// An order goes from one next step to the next by one button each, and says who did what.
func TestOrderFromStepToStep(t *testing.T) {
	v := staff(t, models.RoleHelper)
	product, _, page := orderOf(v, "7")
	got := v.Get("/admin")
	got.Want(200, ".work h2", "1 pedido para aceptar", ".order__quick button", "Aceptar el pedido Pedido 1", ".order__what", "1 × Yerba mate 1 kg")
	v.Get("/admin/orders").Want(200, ".tabs__tab[aria-current=true]", "Todos 1", ".order .row__title", "Pedido 1 · Ana", ".order__total", "$ 1.234,50")
	for _, step := range []struct{ button, to, state, pay string }{
		{"Aceptar el pedido", "/accept", "aceptado", ""},
		{"Está listo", "/ready", "listo para retirar", ""},
		{"Cobré $ 1.234,50 y lo entregué", "/hand", "entregado", "pagado"},
	} {
		got := v.Get(page)
		got.Want(200, ".order__main", step.button)
		if to := got.Attribute(".order__next form", "action"); to != page+step.to {
			t.Errorf("%q leads to %q", step.button, to)
		}
		v.Follow(page+step.to, "rev", got.Attribute(".order__next input[name=rev]", "value")).Want(200, ".tag", step.state)
	}
	got = v.Get(page)
	got.Want(200, ".order__why", "No hay nada que hacer con este pedido.", ".tag--pay-paid", "pagado")
	if said := got.Text(".timeline"); !strings.Contains(said, "Pago recibido $ 1.234,50Rosa helper") || !strings.Contains(said, "Listo para retirarRosa helper") {
		t.Errorf("%q", said)
	}
	v.Get("/admin").Want(200, ".waits__done", "No hay pedidos que esperen.")
	if p, _ := v.Shop.Trade.Products.Get(t.Context(), product.ID); p.Stock != 6 || p.Held != 0 {
		t.Errorf("%+v", p)
	}
}

// What can no longer be done is refused with the page as it is now; twice the same is once.
func TestOrderActsAgain(t *testing.T) {
	v := staff(t, models.RoleManager)
	product, _, page := orderOf(v, "7")
	v.Post(page+"/done").Want(409, ".notice--bad", "No se hizo: el pedido cambió mientras tanto. Mirá cómo está ahora.", ".tag", "nuevo")
	rev := v.Get(page).Attribute(".order__next input[name=rev]", "value")
	for range 2 { // a double click
		v.Follow(page+"/paid", "rev", rev, "amount", "200", "reference", "mitad")
	}
	v.Get(page).Want(200, ".sums", "Productos$ 1.234,50 Total$ 1.234,50 Pagado$ 200,00 Falta cobrar$ 1.034,50")
	v.Post(page+"/paid", "rev", rev, "amount", "300").Want(409)
	v.Post(page+"/paid", "rev", "9", "amount", "mucho").Want(400, "#paid-amount-problem", "Tiene que ser un número, como 1234,50.")
	v.Post(page+"/paid", "rev", "9", "amount", "5000").Want(400)
	v.Follow(page+"/cancel", "reason", "no hay <b>más</b>").Want(200, ".tag", "cancelado", ".order__main", "Devolver la plata", ".sums", "Productos$ 1.234,50 Total$ 1.234,50 Pagado$ 200,00")
	v.Get("/admin").Want(200, ".work h2", "1 pedido con plata para devolver")
	v.Post(page+"/refund", "rev", "10", "line0", "3").Want(400, "#line0-problem", "Tiene que ser 1 o menos.")
	v.Follow(page+"/refund", "rev", "10", "line0", "", "amount", "200").Want(200, ".tag--pay-refunded", "devuelto")
	if p, _ := v.Shop.Trade.Products.Get(t.Context(), product.ID); p.Stock != 7 || p.Held != 0 {
		t.Errorf("%+v", p)
	}
	if got := v.Get(page); !strings.Contains(got.Body.String(), "no hay &lt;b&gt;más") {
		t.Error("the reason is no text")
	}
}

// Pieces that were handed over come back line by line, and can be sold again where that is said.
func TestRefundWithRestock(t *testing.T) {
	v := staff(t, models.RoleManager)
	product, _, page := orderOf(v, "7")
	for _, act := range []string{"/accept", "/ready", "/hand"} {
		v.Follow(page + act)
	}
	v.Follow(page+"/refund", "rev", "4", "line0", "1", "amount", "", "restock", "true").Want(200, ".tag--pay-refunded", "devuelto")
	if p, _ := v.Shop.Trade.Products.Get(t.Context(), product.ID); p.Stock != 7 {
		t.Errorf("%+v", p)
	}
}

// Who may see orders and who may do what with them: nobody and visitors nothing, helpers all but give
// money back and see what was taken of whom, of which nothing leads there either.
func TestRightsOfTheDay(t *testing.T) {
	v := staff(t, models.RoleHelper)
	_, _, page := orderOf(v, "7")
	got := v.Get(page)
	if got.Code != 200 || len(got.All("form[action="+page+"/refund]")) > 0 {
		t.Errorf("%d: %s", got.Code, got.Text("main"))
	}
	v.Post(page+"/refund", "amount", "1").Want(403)
	guest := v.Another()
	for _, path := range []string{"/admin/orders", page, page + "/paper", "/admin/stock"} {
		if got := guest.Get(path); got.Code != http.StatusSeeOther || !strings.HasPrefix(got.Header().Get("Location"), "/signin") || strings.Contains(got.Body.String(), "Ana") {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
		if got := v.Get(path); got.Code != 200 {
			t.Errorf("%s: %d to a helper", path, got.Code)
		}
	}
	for _, path := range []string{"/admin/sales", "/admin/sales.csv"} {
		if got := v.Get(path); got.Code != 403 || strings.Contains(got.Body.String(), "Ana") {
			t.Errorf("%s: %d to a helper", path, got.Code)
		}
		if got := guest.Get(path); got.Code != http.StatusSeeOther {
			t.Errorf("%s: %d to a visitor", path, got.Code)
		}
	}
	if got := v.Get("/admin"); len(got.All("a[href=/admin/sales]")) > 0 || len(got.All("a[href=/admin/orders]")) == 0 {
		t.Errorf("a helper is led to what was taken, or not to the orders: %s", got.Text("body"))
	}
	for _, act := range []string{"accept", "ready", "send", "done", "hand", "paid", "failed", "cancel", "note", "link", "end", "refund"} {
		if got := guest.Post(page + "/" + act); got.Code != 401 {
			t.Errorf("%s: %d", act, got.Code)
		}
	}
	if got := v.Get("/admin/orders/" + routestest.UnknownID); got.Code != 404 {
		t.Errorf("%d", got.Code)
	}
}

// Another link is shown once, opens the order, and the one before opens it no more; no cache keeps it.
func TestAnotherLink(t *testing.T) {
	v := staff(t, models.RoleHelper)
	_, order, page := orderOf(v, "7")
	got := v.Post(page + "/link")
	link := got.Attribute("#once", "value")
	if got.Code != 200 || !strings.Contains(link, "/o/") || strings.Contains(link, order.Secret) || got.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %q %v", got.Code, link, got.Header())
	}
	if strings.Contains(v.Get(page).Body.String(), link) {
		t.Error("it is shown again")
	}
	for secret, want := range map[string]int{link[strings.Index(link, "/o/"):]: 200, "/o/" + order.Secret: 404} {
		if got := v.Shop.Do("GET", secret, "", "Accept", "application/json"); got.Code != want {
			t.Errorf("%s: %d, want %d", secret, got.Code, want)
		}
	}
}

// All that is open of one telephone ends by one act, which is asked about first.
func TestEndOrders(t *testing.T) {
	v := staff(t, models.RoleHelper)
	_, _, page := orderOf(v, "7")
	if got := v.Post(page + "/end"); got.Code != 200 || len(got.All("input[name=sure]")) == 0 && len(got.All("[name=sure]")) == 0 {
		t.Errorf("%d %s", got.Code, got.Text("main"))
	}
	v.Get(page).Want(200, ".tag", "nuevo")
	v.Follow(page+"/end", "sure", "true").Want(200, ".tag", "cancelado")
}

// Paper has no prices where it goes into the parcel.
func TestOrderOnPaper(t *testing.T) {
	v := staff(t, models.RoleHelper)
	_, _, page := orderOf(v, "7")
	for as, priced := range map[string]bool{"a4": true, "till": true, "slip": false, "": true, "nothing": true} {
		got := v.Get(page + "/paper?as=" + as)
		if got.Code != 200 || strings.Contains(got.Text(".paper"), "1.234,50") != priced || strings.Contains(got.Text(".paper"), "no válido como factura") != priced {
			t.Errorf("%s: %d %s", as, got.Code, got.Text(".paper"))
		}
	}
}

// Orders are found by number, name, telephone and code, in several states at once, and what is wrong
// with a search is said beside it.
func TestFindOrders(t *testing.T) {
	v := staff(t, models.RoleHelper)
	yerba, mate := v.Product("Y-1", `"stock":100`), v.Product("M-2", `"stock":100`, `"title":"Mate"`)
	place := func(product models.Product, name, phone string) string {
		cart := v.Shop.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":1}]}`, product.ID))
		var placed struct {
			ID string `json:"_id"`
		}
		v.Shop.Must("POST", "/api/orders", fmt.Sprintf(
			`{"cart":%q,"buyer":{"name":%q,"phone":%q},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`, cart.ID, name, phone)).Payload(&placed)
		return placed.ID
	}
	place(yerba, "Ana Núñez", "+54 9 11 2233 4455")
	second := place(mate, "Beto", "")
	for range 12 {
		place(mate, "Caro", "")
	}
	v.Follow("/admin/orders/" + second + "/cancel")
	for query, want := range map[string]string{
		"q=1": "1", "q=%231": "1", "q=nunez": "1", "q=5491122": "1", "q=y-1": "1", "q=beto": "2", "q=nadie": "", "state=cancelled": "2",
		"state=cancelled&state=placed&q=beto": "2", "state=done&q=beto": "", "group=money": "", "state=nothing&q=ana": "1",
	} {
		got := v.Get("/admin/orders?" + query)
		if title := got.Text(".order .row__title"); got.Code != 200 || want == "" && title != "" || want != "" && !strings.HasPrefix(title, "Pedido "+want+" ") {
			t.Errorf("%s: %d %q, want %q", query, got.Code, title, want)
		}
	}
	v.Get("/admin/orders?q=%21").Want(400)
	got := v.Get("/admin/orders?group=todo")
	got.Want(200, ".tabs__tab[aria-current=true]", "Para hacer 13", ".orders__count", "13 pedidos")
	if card := v.Get("/admin/orders/" + second); card.Attribute(".after a.button[target=_blank]", "href") != "" {
		t.Error("somebody without a telephone is found by WhatsApp")
	}
}

// What buyers type is text on each page and in the table, which no spreadsheet takes for a formula.
func TestHostileOrders(t *testing.T) {
	v := staff(t, models.RoleOwner)
	product := v.Product("Y")
	for _, name := range []string{`=HYPERLINK("http://x","y")`, "+1", "-1", "@SUM(1)", `<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "{{title}}", " =1+1"} {
		cart := v.Shop.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":1}]}`, product.ID))
		body := fmt.Sprintf(`{"cart":%q,"buyer":{"name":%s},"delivery":{"way":"pickup"},"payment":{"way":"cash"},"note":%s}`, cart.ID, models.JSON(name), models.JSON(name))
		got := v.Shop.Do("POST", "/api/orders", body)
		if got.Code == 400 {
			continue // no name at all
		}
		var placed struct {
			ID string `json:"_id"`
		}
		got.Payload(&placed)
		page := "/admin/orders/" + placed.ID
		v.Follow(page+"/note", "note", name)
		for _, path := range []string{"/admin", "/admin/orders", page, page + "/paper", "/admin/sales"} {
			if got := v.Get(path); got.Code != 200 || len(got.All("main script")) > 0 || len(got.All("img[onerror]")) > 0 {
				t.Errorf("%s with %q: %d", path, name, got.Code)
			}
		}
		v.Follow(page+"/accept", "rev", "1")
		v.Follow(page+"/ready", "rev", "1")
		v.Follow(page+"/hand", "rev", "1")
		v.Shop.Must("PUT", "/api/products/"+product.ID.String()+"/stock", `{"add":1}`)
	}
	got := v.Get("/admin/sales.csv")
	if got.Code != 200 || got.Header().Get("Content-Type") != "text/csv; charset=utf-8" || got.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", got.Code, got.Header())
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body.String(), "\uFEFF"))).ReadAll()
	if err != nil || len(rows) < 5 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		for _, cell := range row {
			if start := strings.TrimLeft(cell, " "); start != "" && strings.ContainsRune("=+-@", rune(start[0])) {
				t.Errorf("%q may be a formula", cell)
			}
		}
	}
}

// A note of the staff that somebody has written meanwhile is not written over by an older page: it shows
// both, and sent again it is meant.
func TestNoteThatSomebodyHasChanged(t *testing.T) {
	v := staff(t, models.RoleManager)
	_, _, page := orderOf(v, "7")
	v.Follow(page+"/note", "was", "", "note", "llamó\na las tres").Want(200, "#note", "llamó a las tres")
	v.Post(page+"/note", "was", "", "note", "viene el lunes").Want(409, "#note-problem", "Cambió mientras tanto. Mirá cómo está ahora y probá de nuevo.",
		"#note", "viene el lunes", ".order__note", "llamó a las tres")
	was := v.Get(page).Attribute("input[name=was]", "value")
	v.Follow(page+"/note", "was", was, "note", "viene el lunes").Want(200, "#note", "viene el lunes")
	v.Follow(page+"/note", "was", was, "note", "viene el lunes").Want(200, "#note", "viene el lunes")
}

// A product of which open orders hold pieces is not deleted, and the page says why and what can be done.
func TestProductOfOpenOrdersStays(t *testing.T) {
	v := staff(t, models.RoleManager)
	product, _, _ := orderOf(v, "7")
	v.Post("/admin/products/"+product.ID.String()+"/delete").Want(409, "h1", "Hay pedidos abiertos")
}
