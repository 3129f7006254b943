package e2e

import (
	"fmt"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
)

// Two clicks on the first "Agregar", faster than the answer, make one cart.
func TestTwoClicksMakeOneCart(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	p := shop.visit(t, phone)
	p.open("/products/" + shop.product("yerba mate con palo").ID)
	eval[any](p, `{ const add = document.querySelector(".buy button"); add.click(); add.click() } 0`)
	p.soon("line", `document.querySelector(".added a")?.getAttribute("href")`, "/cart")
	p.expect("in the cart", p.text("[data-count]"), "1")
	var carts []struct{}
	shop.call("GET", "/api/carts", nil, &carts)
	p.expect("carts", len(carts), 1)
}

// A product that is deleted while it is added leads back to the list, with a word about it.
func TestAddWhatIsGone(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		v.withoutScript = true
		p := shop.visit(t, v)
		gone := shop.add("Se va", t.Name())
		p.open("/products/" + gone)
		shop.call("DELETE", "/api/products/"+gone, nil, nil)
		p.follow(".buy button")
		p.answered(404)
		p.expect("why", p.text("[role=alert]"), "No lo agregamos: el producto ya no está en el catálogo. Mirá qué más hay.")
		p.expect("cards", p.has(".card"), true)
	})
}

// What is deleted between two pages of a list makes none of it be skipped.
func TestNextPageSkipsNothing(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	var ids []string
	for i := range 101 {
		ids = append(ids, shop.add(fmt.Sprint("Producto ", i), fmt.Sprint("c", i)))
	}
	p := shop.visit(t, visitor{width: 1280, height: 900, withoutScript: true})
	for path, gone := range map[string]string{"/realtimeproducts": ids[0], "/products": ids[100]} {
		p.open(path)
		seen := map[string]bool{}
		for {
			for _, id := range eval[[]string](p, `[...document.querySelectorAll("[data-product]")].map(e => e.dataset.product)`) {
				seen[id] = true
			}
			if gone != "" {
				shop.call("DELETE", "/api/products/"+gone, nil, nil)
			}
			gone = ""
			if !p.has("[rel=next]") {
				break
			}
			p.follow("[rel=next]")
		}
		for i, id := range ids[1:100] {
			if !seen[id] {
				t.Errorf("%s skips product %d", path, i+1)
			}
		}
	}
}

// What a browser cannot keep is said in one sentence.
func TestWhatCannotBeKeptIsSaid(t *testing.T) {
	t.Parallel()
	behind, wire := openShop(t).throughWire(t)
	p := behind.visit(t, phone)
	p.enter("ana@example.com")
	wire.breakOff()
	p.soon("connection", offline, true)
	eval[any](p, `Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError") }; 0`)
	p.write("Sin lugar")
	p.soon("state", unsent, []string{"Sale cuando vuelva la conexión, si no cerrás esta página: este navegador no tiene dónde guardarlo"})
	p.forgive("ERR_", "WebSocket")
	wire.restore()
	p.soon("states", unsent, []string{})

	p.do(command(cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Object.defineProperty(Navigator.prototype, "cookieEnabled", {get: () => false})`,
	}))
	p.open("/products")
	p.expect("notice", p.texts(".notice--over"), []string{"Este navegador no guarda cookies: el carrito, el idioma y tu nombre en la charla no se van a recordar, y no hay Deshacer."})
}

// What is being read in the chat stays in sight when the screen is turned, and the field is in
// reach on the lowest one.
func TestChatOnOddScreens(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--messages-per-minute", "0")
	for i := range 60 {
		shop.say("beto@example.com", fmt.Sprint("Mensaje ", i, " ", strings.Repeat("largo ", i%7*9)))
	}
	p := shop.visit(t, phone)
	p.enter("ana@example.com")
	eval[any](p, `new Promise(done => { const box = document.querySelector("#messages"); box.addEventListener("scroll", () => setTimeout(done, 50)); box.scrollTop = -2500 })`)
	eval[any](p, `{ const r = document.querySelector("#messages").getBoundingClientRect()
		window.read = [...document.querySelectorAll(".bubble")].find(e => e.getBoundingClientRect().bottom > r.top + 24); 0 }`)
	const reading = `Math.round(read.getBoundingClientRect().top - document.querySelector("#messages").getBoundingClientRect().top)`
	before := eval[int](p, reading)
	p.become(visitor{width: 740, height: 500})
	p.soon("what is read stays, but for a line's rounding", fmt.Sprintf(`Math.abs(%s - %d) < 8`, reading, before), true)
	p.become(phone)
	p.soon("what is read stays, but for a line's rounding", fmt.Sprintf(`Math.abs(%s - %d) < 8`, reading, before), true)
	for _, v := range []visitor{{width: 320, height: 250}, {width: 640, height: 180}} {
		p.become(v)
		p.expect(fmt.Sprint("field on ", v.width), eval[string](p, `(e => { e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect()
			return document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)?.id })(document.querySelector("#message"))`), "message")
		p.expect("list on "+fmt.Sprint(v.width), eval[bool](p, `document.querySelector("#messages").clientHeight > 60`), true)
		p.wide("chat", v.width)
	}
}

// The title of a product's page follows the product.
func TestTitleFollows(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	id := shop.add("Cosa", "c")
	p := shop.visit(t, phone)
	p.open("/products/" + id)
	p.isLive()
	shop.call("PUT", "/api/products/"+id, map[string]string{"title": "Otra · cosa"}, nil)
	p.soon("title", `document.title`, "Otra · cosa · Pulpería")
}
