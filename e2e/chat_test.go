package e2e

import (
	"fmt"
	"slices"
	"testing"
)

// A visitor without JavaScript sends a message, is remembered, and sees their own words on the
// right.
func TestChatWithoutScript(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v visitor) {
		shop := openShop(t, "--demo")
		shop.say("beto@example.com", "¿Queda pan?")
		v.withoutScript = true
		p := shop.visit(t, v)
		p.open("/chat")
		p.fill("#user", "ana@example.com")
		p.fill("#message", "Queda.\nRecién sale del horno.")
		p.follow(".write [type=submit]")
		p.expect("messages", p.raw(".bubble__text"), []string{"¿Queda pan?", "Queda.\nRecién sale del horno."})
		p.expect("message field", p.value("#message"), "")
		p.expect("who writes", p.text(".write summary bdi"), "ana")
		p.expect("e-mail", p.value("#user"), "ana@example.com")

		p.fill("#message", "¿Te guardo uno?")
		p.follow(".write [type=submit]")
		p.expect("own messages", p.raw(".bubble--own .bubble__text"), []string{"Queda.\nRecién sale del horno.", "¿Te guardo uno?"})
		const gaps = `(b => { const l = document.querySelector(".chat__list").getBoundingClientRect(), r = document.querySelector(b).getBoundingClientRect();
			return r.left - l.left > l.right - r.right })`
		p.expect("own on the right", eval[bool](p, gaps+`(".bubble--own")`), true)
		p.expect("others on the left", eval[bool](p, gaps+`(".bubble:not(.bubble--own)")`), false)
	})
}

// A message that is refused comes back as it was typed, with the reason beside what is wrong.
func TestChatRefusesMessage(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/chat")
		p.put("#user", "ana@")
		p.fill("#message", "¿Hay alguien?")
		p.follow(".write [type=submit]")
		p.answered(400)
		p.expect("problem of the e-mail", p.text("#user-problem"), "Tiene que ser un correo, como ana@example.com.")
		p.expect("e-mail", p.value("#user"), "ana@")
		p.expect("message", p.value("#message"), "¿Hay alguien?")
		p.expect("messages", p.count(".bubble"), 0)
	})
}

// Without JavaScript, who writes too much at once is told to wait, and keeps what they typed.
func TestChatTooFast(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo", "--messages-per-minute", "3")
	v := phone
	v.withoutScript = true
	p := shop.visit(t, v)
	p.open("/chat")
	p.fill("#user", "ana@example.com")
	for _, message := range []string{"Uno", "Dos"} {
		p.fill("#message", message)
		p.follow(".write [type=submit]")
	}
	p.answered(429)
	p.expect("messages", p.raw(".bubble__text"), []string{"Uno"})
	p.expect("message", p.value("#message"), "Dos")
}

// Without JavaScript the newest messages come first into sight, too; the links lead back to the
// first message, and none is missing or twice.
func TestOlderMessages(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--messages-per-minute", "0")
	var sent []string
	for i := range 120 {
		sent = append(sent, fmt.Sprintf("Mensaje %d", i+1))
		shop.say("ana@example.com", sent[i])
	}
	onBoth(t, func(t *testing.T, v visitor) {
		v.withoutScript = true
		p := shop.visit(t, v)
		p.open("/chat")
		p.expect("newest in sight", eval[bool](p, `(e => { const r = e.getBoundingClientRect(), l = document.querySelector("#messages").getBoundingClientRect();
			return r.top >= l.top && r.bottom <= l.bottom })([...document.querySelectorAll(".bubble")].at(-1))`), true)
		p.expect("writing line in sight", eval[bool](p,
			`document.querySelector(".write [type=submit]").getBoundingClientRect().bottom <= innerHeight`), true)
		seen := p.raw(".bubble__text")
		for p.count(".chat__list > :first-child a") > 0 {
			p.follow(".chat__list > :first-child a")
			seen = slices.Concat(p.raw(".bubble__text"), seen)
		}
		p.expect("all messages", seen, sent)
		p.follow(".chat__list > :last-child a")
		p.expect("back at the newest", p.where(), "/chat")
	})
}
