package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// order places an order of so many of a product by the API, and returns its id.
func (s *shop) order(product string, quantity int, name string) string {
	s.t.Helper()
	var cart, placed struct {
		ID string `json:"_id"`
	}
	s.call("POST", "/api/carts", map[string]any{"products": []map[string]any{{"product": product, "quantity": quantity}}}, &cart)
	s.call("POST", "/api/orders", map[string]any{
		"cart": cart.ID, "buyer": map[string]string{"name": name, "phone": "+54 9 11 2233 4455", "email": "ana@example.com"},
		"delivery": map[string]string{"way": "pickup"}, "payment": map[string]string{"way": "cash"}, "note": "Paso a las seis.",
	}, &placed)
	return placed.ID
}

// openForOrders opens a closed shop that takes any number of orders, and who keeps it.
func openForOrders(t *testing.T, v visitor) (*shop, *page) {
	shop := openStocked(t, "--orders-per-hour", "0")
	p := shop.visit(t, v)
	p.setUp()
	return shop, p
}

const rung = `document.querySelector("[data-rings]")?.dataset.rings ?? ""`

// A new order rings on every page of the merchant's that is open, whatever it shows; also where the
// line was lost meanwhile, and when it came between two pages. It is taken from step to step by its
// one button, and another page follows.
func TestMerchantsDay(t *testing.T) {
	onBoth(t, func(t *testing.T, v visitor) {
		shop, p := openForOrders(t, v)
		yerba := shop.product("yerba mate con palo")
		other := p.tab(v)
		other.open("/admin/products")
		p.open("/admin")
		p.isLive()
		other.isLive()
		p.click("h1") // from then on it may sound
		order := shop.order(yerba.ID, 2, "Ana")
		p.soon("notice", rung, "1")
		other.soon("notice on another page", rung, "1")
		p.expect("sound", eval[string](p, `document.body.dataset.bell`), "1")
		p.expect("title", eval[string](p, `document.title.slice(0, 17)`), "● Pedido nuevo: 1")
		p.soon("what waits", `document.querySelector(".work h2")?.textContent`, "1 pedido para aceptar")
		p.lookAt("today", "h1", v)

		other.open("/admin/orders/" + order)
		other.isLive()
		p.follow(".order__quick button")
		p.expect("back on the page", p.where(), "/admin")
		p.expect("what waits", p.text(".work h2"), "1 pedido para preparar")
		other.soon("state", `document.querySelector(".tag").textContent`, "aceptado")
		for _, state := range []string{"listo para retirar", "entregado"} {
			other.follow(".order__main")
			other.expect("state", other.text(".tag"), state)
		}
		other.expect("nothing to do", other.has(".order__main"), false)
		other.lookAt("order", "h1", v)

		other.open("/products")
		shop.order(yerba.ID, 1, "Beto") // this tab shows no page of the merchant's; the other one tells of it
		p.soon("notice", rung, "2")
		other.open("/admin/sales")
		other.soon("notice of what came between two pages", rung, "2")
		other.expect("title", eval[string](other, `document.title.slice(0, 17)`), "● Pedido nuevo: 2")
		other.open("/admin/stock")
		other.isLive()
		other.expect("told twice", eval[string](other, rung), "")
	})
}

// An order that comes while the line is lost rings as soon as the line is back.
func TestRingAfterALostLine(t *testing.T) {
	shop, _ := openForOrders(t, desktop)
	far, wire := shop.throughWire(t)
	p := far.visit(t, desktop)
	p.open("/signin?next=/admin/stock")
	p.fill("#email", "ana@example.com")
	p.fill("#password", password)
	p.follow("main [type=submit]")
	p.isLive()
	wire.breakOff()
	p.soon("connection", offline, true)
	shop.order(shop.product("yerba mate con palo").ID, 1, "Ana")
	wire.restore()
	p.soon("notice", rung, "1")
	p.forgive("ERR_", "WebSocket", "Failed")
}

// The stock is counted and received where it stands: a count over a sale in between is refused and
// tells what there is, what has come is added once.
func TestStockTable(t *testing.T) {
	onBoth(t, func(t *testing.T, v visitor) {
		shop, p := openForOrders(t, v)
		yerba := shop.product("yerba mate con palo")
		stock := func(want int) {
			t.Helper()
			p.soon("stock that is stored", fmt.Sprintf(`fetch("/api/products/%s").then(a => a.json()).then(a => a.payload.stock)`, yerba.ID), want)
		}
		row := "#p-" + yerba.ID + " "
		p.open("/admin/stock?q=" + yerba.Code)
		p.isLive()
		p.expect("rows", p.count(".stocks"), 1)
		p.fill(row+"[name=received]", "12")
		p.press(kb.Enter)
		stock(yerba.Stock + 12)
		p.soon("field", fmt.Sprintf(`document.querySelector(%s).value`, js(row+"[name=received]")), "")
		p.soon("on the shelf", fmt.Sprintf(`document.querySelector(%s).value`, js(row+"[name=stock]")), fmt.Sprint(yerba.Stock+12))
		p.press(kb.Tab)
		stock(yerba.Stock + 12)
		p.click(row + "[name=add][value='-1']")
		stock(yerba.Stock + 11)
		shop.order(yerba.ID, 3, "Ana")
		p.soon("held", fmt.Sprintf(`document.querySelector(%s).textContent.includes("3 reservadas")`, js(row+".row__quiet")), true)
		p.fill(row+"[name=stock]", "10")
		p.press(kb.Tab)
		stock(7)
		p.lookAt("stock", "h1", v)
		p.open("/admin/stock")
		p.lookAt("stocks", "h1", v)
	})
}

// All of the day works without scripts.
func TestDayWithoutScripts(t *testing.T) {
	onBoth(t, func(t *testing.T, v visitor) {
		v.withoutScript = true
		shop, p := openForOrders(t, v)
		yerba := shop.product("yerba mate con palo")
		order := shop.order(yerba.ID, 2, "Ana")
		p.open("/admin/orders?group=todo")
		p.follow(".order .row__title a")
		p.follow(".order__main")
		p.expect("state", p.text(".tag"), "aceptado")
		p.unfold()
		p.fill("#paid-amount", "mil")
		p.follow("form[action$='/paid'] .button:not(.order__main)")
		p.answered(400)
		p.expect("problem", p.text("#paid-amount-problem"), "Tiene que ser un número, como 1234,50.")
		p.fill("#paid-amount", "1000")
		p.follow("form[action$='/paid'] .button:not(.order__main)")
		p.expect("page", p.where(), "/admin/orders/"+order)
		p.open("/admin/stock?q=" + yerba.Code)
		p.fill("[name=received]", "5")
		p.follow(".stocks__in .button")
		p.expect("on the shelf", p.value("[name=stock]"), fmt.Sprint(yerba.Stock+5))
		p.lookAt("stock without scripts", "h1", v)
	})
}

// Each page of the day has no fault that axe can find, shows where the keyboard is, and fits its
// screen; an order is taken on with the keyboard alone.
func TestPagesOfTheDay(t *testing.T) {
	shop, p := openForOrders(t, desktop)
	yerba, mate := shop.product("yerba mate con palo"), shop.product("mate de calabaza")
	done := shop.order(yerba.ID, 2, "Ana María de los Ángeles Fernández-Etchegaray")
	shop.order(mate.ID, 1, "Beto")
	p.open("/admin/orders/" + done)
	p.tabTo(".order__main")
	p.leave(chromedp.KeyEvent(kb.Enter))
	p.follow(".order__main")
	p.follow(".order__main")
	for _, language := range bothLanguages() {
		for name, path := range pathsOfTheDay(done) {
			p.become(visitor{width: desktop.width, height: desktop.height, language: language})
			p.open(path)
			p.audit(name, language)
			for _, v := range []visitor{phone, desktop} {
				v.language, v.dark = language, language == "en"
				p.become(v)
				p.expect(fmt.Sprintf("%s, %d px: something stands over", name, v.width), eval[bool](p, `document.documentElement.scrollWidth > innerWidth`), false)
				p.lookAt(name+"-"+language, "h1", v)
			}
		}
	}
	p.become(phone)
	for name, path := range pathsOfTheDay(done) {
		p.open(path)
		eval[chromedp.Void](p, `document.activeElement.blur(); getSelection().removeAllRanges()`)
		p.walk(name)
	}
}

// pathsOfTheDay are the pages, with an order.
func pathsOfTheDay(order string) map[string]string {
	return map[string]string{
		"today": "/admin", "orders": "/admin/orders", "nothing found": "/admin/orders?q=zzz", "order": "/admin/orders/" + order, "sales": "/admin/sales", "no sales": "/admin/sales?from=2001-01-01&to=2001-01-02",
		"stock": "/admin/stock", "paper": "/admin/orders/" + order + "/paper?as=a4", "till": "/admin/orders/" + order + "/paper?as=till", "slip": "/admin/orders/" + order + "/paper?as=slip",
	}
}
