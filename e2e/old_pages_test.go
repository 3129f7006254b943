package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// A checkout that was open while a price changed says which, and asks again; the way back from the
// order leads to no second one.
func TestCheckoutOfAnOldPage(t *testing.T) {
	shop := openStocked(t, "--open")
	yerba, mate := shop.product("yerba mate con palo"), shop.product("mate de calabaza")
	p := shop.visit(t, phone)
	fillCart(p, "yerba mate con palo", "mate de calabaza")
	p.open("/checkout")
	p.fill("#name", "Ana")
	shop.call("PUT", "/api/products/"+yerba.ID, map[string]any{"price": yerba.Price + 10}, nil)
	p.follow(".checkout [type=submit]")
	p.answered(409)
	p.expect("what has changed", p.texts(".checkout__said li"), []string{yerba.Title + ": costaba $ 4.890,00 y ahora cuesta $ 4.900,00."})
	p.expect("what was typed", p.value("#name"), "Ana")
	p.follow(".checkout [type=submit]")
	p.expect("order", p.text("h1"), "Pedido 1")
	p.expect("goods", p.count(".bill li"), 2)

	fillCart(p, "mate de calabaza")
	p.order("Ana")
	p.expect("order", p.text("h1"), "Pedido 2")
	second := p.where()
	p.do(chromedp.NavigateBack())
	if p.has(".checkout [type=submit]") { // the browser has kept the page
		p.follow(".checkout [type=submit]")
	} else {
		p.follow(".empty a")
	}
	p.expect("after the way back", p.where(), second)
	var left product
	shop.call("GET", "/api/products/"+mate.ID, nil, &left)
	p.expect("stock", left.Stock, mate.Stock-2)
}

// The page of an order goes on to follow it when the shop was started anew.
func TestOrderOutlivesARestart(t *testing.T) {
	shop := openShop(t, "--demo")
	far, wire := shop.throughWire(t)
	p := far.visit(t, phone)
	fillCart(p, "yerba mate con palo")
	p.order("Ana")
	p.isLive()
	wire.breakOff()
	p.soon("connection", offline, true)
	shop.stop()
	again := openShopOn(t, shop.store)
	wire.leadTo(again)
	wire.restore()
	again.call("POST", p.where()+"/cancel", nil, nil)
	p.soon("state", `document.querySelector(".order__state").innerText`, "Cancelado")
	p.forgive("ERR_", "WebSocket", "Failed")
}
