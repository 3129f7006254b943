package routes

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/shop"
)

const ownersPassword = "mate amargo con bizcochos"

// newMerchant is the owner of a shop, signed in.
func newMerchant(t testing.TB) *visitor {
	t.Helper()
	v := newVisitor(t, closed)
	link, err := v.shop.trade.NewOwnerLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v.follow("/setup", "token", link.Token, "name", "Ana", "email", "ana@example.com", "password", ownersPassword).want(200, "h1", "Lo que espera")
	return v
}

// invite returns somebody of the staff, signed in, who came by the link that the page has shown.
func (v *visitor) invite(name string, role models.Role) *visitor {
	v.t.Helper()
	made := v.post("/admin/people", "name", name, "email", strings.ToLower(name)+"@example.com", "role", string(role))
	made.want(200)
	link, err := url.Parse(made.attribute("#once", "value"))
	if err != nil || made.Header().Get("Cache-Control") != "no-store" {
		v.t.Fatalf("the link is %v (%v), kept by %q", link, err, made.Header().Get("Cache-Control"))
	}
	other := v.another()
	other.get(link.RequestURI()).want(200, "h1", "Hola, "+name)
	other.follow("/join", "token", link.Query().Get("token"), "password", ownersPassword).want(200)
	return other
}

// make puts a product into the shop, whoever may do so.
func (v *visitor) make(code, title string, stock int64) models.Product {
	v.t.Helper()
	made, _, err := v.shop.trade.CreateProduct(v.t.Context(), models.Product{
		Title: title, Code: code, Category: "almacén", Description: "Una cosa", Price: 1000, Stock: stock, Status: true,
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return made
}

func (v *visitor) now(id models.ID) models.Product {
	v.t.Helper()
	product, err := v.shop.trade.Products.Get(v.t.Context(), id)
	if err != nil {
		v.t.Fatal(err)
	}
	return product
}

// A password never comes back in a page, a link that is none leads nowhere, and who signs in goes
// on into the shop and nowhere else.
func TestComingIn(t *testing.T) {
	v := newVisitor(t, closed)
	v.get("/signin").want(200, ".notice", "Esta tienda todavía no tiene dueño. Abrí el enlace que el programa escribió al arrancar: también está en owner-link.txt.")
	v.get("/setup?token=none").want(401, "h1", "Este enlace ya no sirve")
	link, err := v.shop.trade.NewOwnerLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again := v.post("/setup", "token", link.Token, "name", "", "email", "ana@", "password", "corta")
	again.want(400, "#name-problem", "Falta completar este campo.", "#password-problem", "Tiene que tener 10 caracteres o más.")
	if again.attribute("#email", "value") != "ana@" || strings.Contains(again.Body.String(), "corta\"") || again.Header().Get("Cache-Control") != "no-store" {
		t.Error("the address is lost, or the password or the token is kept")
	}
	v.follow("/setup", "token", link.Token, "name", "Ana", "email", "ana@example.com", "password", ownersPassword)
	other := v.another()
	other.post("/setup", "token", link.Token, "name", "Eva", "email", "eva@example.com", "password", ownersPassword).want(401, "h1", "Este enlace ya no sirve")
	other.post("/signin", "email", "ana@example.com", "password", "otra que no es").want(401, "[role=alert]",
		"El correo o la contraseña no son esos. Probá de nuevo, o pedí un enlace a quien lleva la tienda.")
	for to, want := range map[string]string{"": "/admin", "/admin/keys?x=1": "/admin/keys?x=1", "https://evil.example/": "/admin", "//evil.example": "/admin", "/\\evil.example": "/admin"} {
		guest := v.another("Cookie", "a=b")
		got := guest.post("/signin", "email", "ana@example.com", "password", ownersPassword, "next", to)
		if got.Code != 303 || got.Header().Get("Location") != want {
			t.Errorf("next=%q: %d to %q", to, got.Code, got.Header().Get("Location"))
		}
	}
}

// What a form in a row or of a whole product changed can be taken back, twice is once, and not when
// somebody has changed the same since. What somebody else has changed besides stays.
func TestUndoEdits(t *testing.T) {
	v := newMerchant(t)
	for i, act := range [][]string{
		{"priced", "/price", "price", "12,5", "was", "10.00"},
		{"counted", "/stock", "stock", "3", "was", "7"},
		{"counted", "/stock", "add", "-1"},
		{"hidden", "/status", "status", ""},
		{"edited", "", "rev", "1", "title", "Otra", "code", "otro", "category", "otra", "price", "1", "stock", "1", "description", "-", "thumbnails", "/x.png"},
	} {
		was := v.make(fmt.Sprint("c", i), "Miel", 7)
		path := "/admin/products/" + was.ID.String()
		v.follow(path+act[1], act[2:]...).want(200, ".undo p", v.say("undo."+act[0], v.now(was.ID).Title))
		if v.now(was.ID).Same(was) {
			t.Fatalf("%v changed nothing", act)
		}
		held := v.cookies[v.ours(undoCookie)]
		for range 2 {
			v.cookies[v.ours(undoCookie)] = held
			v.post("/undo").want(303)
			if now := v.now(was.ID); !now.Same(was) {
				t.Errorf("%v: taken back it is %+v, was %+v", act, now, was)
			}
		}
		for _, nobody := range []*visitor{v.another(), v.invite(fmt.Sprint("Beto", i), models.RoleHelper)} {
			if act[0] == "counted" && len(nobody.cookies) > 0 {
				continue // he may count
			}
			nobody.cookies[v.ours(undoCookie)] = held
			want := 401
			if len(nobody.cookies) > 1 {
				want = 403
			}
			nobody.post("/undo").want(want)
		}
		v.change(was.ID, func(p *models.Product) {
			p.Title, p.Price, p.Stock, p.Status, p.Code = "De otro", 1, 99, false, p.Code+"x"
			p.Status = act[0] != "hidden"
		})
		v.change(was.ID, func(p *models.Product) { p.Stock = 98 })
		v.cookies[v.ours(undoCookie)] = held
		if act[0] == "hidden" { // back on sale already, by another hand
			v.post("/undo").want(303)
			continue
		}
		v.post("/undo").want(409, "h1", "No se puede deshacer")
		if now := v.now(was.ID); now.Stock != 98 {
			t.Errorf("%v: taking back has put stock back: %+v", act, now)
		}
	}
}

func (v *visitor) change(id models.ID, do func(*models.Product)) {
	v.t.Helper()
	if _, _, err := v.shop.trade.ChangeProduct(v.t.Context(), id, func(p *models.Product) error { do(p); return nil }); err != nil {
		v.t.Fatal(err)
	}
}

// say is a Spanish text about a product.
func (v *visitor) say(key, title string) string {
	p, _ := barePages(v.t)
	return p.looks.last().Voice("es").Say(key, map[string]any{"title": title})
}

// A form that was filled before something was sold does not put it back: not the whole, nor one
// figure of it. It comes again with what was typed and with what there is.
func TestStaleForms(t *testing.T) {
	v := newMerchant(t)
	was := v.make("c", "Miel", 7)
	path := "/admin/products/" + was.ID.String()
	v.change(was.ID, func(p *models.Product) { p.Stock, p.Price = 2, 1500 })
	got := v.post(path, "rev", "1", "title", "Miel pura", "code", "c", "category", "almacén", "price", "10", "stock", "7", "description", "Una cosa", "status", "true")
	got.want(http.StatusConflict, "#stock-problem", "Ahora dice: 2", "#title-problem", "Ahora dice: Miel", "#code-problem", "")
	if got.attribute("#title", "value") != "Miel pura" || got.attribute("[name=rev]", "value") != "2" {
		t.Error("what was typed is lost, or the form is still an old one")
	}
	row := "#p-" + was.ID.String()
	v.post(path+"/stock", "stock", "8", "was", "7").want(http.StatusConflict, row+" .shelf__stock .field__problem", "Cambió mientras tanto. Mirá cómo está ahora y probá de nuevo.")
	v.post(path+"/price", "price", "11", "was", "10.00").want(http.StatusConflict, row+" .shelf__price .field__problem", "Cambió mientras tanto. Mirá cómo está ahora y probá de nuevo.")
	v.post(path+"/stock", "add", "-3").want(http.StatusConflict)
	for i := range shelvesSize { // its row is on the second page now
		v.make(fmt.Sprint("d", i), "Otra", 7)
	}
	v.post(path+"/stock", "stock", "muchos", "was", "2", "back", "/admin").want(400, row+" .shelf__stock .field__problem", "Tiene que ser un número entero.")
	if now := v.now(was.ID); now.Stock != 2 || now.Price != 1500 || now.Rev != 2 {
		t.Errorf("it is %+v", now)
	}
	v.follow(path, "rev", "2", "title", "Miel pura", "code", "c", "category", "almacén", "price", "10", "stock", "1", "description", "Una cosa", "status", "true")
	if now := v.now(was.ID); now.Title != "Miel pura" || now.Stock != 1 {
		t.Errorf("it is %+v", now)
	}
}

// What the merchant says of the shop is on every page from the next request on, also where a page
// was kept, and can be taken back.
func TestSettingsOnPages(t *testing.T) {
	v := newMerchant(t)
	v.headers = []string{"Accept-Language", "es"}
	id := v.make("c", "Miel", 7).ID
	guest := v.another("Accept-Language", "de")
	before := guest.get("/")
	before.want(200, ".brand span", "Pulpería", ".card__price", "$ 10,00")
	said := []string{"rev", "0", "name", "Lo de Ana", "logo", "Ana", "welcome", "Pasen <b>", "about", "Un almacén", "whatsapp", "+54 9 11 2233-4455",
		"place", "Defensa 1060", "hours", "9 a 20", "currency", "eur", "timeZone", "America/Montevideo", "language", "en"}
	v.follow("/admin/settings", said...).want(200, ".undo p", "Cambiaste los ajustes.")
	after := guest.get("/", "If-None-Match", before.Header().Get("Etag"))
	after.want(200, ".brand span", "Ana", ".card__price", "€10.00", ".said", "Pasen <b>", "title", "Come in, we have it all · Lo de Ana")
	if after.attribute("meta[name=description]", "content") != "Un almacén" || !strings.Contains(after.text("footer"), "Defensa 1060") {
		t.Errorf("the page says %q", after.text("footer"))
	}
	if len(after.all(".nav__link")) != 2 { // the cart and the language: the room is closed
		t.Errorf("%q", after.texts(".nav__link"))
	}
	guest.get("/chat").want(404, "h1", "The chat is closed")
	guest.post("/chat", "user", "visita@example.com", "message", "hola").want(http.StatusConflict, "[data-closed]", "The chat is closed for now.")

	guest.follow("/cart/products/"+id.String(), "quantity", "2")
	link, err := url.Parse(guest.get("/cart").attribute("[data-whatsapp]", "href"))
	if err != nil || link.Host+link.Path != "wa.me/5491122334455" {
		t.Fatalf("%v, %v", link, err)
	}
	lines := strings.Split(link.Query().Get("text"), "\n")
	if len(lines) != 4 || lines[1] != "2 × Miel: €20.00" || lines[2] != "Total: €20.00" || !strings.HasPrefix(lines[3], "http://127.0.0.1:8080/carts/") {
		t.Errorf("the message is %q", lines)
	}
	v.post("/admin/settings", said...).want(http.StatusConflict) // of before
	v.post("/admin/settings", "rev", "1", "whatsapp", "123", "timeZone", "Nowhere", "currency", "pesos").want(400,
		"#whatsapp-problem", "Tiene que ser un número con el código del país, de 8 a 15 cifras, como +54 9 11 2233-4455.",
		"#timeZone-problem", "Tiene que ser una zona horaria, como America/Montevideo.", "#currency-problem", "Tiene que ser una moneda de tres letras, como ARS.")
	v.post("/undo").want(303)
	guest.get("/").want(200, ".brand span", "Pulpería", ".card__price", "$ 10,00")
	guest.get("/chat").want(200)
}

// A cart of many lines fits into an address: what is not told by name is counted, and what cannot
// be bought is not asked for.
func TestWhatsAppOfALargeCart(t *testing.T) {
	p, _ := barePages(t)
	v := p.stranger(request(t, "GET", "/cart"))
	bill := shop.Bill{}
	for i := range 60 {
		product := models.Product{Title: fmt.Sprint("P", i)}
		bill.Lines = append(bill.Lines, shop.Line{Item: models.Item{Quantity: 1}, Product: &product, Left: int64(i)}) // of the first there is none
	}
	link, err := url.Parse(askByWhatsApp(v, "5491122334455", bill, "http://shop/carts/1"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(link.Query().Get("text"), "\n")
	if len(lines) != 1+toldLines+3 || lines[1] != "1 × P1: $ 0,00" || lines[1+toldLines] != "y 19 productos más" {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
}

// Nobody leaves the shop without an owner, gives what he does not have, or finds out of whom there
// is a page: who may not do a thing is not offered it either.
func TestStaffPages(t *testing.T) {
	v := newMerchant(t)
	me := v.get("/admin/people")
	id := strings.TrimPrefix(me.attribute(".person", "id"), "p-")
	v.post("/admin/people/"+id, "rev", "1", "name", "Ana", "role", "helper").want(409, "[role=alert]", "Es la única persona responsable que queda: primero dale ese papel a otra.")
	v.post("/admin/people/"+id+"/remove").want(200, "h1", "No se va a poder deshacer")
	v.post("/admin/people/"+id+"/remove", "sure", "true").want(409)
	v.post("/admin/people", "name", "Otra", "email", "ANA@example.com", "role", "helper").want(409, "#email-problem", "Ya lo tiene otro. Elegí uno distinto.")

	manager, helper := v.invite("Meli", models.RoleManager), v.invite("Beto", models.RoleHelper)
	manager.get("/admin").want(200)
	for _, one := range []struct {
		who    *visitor
		path   string
		status int
	}{
		{manager, "/admin/people", 200}, {manager, "/admin/keys", 403}, {manager, "/admin/settings", 200}, {manager, "/me", 200},
		{helper, "/admin/people", 403}, {helper, "/admin/settings", 403}, {helper, "/admin/products", 200}, {helper, "/admin/products/new", 403},
	} {
		one.who.get(one.path).want(one.status)
	}
	if page := manager.get("/admin/people"); len(page.all("main form")) > 0 {
		t.Error("a manager is offered to change the staff")
	}
	product := v.make("c", "Miel", 7)
	if page := helper.get("/admin/products"); len(page.all(".shelf__stock")) != 1 || len(page.all("form.shelf__price"))+len(page.all(".shelf__acts")) > 0 {
		t.Error("a helper is offered more than the stock")
	}
	helper.post("/admin/products/"+product.ID.String()+"/price", "price", "1", "was", "10").want(403, "h1", "Esto no te toca")
	v.post("/admin/people/"+strings.TrimPrefix(v.get("/admin/people").attribute(".person[id]", "id"), "p-"), "rev", "9", "name", "x", "role", "owner").want(409)
	helper.follow("/me/password", "old", ownersPassword, "new", "otra frase bien larga").want(200)
	helper.post("/me/password", "old", "no es", "new", "corta").want(400)
	helper.get("/me").want(200, ".row__title", "Un navegador sin nombre acá")
	helper.follow("/signout", "all", "true")
	helper.get("/me").want(303)
}
