package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/routes/routestest"
)

// fill puts ten products on the shelves: five yerbas, four cheeses and one that is off sale.
func fill(v *routestest.Visitor) {
	for i := 1; i <= 5; i++ {
		v.Product(fmt.Sprint("Y", i), fmt.Sprintf(`"title":"Yerba %d"`, i), `"category":"yerbas"`, fmt.Sprintf(`"price":%d`, 100*i))
	}
	for i := 1; i <= 4; i++ {
		v.Product(fmt.Sprint("Q", i), fmt.Sprintf(`"title":"Queso %d"`, i), `"category":"quesos"`, fmt.Sprintf(`"price":%d`, 1000*i), fmt.Sprintf(`"stock":%d`, i-1))
	}
	v.Product("OFF", `"title":"Escondido"`, `"status":false`)
}

// The list shows what is on sale and what its address asks for, in the API's own words; what is new
// stands first.
func TestProductsPage(t *testing.T) {
	v := routestest.NewVisitor(t)
	fill(v)
	yerbas := []string{"Yerba 5", "Yerba 4", "Yerba 3", "Yerba 2", "Yerba 1"}
	quesos := []string{"Queso 4", "Queso 3", "Queso 2", "Queso 1"}
	for _, tt := range []struct {
		target, title string
		want, chips   []string
	}{
		{"/", "Pasá, hay de todo", slices.Concat(quesos, yerbas), nil},
		{"/PRODUCTS/", "Pasá, hay de todo", slices.Concat(quesos, yerbas), nil},
		{"/products?category=yerbas", "yerbas", yerbas, []string{"yerbas"}},
		{"/products?q=queso+3", "Resultados para «queso 3»", []string{"Queso 3"}, []string{"«queso 3»"}},
		{"/products?minPrice=1.000,00&maxPrice=3000.0&sort=desc", "Productos", []string{"Queso 3", "Queso 2", "Queso 1"}, []string{"Desde $ 1.000,00", "Hasta $ 3.000,00"}},
		{"/products?available=true&category=quesos&sort=1", "quesos", []string{"Queso 2", "Queso 3", "Queso 4"}, []string{"quesos", "Solo lo que hay"}},
		{"/products?limit=3&page=2", "Pasá, hay de todo", []string{"Queso 1", "Yerba 5", "Yerba 4"}, nil},
		{"/products?page=x&limit=-1&sort=up&available=1&none=1", "Pasá, hay de todo", quesos[:1], nil},
		{"/products?q=escondido", "Resultados para «escondido»", nil, []string{"«escondido»"}},
	} {
		got := v.Get(tt.target)
		got.Want(http.StatusOK, "h1", tt.title)
		if diff := cmp.Diff(tt.want, got.Texts(".card__title a")); diff != "" {
			t.Errorf("%s: %s", tt.target, diff)
		}
		chips := got.Texts(".chip bdi")
		if diff := cmp.Diff(tt.chips, chips); diff != "" {
			t.Errorf("%s: chips %s", tt.target, diff)
		}
	}
}

// What is sold out stands on the shelf without its form.
func TestProductsPageOffersWhatThereIs(t *testing.T) {
	v := routestest.NewVisitor(t)
	fill(v)
	got := v.Get("/products?category=quesos&sort=asc")
	if cards, forms := len(got.All(".card")), got.Shown(".card form"); cards != 4 || forms != 3 {
		t.Errorf("%d products with %d forms", cards, forms)
	}
	got.Want(200, ".card .stock", "Agotado")
}

// Pages keep the filters, a chip drops its own and keeps the others, and a page past the end leads
// back.
func TestProductsPageLinks(t *testing.T) {
	v := routestest.NewVisitor(t)
	fill(v)
	got := v.Get("/products?category=yerbas&limit=2&page=2&q=yerba&junk=1")
	cards := got.All(".card")
	last, _ := routestest.AttributeOf(cards[len(cards)-1], "data-product")
	want := map[string]string{
		`.pager a[rel=prev]`: "/products?category=yerbas&limit=2&q=yerba",
		`.pager a[rel=next]`: "/products?category=yerbas&limit=2&page=3&q=yerba&after=" + endingAt(v, last),
		".chip":              "/products?category=yerbas&limit=2",
	}
	for selector, link := range want {
		if href := got.Attribute(selector, "href"); href != link {
			t.Errorf("%s leads to %q, want %q", selector, href, link)
		}
	}
	got.Want(200, ".pager__at", "Página 2 de 3")
	if chosen := got.Text("select#category option[selected]"); chosen != "yerbas (5)" {
		t.Errorf("chosen category: %q", chosen)
	}
	past := v.Get("/products?limit=2&page=99")
	past.Want(200, ".empty p", "La lista termina antes de esta página.")
	if href := past.Attribute(".empty a", "href"); href != "/products?limit=2&page=5" {
		t.Errorf("past the end it leads to %q", href)
	}
	if none := v.Get("/products?q=zzz"); none.Attribute(".empty a", "href") != "/products" {
		t.Error("nothing found leads nowhere")
	}
}

// A price that cannot be read stands beside its field with what was typed; the rest of the filter
// works.
func TestProductsPageRefusesPrice(t *testing.T) {
	v := routestest.NewVisitor(t)
	fill(v)
	got := v.Get("/products?category=quesos&minPrice=" + url.QueryEscape(`"><b>caro`))
	got.Want(400, "#minPrice-problem", "Tiene que ser un número, como 1234,50.")
	if typed := got.Attribute("input#minPrice", "value"); typed != `"><b>caro` {
		t.Errorf("typed: %q", typed)
	}
	if n := len(got.All(".card")); n != 4 {
		t.Errorf("%d products", n)
	}
}

// Words that cannot be searched for are said to be so, and stay where they were typed; a form's
// empty fields ask for nothing.
func TestProductsPageRefusesSearch(t *testing.T) {
	v := routestest.NewVisitor(t)
	fill(v)
	for typed, problem := range map[string]string{
		strings.Repeat("a ", 33): "Puede tener 32 palabras como mucho.",
		strings.Repeat("ñ", 401): "Puede tener 400 caracteres como mucho.",
		"🧉":                      "Escribí una palabra que tenga alguna letra o cifra.",
	} {
		got := v.Get("/products?category=quesos&q=" + url.QueryEscape(typed))
		got.Want(400, "#search-problem", "Buscar productos: "+problem)
		if again := got.Attribute("#search", "value"); again != strings.TrimSpace(typed) {
			t.Errorf("typed: %q", again)
		}
		if n := len(got.All(".card")); n != 4 {
			t.Errorf("%d products", n)
		}
	}
	empty := v.Get("/products?q=&category=&minPrice=&maxPrice=&sort=&limit=")
	if empty.Want(200); len(empty.All(".card")) != len(v.Get("/products").All(".card")) {
		t.Error("empty fields choose")
	}
}

func TestEmptyShop(t *testing.T) {
	v := routestest.NewVisitor(t)
	v.Get("/").Want(200, ".empty p", "Todavía no hay productos. Agregá el primero o probá con el catálogo de muestra (--demo).")
	v.Get("/realtimeproducts").Want(200, ".empty p", "Todavía no hay productos. Agregá el primero con el formulario.")
	v.Get("/cart").Want(200, ".empty p", "Tu carrito está vacío. Elegí algo de los estantes y aparece acá.")
	v.Get("/chat").Want(200, ".empty p", "Todavía nadie dijo nada. Escribí el primer mensaje.")
}

// How much is left is said in words; what cannot be bought has no form.
func TestProductPage(t *testing.T) {
	v := routestest.NewVisitor(t)
	for _, tt := range []struct{ fields, es, en string }{
		{`"stock":7`, "Hay en stock", "In stock"},
		{`"stock":5`, "Quedan 5", "Only 5 left"},
		{`"stock":1`, "Queda 1", "Only 1 left"},
		{`"stock":0`, "Agotado", "Sold out"},
		{`"status":false`, "No está a la venta", "Not for sale"},
	} {
		p := v.Product("P"+tt.fields, `"title":"Miel"`, tt.fields, `"description":"De monte.\n\nEspesa."`)
		path := "/products/" + p.ID.String()
		got := v.Get(path)
		got.Want(200, "h1", "Miel", ".stock", tt.es, ".product__price [data-show=price]", "$ 1.234,50")
		v.Another("Accept-Language", "en").Get(path).Want(200, ".stock", tt.en, ".product__price [data-show=price]", "$1,234.50")
		if paragraphs := got.Texts(".product__about p"); !slices.Equal(paragraphs, []string{"De monte.", "Espesa."}) {
			t.Errorf("description: %q", paragraphs)
		}
		if buyable := got.Shown(".buy") == 1; buyable != p.Available() || buyable == (got.Shown("[data-show=instead]") == 1) {
			t.Errorf("%s: buyable is %v", tt.fields, buyable)
		}
	}
	for _, path := range []string{"/products/" + routestest.UnknownID, "/products/x"} {
		v.Get(path).Want(404, "h1", "Acá no hay nada")
	}
}

// A product without a picture is drawn by its category; several pictures stand side by side.
func TestPictures(t *testing.T) {
	v := routestest.NewVisitor(t)
	none := v.Product("A", `"category":"Yerba y mate"`)
	several := v.Product("B", `"thumbnails":["/img/a.webp","https://example.com/b.png"]`)
	if src := v.Get("/products/"+none.ID.String()).Attribute(".picture img", "src"); !strings.HasPrefix(src, "/public/img/products/mate.svg?v=") {
		t.Errorf("drawing: %q", src)
	}
	got := v.Get("/products/" + several.ID.String())
	var sources []string
	for _, node := range got.All(".gallery img") {
		src, _ := routestest.AttributeOf(node, "src")
		sources = append(sources, src)
	}
	if diff := cmp.Diff([]string{"/img/a.webp", "https://example.com/b.png"}, sources); diff != "" {
		t.Error(diff)
	}
}
