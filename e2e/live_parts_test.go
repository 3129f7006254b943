package e2e

import (
	"fmt"
	"testing"
)

// part evaluates an expression with what a script of the shop exports.
func part[T any](p *page, script, expression string) T {
	p.t.Helper()
	return eval[T](p, fmt.Sprintf(`import(document.querySelector("script[src]").src.replace("main.js", %s)).then(part => (%s))`, js(script), expression))
}

// A list is made like another one without making anew what is the same: the keyboard stays where it
// is, what is being typed stays typed, and what a change has already brought further is not taken
// back.
func TestMorph(t *testing.T) {
	t.Parallel()
	p := openShop(t).visit(t, desktop)
	p.open("/cart")
	got := part[[]string](p, "fresh.js", `(() => {
		const make = html => new DOMParser().parseFromString(html, "text/html").body.firstChild
		const old = document.body.appendChild(document.importNode(make(
			"<ul class=a hidden><li id=x1 data-rev=5>new</li><li id=x2><input value=1><p>old</p></li><li id=x3>gone</li>tail</ul>"), true))
		old.hidden = false
		const field = old.querySelector("input")
		field.value = "typed"
		field.focus()
		part.morph(old, make("<ul class=b title=t><li id=x0>first</li><li id=x2><input value=2><p>new</p> </li><li id=x1 data-rev=4>older</li></ul>"))
		const told = [old.outerHTML, field.value, String(document.activeElement === field)]
		old.remove()
		return told
	})()`)
	p.expect("morphed", got, []string{
		`<ul class="b" title="t"><li id="x0">first</li><li id="x2"><input value="2"><p>new</p> </li><li id="x1" data-rev="5">new</li></ul>`, "typed", "true",
	})
}

// A page may be newer than the position that it names: a change that it shows already must not take
// it back.
func TestOldRevision(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	id := shop.add("Cosa", "c")
	shop.call("PUT", "/api/products/"+id, map[string]int{"price": 30}, nil)
	p := shop.visit(t, desktop)
	p.open("/")
	p.isLive()
	p.expect("prices", part[[]string](p, "catalogue.js", fmt.Sprintf(`(() => {
		let tell
		part.startCatalogue({on: (type, listener) => tell = listener}, null)
		const doc = {title: "Cosa", category: "cosas", status: true, stock: 9, thumbnails: []}
		return [1, 2, 3].map(rev => {
			tell({kind: "product", op: "put", id: %s, rev, doc: {...doc, price: rev}})
			return document.querySelector(".card__price").textContent
		})
	})()`, js(id))), []string{"$ 30,00", "$ 30,00", "$ 3,00"})
}

// Who has lost the line comes back at once, then after growing pauses that differ from one visitor
// to the next; the shop may ask for more patience, or for none at all.
func TestPauses(t *testing.T) {
	t.Parallel()
	p := openShop(t).visit(t, desktop)
	p.open("/cart")
	const ms = `["", "slow", "shutdown", "too_big", "a word from a later shop"].map(why => [0, 3, 50].map(failures =>
		[0, 0.5, 1].map(random => String(part.pauseAfter(why, failures, random))).join(" ")).join(", "))`
	p.expect("pauses", part[[]string](p, "live.js", ms), []string{
		"250 500 750, 2000 4000 6000, 15000 30000 45000",
		"250 500 750, 2000 4000 6000, 15000 30000 45000",
		"1250 2500 3750, 3000 6000 9000, 16000 32000 48000",
		"Infinity Infinity Infinity, Infinity Infinity Infinity, Infinity Infinity Infinity",
		"250 500 750, 2000 4000 6000, 15000 30000 45000",
	})
}

// Ids are made as the shop makes them: 24 hex digits, the first eight the seconds, and no two
// alike.
func TestNewID(t *testing.T) {
	t.Parallel()
	p := openShop(t).visit(t, desktop)
	p.open("/cart")
	p.expect("id", part[[]string](p, "outbox.js", `[part.newID(1.7e12).length, part.newID(1.7e12).slice(0, 8), part.newID(0).slice(0, 8),
		/^[0-9a-f]{24}$/.test(part.newID()), new Set(Array.from({length: 1000}, () => part.newID())).size].map(String)`),
		[]string{"24", "6553f100", "00000000", "true", "1000"})
}
