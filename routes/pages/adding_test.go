package pages_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"pulperia/routes/routestest"
)

// What was put into the cart is said where the shopper was, beside it, in his language and with the
// way to the cart; to nobody else who opens the address.
func TestAddingLeadsBack(t *testing.T) {
	v := routestest.NewVisitor(t)
	yerba, miel := v.Product("Y"), v.Product("M", `"category":"miel y dulces"`)
	id := miel.ID.String()
	list := v.Get("/products?category=miel+y+dulces")
	back := list.Attribute("#p-"+id+" [name=to]", "value")
	got := v.Post("/cart/products/"+id, "to", back)
	to := got.Header().Get("Location")
	if want := "/products?added=" + id + "&category=miel+y+dulces&kept=#p-" + id; got.Code != http.StatusSeeOther || to != want {
		t.Errorf("%d to %s, want %s", got.Code, to, want)
	}
	page := v.Follow("/cart/products/"+id, "to", "/")
	page.Want(200, "#p-"+id+" .added", "Agregado · Ver carrito", ".badge", "(2)")
	if to, told := page.Attribute(".added a", "href"), len(page.All(".added")); to != "/cart" || told != 1 {
		t.Errorf("%d lines, to %q", told, to)
	}
	if role := page.Attribute(".added", "role"); role != "status" {
		t.Errorf("the line has the role %q", role)
	}
	v.Headers = []string{"Accept-Language", "en"}
	v.Get("/products/"+id+"?added="+id).Want(200, ".added", "Added · View cart")
	for _, none := range []string{"/products/" + id, "/?added=" + yerba.ID.String(), "/?added=x"} {
		if page := v.Get(none); page.Code != 200 || len(page.All(".added")) > 0 {
			t.Errorf("%s: %d, and says that something was added", none, page.Code)
		}
	}
	if page := v.Another().Get("/?added=" + id); len(page.All(".added")) > 0 {
		t.Error("another visitor is told of it")
	}
}

// Back is a page of the shop: the one that the form stands on, and of a page of before, the cart.
func TestAddingLeadsNowhereElse(t *testing.T) {
	v := routestest.NewVisitor(t)
	id := v.Product("Y").ID.String()
	v.Cookies["lang"] = "es"
	for from, want := range map[string]string{
		"":                       "/cart",
		"/products/" + id:        "/products/" + id + "?added=" + id + "#buy",
		"https://evil.example/x": "/?added=" + id + "#p-" + id,
		"//evil.example":         "/?added=" + id + "#p-" + id,
		"/\\evil.example":        "/?added=" + id + "#p-" + id,
	} {
		got := v.Post("/cart/products/"+id, "to", from)
		if to := got.Header().Get("Location"); got.Code != http.StatusSeeOther || to != want {
			t.Errorf("from %q: %d to %q, want %q", from, got.Code, to, want)
		}
	}
}

// told is what a script is told of an addition.
type told struct {
	Added    bool
	Count    int64
	Position string
	Said     string
}

// tries sends a form as a script does.
func tries(t *testing.T, v *routestest.Visitor, id string, fields ...string) (status int, answer told) {
	t.Helper()
	v.Headers = []string{"Accept", "application/json"}
	got := v.Post("/cart/products/"+id, fields...)
	v.Headers = nil
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%d %s: %v", got.Code, got.Body, err)
	}
	return got.Code, answer
}

// A form whose answer was lost is sent again under its id, and adds nothing twice: also when the
// cart's cookie was lost with the answer. Another form, or another quantity, is another addition.
func TestAddingAgain(t *testing.T) {
	v := routestest.NewVisitor(t)
	id := v.Product("Y").ID.String()
	for i, tt := range []struct {
		fields []string
		count  int64
	}{
		{[]string{"quantity", "2", "act", "a"}, 2},
		{[]string{"quantity", "2", "act", "a", "ago", "1"}, 2},
		{[]string{"quantity", "2", "act", "a", "ago", "5000"}, 2},
		{[]string{"quantity", "2", "act", "b"}, 4},
		{[]string{"quantity", "1", "act", "b"}, 5},
		{[]string{"quantity", "1"}, 6},
		{[]string{"quantity", "1"}, 7},
	} {
		kept := v.Cookies[v.Ours("cart")]
		if i == 2 {
			v.Cookies = map[string]string{}
		}
		if status, got := tries(t, v, id, tt.fields...); status != 200 || !got.Added || got.Count != tt.count || got.Position == "" {
			t.Errorf("%v: %d %+v, want %d", tt.fields, status, got, tt.count)
		}
		if now := v.Cookies[v.Ours("cart")]; i > 0 && now != kept {
			t.Errorf("%v: another cart", tt.fields)
		}
	}
	v.Get("/cart").Want(200, ".badge", "(7)")
}

// Where the id is forgotten, because the shop was started anew or another process had it, nothing is
// added to a cart that has changed since the first try; to one that has not, it is.
func TestAddingAgainElsewhere(t *testing.T) {
	v := routestest.NewVisitor(t)
	yerba, miel := v.Product("Y").ID.String(), v.Product("M").ID.String()
	tries(t, v, yerba, "act", "a")
	if status, got := tries(t, v, yerba, "act", "forgotten", "ago", "5000"); status != http.StatusConflict || got.Added || got.Count != 1 ||
		!strings.HasPrefix(got.Said, "Tu carrito cambió después del primer intento") {
		t.Errorf("a cart that may have it: %d %+v", status, got)
	}
	if status, got := tries(t, v, miel, "act", "other", "ago", "5000"); status != 200 || got.Count != 2 {
		t.Errorf("a cart that has none of it: %d %+v", status, got)
	}
}

// Why nothing was added is said at that moment, in the same words as on a page.
func TestAddingRefused(t *testing.T) {
	v := routestest.NewVisitor(t)
	few, off, gone := v.Product("F", `"stock":3`), v.Product("O", `"status":false`), v.Product("G")
	sizes := v.Product("S", `"stock":1`, `"variants":[{"code":"S-1","options":{"Talle":"M"},"stock":1},{"code":"S-2","options":{"Talle":"L"},"stock":0}]`)
	v.Shop.Must("DELETE", "/api/products/"+gone.ID.String(), "")
	tries(t, v, few.ID.String(), "quantity", "2")
	for _, tt := range []struct {
		id, quantity, want string
	}{
		{few.ID.String(), "2", "Alcanza para 3, contando lo que ya hay en el carrito."},
		{few.ID.String(), "dos", "Tiene que ser un número entero."},
		{off.ID.String(), "1", "No lo agregamos: este producto ya no se puede comprar."},
		{gone.ID.String(), "1", "No lo agregamos: el producto ya no está en el catálogo. Mirá qué más hay."},
		{sizes.ID.String(), "1", "Elegí una de las opciones, y agregala."},
	} {
		if status, got := tries(t, v, tt.id, "quantity", tt.quantity, "act", "a"); status != 400 || got.Added || got.Said != tt.want || got.Count != 2 {
			t.Errorf("%+v: %d %+v", tt, status, got)
		}
	}
}

// A step says how many there are to be, so that what is said twice is once; one too many is refused
// beside the quantity that the cart keeps.
func TestCartSteps(t *testing.T) {
	v := routestest.NewVisitor(t)
	id := v.Product("Y", `"stock":3`, `"price":10`).ID.String()
	cart := v.Follow("/cart/products/"+id, "quantity", "2")
	steps := cart.All("[name=step]")
	if len(steps) != 2 {
		t.Fatalf("%d steps", len(steps))
	}
	less, _ := routestest.AttributeOf(steps[0], "value")
	more, _ := routestest.AttributeOf(steps[1], "value")
	if less != "1" || more != "3" {
		t.Errorf("steps to %s and %s", less, more)
	}
	for range 2 {
		v.Follow("/cart/products/"+id+"/quantity", "quantity", "2", "step", more).Want(200, ".badge", "(3)", ".sum__total strong", "$ 30,00")
	}
	got := v.Post("/cart/products/"+id+"/quantity", "quantity", "3", "step", "4")
	got.Want(400, ".field__problem", "Alcanza para 3, contando lo que ya hay en el carrito.", ".badge", "(3)")
	if shown := got.Attribute(".line__quantity [name=quantity]", "value"); shown != "3" {
		t.Errorf("shown %q", shown)
	}
	got = v.Follow("/cart/products/"+id+"/quantity", "step", "1")
	if _, off := routestest.AttributeOf(got.All("[name=step]")[0], "disabled"); !off {
		t.Error("one can be made none")
	}
}
