package routes

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// A visitor's cart begins with the first addition, is told by a cookie that scripts cannot read,
// and goes through all its forms.
func TestCartPages(t *testing.T) {
	v := newVisitor(t)
	yerba, miel := v.product("Y", `"title":"Yerba"`, `"price":1000.5`), v.product("M", `"title":"Miel"`, `"stock":3`)
	first := v.post("/cart/products/" + yerba.ID.String())
	cookie := first.Header().Get("Set-Cookie")
	for _, part := range []string{v.ours("cart") + "=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q has no %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Error("the cookie is Secure without TLS")
	}
	first.want(303)
	got := v.follow("/cart/products/"+miel.ID.String(), "quantity", "3")
	got.want(200, "h1", "Tu carrito", ".lead", "4 cosas elegidas.", ".badge", "(4)", ".sum__total strong", "$ 4.704,00")
	if diff := cmp.Diff([]string{"Yerba", "Miel"}, got.texts(".line__title")); diff != "" {
		t.Error(diff)
	}
	got = v.follow("/cart/products/"+yerba.ID.String()+"/quantity", "quantity", "2")
	got.want(200, ".line__subtotal", "Subtotal $ 2.001,00")
	got = v.follow("/cart/products/" + miel.ID.String() + "/remove")
	got.want(200, ".lead", "2 cosas elegidas.", ".sum__total strong", "$ 2.001,00")
	v.follow("/cart/empty").want(200, ".empty a", "Ver los productos", ".badge", "(0)")
	v.another().get("/cart").want(200, ".empty a", "Ver los productos")
}

// What is gone, sold out or off sale is shown, marked and not counted, and can be taken out.
func TestCartPageCountsWhatThereIs(t *testing.T) {
	v := newVisitor(t)
	a, b, c := v.product("A", `"price":10`), v.product("B", `"price":20`), v.product("C", `"price":40`)
	for _, p := range []string{a.ID.String(), b.ID.String(), c.ID.String()} {
		v.follow("/cart/products/" + p)
	}
	v.shop.must("DELETE", "/api/products/"+a.ID.String(), "")
	v.shop.must("PUT", "/api/products/"+b.ID.String(), `{"stock":0}`)
	got := v.get("/cart")
	got.want(200, ".sum__total strong", "$ 40,00", ".notice", "Hay 2 productos que ya no se pueden comprar así: no están en el total.")
	if diff := cmp.Diff([]string{"Producto que ya no está", b.Title, c.Title}, got.texts(".line__title")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Subtotal No se suma", "Subtotal No se suma", "Subtotal $ 40,00"}, got.texts(".line__subtotal")); diff != "" {
		t.Error(diff)
	}
	v.follow("/cart/products/"+a.ID.String()+"/remove").want(200, ".line__title", b.Title)
}

// A refused quantity comes back beside its field with what was typed, and changes nothing.
func TestCartFormsRefuse(t *testing.T) {
	v := newVisitor(t)
	p := v.product("A", `"stock":2000000`)
	path := "/cart/products/" + p.ID.String()
	for typed, want := range map[string]string{
		"0":                     "Tiene que ser 1 o más.",
		"-3":                    "Tiene que ser 1 o más.",
		"1,5":                   "Tiene que ser un número entero.",
		"dos":                   "Tiene que ser un número entero.",
		"":                      "Falta completar este campo.",
		"1000001":               "Tiene que ser 1.000.000 o menos.",
		strings.Repeat("9", 60): "Tiene que ser 1.000.000 o menos.",
	} {
		got := v.post(path, "quantity", typed)
		got.want(400, "#quantity-problem", want, "h1", p.Title)
		if again := got.attribute("input#quantity", "value"); again != typed {
			t.Errorf("typed %q, shown %q", typed, again)
		}
	}
	v.follow(path)
	got := v.post(path+"/quantity", "quantity", "x7")
	got.want(400, ".field__problem", "Tiene que ser un número entero.", ".lead", "1 cosa elegida.")
	if again := got.attribute(".line input[name=quantity]", "value"); again != "x7" {
		t.Errorf("shown %q", again)
	}
	v.follow(path, "quantity", "999999")
	v.post(path).want(400, "#quantity-problem", "Tiene que ser 1.000.000 o menos.")
}

// What has become scarcer stays in the cart, is marked and not counted, can be taken down with one
// act, and can never grow.
func TestCartPageOfWhatIsScarce(t *testing.T) {
	v := newVisitor(t)
	a, b := v.product("A", `"price":10`), v.product("B", `"price":20`)
	v.follow("/cart/products/"+a.ID.String(), "quantity", "5")
	v.follow("/cart/products/" + b.ID.String())
	v.shop.must("PUT", "/api/products/"+a.ID.String(), `{"stock":3}`)
	got := v.get("/cart")
	got.want(200, ".lead", "6 cosas elegidas.", ".line--out .stock", "Solo quedan 3", ".line--out .line__subtotal", "Subtotal No se suma",
		".sum__total strong", "$ 20,00", ".notice", "Hay 1 producto que ya no se puede comprar así: no está en el total.", "[form=take-"+a.ID.String()+"]", "Dejar 3 "+a.Title)
	path := "/cart/products/" + a.ID.String()
	v.post(path).want(400, "#quantity-problem", "Alcanza para 3, contando lo que ya hay en el carrito.")
	v.post(path+"/quantity", "quantity", "6").want(400, ".line .field__problem", "Alcanza para 3, contando lo que ya hay en el carrito.")
	v.follow(path+"/quantity", "quantity", "4").want(200, ".lead", "5 cosas elegidas.", ".sum__total strong", "$ 20,00")
	v.follow(got.attribute("#take-"+a.ID.String(), "action"), "quantity", got.attribute("#take-"+a.ID.String()+" input", "value")).
		want(200, ".lead", "4 cosas elegidas.", ".sum__total strong", "$ 50,00")
}

// The form of a line that another tab has taken out does what the API does: it puts the product in,
// or says why not.
func TestQuantityOfWhatIsNotInTheCart(t *testing.T) {
	v := newVisitor(t)
	a, b := v.product("A", `"stock":5`), v.product("B")
	v.follow("/cart/products/" + b.ID.String())
	path := "/cart/products/" + a.ID.String() + "/quantity"
	v.post(path, "quantity", "99").want(400, "#quantity-problem", "Alcanza para 5, contando lo que ya hay en el carrito.")
	v.post(path, "quantity", "0").want(400, "#quantity-problem", "Tiene que ser 1 o más.")
	v.post("/cart/products/"+unknownID+"/quantity", "quantity", "3").want(404)
	v.follow(path, "quantity", "3").want(200, ".lead", "4 cosas elegidas.")
}

// What cannot be bought is not added, be its form ever so old.
func TestCartRefusesWhatIsNotForSale(t *testing.T) {
	v := newVisitor(t)
	p := v.product("A", `"stock":0`)
	v.post("/cart/products/"+p.ID.String()).want(400, ".notice--bad", "No lo agregamos: este producto ya no se puede comprar.")
	v.post("/cart/products/"+unknownID).want(404, ".notice--bad", "No lo agregamos: el producto ya no está en el catálogo. Mirá qué más hay.")
	v.post("/cart/products/x").want(404)
	if v.cookies[v.ours("cart")] != "" {
		t.Error("a cart was made for nothing")
	}
}

// A cookie that names no cart is as good as none, and the next addition, or quantity, makes a new
// cart.
func TestCartCookieOfNoCart(t *testing.T) {
	v := newVisitor(t)
	p := v.product("A")
	for _, stale := range []string{unknownID, "nonsense"} {
		v.cookies[v.ours("cart")] = stale
		v.get("/cart").want(200, ".empty a", "Ver los productos")
		v.follow("/cart/empty").want(200, ".empty a", "Ver los productos")
		v.follow("/cart/products/"+p.ID.String()+"/quantity", "quantity", "2").want(200, ".lead", "2 cosas elegidas.")
		v.cookies[v.ours("cart")] = stale
		v.follow("/cart/products/"+p.ID.String()).want(200, ".lead", "1 cosa elegida.")
	}
}

// A cart's address opens it: its forms lead back to it and leave the visitor's own cart alone.
func TestCartByID(t *testing.T) {
	v := newVisitor(t)
	p := v.product("A")
	cart := v.shop.cart("")
	base := "/carts/" + cart.ID.String()
	v.get(base).want(200, "h1", "Carrito", ".empty a", "Ver los productos")
	v.follow(base+"/products/"+p.ID.String(), "quantity", "2").want(200, ".lead", "2 cosas elegidas.", ".badge", "(0)")
	v.follow(base+"/products/"+p.ID.String()+"/quantity", "quantity", "5").want(200, ".lead", "5 cosas elegidas.")
	v.post(base+"/products/"+p.ID.String()+"/quantity", "quantity", "0").want(400, ".field__problem", "Tiene que ser 1 o más.")
	v.follow(base+"/products/"+p.ID.String()+"/remove").want(200, ".empty a", "Ver los productos")
	if v.cookies[v.ours("cart")] != "" {
		t.Error("the visitor got the cart")
	}
	for _, path := range []string{"/carts/" + unknownID, "/carts/x", "/carts/" + models.ID{}.String()} {
		v.get(path).want(404)
		v.post(path + "/empty").want(404)
		v.post(path + "/products/" + p.ID.String()).want(404)
	}
	if _, carts, err := v.shop.store.Carts.List(t.Context(), 1, 1); err != nil || carts != 1 {
		t.Errorf("%d carts: one was made under an address that names none (%v)", carts, err)
	}
}
