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

// A page whose address asks for a language stays in it when it asks what has become of it;
// whoever chooses another language there sees that.
func TestAskedLanguage(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		for _, address := range []string{"/?lang=en", "/products?category=bazar&lang=en", "/products/" + shop.product("yerba mate con palo").ID + "?lang=en"} {
			p.open(address)
			p.isLive()
			p.expect("language", eval[string](p, `document.documentElement.lang`), "en")
			asked := `performance.getEntriesByType("resource").filter(e => e.initiatorType === "fetch" && e.name.endsWith(` + js(address) + `)).length`
			eval[bool](p, `window.stays = true`)
			for n := range 2 { // the second one is of a page that the first has left where it was
				eval[any](p, `dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}))`)
				p.soon("questions", asked, n+1)
			}
			p.isLive()
			p.expect("the same page", eval[bool](p, `window.stays === true`), true)
			p.expect("language", eval[string](p, `document.documentElement.lang`), "en")
			p.expect("address", p.where(), address)
		}
		p.open("/?lang=en")
		p.follow(".language button")
		p.expect("language", eval[string](p, `document.documentElement.lang`), "es")
		p.follow(".card__title a")
		p.expect("language", eval[string](p, `document.documentElement.lang`), "es")
	})
}
