package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// Whoever keeps the shop adds a product, is told of a mistake beside its field with all that was
// typed still there, corrects it, sees the product in the table and in the shop, and deletes it.
func TestAddAndDeleteProduct(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/realtimeproducts")
		typed := map[string]string{
			"title": "Rebenque de cuero", "code": "RB-1-" + t.Name(), "category": "talabartería", "price": "12.345,678", "stock": "4",
			"description": "Trenzado a mano.\nDos tientos.", "thumbnails": "/demo/cinto.svg",
		}
		for name, text := range typed {
			p.fill("#"+name, text)
		}
		p.follow("#add form [type=submit]")
		p.answered(400)
		p.expect("problem of the price", p.text("#price-problem"), "Puede tener 2 decimales como mucho.")
		p.expect("summary", p.text("#add [role=alert]"), "No lo guardamos: revisá el campo marcado.")
		p.expect("marked fields", p.count("#add [aria-invalid=true]"), 1)
		for name, text := range typed {
			p.expect(name, p.value("#"+name), text)
		}

		p.fill("#price", "12.345,5")
		p.follow("#add form [type=submit]")
		id := eval[string](p, `document.querySelector("tr:target").id`)
		row := strings.Join(strings.Fields(eval[string](p, `document.querySelector("tr:target").innerText`)), " ")
		for _, said := range []string{"Rebenque de cuero", typed["code"], "talabartería", "$ 12.345,50"} {
			if !strings.Contains(row, said) {
				p.fail("the row %q does not say %q", row, said)
			}
		}
		p.follow("tr:target a")
		p.expect("title", p.text("h1"), "Rebenque de cuero")
		p.expect("description", strings.TrimSpace(p.raw(".product__about")[0]), "Trenzado a mano.\nDos tientos.")

		p.open("/realtimeproducts")
		p.follow(fmt.Sprintf("#%s .act [type=submit]", id))
		p.expect("row", p.count("#"+id), 0)
		p.open("/products/" + strings.TrimPrefix(id, "p-"))
		p.answered(404)
	})
}

// Two products cannot have one code; who tries is told so beside the field.
func TestCodeIsTaken(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	taken := shop.product("yerba mate con palo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/realtimeproducts")
		for name, text := range map[string]string{
			"title": "Otra yerba", "code": taken.Code, "category": "almacén", "price": "1", "stock": "1", "description": "Otra.",
		} {
			p.fill("#"+name, text)
		}
		p.follow("#add form [type=submit]")
		p.answered(409)
		p.expect("problem of the code", p.text("#code-problem"), "Ya lo tiene otro. Elegí uno distinto.")
		p.expect("code", p.value("#code"), taken.Code)
	})
}
