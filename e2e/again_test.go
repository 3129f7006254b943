package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
)

// The clock on the wall is set back by hours, and the cart goes on following.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	p := shop.visit(t, phone)
	p.open("/products/" + yerba.ID)
	p.buy(".buy")
	p.isLive()
	for _, price := range []int{11, 12, 13} {
		shop.call("PUT", "/api/products/"+yerba.ID, map[string]int{"price": price}, nil)
		p.soon("total", `document.querySelector(".sum__total strong").textContent`, fmt.Sprintf("$ %d,00", price))
		eval[any](p, `(before => Date.now = () => before() - 5 * 3600_000)(Date.now), 0`)
	}
}

// Another tab chooses another language: the page comes over as a whole, with what was typed.
func TestPageIsOfOneLanguage(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/realtimeproducts")
		p.isLive()
		p.fill("#title", "A medio escri")
		other := p.tab(v)
		other.open("/")
		other.follow(".language button")
		shop.add("Cosa", t.Name())
		p.soon("language", `document.documentElement.lang`, "en")
		p.soon("title", `document.querySelector("#title").value`, "A medio escri")
		p.expect("button", p.text("#add button"), "Add product")
	})
}

// What was typed waits for its page when an error page comes first.
func TestDraftOutlivesAnErrorPage(t *testing.T) {
	t.Parallel()
	p := openShop(t).visit(t, phone)
	p.open("/realtimeproducts")
	p.fill("#title", "A medio escri")
	part[any](p, "drafts.js", `(document.querySelector(".language [name=to]").value = "/nowhere", setTimeout(part.loadAnew), 0)`)
	p.soon("address", `location.pathname`, "/nowhere")
	p.soon("error page", `document.querySelector("h1")?.textContent`, "Acá no hay nada")
	p.answered(404)
	p.open("/realtimeproducts")
	p.soon("title", `document.querySelector("#title").value`, "A medio escri")
}

// What the shop answers to a form is shown, also where the page hears of the change before the answer
// comes, and would be loaded anew for it.
func TestAnswerComesBeforeTheReload(t *testing.T) {
	t.Parallel()
	shop := openClosedShop(t)
	p := shop.visit(t, phone)
	p.setUp()
	p.open("/admin/settings")
	p.isLive()
	p.fill("#whatsapp", "+54 9 11 2233-4455")
	p.do(command(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: 3_000, DownloadThroughput: -1, UploadThroughput: -1}},
	}))
	p.follow("main [type=submit].button--main")
	p.expect("number", p.value("#whatsapp"), "+5491122334455")
	p.expect("what can be taken back", p.has(".undo"), true)
}

// A position of an epoch that is over is not waited for.
func TestFreshDoesNotAskForEver(t *testing.T) {
	t.Parallel()
	p := openShop(t).visit(t, phone)
	p.open("/realtimeproducts")
	p.isLive()
	const asked = `performance.getEntriesByType("resource").filter(e => e.name.endsWith("/realtimeproducts")).length`
	part[any](p, "fresh.js", `(new part.Fresh().since("00000000.5"), 0)`)
	p.soon("questions", asked, 3)
	time.Sleep(8 * time.Second)
	p.expect("questions", eval[int](p, asked), 3)
}

// Back shows what is in the cart now, whatever the browser has kept.
func TestBackShowsTheCount(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/products/" + yerba.ID)
		p.isLive()
		p.buy(".buy")
		p.isLive()
		eval[any](p, `setTimeout(() => history.back()), 0`)
		p.soon("address", `location.pathname`, "/products/"+yerba.ID)
		p.soon("things in the cart", `document.querySelector("[data-count]").textContent`, "1")
		p.isLive()
	})
}

// A page that a browser brings back as it was left asks once what has become of it, however long it
// was away. A browser that a test leads may keep none, so it is told that it has.
func TestPageBroughtBackAsksOnce(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	p := shop.visit(t, phone)
	p.open("/")
	p.isLive()
	asked := `performance.getEntriesByType("resource").filter(e => e.initiatorType === "fetch" && new URL(e.name).pathname === "/").length`
	p.expect("questions", eval[int](p, asked), 0)
	eval[any](p, `dispatchEvent(new PageTransitionEvent("pagehide", {persisted: true}))`)
	other := p.tab(phone)
	other.open("/products/" + shop.product("yerba mate con palo").ID)
	other.buy(".buy")
	eval[any](p, `dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}))`)
	p.soon("things in the cart", `document.querySelector("[data-count]").textContent`, "1")
	p.isLive()
	shop.add("Nueva", "n") // comes by the line, and after what there was to ask
	p.soon("notice", `document.querySelector("[data-new]").textContent`, "Hay 1 producto nuevo. Mostrar")
	p.expect("questions", eval[int](p, asked), 1)
}

// New products are told of where the page's filter shows them, and shown there.
func TestNewProductsOfTheFilter(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	p := shop.visit(t, phone)
	p.open("/products?category=cosas&q=una&sort=asc")
	p.isLive()
	shop.call("POST", "/api/products", product{Title: "Vino", Description: "Una", Price: 10, Stock: 9, Category: "vinos", Code: "v", Thumbnails: []string{}}, nil)
	mine := shop.add("Mía", "m")
	p.soon("notice", `document.querySelector("[data-new]").textContent`, "Hay 1 producto nuevo. Mostrar")
	p.follow("[data-new] a")
	p.expect("cards", p.count(".card"), 1)
	p.expect("card", p.count("#p-"+mine), 1)
}
