package e2e

import "testing"

// who is a script that returns what is shown of who wrote each message, without the mark and the
// time.
const who = `[...document.querySelectorAll(".bubble__who")].map(e => [...e.children].filter(c => !c.matches(".mark, time")).map(c => c.textContent).join(" "))`

// Two people of one name talk with the shop itself: each knows which words are whose, whose words
// are the shop's, and the others' addresses stand nowhere but on the page of who keeps the shop;
// also in the messages that are loaded with a page. When the merchant closes the room all are told
// at once, and what was typed stays.
func TestNamesInTheChat(t *testing.T) {
	t.Parallel()
	shop := openClosedShop(t, "--messages-per-minute", "0")
	owner, one, other := shop.visit(t, desktop), shop.visit(t, phone), shop.visit(t, desktop)
	owner.setUp()
	owner.open("/chat")
	owner.isLive()
	one.enter("luz.perez@example.com")
	other.enter("Luz")
	one.write("¿Hay pan?")
	other.soon("messages", bubbles, []string{"¿Hay pan?"})
	other.write("¿Hay vino?")
	owner.soon("messages", bubbles, []string{"¿Hay pan?", "¿Hay vino?"})
	owner.write("Hay.")
	for range 2 { // live, and as the server renders it
		owner.soon("who wrote, to the owner", who, []string{"luz luz.perez@example.com", "Luz", "Ana La tienda (vos)"})
		one.soon("who wrote, to one", who, []string{"luz (vos)", "Luz", "Ana La tienda"})
		other.soon("who wrote, to the other", who, []string{"luz", "Luz (vos)", "Ana La tienda"})
		other.expect("marks", len(eval[[]string](other, `[...new Set([...document.querySelectorAll(".mark")].map(e => e.textContent))]`)), 2)
		other.expect("an address", eval[bool](other, `document.documentElement.outerHTML.includes("perez")`), false)
		for _, p := range []*page{owner, one, other} {
			p.open("/chat")
			p.isLive()
		}
	}
	one.soon("people", `[...document.querySelectorAll(".people__list li")].map(e => e.firstElementChild.textContent + (e.querySelector(".staff")?.textContent ?? ""))`,
		[]string{"AnaLa tienda", "luz", "Luz"})
	other.put("#message", "sin terminar")
	eval[any](owner, `void fetch("/api/settings", {method: "PUT", headers: {"Content-Type": "application/json"}, body: '{"roomClosed":true}'})`)
	for _, p := range []*page{one, other} {
		p.soon("room", `[document.querySelector("[data-closed]").hidden, document.querySelector(".write").hidden].join()`, "false,true")
	}
	eval[any](owner, `void fetch("/api/settings", {method: "PUT", headers: {"Content-Type": "application/json"}, body: '{"roomClosed":false}'})`)
	other.soon("room", `[document.querySelector("[data-closed]").hidden, document.querySelector(".write").hidden].join()`, "true,false")
	other.soon("what was typed", `document.querySelector("#message").value`, "sin terminar")
}
