package e2e

import (
	"strings"
	"testing"

	"pulperia/dose"
)

// A browser has six connections for a shop. Where WebSocket is blocked, any number of its pages are
// live, and forms get through.
func TestManyPagesShareOneStream(t *testing.T) {
	t.Parallel()
	secure := "127.0.0.1" // where the browser has locks
	for _, address := range dose.Some([]string{secure, plainHost}, 1) {
		t.Run(address, func(t *testing.T) { shareOneStream(t, address) })
	}
}

// plainHost leads to this machine in the tests' browser, and is no secure context: like a phone's way
// to a shop in its own network.
const plainHost = "tienda.example"

func shareOneStream(t *testing.T, address string) {
	shop := openClosedShop(t, "--demo") // an open one answers no plain address
	owner := shop.visit(t, desktop)
	owner.setUp()
	yerba := shop.product("yerba mate con palo")
	behind, wire := shop.throughWire(t)
	wire.refuseSockets()
	behind.url = strings.Replace(behind.url, "127.0.0.1", address, 1)
	first := behind.visit(t, desktop)
	pages := []*page{first}
	for range 6 {
		pages = append(pages, first.tab(desktop))
	}
	for _, p := range pages {
		p.open("/products/" + yerba.ID)
		p.isLive()
	}
	eval[any](owner, `void fetch("/api/products/`+yerba.ID+`", {method: "PUT", headers: {"Content-Type": "application/json"}, body: '{"price":101}'})`)
	for _, p := range pages {
		p.soon("price", `document.querySelector("[data-show=price]").textContent`, "$ 101,00")
	}
	first.buy(".buy")
	first.expect("lines", first.count(".line"), 1)
	for _, p := range pages {
		p.forgive("ERR_", "WebSocket", "403", "426")
	}
}
