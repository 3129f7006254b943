package e2e

import "testing"

// What was written in one shop does not go out in another one behind the same address: it is kept,
// told of, and asked about.
func TestOutboxIsOfItsShop(t *testing.T) {
	shop, other := openShop(t), openShop(t)
	behind, wire := shop.throughWire(t)
	p := behind.visit(t, phone)
	p.enter("ana@example.com")
	wire.breakOff()
	p.soon("connection", offline, true)
	p.write("Solo para la primera")
	p.soon("states", unsent, []string{"Sale cuando vuelva la conexión"})
	wire.leadTo(other)
	wire.restore()
	p.soon("what is told", `document.querySelector("[data-elsewhere]")?.firstChild.data`,
		"Tenés 1 mensaje sin enviar de otra tienda, o de antes de que esta volviera a un respaldo.")
	p.isLive()
	p.write("Para la segunda")
	p.soon("messages", bubbles, []string{"Para la segunda"})
	p.soon("states", unsent, []string{})
	var said []struct{ Message string }
	other.call("GET", "/api/messages", nil, &said)
	p.expect("said in the second shop", said, []struct{ Message string }{{"Para la segunda"}})

	p.click("[data-elsewhere] button")
	p.soon("states", unsent, []string{"Lo escribiste hace tiempo. ¿Sale ahora? Enviar ahora Descartar"})
	p.click("[data-unsent] .bubble__act")
	p.soon("messages", bubbles, []string{"Para la segunda", "Solo para la primera"})
	p.soon("states", unsent, []string{})
	p.forgive("ERR_", "WebSocket")
}

// What has waited for more than a day goes out when its writer says so.
func TestOldMessageAsksFirst(t *testing.T) {
	shop := openShop(t)
	p := shop.visit(t, phone)
	p.enter("ana@example.com")
	eval[any](p, `localStorage.setItem("pulperia.outbox", JSON.stringify([172800, 3600].map(ago => ({
		id: Math.floor(Date.now() / 1000 - ago).toString(16).padStart(8, "0") + "0011223344556677", user: "ana@example.com",
		message: "De hace " + ago, state: "sending", store: document.body.dataset.store}))))`)
	p.open("/chat")
	p.soon("messages", `document.querySelectorAll("[data-days] .bubble").length`, 1)
	p.expect("sent", p.texts("[data-days] .bubble__text"), []string{"De hace 3600"})
	p.expect("states", p.texts("[data-unsent] .bubble__state"), []string{"Lo escribiste hace tiempo. ¿Sale ahora? Enviar ahora Descartar"})
}
