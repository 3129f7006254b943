package pages_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/pages"
	"pulperia/routes/routestest"
	"pulperia/views"
)

const ownersPassword = "mate amargo con bizcochos"

// newMerchant is the owner of a shop, signed in.
func newMerchant(t testing.TB, adjust ...func(*routestest.Setup)) *routestest.Visitor {
	t.Helper()
	v := routestest.NewVisitor(t, append(adjust, routestest.Closed)...)
	link, err := v.Shop.Trade.NewOwnerLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v.Follow("/setup", "token", link.Token, "name", "Ana", "email", "ana@example.com", "password", ownersPassword).Want(200, "h1", "Lo que espera")
	return v
}

// invite returns somebody of the staff, signed in, who came by the link that the page has shown.
func invite(v *routestest.Visitor, name string, role models.Role) *routestest.Visitor {
	v.T.Helper()
	made := v.Post("/admin/people", "name", name, "email", strings.ToLower(name)+"@example.com", "role", string(role))
	made.Want(200)
	link, err := url.Parse(made.Attribute("#once", "value"))
	if err != nil || made.Header().Get("Cache-Control") != "no-store" {
		v.T.Fatalf("the link is %v (%v), kept by %q", link, err, made.Header().Get("Cache-Control"))
	}
	other := v.Another()
	other.Get(link.RequestURI()).Want(200, "h1", "Hola, "+name)
	other.Follow("/join", "token", link.Query().Get("token"), "password", ownersPassword).Want(200)
	return other
}

// makeProduct puts a product into the shop, whoever may do so.
func makeProduct(v *routestest.Visitor, code, title string, stock int64) models.Product {
	v.T.Helper()
	made, _, err := v.Shop.Trade.CreateProduct(v.T.Context(), models.Product{
		Title: title, Code: code, Category: "almacén", Description: "Una cosa", Price: 10000, Stock: stock, Status: true,
	})
	if err != nil {
		v.T.Fatal(err)
	}
	return made
}

func productNow(v *routestest.Visitor, id models.ID) models.Product {
	v.T.Helper()
	product, err := v.Shop.Trade.Products.Get(v.T.Context(), id)
	if err != nil {
		v.T.Fatal(err)
	}
	return product
}

// Of who has signed out a browser keeps neither pages nor what he did last: whoever signs in there
// next goes back to none of them, and has nothing to take back.
func TestNothingStaysOfWhoHasSignedOut(t *testing.T) {
	owner := newMerchant(t)
	eva := invite(owner, "Eva", models.RoleManager)
	for _, how := range []string{"/signout", "/me"} {
		product := makeProduct(owner, how, "Miel", 7)
		eva.Follow("/admin/products/"+product.ID.String()+"/delete").Want(200, ".undo [role=status]", "Borraste «Miel».")
		if how == "/me" {
			how = eva.Get("/me").Attribute(".row [method=post]", "action")
		}
		out := eva.Post(how)
		if got := out.Header().Get("Clear-Site-Data"); got != `"cache"` {
			t.Errorf("%s has the browser clear %q", how, got)
		}
		eva.Follow("/signin", "email", "eva@example.com", "password", ownersPassword).Want(200)
		if page := eva.Get("/admin/products"); len(page.All(".undo")) > 0 {
			t.Errorf("after %s one is offered to take back: %s", how, page.Text(".undo"))
		}
		eva.Post("/undo").Want(409)
	}
}

// fullDisk is an engine that, once it is full, stores nothing and can still be read.
type fullDisk struct {
	dao.Engine
	full *bool
}

func (d fullDisk) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	if *d.full {
		return dao.Receipt{}, fmt.Errorf("%w: no space left on device", dao.ErrUnavailable)
	}
	return d.Engine.Update(ctx, do)
}

// thisSession finds the form that ends the session of this browser, on the page of who is signed in.
var thisSession = regexp.MustCompile(`<form action="(/me/sessions/[0-9a-f]{24}/end)" method="post"><button[^>]*>Salir</button>`)

// Who signs out while nothing can be stored is out in his browser all the same, and is told what was
// not stored.
func TestSignOutOnFullDisk(t *testing.T) {
	full := false
	owner := newMerchant(t, func(s *routestest.Setup) { s.Store.Engine = fullDisk{s.Store.Engine, &full} })
	for _, how := range []string{"/signout", "DELETE", "/me"} {
		address := "/signout"
		if how == "/me" { // this session among those of who is signed in
			address = thisSession.FindStringSubmatch(owner.Get("/me").Body.String())[1]
		}
		full = true
		if how == "DELETE" {
			if got := owner.Send("DELETE", "/api/session", ""); got.Code != 503 || !strings.Contains(got.Body.String(), "This browser is signed out, but") {
				t.Errorf("%d %s", got.Code, got.Body)
			}
		} else {
			owner.Post(address).Want(503, "h1", "Saliste en este navegador")
		}
		owner.Get("/me").Want(303)
		full = false
		owner.Follow("/signin", "email", "ana@example.com", "password", ownersPassword).Want(200)
	}
}

// A password never comes back in a page, a link that is none leads nowhere, and who signs in goes
// on into the shop and nowhere else.
func TestComingIn(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed)
	v.Get("/signin").Want(200, ".notice", "Esta tienda todavía no tiene dueño. Abrí el enlace que el programa escribió al arrancar: también está en owner-link.txt.")
	v.Get("/setup?token=none").Want(401, "h1", "Este enlace ya no sirve")
	link, err := v.Shop.Trade.NewOwnerLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again := v.Post("/setup", "token", link.Token, "name", "", "email", "ana@", "password", "corta")
	again.Want(400, "#name-problem", "Falta completar este campo.", "#password-problem", "Tiene que tener 10 caracteres o más.")
	if again.Attribute("#email", "value") != "ana@" || strings.Contains(again.Body.String(), "corta\"") || again.Header().Get("Cache-Control") != "no-store" {
		t.Error("the address is lost, or the password or the token is kept")
	}
	v.Follow("/setup", "token", link.Token, "name", "Ana", "email", "ana@example.com", "password", ownersPassword)
	other := v.Another()
	other.Post("/setup", "token", link.Token, "name", "Eva", "email", "eva@example.com", "password", ownersPassword).Want(401, "h1", "Este enlace ya no sirve")
	other.Post("/signin", "email", "ana@example.com", "password", "otra que no es").Want(401, "[role=alert]",
		"El correo o la contraseña no son esos. Probá de nuevo, o pedí un enlace a quien lleva la tienda.")
	for to, want := range map[string]string{"": "/admin", "/admin/keys?x=1": "/admin/keys?x=1", "https://evil.example/": "/admin", "//evil.example": "/admin", "/\\evil.example": "/admin"} {
		guest := v.Another("Cookie", "a=b")
		got := guest.Post("/signin", "email", "ana@example.com", "password", ownersPassword, "next", to)
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
		was := makeProduct(v, fmt.Sprint("c", i), "Miel", 7)
		path := "/admin/products/" + was.ID.String()
		v.Follow(path+act[1], act[2:]...).Want(200, ".undo p", say(v, "undo."+act[0], productNow(v, was.ID).Title))
		if productNow(v, was.ID).Same(was) {
			t.Fatalf("%v changed nothing", act)
		}
		held := v.Cookies[v.Ours("undo")]
		for range 2 {
			v.Cookies[v.Ours("undo")] = held
			v.Post("/undo").Want(303)
			if now := productNow(v, was.ID); !now.Same(was) {
				t.Errorf("%v: taken back it is %+v, was %+v", act, now, was)
			}
		}
		for _, nobody := range []*routestest.Visitor{v.Another(), invite(v, fmt.Sprint("Beto", i), models.RoleHelper)} {
			if act[0] == "counted" && len(nobody.Cookies) > 0 {
				continue // he may count
			}
			nobody.Cookies[v.Ours("undo")] = held
			want := 401
			if len(nobody.Cookies) > 1 {
				want = 403
			}
			nobody.Post("/undo").Want(want)
		}
		changeProduct(v, was.ID, func(p *models.Product) {
			p.Title, p.Price, p.Stock, p.Status, p.Code = "De otro", 10, 99, false, p.Code+"x"
			p.Status = act[0] != "hidden"
		})
		changeProduct(v, was.ID, func(p *models.Product) { p.Stock = 98 })
		v.Cookies[v.Ours("undo")] = held
		if act[0] == "hidden" { // back on sale already, by another hand
			v.Post("/undo").Want(303)
			continue
		}
		v.Post("/undo").Want(409, "h1", "No se puede deshacer")
		if now := productNow(v, was.ID); now.Stock != 98 {
			t.Errorf("%v: taking back has put stock back: %+v", act, now)
		}
	}
}

func changeProduct(v *routestest.Visitor, id models.ID, do func(*models.Product)) {
	v.T.Helper()
	if _, _, err := v.Shop.Trade.ChangeProduct(v.T.Context(), id, func(p *models.Product) error { do(p); return nil }); err != nil {
		v.T.Fatal(err)
	}
}

// say is a Spanish text about a product.
func say(v *routestest.Visitor, key, title string) string {
	v.T.Helper()
	spoken, err := views.New(views.Settings{Currency: "$", Zone: time.UTC})
	if err != nil {
		v.T.Fatal(err)
	}
	return spoken.Voice("es").Say(key, map[string]any{"title": title})
}

// A form that was filled before something was sold does not put it back: not the whole, nor one
// figure of it. It comes again with what was typed and with what there is.
func TestStaleForms(t *testing.T) {
	v := newMerchant(t)
	was := makeProduct(v, "c", "Miel", 7)
	path := "/admin/products/" + was.ID.String()
	changeProduct(v, was.ID, func(p *models.Product) { p.Stock, p.Price = 2, 15_000 })
	got := v.Post(path, "rev", "1", "title", "Miel pura", "code", "c", "category", "almacén", "price", "10", "stock", "7", "description", "Una cosa", "status", "true")
	got.Want(http.StatusConflict, "#stock-problem", "Ahora dice: 2", "#title-problem", "Ahora dice: Miel", "#code-problem", "")
	if got.Attribute("#title", "value") != "Miel pura" || got.Attribute("[name=rev]", "value") != "2" {
		t.Error("what was typed is lost, or the form is still an old one")
	}
	row := "#p-" + was.ID.String()
	v.Post(path+"/stock", "stock", "8", "was", "7").Want(http.StatusConflict, row+" .shelf__stock .field__problem", "Cambió mientras tanto. Mirá cómo está ahora y probá de nuevo.")
	v.Post(path+"/price", "price", "11", "was", "10.00").Want(http.StatusConflict, row+" .shelf__price .field__problem", "Cambió mientras tanto. Mirá cómo está ahora y probá de nuevo.")
	v.Post(path+"/stock", "add", "-3").Want(http.StatusConflict)
	for i := range pages.ShelvesSize { // its row is on the second page now
		makeProduct(v, fmt.Sprint("d", i), "Otra", 7)
	}
	v.Post(path+"/stock", "stock", "muchos", "was", "2", "back", "/admin").Want(400, row+" .shelf__stock .field__problem", "Tiene que ser un número entero.")
	if now := productNow(v, was.ID); now.Stock != 2 || now.Price != 15000 || now.Rev != 2 {
		t.Errorf("it is %+v", now)
	}
	v.Follow(path, "rev", "2", "title", "Miel pura", "code", "c", "category", "almacén", "price", "10", "stock", "1", "description", "Una cosa", "status", "true")
	if now := productNow(v, was.ID); now.Title != "Miel pura" || now.Stock != 1 {
		t.Errorf("it is %+v", now)
	}
}

// What the merchant says of the shop is on every page from the next request on, also where a page
// was kept, and can be taken back.
func TestSettingsOnPages(t *testing.T) {
	v := newMerchant(t)
	v.Headers = []string{"Accept-Language", "es"}
	id := makeProduct(v, "c", "Miel", 7).ID
	guest := v.Another("Accept-Language", "de")
	before := guest.Get("/")
	before.Want(200, ".brand span", "Pulpería", ".card__price", "$ 10,00")
	said := []string{"rev", "0", "name", "Lo de Ana", "logo", "Ana", "welcome", "Pasen <b>", "about", "Un almacén", "whatsapp", "+54 9 11 2233-4455",
		"place", "Defensa 1060", "hours", "9 a 20", "currency", "eur", "timeZone", "America/Montevideo", "language", "en"}
	v.Follow("/admin/settings", said...).Want(200, ".undo p", "Cambiaste los ajustes.")
	after := guest.Get("/", "If-None-Match", before.Header().Get("Etag"))
	after.Want(200, ".brand span", "Ana", ".card__price", "€10.00", ".said", "Pasen <b>", "title", "Come in, we have it all · Lo de Ana")
	if after.Attribute("meta[name=description]", "content") != "Un almacén" || !strings.Contains(after.Text("footer"), "Defensa 1060") {
		t.Errorf("the page says %q", after.Text("footer"))
	}
	if len(after.All(".nav__link")) != 2 { // the cart and the language: the room is closed
		t.Errorf("%q", after.Texts(".nav__link"))
	}
	guest.Get("/chat").Want(404, "h1", "The chat is closed")
	guest.Post("/chat", "user", "ana@example.com", "message", "hola").Want(409, "textarea#message", "hola")

	guest.Follow("/cart/products/"+id.String(), "quantity", "2")
	link, err := url.Parse(guest.Get("/cart").Attribute("[data-whatsapp]", "href"))
	if err != nil || link.Host+link.Path != "wa.me/5491122334455" {
		t.Fatalf("%v, %v", link, err)
	}
	lines := strings.Split(link.Query().Get("text"), "\n")
	if len(lines) != 4 || lines[1] != "2 × Miel: €20.00" || lines[2] != "Total: €20.00" || !strings.HasPrefix(lines[3], "http://127.0.0.1:8080/carts/") {
		t.Errorf("the message is %q", lines)
	}
	v.Post("/admin/settings", said...).Want(http.StatusConflict) // of before
	v.Post("/admin/settings", "rev", "1", "whatsapp", "123", "timeZone", "Nowhere", "currency", "pesos").Want(400,
		"#whatsapp-problem", "Tiene que ser un número con el código del país, de 8 a 15 cifras, como +54 9 11 2233-4455.",
		"#timeZone-problem", "Tiene que ser una zona horaria, como America/Montevideo.", "#currency-problem", "Tiene que ser una moneda de tres letras, como ARS.")
	v.Post("/undo").Want(303)
	guest.Get("/").Want(200, ".brand span", "Pulpería", ".card__price", "$ 10,00")
	guest.Get("/chat").Want(200)
}

// Nobody leaves the shop without an owner, gives what he does not have, or finds out of whom there
// is a page: who may not do a thing is not offered it either.
func TestStaffPages(t *testing.T) {
	v := newMerchant(t)
	me := v.Get("/admin/people")
	id := strings.TrimPrefix(me.Attribute(".person", "id"), "p-")
	v.Post("/admin/people/"+id, "rev", "1", "name", "Ana", "role", "helper").Want(409, "[role=alert]", "Es la única persona responsable que queda: primero dale ese papel a otra.")
	v.Post("/admin/people/"+id+"/remove").Want(200, "h1", "No se va a poder deshacer")
	v.Post("/admin/people/"+id+"/remove", "sure", "true").Want(409)
	v.Post("/admin/people", "name", "Otra", "email", "ANA@example.com", "role", "helper").Want(409, "#email-problem", "Ya lo tiene otro. Elegí uno distinto.")

	manager, helper := invite(v, "Meli", models.RoleManager), invite(v, "Beto", models.RoleHelper)
	manager.Get("/admin").Want(200)
	for _, one := range []struct {
		who    *routestest.Visitor
		path   string
		status int
	}{
		{manager, "/admin/people", 200}, {manager, "/admin/keys", 403}, {manager, "/admin/settings", 200}, {manager, "/me", 200},
		{helper, "/admin/people", 403}, {helper, "/admin/settings", 403}, {helper, "/admin/products", 200}, {helper, "/admin/products/new", 403},
	} {
		one.who.Get(one.path).Want(one.status)
	}
	if page := manager.Get("/admin/people"); len(page.All("main form")) > 0 {
		t.Error("a manager is offered to change the staff")
	}
	product := makeProduct(v, "c", "Miel", 7)
	if page := helper.Get("/admin/products"); len(page.All(".shelf__stock")) != 1 || len(page.All("form.shelf__price"))+len(page.All(".shelf__acts")) > 0 {
		t.Error("a helper is offered more than the stock")
	}
	helper.Post("/admin/products/"+product.ID.String()+"/price", "price", "1", "was", "10").Want(403, "h1", "Esto no te toca")
	v.Post("/admin/people/"+strings.TrimPrefix(v.Get("/admin/people").Attribute(".person[id]", "id"), "p-"), "rev", "9", "name", "x", "role", "owner").Want(409)
	helper.Follow("/me/password", "old", ownersPassword, "new", "otra frase bien larga").Want(200)
	helper.Post("/me/password", "old", "no es", "new", "corta").Want(400)
	helper.Get("/me").Want(200, ".row__title", "Un navegador sin nombre acá")
	helper.Follow("/signout", "all", "true")
	helper.Get("/me").Want(303)
}
