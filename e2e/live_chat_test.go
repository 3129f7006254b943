package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
)

// bubbles is a script that returns all messages, as they are shown.
const bubbles = `[...document.querySelectorAll(".bubble__text")].map(e => e.textContent)`

// enter goes into the chat as somebody, and waits until it is live.
func (p *page) enter(user string) {
	p.t.Helper()
	p.open("/chat")
	p.fill("#user", user)
	p.follow(".write__join button")
	p.isLive()
}

func (p *page) isLive() {
	p.t.Helper()
	p.soon("connection", `document.querySelector("[data-connection]").className`, "connection connection--connected")
}

// write types a message and sends it with Enter.
func (p *page) write(text string) {
	p.t.Helper()
	p.fill("#message", text)
	p.enterKey(0)
}

// enterKey presses Enter as a keyboard does: what the page prevents at the key does not reach the
// field.
func (p *page) enterKey(modifiers int64) {
	p.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{"keyDown", "keyUp"} {
		p.do(command(input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: kind, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13, Modifiers: modifiers,
		}))
	}
}

// Two people talk: each sees at once what the other writes, their own words on the right.
func TestTwoChat(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--messages-per-minute", "0")
	ana, beto := shop.visit(t, phone), shop.visit(t, desktop)
	ana.enter("ana@example.com")
	beto.enter("beto@example.com")
	ana.write("¿Hay pan?")
	beto.soon("messages", bubbles, []string{"¿Hay pan?"})
	beto.write("Hay.")
	for _, p := range []*page{ana, beto} {
		p.soon("messages", bubbles, []string{"¿Hay pan?", "Hay."})
		p.soon("not stored", `document.querySelectorAll("[data-unsent] > *").length`, 0)
	}
	ana.expect("own", ana.raw(".bubble--own .bubble__text"), []string{"¿Hay pan?"})
	beto.expect("own", beto.raw(".bubble--own .bubble__text"), []string{"Hay."})
	ana.soon("people", `document.querySelector(".people__line").textContent`, "2 personas acá: ana, beto")
}

// unsent is a script that returns how what is not stored yet fares.
const unsent = `[...document.querySelectorAll("[data-unsent] .bubble__state")].map(e => e.textContent)`

// Whoever loses the line goes on writing. When it is back, everybody has the same list, and
// everything is in it once.
func TestOffline(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--messages-per-minute", "0")
	behind, wire := shop.throughWire(t)
	ana, beto := behind.visit(t, phone), shop.visit(t, desktop)
	ana.enter("ana@example.com")
	beto.enter("beto@example.com")
	ana.write("Uno")
	beto.soon("messages", bubbles, []string{"Uno"})
	ana.soon("states", unsent, []string{})
	wire.breakOff()
	ana.soon("connection", offline, true)
	ana.write("Dos, sin línea")
	ana.write("Tres, sin línea")
	ana.soon("states", unsent, []string{"Sale cuando vuelva la conexión", "Sale cuando vuelva la conexión"})
	beto.write("¿Estás?")
	beto.soon("messages", bubbles, []string{"Uno", "¿Estás?"})
	wire.restore()
	want := []string{"Uno", "¿Estás?", "Dos, sin línea", "Tres, sin línea"}
	for _, p := range []*page{ana, beto} {
		p.soon("messages", bubbles, want)
		p.soon("states", unsent, []string{})
	}
	ana.forgive("ERR_", "WebSocket", "426")
	ana.open("/chat")
	ana.expect("messages as they are stored", ana.raw(".bubble__text"), want)
}

// What waits survives a reload, and goes out under the id that it had: it is there once, however
// often it was sent. Who writes too fast need do nothing but wait.
func TestOutboxSurvivesReload(t *testing.T) {
	t.Parallel()
	const perMinute = 6 // a third of them at once, and then one every ten seconds
	shop := openShop(t, "--messages-per-minute", fmt.Sprint(perMinute))
	p := shop.visit(t, phone)
	p.enter("ana@example.com")
	var want []string
	for i := range perMinute/3 + 2 {
		want = append(want, fmt.Sprint("Mensaje ", i+1))
		p.write(want[i])
	}
	p.soon("stored", `document.querySelectorAll("[data-days] .bubble").length`, perMinute/3)
	ids := eval[[]string](p, `[...document.querySelectorAll("[data-unsent] > *")].map(e => e.id.slice(2))`)
	p.expect("how many wait", len(ids), 2)
	p.soon("told to wait", unsent+`[0].startsWith("Vas muy rápido: sale en ")`, true)
	p.open("/chat")
	p.soon("messages", bubbles, want)
	p.soon("states", unsent, []string{})
	p.expect("ids", eval[[]string](p, `[...document.querySelectorAll(".bubble")].slice(-2).map(e => e.id.slice(2))`), ids)
}

// A message that the shop refuses says so; its text can be taken back, and nothing of it is sent
// again.
func TestRefusedMessage(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	p := shop.visit(t, phone)
	p.enter("ana@example.com")
	p.put("#message", "Con una campana \a adentro")
	eval[any](p, `document.querySelector(".write").requestSubmit(document.querySelector(".write__line button"))`)
	p.soon("state", unsent, []string{"No se envió: así no se puede guardar. Cambialo y mandalo otra vez. Volver a escribirlo Descartar"})
	p.open("/chat")
	p.isLive()
	p.expect("still there after a reload", len(eval[[]string](p, unsent)), 1)
	p.click("[data-unsent] button")
	p.expect("message field", p.value("#message"), "Con una campana \a adentro")
	p.expect("not sent", p.count("[data-unsent] > *"), 0)
	p.write("Sin campana")
	p.soon("messages", bubbles, []string{"Sin campana"})
}

// Where a proxy blocks WebSocket, the same list comes another way, and so does what one writes;
// also after the line was lost.
func TestBlockedSockets(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--messages-per-minute", "0")
	behind, wire := shop.throughWire(t)
	wire.refuseSockets()
	ana, beto := behind.visit(t, phone), shop.visit(t, desktop)
	beto.enter("beto@example.com")
	beto.write("Antes")
	beto.soon("messages", bubbles, []string{"Antes"})
	ana.enter("ana@example.com")
	ana.write("Por el otro camino")
	want := []string{"Antes", "Por el otro camino"}
	ana.soon("messages", bubbles, want)
	ana.soon("states", unsent, []string{})
	wire.breakOff()
	beto.write("Mientras tanto")
	beto.soon("states", unsent, []string{})
	ana.write("Sin línea")
	wire.restore()
	want = append(want, "Mientras tanto", "Sin línea")
	for _, p := range []*page{ana, beto} {
		p.soon("messages", bubbles, want)
	}
	ana.soon("states", unsent, []string{})
	ana.forgive("ERR_", "WebSocket", "403", "426")
	ana.open("/chat")
	ana.isLive()
	ana.expect("messages", ana.raw(".bubble__text"), want)
}

// When the shop cannot tell what was missed, the page is loaded afresh, with what was typed.
func TestLoadAfresh(t *testing.T) {
	t.Parallel()
	before, after := openTwice(t)
	after.say("beto@example.com", "De otra época")
	seen, wire := before.throughWire(t)
	p := seen.visit(t, phone)
	p.enter("ana@example.com")
	p.fill("#message", "A medio escri")
	wire.breakOff()
	p.soon("connection", offline, true)
	wire.leadTo(after)
	wire.restore()
	p.soon("messages", bubbles, []string{"De otra época"})
	p.soon("message field", `document.querySelector("#message").value`, "A medio escri")
	p.isLive()
	p.forgive("ERR_", "WebSocket", "426")
}
