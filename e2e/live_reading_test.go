package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
)

// Whatever is said shows as the text that it is, on the page of who says it, on those of others,
// and exactly as the server shows it later.
func TestHostileTalk(t *testing.T) {
	t.Parallel()
	const ana = `{{7*7}}'/onfocus=alert@example.com`
	shop := openShop(t, "--messages-per-minute", "0")
	p, other := shop.visit(t, phone), shop.visit(t, desktop)
	p.enter(ana)
	other.enter("beto@example.com")
	texts := []string{"ver https://example.com/a?b=1&c=(d). Y (http://example.com), ¿no?", "http:// https://%zz http://[::1]/x\nhttps://ejemplo.uy",
		"https://example.com/«ñ»… https://example.com,http://b"}
	for _, text := range hostile {
		texts = append(texts, text)
	}
	for _, text := range texts {
		p.put("#message", text)
		eval[any](p, `document.querySelector(".write").requestSubmit(document.querySelector(".write__line button"))`)
	}
	for _, page := range []*page{p, other} {
		page.soon("messages", bubbles, texts)
		page.wide("chat", 1280)
	}
	p.soon("states", unsent, []string{})
	other.expect("name", other.text(".bubble__who bdi"), "onfocus")
	other.soon("people", `document.querySelector(".people__list").children.length`, 2)
	const html = `[...document.querySelectorAll("[data-days] .bubble")].map(e => e.outerHTML.replace(/\s+/g, " ").replaceAll("> <", "><"))`
	live := eval[[]string](p, html)
	p.open("/chat")
	p.expect("as the server shows it", eval[[]string](p, html), live)
}

// One sees who comes, who goes, and who is typing until they stop.
func TestPeople(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	behind, wire := shop.throughWire(t)
	ana, beto := shop.visit(t, phone), behind.visit(t, desktop)
	const people = `document.querySelector(".people__line").textContent`
	ana.enter("ana@example.com")
	ana.soon("people", people, "1 persona acá: ana")
	beto.enter("beto@example.com")
	ana.soon("people", people, "2 personas acá: ana, beto")
	beto.fill("#message", "Estoy escri")
	const typing = `document.querySelector("[data-typing]").textContent`
	ana.soon("typing", typing, "beto está escribiendo…")
	ana.soon("typing", typing, "")
	beto.expect("own typing", eval[string](beto, typing), "")
	wire.breakOff()
	ana.soon("people", people, "1 persona acá: ana")
	wire.restore()
	ana.soon("people", people, "2 personas acá: ana, beto")
	beto.forgive("ERR_", "WebSocket", "426")
}

// readingAt is a script that returns where the message stands that a test reads.
const readingAt = `Math.round(document.querySelector(".bubble").getBoundingClientRect().top)`

// While somebody reads what is above, nothing moves: what is new is marked and counted, and a
// button leads to it.
func TestUnread(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--messages-per-minute", "0")
	for i := range 30 {
		shop.say("beto@example.com", fmt.Sprint("Mensaje ", i+1))
	}
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.enter("ana@example.com")
		p.expect("at the end", p.count("[data-down]:not([hidden])"), 0)
		eval[any](p, `document.querySelector("#messages").scrollTop = -1e6`)
		p.soon("button", `document.querySelector("[data-down]").textContent`, "Ir a lo último ↓")
		before := eval[int](p, readingAt)
		shop.say("beto@example.com", "Nuevo")
		shop.say("beto@example.com", "Otro")
		p.soon("button", `document.querySelector("[data-down]").textContent`, "2 mensajes nuevos ↓")
		p.expect("what is read stays", eval[int](p, readingAt), before)
		p.expect("title", eval[string](p, `document.title`), "(2) La charla · Pulpería")
		p.expect("mark", eval[string](p, `document.querySelector(".chat__unread").nextElementSibling.querySelector(".bubble__text").textContent`), "Nuevo")
		p.click("[data-down]")
		p.soon("title", `document.title`, "La charla · Pulpería")
		p.expect("button", p.count("[data-down]:not([hidden])"), 0)

		p.away(true)
		shop.say("beto@example.com", "Mientras no estabas")
		p.soon("title", `document.title`, "(1) La charla · Pulpería")
		p.expect("mark", eval[string](p, `document.querySelector(".chat__unread").nextElementSibling.querySelector(".bubble__text").textContent`), "Mientras no estabas")
		p.away(false)
		p.soon("title", `document.title`, "La charla · Pulpería")
	})
}

// away puts the page into another tab's shadow, and brings it back.
func (p *page) away(is bool) {
	p.t.Helper()
	state := map[bool]string{true: "hidden", false: "visible"}[is]
	eval[any](p, fmt.Sprintf(`Object.defineProperty(document, "visibilityState", {configurable: true, get: () => %s}); document.dispatchEvent(new Event("visibilitychange"))`, js(state)))
}

// Older messages come as one scrolls up to them: all of them, once, in order, and without a jump.
func TestOlderOnScroll(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--messages-per-minute", "0")
	var sent []string
	for i := range 130 {
		sent = append(sent, fmt.Sprintf("Mensaje %d", i+1))
		shop.say("ana@example.com", sent[i])
	}
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.enter("beto@example.com")
		p.expect("at first", eval[int](p, bubbles+".length"), 50)
		reading := eval[string](p, `(e => { document.querySelector("#messages").scrollTop += e.getBoundingClientRect().top - document.querySelector("#messages").getBoundingClientRect().top
			return e.id })(document.querySelectorAll(".bubble")[1])`)
		where := fmt.Sprintf(`Math.abs(document.getElementById(%s).getBoundingClientRect().top - document.querySelector("#messages").getBoundingClientRect().top) < 2`, js(reading))
		p.soon("more", bubbles+".length >= 100", true)
		p.expect("what is read stays", eval[bool](p, where), true)
		eval[any](p, `document.querySelector("#messages").scrollTop = -1e6`)
		p.soon("all messages", bubbles, sent)
		p.expect("days", p.count(".chat__day"), 1)
		p.expect("link", p.count("[data-older]"), 0)
	})
}

// Enter sends; Shift-Enter breaks the line; an Enter that ends the typing of a character does
// neither.
func TestEnter(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	p := shop.visit(t, desktop)
	p.enter("ana@example.com")
	p.fill("#message", "Dos")
	p.enterKey(8) // Shift
	p.do(command(input.InsertText, input.InsertTextParams{Text: "renglones"}))
	eval[any](p, `document.querySelector("#message").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))`)
	p.expect("message field", p.value("#message"), "Dos\nrenglones")
	p.enterKey(0)
	p.soon("messages", bubbles, []string{"Dos\nrenglones"})
	p.expect("message field", p.value("#message"), "")
	p.expect("keyboard", p.at("#message"), true)
	p.enterKey(0)
	p.expect("nothing is no message", p.count(".bubble"), 1)
}

// Without JavaScript one can say who one is, too, and a text that stands there stays.
func TestJoinWithoutScript(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	v := phone
	v.withoutScript = true
	p := shop.visit(t, v)
	p.open("/chat")
	p.fill("#message", "Hola")
	p.put("#user", "nadie@")
	p.follow(".write__join button")
	p.answered(400)
	p.expect("problem", p.text("#user-problem"), "Tiene que ser un correo, como ana@example.com.")
	p.put("#user", "ana@example.com")
	p.follow(".write__join button")
	p.expect("message", p.value("#message"), "Hola")
	p.expect("who writes", p.text(".write summary bdi"), "ana")
	p.expect("messages", p.count(".bubble"), 0)
	p.follow(".write__line button")
	p.expect("messages", p.raw(".bubble--own .bubble__text"), []string{"Hola"})
}
