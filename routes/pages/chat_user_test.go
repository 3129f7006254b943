package pages_test

import (
	"strings"
	"testing"

	"pulperia/routes/routestest"
)

// Whoever says who they are is remembered without having written: the page names them, and holds
// the address for its scripts.
func TestSetUser(t *testing.T) {
	ana := routestest.NewVisitor(t)
	if user := ana.Get("/chat").Attribute(".chat", "data-user"); user != "" {
		t.Errorf("a stranger is %q", user)
	}
	got := ana.Follow("/chat/user", "user", " ana@example.com ", "message", " ")
	got.Want(200, "summary bdi", "ana")
	if user := got.Attribute(".chat", "data-user"); user != "ana@example.com" {
		t.Errorf("the page is of %q", user)
	}
	if n := len(got.All(".bubble")); n != 0 {
		t.Errorf("%d messages", n)
	}
	if user := ana.Another().Get("/chat").Attribute(".chat", "data-user"); user != "" {
		t.Errorf("another visitor is %q", user)
	}
}

// A text that was begun is not lost by saying who one is; and a bad address is refused beside its
// field.
func TestSetUserKeepsText(t *testing.T) {
	v := routestest.NewVisitor(t)
	got := v.Post("/chat/user", "user", "ana@example.com", "message", "¿Hay pan?")
	got.Want(200, "summary bdi", "ana", "textarea#message", "¿Hay pan?")
	v.Get("/chat").Want(200, "summary bdi", "ana", "textarea#message", "")
	got = v.Post("/chat/user", "user", "ana@", "message", "")
	got.Want(400, "#user-problem", "Tiene que ser un correo, como ana@example.com.", "#message-problem", "", ".notice--bad", "")
	v.Get("/chat").Want(200, "summary bdi", "ana")
}

// The id of a cart opens it, so no page holds it but that of the cart.
func TestOnlyTheCartHoldsItsID(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A")
	id := v.Follow("/cart/products/"+p.ID.String()).Attribute("[data-cart]", "data-cart")
	if id != v.Cookies[v.Ours("cart")] {
		t.Errorf("the page of the cart names %q, the cookie %q", id, v.Cookies[v.Ours("cart")])
	}
	for _, target := range []string{"/", "/products/" + p.ID.String(), "/realtimeproducts", "/chat", "/nothing"} {
		if got := v.Get(target); strings.Contains(got.Body.String(), id) {
			t.Errorf("%s names the cart", target)
		}
	}
	if n := len(v.Another().Get("/cart").All("[data-cart]")); n != 0 {
		t.Error("who has no cart follows one")
	}
}
