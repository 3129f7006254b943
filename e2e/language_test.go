package e2e

import "testing"

// The shop speaks the visitor's language, and the other one when asked, on the page where they are.
func TestLanguage(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		const address = "/products?category=bazar&sort=asc"
		p.open(address)
		p.expect("language", eval[string](p, `document.documentElement.lang`), "es")
		cheapest := p.text(".card__title")
		p.follow(".language button")
		p.expect("language", eval[string](p, `document.documentElement.lang`), "en")
		p.expect("products", p.text(".card__title"), cheapest)
		p.expect("price", p.text(".card__price"), "$1,425.00")
		p.expect("address", p.where(), address)
		p.follow(".language button")
		p.expect("language", eval[string](p, `document.documentElement.lang`), "es")
		p.expect("price", p.text(".card__price"), "$ 1.425,00")
		p.expect("address", p.where(), address)

		v.language = "en-GB,en;q=0.9,es;q=0.5"
		p = shop.visit(t, v)
		p.open("/chat")
		p.expect("language", eval[string](p, `document.documentElement.lang`), "en")
	})
}
