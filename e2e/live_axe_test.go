package e2e

import (
	"fmt"
	"testing"
)

// What only scripts show has no fault that axe can find either: who is here, what is unread, what
// is not stored, what was refused, what is gone and what is new.
func TestLiveAccessibility(t *testing.T) {
	t.Parallel()
	for _, language := range bothLanguages() {
		t.Run(language, func(t *testing.T) {
			shop := openShop(t, "--demo", "--messages-per-minute", "12")
			behind, wire := shop.throughWire(t)
			v := desktop
			v.language = language
			p := behind.visit(t, v)
			p.enter("ana@example.com")
			p.click(".people summary")
			p.away(true)
			shop.say("beto@example.com", "¿Estás? Mirá https://example.com")
			p.soon("mark", `document.querySelectorAll(".chat__unread").length`, 1)
			p.put("#message", "Con una campana \a adentro")
			eval[any](p, `document.querySelector(".write").requestSubmit(document.querySelector(".write__line button"))`)
			p.soon("refused", `document.querySelectorAll(".bubble--failed").length`, 1)
			shop.say("beto@example.com", "Nada, nada.")
			p.soon("marked anew", `document.querySelectorAll(".chat__unread").length`, 1)
			p.audit("live chat", language)
			wire.breakOff()
			p.soon("connection", offline, true)
			p.write("Sin línea")
			p.audit("chat without a line", language)
			wire.restore()
			p.soon("what is not stored", `document.querySelectorAll("[data-unsent] > *").length`, 1)
			p.forgive("ERR_", "WebSocket", "426")

			p.open("/")
			p.isLive()
			gone := shop.product("yerba mate con palo").ID
			shop.call("DELETE", "/api/products/"+gone, nil, nil)
			shop.add("Cosa nueva", "n-"+language)
			p.soon("gone", fmt.Sprintf(`document.getElementById("p-%s").className`, gone), "card is-gone")
			p.soon("notice", `document.querySelectorAll("[data-new]:not([hidden])").length`, 1)
			p.audit("what is gone and what is new", language)
		})
	}
}

// offline is a script that says whether the sign says so.
const offline = `document.querySelector("[data-connection]").className === "connection connection--offline"`
