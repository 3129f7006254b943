package pages_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/routes/pages"
	"pulperia/routes/routestest"
)

// otherwise is an engine of another store.
type otherwise struct{ dao.Engine }

func (otherwise) Identity() string { return "00112233aabbccdd" }

// unnamed is an engine that has no identity yet.
type unnamed struct{ dao.Engine }

func (unnamed) Identity() string { return "" }

// What a browser keeps of one store is neither shown nor changed by another one, which may be behind
// the same address or another port of it: it is there again when that store is.
func TestCookiesOfAnotherStore(t *testing.T) {
	v, other := routestest.NewVisitor(t), routestest.NewVisitor(t, func(o *routestest.Setup) { o.Store.Engine = otherwise{o.Store.Engine} })
	other.Cookies = v.Cookies // one browser
	p := v.Product("A-1", `"title":"Miel"`)
	v.Post("/chat/user", "user", "ana@example.com").Want(303)
	v.Post("/cart/products/"+p.ID.String(), "quantity", "3").Want(303)
	v.Post("/realtimeproducts/" + v.Product("A-2", `"title":"Ñoquis"`).ID.String() + "/delete")

	there := other.Get("/chat")
	there.Want(200, "[data-cart-count] [data-count]", "0")
	if there.Attribute("[name=user]", "value") != "" || len(there.All(".undo")) > 0 {
		t.Errorf("another store shows %q and %d undos", there.Attribute("[name=user]", "value"), len(there.All(".undo")))
	}
	q := other.Product("B-1")
	other.Post("/cart/products/" + q.ID.String()).Want(303)
	other.Post("/chat/user", "user", "otra@example.com").Want(303)
	other.Post("/undo").Want(409)

	here := v.Get("/chat")
	here.Want(200, "[data-cart-count] [data-count]", "3")
	here.Want(200, ".undo p", "Borraste «Ñoquis».")
	if got := here.Attribute("[name=user]", "value"); got != "ana@example.com" {
		t.Errorf("the name is %q", got)
	}
}

// What an older pulperia left, which named no store, counts where it is known to be this store's,
// and is kept as this store's from then on.
func TestCookiesThatNameNoStore(t *testing.T) {
	old := routestest.NewVisitor(t)
	p := old.Product("A-1", `"title":"Miel"`)
	old.Post("/chat/user", "user", "ana@example.com")
	old.Post("/cart/products/"+p.ID.String(), "quantity", "3")
	old.Post("/realtimeproducts/" + old.Product("A-2", `"title":"Yerba"`).ID.String() + "/delete")
	left := map[string]string{}
	for _, name := range []string{"cart", "user", "undo"} {
		left[name] = old.Cookies[old.Ours(name)]
	}

	v := old.Another()
	v.Cookies = left
	page := v.Get("/chat")
	page.Want(200, "[data-cart-count] [data-count]", "3")
	page.Want(200, ".undo p", "Borraste «Yerba».")
	if got := page.Attribute("[name=user]", "value"); got != "ana@example.com" {
		t.Errorf("the name is %q", got)
	}
	if v.Cookies[v.Ours("cart")] != left["cart"] || v.Cookies[v.Ours("user")] != url.QueryEscape("ana@example.com") {
		t.Errorf("the browser keeps %v", v.Cookies)
	}
	if left["cart"] == "" { // a process that is not upgraded yet reads it
		t.Error("the cart is not kept without its store's name")
	}
	if left["user"] != "" {
		t.Error("another store would show the name, too")
	}
	v.Follow("/undo")
	if len(v.Get("/").All(".undo")) > 0 || len(allProducts(v)) != 2 {
		t.Error("it was not taken back once and for all")
	}

	// A form of a page that was open before, and sent after, changes the same cart.
	v = old.Another()
	v.Cookies["cart"] = left["cart"]
	v.Follow("/cart/products/"+p.ID.String()+"/quantity", "quantity", "5").Want(200, "[data-cart-count] [data-count]", "5")

	// A cart of another store is none here, and stays what it is there.
	v = old.Another()
	v.Cookies["cart"] = routestest.UnknownID
	v.Get("/cart").Want(200, "[data-cart-count] [data-count]", "0")
	v.Follow("/cart/products/"+p.ID.String()).Want(200, "[data-cart-count] [data-count]", "1")
	if v.Cookies["cart"] != routestest.UnknownID {
		t.Errorf("the cart of the other store became %q", v.Cookies["cart"])
	}
}

// A store that has no identity yet has visitors all the same.
func TestCookiesOfStoreWithoutIdentity(t *testing.T) {
	v := routestest.NewVisitor(t, func(o *routestest.Setup) { o.Store.Engine = unnamed{o.Store.Engine} })
	v.Post("/chat/user", "user", "ana@example.com").Want(303)
	v.Follow("/cart/products/"+v.Product("A").ID.String()).Want(200, "[data-cart-count] [data-count]", "1")
	if v.Cookies["cart"] == "" || v.Get("/chat").Attribute("[name=user]", "value") != "ana@example.com" {
		t.Errorf("the browser keeps %v", v.Cookies)
	}
}

// A browser that visits one store after another at one address is not laden with all of them.
func TestCookiesOfManyStores(t *testing.T) {
	v := routestest.NewVisitor(t)
	var all []string
	for i := range 30 {
		all = append(all, fmt.Sprintf("cart-%016x=%s", i, routestest.UnknownID))
	}
	got := v.Send("POST", "/cart/products/"+v.Product("A").ID.String(), "", "Content-Type", "application/x-www-form-urlencoded",
		"Cookie", strings.Join(all, "; "))
	kept := 30
	for _, c := range got.Result().Cookies() {
		if c.MaxAge < 0 {
			kept--
		} else {
			kept++
		}
		if c.Name == fmt.Sprintf("cart-%016x", 29) {
			t.Error("the newest one goes")
		}
	}
	if kept != pages.StoresMost {
		t.Errorf("%d carts are kept", kept)
	}
}

// A browser that keeps no cookies has it said on the page to which a form leads, in one sentence and
// without a script; one that keeps them goes on to the page itself, and is not asked again.
func TestNoCookies(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A")
	for name, form := range map[string][]string{
		"cart": {"/cart/products/" + p.ID.String(), "quantity", "1"}, "name": {"/chat/user", "user", "ana@example.com"},
		"message":  {"/chat", "user", "ana@example.com", "message", "hola " + t.Name()},
		"language": {"/language", "lang", "es", "to", "/products?limit=2#main"}, "undo": {"/realtimeproducts/" + v.Product("B").ID.String() + "/delete"},
	} {
		t.Run(name, func(t *testing.T) {
			to := v.Another().Post(form[0], form[1:]...).Header().Get("Location")
			to, _, _ = strings.Cut(to, "#")
			v.Another().Get(to).Want(200, "[data-forgetful]",
				"Este navegador no guarda cookies: el carrito, el idioma y tu nombre en la charla no se van a recordar, y no hay Deshacer.")

			keeps := v.Another()
			first := keeps.Follow(form[0], form[1:]...)
			if first.Code != 200 || len(first.All("[data-forgetful]")) > 0 {
				t.Errorf("a browser with cookies: %d, %s", first.Code, first.Text("[data-forgetful]"))
			}
			if to := keeps.Post(form[0], form[1:]...).Header().Get("Location"); strings.Contains(to, "kept") {
				t.Errorf("it is asked again: %s", to)
			}
		})
	}
	if len(v.Another().Get("/cart").All("[data-forgetful]")) > 0 {
		t.Error("who has done nothing yet is told of cookies")
	}
}
