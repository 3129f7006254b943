package e2e

import "testing"

// A browser has six connections for a shop. Where WebSocket is blocked, any number of its pages are
// live, and forms get through.
func TestManyPagesShareOneStream(t *testing.T) {
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	behind, wire := shop.throughWire(t)
	wire.refuseSockets()
	first := behind.visit(t, desktop)
	pages := []*page{first}
	for range 6 {
		pages = append(pages, first.tab(desktop))
	}
	for _, p := range pages {
		p.open("/products/" + yerba.ID)
		p.isLive()
	}
	shop.call("PUT", "/api/products/"+yerba.ID, map[string]int{"price": 101}, nil)
	for _, p := range pages {
		p.soon("price", `document.querySelector("[data-show=price]").textContent`, "$ 101,00")
	}
	first.follow(".buy [type=submit]")
	first.expect("lines", first.count(".line"), 1)
	for _, p := range pages {
		p.forgive("ERR_", "WebSocket", "403", "426")
	}
}
