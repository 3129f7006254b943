package routes

import (
	"strings"
	"testing"
)

// Whoever says who they are is remembered without having written: the page names them, and holds
// the address for its scripts.
func TestSetUser(t *testing.T) {
	ana := newVisitor(t)
	if user := ana.get("/chat").attribute(".chat", "data-user"); user != "" {
		t.Errorf("a stranger is %q", user)
	}
	got := ana.follow("/chat/user", "user", " ana@example.com ", "message", " ")
	got.want(200, "summary bdi", "ana")
	if user := got.attribute(".chat", "data-user"); user != "ana@example.com" {
		t.Errorf("the page is of %q", user)
	}
	if n := len(got.all(".bubble")); n != 0 {
		t.Errorf("%d messages", n)
	}
	if user := ana.another().get("/chat").attribute(".chat", "data-user"); user != "" {
		t.Errorf("another visitor is %q", user)
	}
}

// A text that was begun is not lost by saying who one is; and a bad address is refused beside its
// field.
func TestSetUserKeepsText(t *testing.T) {
	v := newVisitor(t)
	got := v.post("/chat/user", "user", "ana@example.com", "message", "¿Hay pan?")
	got.want(200, "summary bdi", "ana", "textarea#message", "¿Hay pan?")
	v.get("/chat").want(200, "summary bdi", "ana", "textarea#message", "")
	got = v.post("/chat/user", "user", "ana@", "message", "")
	got.want(400, "#user-problem", "Tiene que ser un correo, como ana@example.com.", "#message-problem", "", ".notice--bad", "")
	v.get("/chat").want(200, "summary bdi", "ana")
}

// The id of a cart opens it, so no page holds it but that of the cart.
func TestOnlyTheCartHoldsItsID(t *testing.T) {
	v := newVisitor(t)
	p := v.product("A")
	id := v.follow("/cart/products/"+p.ID.String()).attribute("[data-cart]", "data-cart")
	if id != v.cookies[v.ours("cart")] {
		t.Errorf("the page of the cart names %q, the cookie %q", id, v.cookies[v.ours("cart")])
	}
	for _, target := range []string{"/", "/products/" + p.ID.String(), "/realtimeproducts", "/chat", "/nothing"} {
		if got := v.get(target); strings.Contains(got.Body.String(), id) {
			t.Errorf("%s names the cart", target)
		}
	}
	if n := len(v.another().get("/cart").all("[data-cart]")); n != 0 {
		t.Error("who has no cart follows one")
	}
}
