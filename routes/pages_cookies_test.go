package routes

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"pulperia/dao"
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
	v, other := newVisitor(t), newVisitor(t, func(o *setup) { o.Store.Engine = otherwise{o.Store.Engine} })
	other.cookies = v.cookies // one browser
	p := v.product("A-1", `"title":"Miel"`)
	v.post("/chat/user", "user", "ana@example.com").want(303)
	v.post("/cart/products/"+p.ID.String(), "quantity", "3").want(303)
	v.post("/realtimeproducts/" + v.product("A-2", `"title":"Ñoquis"`).ID.String() + "/delete")

	there := other.get("/chat")
	there.want(200, "[data-cart-count] [data-count]", "0")
	if there.attribute("[name=user]", "value") != "" || len(there.all(".undo")) > 0 {
		t.Errorf("another store shows %q and %d undos", there.attribute("[name=user]", "value"), len(there.all(".undo")))
	}
	q := other.product("B-1")
	other.post("/cart/products/" + q.ID.String()).want(303)
	other.post("/chat/user", "user", "otra@example.com").want(303)
	other.post("/undo").want(409)

	here := v.get("/chat")
	here.want(200, "[data-cart-count] [data-count]", "3")
	here.want(200, ".undo p", "Borraste «Ñoquis».")
	if got := here.attribute("[name=user]", "value"); got != "ana@example.com" {
		t.Errorf("the name is %q", got)
	}
}

// What an older pulperia left, which named no store, counts where it is known to be this store's,
// and is kept as this store's from then on.
func TestCookiesThatNameNoStore(t *testing.T) {
	old := newVisitor(t)
	p := old.product("A-1", `"title":"Miel"`)
	old.post("/chat/user", "user", "ana@example.com")
	old.post("/cart/products/"+p.ID.String(), "quantity", "3")
	old.post("/realtimeproducts/" + old.product("A-2", `"title":"Yerba"`).ID.String() + "/delete")
	left := map[string]string{}
	for _, name := range []string{cartCookie, userCookie, undoCookie} {
		left[name] = old.cookies[old.ours(name)]
	}

	v := old.another()
	v.cookies = left
	page := v.get("/chat")
	page.want(200, "[data-cart-count] [data-count]", "3")
	page.want(200, ".undo p", "Borraste «Yerba».")
	if got := page.attribute("[name=user]", "value"); got != "ana@example.com" {
		t.Errorf("the name is %q", got)
	}
	if v.cookies[v.ours(cartCookie)] != left[cartCookie] || v.cookies[v.ours(userCookie)] != url.QueryEscape("ana@example.com") {
		t.Errorf("the browser keeps %v", v.cookies)
	}
	if left[cartCookie] == "" { // a process that is not upgraded yet reads it
		t.Error("the cart is not kept without its store's name")
	}
	if left[userCookie] != "" {
		t.Error("another store would show the name, too")
	}
	v.follow("/undo")
	if len(v.get("/").all(".undo")) > 0 || len(v.catalogue()) != 2 {
		t.Error("it was not taken back once and for all")
	}

	// A form of a page that was open before, and sent after, changes the same cart.
	v = old.another()
	v.cookies[cartCookie] = left[cartCookie]
	v.follow("/cart/products/"+p.ID.String()+"/quantity", "quantity", "5").want(200, "[data-cart-count] [data-count]", "5")

	// A cart of another store is none here, and stays what it is there.
	v = old.another()
	v.cookies[cartCookie] = unknownID
	v.get("/cart").want(200, "[data-cart-count] [data-count]", "0")
	v.follow("/cart/products/"+p.ID.String()).want(200, "[data-cart-count] [data-count]", "1")
	if v.cookies[cartCookie] != unknownID {
		t.Errorf("the cart of the other store became %q", v.cookies[cartCookie])
	}
}

// A store that has no identity yet has visitors all the same.
func TestCookiesOfStoreWithoutIdentity(t *testing.T) {
	v := newVisitor(t, func(o *setup) { o.Store.Engine = unnamed{o.Store.Engine} })
	v.post("/chat/user", "user", "ana@example.com").want(303)
	v.follow("/cart/products/"+v.product("A").ID.String()).want(200, "[data-cart-count] [data-count]", "1")
	if v.cookies[cartCookie] == "" || v.get("/chat").attribute("[name=user]", "value") != "ana@example.com" {
		t.Errorf("the browser keeps %v", v.cookies)
	}
}

// A browser that visits one store after another at one address is not laden with all of them.
func TestCookiesOfManyStores(t *testing.T) {
	v := newVisitor(t)
	var all []string
	for i := range 30 {
		all = append(all, fmt.Sprintf("cart-%016x=%s", i, unknownID))
	}
	got := v.send("POST", "/cart/products/"+v.product("A").ID.String(), "", "Content-Type", "application/x-www-form-urlencoded",
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
	if kept != storesMost {
		t.Errorf("%d carts are kept", kept)
	}
}

// A browser that keeps no cookies has it said on the page to which a form leads, in one sentence and
// without a script; one that keeps them goes on to the page itself, and is not asked again.
func TestNoCookies(t *testing.T) {
	v := newVisitor(t)
	p := v.product("A")
	for name, form := range map[string][]string{
		"cart": {"/cart/products/" + p.ID.String(), "quantity", "1"}, "name": {"/chat/user", "user", "ana@example.com"},
		"message":  {"/chat", "user", "ana@example.com", "message", "hola " + t.Name()},
		"language": {"/language", "lang", "es", "to", "/products?limit=2#main"}, "undo": {"/realtimeproducts/" + v.product("B").ID.String() + "/delete"},
	} {
		t.Run(name, func(t *testing.T) {
			to := v.another().post(form[0], form[1:]...).Header().Get("Location")
			to, _, _ = strings.Cut(to, "#")
			v.another().get(to).want(200, "[data-forgetful]",
				"Este navegador no guarda cookies: el carrito, el idioma y tu nombre en la charla no se van a recordar, y no hay Deshacer.")

			keeps := v.another()
			first := keeps.follow(form[0], form[1:]...)
			if first.Code != 200 || len(first.all("[data-forgetful]")) > 0 {
				t.Errorf("a browser with cookies: %d, %s", first.Code, first.text("[data-forgetful]"))
			}
			if to := keeps.post(form[0], form[1:]...).Header().Get("Location"); strings.Contains(to, keptQuery) {
				t.Errorf("it is asked again: %s", to)
			}
		})
	}
	if len(v.another().get("/cart").all("[data-forgetful]")) > 0 {
		t.Error("who has done nothing yet is told of cookies")
	}
}
