package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// password is that of whoever keeps a shop.
const password = "mate amargo con bizcochos"

// ownerLink returns the path by which the first owner is made, as the program has written it.
func (s *shop) ownerLink() string {
	s.t.Helper()
	for end := time.Now().Add(startTimeout); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, folder := range []string{s.store, s.dir} { // the second one where the store is a database
			text, _ := os.ReadFile(filepath.Join(folder, "owner-link.txt"))
			if link := regexp.MustCompile(`/setup\?token=\w+`).Find(text); link != nil {
				return string(link)
			}
		}
	}
	s.t.Fatal("the shop has written no link for its owner")
	return ""
}

// setUp makes the visitor the owner of the shop.
func (p *page) setUp() {
	p.t.Helper()
	p.open(p.shop.ownerLink())
	p.fill("#name", "Ana")
	p.fill("#email", "ana@example.com")
	p.fill("#password", password)
	p.follow("main [type=submit]")
	p.expect("page", strings.SplitN(p.where(), "?", 2)[0], "/admin")
}

// row is a selector of what is in the row of a product of the counter.
func rowOf(id string) string { return "#p-" + id + " " }

// A merchant sets up the shop by its link, changes prices and stock where they stand, hides and
// copies a product and says by which number he is reached; who stands in the shop sees all of it
// as it happens.
func TestMerchantKeepsTheShop(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v visitor) {
		shop := openClosedShop(t, "--demo")
		yerba, mate := shop.product("yerba mate con palo"), shop.product("mate de calabaza")
		p, guest := shop.visit(t, v), shop.visit(t, v)
		p.open("/admin/products")
		p.expect("who is nobody", p.where(), "/signin?next=%2Fadmin%2Fproducts")
		p.setUp()
		guest.open("/products/" + yerba.ID)
		guest.isLive()
		guest.expect("link to the counter", guest.has(".nav__link--counter"), false)

		p.follow(`.counter a[href="/admin/products"]`)
		p.isLive()
		p.fill(rowOf(yerba.ID)+"[name=price]", "5.100,5")
		p.press(kb.Tab)
		p.soon("what can be taken back", `document.querySelector(".undo p")?.textContent`, "Cambiaste el precio de «"+yerba.Title+"».")
		p.soon("price as the shop writes it", fmt.Sprintf(`document.querySelector(%s).value`, js(rowOf(yerba.ID)+"[name=price]")), "5100,5")
		guest.soon("price", `document.querySelector("[data-show=price]").textContent`, "$ 5.100,50")

		for range 3 {
			p.click(rowOf(yerba.ID) + "[name=add][value='1']")
		}
		p.soon("stock", fmt.Sprintf(`document.querySelector(%s).value`, js(rowOf(yerba.ID)+"[name=stock]")), fmt.Sprint(yerba.Stock+3))
		p.soon("stock that is stored", fmt.Sprintf(`fetch("/api/products/%s").then(a => a.json()).then(a => a.payload.stock)`, yerba.ID), yerba.Stock+3)
		p.fill(rowOf(yerba.ID)+"[name=stock]", "2")
		p.press(kb.Enter)
		guest.soon("stock", `document.querySelector("[data-show=stock]").textContent`, "Quedan 2")
		p.soon("what can be taken back", `document.querySelector(".undo p")?.textContent`, "Cambiaste el stock de «"+yerba.Title+"».")
		p.soon("all is answered", `document.querySelector("[aria-busy]") === null`, true)
		p.expect("what was sent", eval[int](p, `performance.getEntriesByType("resource").filter(e => e.name.endsWith("/stock")).length`), 3+1)
		p.follow(".undo button")
		p.expect("stock is back", p.value(rowOf(yerba.ID)+"[name=stock]"), fmt.Sprint(yerba.Stock+3))
		guest.soon("stock", `document.querySelector("[data-show=stock]").textContent`, "Hay en stock")

		p.isLive()
		p.click(rowOf(yerba.ID) + "form[action$=status] button")
		guest.soon("off sale", `document.querySelector("[data-show=stock]").textContent`, "No está a la venta")
		p.soon("tag", fmt.Sprintf(`document.querySelector(%s).hidden`, js(rowOf(yerba.ID)+".tag")), false)

		p.follow(rowOf(mate.ID) + "a[href$=copy]")
		p.expect("code", p.value("#code"), mate.Code+"-2")
		p.fill("#title", "Mate de calabaza chico")
		p.follow("#shelf [type=submit]")
		p.expect("newest first", p.text(".row__title a"), "Mate de calabaza chico")
		p.expect("on the page", strings.HasPrefix(p.where(), "/admin/products"), true)

		guest.open("/products/" + mate.ID)
		guest.buy(".buy")
		guest.isLive()
		guest.expect("way to ask by WhatsApp", guest.has("[data-whatsapp]"), false)
		p.follow(`.counter a[href="/admin/settings"]`)
		p.fill("#name", "Lo de Ana")
		p.fill("#whatsapp", "+54 9 11 2233-4455")
		p.fill("#currency", "uyu")
		p.follow("main [type=submit].button--main")
		p.expect("number", p.value("#whatsapp"), "+5491122334455")
		guest.soon("way to ask by WhatsApp", `document.querySelectorAll("[data-whatsapp]").length`, 1)
		guest.expect("name", guest.text(".brand"), "Lo de Ana")
		asked := eval[string](guest, `decodeURIComponent(document.querySelector("[data-whatsapp]").href)`)
		for _, said := range []string{"https://wa.me/5491122334455?text=Hola", "1 × " + mate.Title, "Total: $ ", shop.url + "/carts/"} {
			if !strings.Contains(asked, said) {
				t.Errorf("the message is %q, without %q", asked, said)
			}
		}
	})
}

// All of it works without scripts: what is refused stands beside its field with what was typed, and
// an old form does not put back what was sold.
func TestCounterWithoutScripts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v visitor) {
		v.withoutScript = true
		shop := openClosedShop(t, "--demo")
		yerba := shop.product("yerba mate con palo")
		p := shop.visit(t, v)
		p.setUp()
		p.open("/admin/products")
		p.fill(rowOf(yerba.ID)+"[name=price]", "gratis")
		p.follow(rowOf(yerba.ID) + ".shelf__price [type=submit]")
		p.answered(400)
		p.expect("problem", p.text(rowOf(yerba.ID)+".shelf__price .field__problem"), "Tiene que ser un número, como 1234,50.")
		p.expect("what was typed", p.value(rowOf(yerba.ID)+"[name=price]"), "gratis")
		p.fill(rowOf(yerba.ID)+"[name=price]", "99,9")
		p.follow(rowOf(yerba.ID) + ".shelf__price [type=submit]")
		p.expect("said", p.text(".undo p"), "Cambiaste el precio de «"+yerba.Title+"».")

		other := p.tab(v)
		other.open("/admin/products")
		other.follow(rowOf(yerba.ID) + "[name=add][value='-1']")
		p.fill(rowOf(yerba.ID)+"[name=stock]", "40")
		p.leave(chromedp.KeyEvent(kb.Enter))
		p.answered(409)
		p.expect("what was typed", p.value(rowOf(yerba.ID)+"[name=stock]"), "40")
		p.follow(rowOf(yerba.ID) + ".shelf__stock .shelf__save")
		p.expect("counted", p.value(rowOf(yerba.ID)+"[name=stock]"), "40")

		p.follow(rowOf(yerba.ID) + ".row__title a")
		other.open("/admin/products")
		other.follow(rowOf(yerba.ID) + "form[action$=status] button")
		p.fill("#title", "Yerba de la casa")
		p.follow("#shelf [type=submit]")
		p.answered(409)
		p.expect("what was typed", p.value("#title"), "Yerba de la casa")
		p.expect("what there is", p.text("#title-problem"), "Ahora dice: "+yerba.Title)
		p.follow("#shelf [type=submit]")
		p.expect("title", p.text(rowOf(yerba.ID)+".row__title a"), "Yerba de la casa")
		p.follow(rowOf(yerba.ID) + ".row__title a")
		p.follow("form[action$=delete] button")
		p.expect("gone", p.has("#p-"+yerba.ID), false)
		p.follow(".undo button")
		p.expect("back", p.has("#p-"+yerba.ID), true)

		helper := shop.visit(t, v)
		p.open("/admin/people")
		p.fill("#add [name=name]", "Beto")
		p.fill("#add [name=email]", "beto@example.com")
		p.follow("#add [type=submit]")
		helper.open(strings.TrimPrefix(p.value("#once"), shop.url))
		helper.fill("#password", "corta")
		helper.put("#password", "corta")
		helper.follow("main [type=submit]")
		helper.answered(400)
		helper.fill("#password", password)
		helper.follow("main [type=submit]")
		helper.expect("doors of a helper", helper.texts(".counter a"), []string{"Pendientes", "Pedidos", "Stock", "Productos", "Tu cuenta"})
		helper.open("/admin/products")
		helper.expect("forms of prices", helper.count("form.shelf__price"), 0)
		helper.open("/admin/keys")
		helper.answered(403)

		p.open("/admin/keys")
		p.fill("#name", "caja")
		p.follow("#add [type=submit]")
		p.expect("key", strings.HasPrefix(p.value("#once"), "plp_"), true)
		p.open("/admin/keys")
		p.expect("shown once", p.has("#once"), false)
		p.follow("form[action$=revoke] button")
		p.expect("asked", p.text("h1"), "No se va a poder deshacer")
		p.follow("[data-danger]")
		p.expect("keys", p.count(".row"), 0)

		p.open("/admin/people")
		p.click(".person:nth-child(2) summary") // Ana is the first by her address
		p.follow(".person:nth-child(2) form[action$=remove] button")
		p.follow("[data-danger]")
		helper.open("/admin")
		helper.expect("page of who is out", helper.text("h1"), "Entrar al mostrador")

		p.open("/me")
		p.expect("sessions", p.count(".row"), 1)
		p.follow(`form[action="/signout"] button`)
		p.open("/signin")
		p.fill("#email", "Ana@Example.com")
		p.fill("#password", "otra que no es")
		p.follow("main [type=submit]")
		p.answered(401)
		p.expect("what was typed", p.value("#email"), "Ana@Example.com")
		p.fill("#password", password)
		p.follow("main [type=submit]")
		p.expect("page", p.text("h1"), "Lo que espera")
	})
}

// counterTour leads through the merchant's pages, of a shop whose owner is signed in.
func counterTour(shop *shop) []sight {
	yerba := shop.product("yerba mate con palo")
	refused := func(path, field, text, submit string, status int) func(*page) {
		return func(p *page) {
			p.open(path)
			p.put(field, text)
			p.follow(submit)
			p.answered(status)
		}
	}
	return []sight{
		at("what waits", "/admin"),
		at("shelves", "/admin/products"),
		at("searched shelves", "/admin/products?q=yerba"),
		at("nothing on the shelves", "/admin/products?q=telescopio"),
		{"changed stock", func(p *page) {
			p.open("/admin/products")
			p.click(rowOf(yerba.ID) + "[name=add][value='1']")
			p.soon("what can be taken back", `document.querySelectorAll(".undo").length`, 1)
		}},
		at("product", "/admin/products/"+yerba.ID),
		{"refused product", refused("/admin/products/"+yerba.ID, "#price", "gratis", "#shelf [type=submit]", 400)},
		at("new product", "/admin/products/new"),
		at("people", "/admin/people"),
		{"invited", func(p *page) {
			p.open("/admin/people")
			p.fill("#add [name=name]", "Beto")
			p.fill("#add [name=email]", "beto-"+fmt.Sprint(time.Now().UnixNano())+"@example.com")
			p.follow("#add [type=submit]")
		}},
		{"refused person", refused("/admin/people", "#add [name=email]", "ana", "#add [type=submit]", 400)},
		{"key", func(p *page) {
			p.open("/admin/keys")
			p.fill("#name", "caja")
			p.follow("#add [type=submit]")
		}},
		at("keys", "/admin/keys"),
		{"revoking", func(p *page) { p.open("/admin/keys"); p.follow("form[action$=revoke] button") }},
		at("settings", "/admin/settings"),
		at("ways", "/admin/ways"),
		{"refused ways", refused("/admin/ways", "#taxes-0-points", "mucho", "form[action$=taxes] .button--main", 400)},
		{"long name", func(p *page) {
			p.open("/admin/settings")
			p.fill("#name", strings.Repeat("Almacén ", 7))
			p.fill("#place", strings.Repeat("Defensa ", 60))
			p.fill("#logo", strings.Repeat("M", 24))
			p.follow("main .button--main")
			p.open("/")
		}},
		{"refused settings", refused("/admin/settings", "#whatsapp", "123", "main .button--main", 400)},
		at("account", "/me"),
		{"refused password", refused("/me", "#old", "no es esta", ".desk__form [type=submit]", 400)},
		failing("link that is none", "/setup?token=x", 401),
		failing("link that is none either", "/join?token=x", 401),
	}
}

// Who has only a keyboard sees on the merchant's pages, too, where he is, and changes a price and a
// stock without a mouse.
func TestCounterByKeyboard(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v visitor) {
		shop := openClosedShop(t, "--demo")
		yerba := shop.product("yerba mate con palo")
		p := shop.visit(t, v)
		p.setUp()
		for _, path := range []string{"/admin/products?q=yerba+palo", "/admin/products/" + yerba.ID, "/admin/people", "/admin/ways", "/admin/settings", "/me"} {
			p.open(path)
			eval[chromedp.Void](p, `document.activeElement.blur(); getSelection().removeAllRanges()`)
			p.walk(path)
		}
		p.open("/admin/products?q=yerba+palo")
		p.isLive()
		p.tabTo(rowOf(yerba.ID) + "[name=price]")
		p.press("1")
		p.tabTo(rowOf(yerba.ID) + "[name=stock]")
		stored := fmt.Sprintf(`fetch("/api/products/%s").then(a => a.json()).then(a => [a.payload.price, a.payload.stock])`, yerba.ID)
		p.soon("price", stored, []int{1, yerba.Stock})
		p.tabTo(rowOf(yerba.ID) + "[name=add][value='1']")
		p.press(" ")
		p.soon("stock", stored, []int{1, yerba.Stock + 1})
		p.expect("the keyboard stays", p.at(rowOf(yerba.ID)+"[name=add][value='1']"), true)
		p.tabTo(".undo button")
		p.leave(chromedp.KeyEvent(kb.Enter))
		p.soon("stock", stored, []int{1, yerba.Stock})
	})
}

// The merchant's pages have no fault that axe can find, and are no wider than a phone.
func TestCounterAccessibility(t *testing.T) {
	t.Parallel()
	for _, language := range bothLanguages() {
		t.Run(language, func(t *testing.T) {
			shop := openClosedShop(t, "--demo")
			nobody := shop.visit(t, visitor{width: desktop.width, height: desktop.height, language: language})
			nobody.open("/signin")
			nobody.audit("signing in to a shop without owner", language)
			p := shop.visit(t, visitor{width: desktop.width, height: desktop.height, language: language})
			p.open(shop.ownerLink())
			p.audit("set-up", language)
			p.setUp()
			nobody.open("/signin")
			nobody.audit("signing in", language)
			for _, sight := range counterTour(shop) {
				p.become(visitor{width: desktop.width, height: desktop.height, language: language})
				sight.reach(p)
				p.audit(sight.name, language)
				for _, width := range []int64{320, 360, 768, 1280} {
					p.become(visitor{width: width, height: 700, language: language})
					p.wide(sight.name, width)
				}
			}
		})
	}
}

// Who goes on counting before the shop has answered counts from what he sees: his own acts are
// not somebody else's.
func TestCountsWithoutWaiting(t *testing.T) {
	t.Parallel()
	shop := openClosedShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	p := shop.visit(t, phone)
	p.open("/admin/products")
	p.setUp()
	p.follow(`.counter a[href="/admin/products"]`)
	p.isLive()
	eval[bool](p, `(() => {
		const send = fetch
		fetch = async (to, how) => {
			const answer = await send(to, how)
			if (how?.method === "POST") await new Promise(done => setTimeout(done, 700))
			return answer
		}
		return true
	})()`)
	for range 3 {
		p.click(rowOf(yerba.ID) + "[name=add][value='1']")
	}
	shown := fmt.Sprintf(`document.querySelector(%s).value`, js(rowOf(yerba.ID)+"[name=stock]"))
	p.expect("stock at once", eval[string](p, shown), fmt.Sprint(yerba.Stock+3))
	p.fill(rowOf(yerba.ID)+"[name=stock]", "2")
	p.press(kb.Enter)
	p.fill(rowOf(yerba.ID)+"[name=stock]", "5")
	p.press(kb.Enter)
	p.soon("stock that is stored", fmt.Sprintf(`fetch("/api/products/%s").then(a => a.json()).then(a => a.payload.stock)`, yerba.ID), 5)
	p.soon("rest", fmt.Sprintf(`document.querySelector(%s)`, js(rowOf(yerba.ID)+"[aria-busy]")), nil)
	p.expect("stock", eval[string](p, shown), "5")
	p.expect("problems", strings.Join(p.texts(rowOf(yerba.ID)+".field__problem"), ""), "")
}
