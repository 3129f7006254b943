package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// place is where something stands in the window.
type place struct{ X, Y float64 }

// placeOf returns the middle of what a selector finds.
func (p *page) placeOf(selector string) place {
	p.t.Helper()
	return eval[place](p, fmt.Sprintf(`(e => { e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect()
		return {X: r.x + r.width / 2, Y: r.y + r.height / 2} })(document.querySelector(%s))`, js(selector)))
}

func (p *page) mouse(at place, kind input.DispatchMouseEventType) {
	p.t.Helper()
	params := input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y}
	if kind != input.DispatchMouseEventTypeMouseMoved {
		params.Button, params.ClickCount = "left", 1
	}
	p.do(command(input.DispatchMouseEvent, params))
}

// clickAt presses the mouse where it is, whatever is there.
func (p *page) clickAt(at place) {
	p.t.Helper()
	p.mouse(at, input.DispatchMouseEventTypeMouseMoved)
	p.mouse(at, input.DispatchMouseEventTypeMousePressed)
	p.mouse(at, input.DispatchMouseEventTypeMouseReleased)
}

// settling begins anew, and stops, the time in which what takes something away does nothing on a
// page that has just come, and returns how long it is.
const settling = `document.querySelectorAll("[data-danger]").forEach(e => { e.style.animation = "none"; e.offsetWidth; e.style.animation = "" }), Math.max(0, ...document.getAnimations().filter(a => a.animationName === "settle").map(a => { a.currentTime = 1; a.pause(); return a.effect.getTiming().duration }))`

// The second click of two deletes nothing more: not on the page that stands, nor where the next row
// has come under the pointer. What was deleted can be taken back, also after a reload.
func TestDoubleClickDeletesOne(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	for _, title := range []string{"Primero", "Segundo", "Tercero"} {
		shop.add(title, title)
	}
	onBoth(t, func(t *testing.T, v visitor) {
		for _, v.withoutScript = range bothWays() {
			p := shop.visit(t, v)
			p.open("/realtimeproducts")
			p.ready(".act button")
			at := p.placeOf(".act button")
			p.leave(chromedp.MouseClickXY(at.X, at.Y))
			p.expect("ms that it settles", eval[float64](p, settling), 500.0)
			eval[any](p, `scrollTo(0, 0)`)
			second := p.placeOf(".act button")
			p.clickAt(second)
			p.clickAt(second)
			p.expect("rows", eval[[]string](p, rows), []string{"Segundo", "Tercero"})
			p.expect("notice", p.text(".undo p"), "Borraste «Primero».")
			p.leave(chromedp.Reload())
			p.follow(".undo button")
			p.expect("rows", eval[[]string](p, rows), []string{"Primero", "Segundo", "Tercero"})
			p.expect("notices", p.count(".undo"), 0)
		}
		v.withoutScript = false
		p := shop.visit(t, v)
		p.open("/realtimeproducts")
		p.ready(".act button")
		eval[any](p, `addEventListener("submit", e => { window.sent = (window.sent ?? 0) + !e.defaultPrevented; e.preventDefault() })`)
		at := p.placeOf(".act button")
		p.clickAt(at)
		p.clickAt(at)
		p.expect("sent", eval[int](p, `window.sent`), 1)
	})
}

// What somebody else deletes moves nothing under a pointer: its row stays, struck and without its
// button, until the pointer has left.
func TestRowsStayUnderThePointer(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	onBoth(t, func(t *testing.T, v visitor) {
		first, second := shop.add("Primero", t.Name()+"1"), shop.add("Segundo", t.Name()+"2")
		shop.add("Tercero", t.Name()+"3")
		p := shop.visit(t, v)
		p.open("/realtimeproducts")
		p.isLive()
		at := p.placeOf("#p-" + second + " .act button")
		p.mouse(at, input.DispatchMouseEventTypeMouseMoved)
		shop.call("DELETE", "/api/products/"+first, nil, nil)
		p.soon("first row", fmt.Sprintf(`document.getElementById("p-%s")?.className`, first), "is-gone")
		p.soon("count is asked for", `performance.getEntriesByType("resource").filter(e => e.name.includes("realtimeproducts")).length`, 1)
		p.expect("place", p.placeOf("#p-"+second+" .act button"), at)
		p.expect("buttons of the first row", eval[string](p, fmt.Sprintf(`getComputedStyle(document.querySelector("#p-%s button")).visibility`, first)), "hidden")
		eval[any](p, `window.settled = []; new MutationObserver(() => settled.push(getComputedStyle(document.querySelector(".act button")).pointerEvents))
			.observe(document.querySelector(".desk__list"), {attributes: true, attributeFilter: ["class"]}); 0`)
		p.mouse(place{5, 5}, input.DispatchMouseEventTypeMouseMoved)
		p.soon("rows", rows, []string{"Segundo", "Tercero"})
		p.soon("buttons after rows have moved", `settled`, []string{"none", "auto"})
		for _, id := range eval[[]string](p, `[...document.querySelectorAll("tbody tr")].map(e => e.id.slice(2))`) {
			shop.call("DELETE", "/api/products/"+id, nil, nil)
		}
	})
}

// An emptied cart is full again, whatever the visitor's browser can.
func TestUndoEmptyCart(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	onBoth(t, func(t *testing.T, v visitor) {
		for _, v.withoutScript = range bothWays() {
			p := shop.visit(t, v)
			p.open("/products/" + yerba.ID)
			p.buy(".buy")
			p.follow(`[action="/cart/empty"] button`)
			p.expect("notice", p.text(".undo p"), "Vaciaste el carrito.")
			p.follow(".undo button")
			p.expect("lines", p.count(".line"), 1)
		}
	})
}
