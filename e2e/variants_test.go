package e2e

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// lookAt is look at a place of the page.
func (p *page) lookAt(name, at string, v visitor) {
	if os.Getenv("PULPERIA_LOOK") != "" {
		p.do(chromedp.ScrollIntoView(chromedp.CSS(at)))
		p.look(fmt.Sprintf("%s-%d", name, v.width))
	}
}

// fillRow fills a row of the grid of variants: its size, code, price and stock.
func (p *page) fillRow(i int, size, code, price, stock string) {
	p.t.Helper()
	for name, value := range map[string]string{"option1": size, "code": code, "price": price, "stock": stock} {
		p.fill(fmt.Sprintf("#variants-%d-%s", i, name), value)
	}
}

// A merchant gives a product two sizes; a shopper chooses one, sees its price and what is left of it
// change as he looks, and buys it; of the other there is as much as before.
func TestTwoSizes(t *testing.T) {
	t.Parallel()
	for _, scripts := range bothWays() {
		t.Run(fmt.Sprintf("scripts=%t", scripts), func(t *testing.T) {
			onBoth(t, func(t *testing.T, v visitor) {
				v.withoutScript = !scripts
				shop := openClosedShop(t, "--demo")
				mate := shop.product("mate de calabaza")
				p, guest := shop.visit(t, v), shop.visit(t, v)
				p.setUp()
				edit := "/admin/products/" + mate.ID
				p.open(edit)
				p.click("#variants summary")
				p.fill("#option1", "Talle")
				p.fillRow(0, "M", "MATE-M", "", "2")
				p.fillRow(1, "L", "MATE-L", "9.000,50", "4")
				p.follow("#shelf [name=more]")
				p.expect("rows that came back", p.count(".matrix__row"), 2+3)
				p.expect("what was typed", p.value("#variants-1-price"), "9.000,50")
				p.lookAt("grid", ".matrix__rows li:nth-child(3)", v)
				if scripts {
					p.audit("grid of variants", "es")
					p.become(v)
				}
				p.fill("#variants-0-stock", "dos")
				p.follow("#shelf [type=submit]")
				p.answered(400)
				p.expect("problem", p.text("#variants-0-stock-problem"), "Tiene que ser un número entero.")
				p.fill("#variants-0-stock", "2")
				p.follow("#shelf [type=submit]")
				p.expect("link to its variants", p.text(rowOf(mate.ID)+".shelf__said a"), "2 variantes "+mate.Title)
				p.lookAt("row", rowOf(mate.ID), v)
				if scripts { // one is counted in the row
					p.audit("row with variants", "es")
					p.become(v)
					p.isLive()
					first := fmt.Sprintf(`fetch("/api/products/%s").then(a => a.json()).then(a => a.payload.variants[0].stock)`, mate.ID)
					p.click(rowOf(mate.ID) + ".shelf__counts form:first-child [name=add][value='1']")
					p.soon("stock of the first size", first, 3)
					p.click(rowOf(mate.ID) + ".shelf__counts form:first-child [name=add][value='-1']")
					p.soon("stock of the first size", first, 2)
					p.lookAt("counts", rowOf(mate.ID), v)
				}

				guest.open("/products/" + mate.ID)
				guest.expect("sizes", guest.texts(".variant__name"), []string{"M", "L"})
				guest.expect("prices", guest.text(".variant:nth-of-type(2) .variant__price"), "$ 9.000,50")
				guest.expect("stock", guest.texts(".variant .stock"), []string{"Quedan 2", "Quedan 4"})
				guest.lookAt("sizes", ".buy [type=submit]", v)
				if scripts {
					guest.audit("product with variants", "es")
					guest.become(v)
					guest.isLive()
					p.open(edit)
					p.fill("#variants-0-price", "1.500")
					p.follow("#shelf [type=submit]")
					guest.soon("price of the first size", `document.querySelector(".variant__price").textContent`, "$ 1.500,00")
					guest.soon("price of the product", `document.querySelector("[data-show=price]").textContent`, "$ 1.500,00")
				}
				guest.do(chromedp.Click(chromedp.CSS(".variant:nth-of-type(2) input")))
				guest.buy(".buy")
				guest.expect("line", guest.texts(".line__title"), []string{mate.Title + " – L"})
				guest.lookAt("cart", ".line", v)
				if scripts {
					guest.audit("cart with a variant", "es")
				}

				p.open(edit)
				p.fill("#variants-1-stock", "0")
				p.follow("#shelf [type=submit]")
				guest.open("/products/" + mate.ID)
				guest.expect("stock", guest.texts(".variant .stock"), []string{"Quedan 2", "Agotado"})
				guest.expect("what can be chosen", guest.count(".variant input:not([disabled])"), 1)
				guest.open("/cart")
				guest.expect("note", guest.texts(".line .stock"), []string{"Agotado"})
				var now struct {
					Stock    int
					Variants []struct{ Stock int }
				}
				shop.call("GET", "/api/products/"+mate.ID, nil, &now)
				p.expect("stock", []int{now.Stock, now.Variants[0].Stock, now.Variants[1].Stock}, []int{2, 2, 0})
			})
		})
	}
}
