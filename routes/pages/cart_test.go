package pages_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// A visitor's cart begins with the first addition, is told by a cookie that scripts cannot read,
// and goes through all its forms.
func TestCartPages(t *testing.T) {
	v := routestest.NewVisitor(t)
	yerba, miel := v.Product("Y", `"title":"Yerba"`, `"price":1000.5`), v.Product("M", `"title":"Miel"`, `"stock":3`)
	first := v.Post("/cart/products/" + yerba.ID.String())
	cookie := first.Header().Get("Set-Cookie")
	for _, part := range []string{v.Ours("cart") + "=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q has no %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Error("the cookie is Secure without TLS")
	}
	first.Want(303)
	got := v.Follow("/cart/products/"+miel.ID.String(), "quantity", "3")
	got.Want(200, "h1", "Tu carrito", ".lead", "4 cosas elegidas.", ".badge", "(4)", ".sum__total strong", "$ 4.704,00")
	if diff := cmp.Diff([]string{"Yerba", "Miel"}, got.Texts(".line__title")); diff != "" {
		t.Error(diff)
	}
	got = v.Follow("/cart/products/"+yerba.ID.String()+"/quantity", "quantity", "2")
	got.Want(200, ".line__subtotal", "Subtotal $ 2.001,00")
	got = v.Follow("/cart/products/" + miel.ID.String() + "/remove")
	got.Want(200, ".lead", "2 cosas elegidas.", ".sum__total strong", "$ 2.001,00")
	v.Follow("/cart/empty").Want(200, ".empty a", "Ver los productos", ".badge", "(0)")
	v.Another().Get("/cart").Want(200, ".empty a", "Ver los productos")
}

// What is gone, sold out or off sale is shown, marked and not counted, and can be taken out.
func TestCartPageCountsWhatThereIs(t *testing.T) {
	v := routestest.NewVisitor(t)
	a, b, c := v.Product("A", `"price":10`), v.Product("B", `"price":20`), v.Product("C", `"price":40`)
	for _, p := range []string{a.ID.String(), b.ID.String(), c.ID.String()} {
		v.Follow("/cart/products/" + p)
	}
	v.Shop.Must("DELETE", "/api/products/"+a.ID.String(), "")
	v.Shop.Must("PUT", "/api/products/"+b.ID.String(), `{"stock":0}`)
	got := v.Get("/cart")
	got.Want(200, ".sum__total strong", "$ 40,00", ".notice", "Hay 2 productos que ya no se pueden comprar así: no están en el total.")
	if diff := cmp.Diff([]string{"Producto que ya no está", b.Title, c.Title}, got.Texts(".line__title")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Subtotal No se suma", "Subtotal No se suma", "Subtotal $ 40,00"}, got.Texts(".line__subtotal")); diff != "" {
		t.Error(diff)
	}
	v.Follow("/cart/products/"+a.ID.String()+"/remove").Want(200, ".line__title", b.Title)
}

// A refused quantity comes back beside its field with what was typed, and changes nothing.
func TestCartFormsRefuse(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A", `"stock":2000000`)
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
		got := v.Post(path, "quantity", typed)
		got.Want(400, "#quantity-problem", want, "h1", p.Title)
		if again := got.Attribute("input#quantity", "value"); again != typed {
			t.Errorf("typed %q, shown %q", typed, again)
		}
	}
	v.Follow(path)
	got := v.Post(path+"/quantity", "quantity", "x7")
	got.Want(400, ".field__problem", "Tiene que ser un número entero.", ".lead", "1 cosa elegida.")
	if again := got.Attribute(".line input[name=quantity]", "value"); again != "x7" {
		t.Errorf("shown %q", again)
	}
	v.Follow(path, "quantity", "999999")
	v.Post(path).Want(400, "#quantity-problem", "Tiene que ser 1.000.000 o menos.")
}

// What has become scarcer stays in the cart, is marked and not counted, can be taken down with one
// act, and can never grow.
func TestCartPageOfWhatIsScarce(t *testing.T) {
	v := routestest.NewVisitor(t)
	a, b := v.Product("A", `"price":10`), v.Product("B", `"price":20`)
	v.Follow("/cart/products/"+a.ID.String(), "quantity", "5")
	v.Follow("/cart/products/" + b.ID.String())
	v.Shop.Must("PUT", "/api/products/"+a.ID.String(), `{"stock":3}`)
	got := v.Get("/cart")
	got.Want(200, ".lead", "6 cosas elegidas.", ".line--out .stock", "Solo quedan 3", ".line--out .line__subtotal", "Subtotal No se suma",
		".sum__total strong", "$ 20,00", ".notice", "Hay 1 producto que ya no se puede comprar así: no está en el total.", "[form=take-"+a.ID.String()+"]", "Dejar 3 "+a.Title)
	path := "/cart/products/" + a.ID.String()
	v.Post(path).Want(400, "#quantity-problem", "Alcanza para 3, contando lo que ya hay en el carrito.")
	v.Post(path+"/quantity", "quantity", "6").Want(400, ".line .field__problem", "Alcanza para 3, contando lo que ya hay en el carrito.")
	v.Follow(path+"/quantity", "quantity", "4").Want(200, ".lead", "5 cosas elegidas.", ".sum__total strong", "$ 20,00")
	v.Follow(got.Attribute("#take-"+a.ID.String(), "action"), "quantity", got.Attribute("#take-"+a.ID.String()+" input", "value")).
		Want(200, ".lead", "4 cosas elegidas.", ".sum__total strong", "$ 50,00")
}

// The form of a line that another tab has taken out does what the API does: it puts the product in,
// or says why not.
func TestQuantityOfWhatIsNotInTheCart(t *testing.T) {
	v := routestest.NewVisitor(t)
	a, b := v.Product("A", `"stock":5`), v.Product("B")
	v.Follow("/cart/products/" + b.ID.String())
	path := "/cart/products/" + a.ID.String() + "/quantity"
	v.Post(path, "quantity", "99").Want(400, "#quantity-problem", "Alcanza para 5, contando lo que ya hay en el carrito.")
	v.Post(path, "quantity", "0").Want(400, "#quantity-problem", "Tiene que ser 1 o más.")
	v.Post("/cart/products/"+routestest.UnknownID+"/quantity", "quantity", "3").Want(404)
	v.Follow(path, "quantity", "3").Want(200, ".lead", "4 cosas elegidas.")
}

// What cannot be bought is not added, be its form ever so old.
func TestCartRefusesWhatIsNotForSale(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A", `"stock":0`)
	v.Post("/cart/products/"+p.ID.String()).Want(400, ".notice--bad", "No lo agregamos: este producto ya no se puede comprar.")
	v.Post("/cart/products/"+routestest.UnknownID).Want(404, ".notice--bad", "No lo agregamos: el producto ya no está en el catálogo. Mirá qué más hay.")
	v.Post("/cart/products/x").Want(404)
	if v.Cookies[v.Ours("cart")] != "" {
		t.Error("a cart was made for nothing")
	}
}

// A cookie that names no cart is as good as none, and the next addition, or quantity, makes a new
// cart.
func TestCartCookieOfNoCart(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A")
	for _, stale := range []string{routestest.UnknownID, "nonsense"} {
		v.Cookies[v.Ours("cart")] = stale
		v.Get("/cart").Want(200, ".empty a", "Ver los productos")
		v.Follow("/cart/empty").Want(200, ".empty a", "Ver los productos")
		v.Follow("/cart/products/"+p.ID.String()+"/quantity", "quantity", "2").Want(200, ".lead", "2 cosas elegidas.")
		v.Cookies[v.Ours("cart")] = stale
		v.Follow("/cart/products/"+p.ID.String()).Want(200, ".lead", "1 cosa elegida.")
	}
}

// A cart's address opens it: its forms lead back to it and leave the visitor's own cart alone.
func TestCartByID(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A")
	cart := v.Shop.Cart("")
	base := "/carts/" + cart.ID.String()
	v.Get(base).Want(200, "h1", "Carrito", ".empty a", "Ver los productos")
	v.Follow(base+"/products/"+p.ID.String(), "quantity", "2").Want(200, ".lead", "2 cosas elegidas.", ".badge", "(0)")
	v.Follow(base+"/products/"+p.ID.String()+"/quantity", "quantity", "5").Want(200, ".lead", "5 cosas elegidas.")
	v.Post(base+"/products/"+p.ID.String()+"/quantity", "quantity", "0").Want(400, ".field__problem", "Tiene que ser 1 o más.")
	v.Follow(base+"/products/"+p.ID.String()+"/remove").Want(200, ".empty a", "Ver los productos")
	if v.Cookies[v.Ours("cart")] != "" {
		t.Error("the visitor got the cart")
	}
	for _, path := range []string{"/carts/" + routestest.UnknownID, "/carts/x", "/carts/" + models.ID{}.String()} {
		v.Get(path).Want(404)
		v.Post(path + "/empty").Want(404)
		v.Post(path + "/products/" + p.ID.String()).Want(404)
	}
	if _, carts, err := v.Shop.Store.Carts.List(t.Context(), 1, 1); err != nil || carts != 1 {
		t.Errorf("%d carts: one was made under an address that names none (%v)", carts, err)
	}
}
