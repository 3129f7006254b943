package pages_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/pages"
	"pulperia/routes/routestest"
)

// typedProduct is a form that is taken; later pairs replace earlier ones.
func typedProduct(change ...string) []string {
	fields := []string{
		"title", "Miel de monte", "code", "M-1", "category", "almacén", "price", "1.234,50", "stock", "1.000",
		"description", "Espesa.\r\nOscura.", "thumbnails", "/img/a.png\r\n\r\nhttps://example.com/b.png\r\n", "status", "true",
	}
	for i := 0; i < len(change); i += 2 {
		for j := 0; j < len(fields); j += 2 {
			if fields[j] == change[i] {
				fields[j+1] = change[i+1]
			}
		}
	}
	return fields
}

func allProducts(v *routestest.Visitor) (products []models.Product) {
	v.Shop.Must("GET", "/api/products?limit=1000", "").Payload(&products)
	return products
}

// A product is added as it was typed and leads to its row; sent twice it is added once.
func TestAddProduct(t *testing.T) {
	v := routestest.NewVisitor(t)
	id := v.Get("/realtimeproducts").Attribute("input[name=_id]", "value")
	fields := append(typedProduct(), "_id", id)
	for range 2 {
		got := v.Post("/realtimeproducts", fields...)
		got.Want(303)
		if to := got.Header().Get("Location"); to != "/realtimeproducts#p-"+id {
			t.Errorf("leads to %q", to)
		}
	}
	got := v.Get("/realtimeproducts")
	got.Want(200, "tbody th a", "Miel de monte", ".lead", "1 producto en los estantes. Agregar un producto")
	var p models.Product
	v.Shop.Must("GET", "/api/products/"+id, "").Payload(&p)
	want := models.Product{Title: "Miel de monte", Code: "M-1", Category: "almacén", Price: 1234500, Stock: 1000, Status: true,
		Description: "Espesa.\nOscura.", Thumbnails: []string{"/img/a.png", "https://example.com/b.png"},
		ID: p.ID, Rev: 1, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	// Back in the browser, filled in anew and sent: the form's id is taken, and it is another
	// product all the same.
	v.Follow("/realtimeproducts", append(typedProduct("code", "M-2"), "_id", id)...).Want(200)
	if n := len(v.Get("/realtimeproducts").All("tbody tr")); n != 2 {
		t.Errorf("%d products", n)
	}
}

// Each problem stands beside its field with what was typed, and nothing is stored.
func TestAddProductRefuses(t *testing.T) {
	v := routestest.NewVisitor(t)
	v.Product("TAKEN")
	long := strings.Repeat("ñ", 201)
	for _, tt := range []struct {
		field, typed, want string
		status             int
	}{
		{"title", "  ", "Falta completar este campo.", 400},
		{"title", long, "Puede tener 200 caracteres como mucho.", 400},
		{"title", "a\x00b", "Tiene caracteres invisibles que no se pueden guardar. Escribilo de nuevo.", 400},
		{"code", "TAKEN", "Ya lo tiene otro. Elegí uno distinto.", 409},
		{"category", "", "Falta completar este campo.", 400},
		{"price", "gratis", "Tiene que ser un número, como 1234,50.", 400},
		{"price", "1,005", "", 303},
		{"price", "0,125", "Puede tener 2 decimales como mucho.", 400},
		{"price", "-1", "Tiene que ser 0 o más.", 400},
		{"price", "10000000000,01", "Tiene que ser 10.000.000.000 o menos.", 400},
		{"price", strings.Repeat("9", 40), "Tiene que ser 10.000.000.000 o menos.", 400},
		{"price", "25.000", "Se puede leer de dos maneras: 25 / 25000. Escribilo sin separar los miles.", 400},
		{"stock", "", "Falta completar este campo.", 400},
		{"stock", "2,5", "Tiene que ser un número entero.", 400},
		{"stock", "1000000001", "Tiene que ser 1.000.000.000 o menos.", 400},
		{"description", strings.Repeat("a", 20_001), "Puede tener 20.000 caracteres como mucho.", 400},
		{"thumbnails", "/a.png\njavascript:alert(1)", "Cada imagen es un camino o una dirección http(s), de hasta 2.000 caracteres.", 400},
	} {
		before := len(allProducts(v))
		got := v.Post("/realtimeproducts", typedProduct("stock", "1000", tt.field, tt.typed)...)
		if tt.status == 303 {
			got.Want(303)
			continue
		}
		got.Want(tt.status, "#"+tt.field+"-problem", tt.want, ".notice--bad", "No lo guardamos: revisá el campo marcado.")
		again := got.Attribute("input#"+tt.field, "value")
		if area := got.All("textarea#" + tt.field); len(area) > 0 {
			again = routestest.TextOf(area[0])
		}
		if !strings.Contains(tt.typed, "\x00") && again != tt.typed { // a browser has no way to show U+0000
			t.Errorf("%s: typed %.60q, shown %.60q", tt.field, tt.typed, again)
		}
		if got.Attribute("input#title", "aria-invalid") == "true" != (tt.field == "title") {
			t.Errorf("%s: the title is marked", tt.field)
		}
		if n := len(allProducts(v)); n != before {
			t.Errorf("%s: %d products instead of %d", tt.field, n, before)
		}
	}
	v.Post("/realtimeproducts").Want(400, ".notice--bad", "No lo guardamos: revisá los 6 campos marcados.")
}

// Deleting leads back to the page that one was on, to the last one where that is gone, and is no
// error when somebody else was first.
func TestDeleteProduct(t *testing.T) {
	v := routestest.NewVisitor(t)
	var last models.Product
	for i := range pages.TableSize + 1 {
		last = v.Product(fmt.Sprint("P", i))
	}
	got := v.Get("/realTimeProducts?page=2")
	got.Want(200, "tbody th a", last.Title, ".pager__at", "Página 2 de 2")
	action := got.Attribute(".act form", "action")
	for range 2 {
		got = v.Follow(action, "page", "2")
		got.Want(200, ".lead", fmt.Sprint(pages.TableSize, " productos en los estantes. Agregar un producto"))
	}
	if n := len(got.All("tbody tr")); n != pages.TableSize {
		t.Errorf("%d rows", n)
	}
	v.Post("/realtimeproducts/x/delete").Want(303)
}
