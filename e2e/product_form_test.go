package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A merchant fills in all that the form of a product asks for, and chooses by the keyboard which of
// its pictures shows a variant; what is refused comes back as it was typed.
func TestProductForm(t *testing.T) {
	for _, scripts := range bothWays() {
		t.Run(fmt.Sprintf("scripts=%t", scripts), func(t *testing.T) {
			onBoth(t, func(t *testing.T, v visitor) {
				v.withoutScript = !scripts
				shop := openClosedShop(t, "--demo")
				mate := shop.product("mate de calabaza")
				p := shop.visit(t, v)
				p.setUp()
				p.open("/admin/products/" + mate.ID)
				p.fill("#compareAt", "1")
				p.click("#counted")
				p.fill("#stock", "")
				p.fill("#vendor", "Telares")
				p.fill("#barcode", "7790001000012")
				p.fill("#tags", "sin gluten\noferta")
				p.fill("#thumbnails", "/public/img/products/mate.svg\n/public/img/products/tin.svg")
				p.follow("#shelf [type=submit]")
				p.answered(400)
				p.expect("what was typed", []string{p.value("#compareAt"), p.value("#tags"), p.value("#vendor")}, []string{"1", "sin gluten\noferta", "Telares"})
				p.lookAt("form", "#compareAt-problem", v)
				p.lookAt("form-tags", "#tags", v)
				if scripts {
					p.audit("form of a product", "es")
					p.become(v)
				}
				p.fill("#compareAt", "99000")
				p.follow("#shelf [type=submit]")
				p.expect("what is said of the stock", p.text(rowOf(mate.ID)+".shelf__said"), "Sin contar")

				p.open("/admin/products/" + mate.ID)
				p.click("#variants summary")
				p.fill("#option1", "Talle")
				p.fillRow(0, "M", "MATE-M", "", "2")
				p.do(chromedp.Focus(chromedp.CSS(".matrix__row:first-child .choice input")))
				p.press(kb.ArrowRight)
				p.press(kb.ArrowRight)
				p.expect("chosen picture", p.value(".matrix__row:first-child .choice :checked"), "/public/img/products/tin.svg")
				p.lookAt("photos", ".matrix__row:nth-child(2)", v)
				if scripts {
					p.audit("pictures of variants", "es")
					p.become(v)
				}
				p.follow("#shelf [type=submit]")
				var now struct {
					CompareAt float64
					Tags      []string
					Vendor    string
					Barcode   string
					Variants  []struct{ Thumbnail string }
				}
				shop.call("GET", "/api/products/"+mate.ID, nil, &now)
				p.expect("product", fmt.Sprint(now), "{99000 [sin gluten oferta] Telares 7790001000012 [{/public/img/products/tin.svg}]}")
				p.open("/products/" + mate.ID)
				p.lookAt("before", ".product__price", v)
			})
		})
	}
}
