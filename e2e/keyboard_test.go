package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// mostTabs is more than any page has to tab through.
const mostTabs = 400

// focus is where the keyboard is, and whether one sees that it is there.
type focus struct {
	Element       string // empty when it is nowhere
	Ring, InSight bool
}

func (p *page) focus() focus {
	p.t.Helper()
	return eval[focus](p, `(e => {
		if (e === document.body) return {}
		const ringed = s => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2
		const r = e.getBoundingClientRect()
		return {
			Element: e.outerHTML.slice(0, 100),
			Ring: [null, "::before", "::after"].some(part => ringed(getComputedStyle(e, part))),
			InSight: r.width > 1 && r.height > 1 && r.bottom > 0 && r.right > 0 && r.top < innerHeight && r.left < innerWidth,
		}
	})(document.activeElement)`)
}

// tabTo presses Tab until a selector finds what has the focus.
func (p *page) tabTo(selector string) {
	p.t.Helper()
	for range mostTabs {
		p.press(kb.Tab)
		if p.at(selector) {
			return
		}
	}
	p.fail("the keyboard does not reach %s on %s", selector, p.where())
}

// at says whether a selector finds what has the focus.
func (p *page) at(selector string) bool {
	p.t.Helper()
	return eval[bool](p, fmt.Sprintf(`document.activeElement.matches(%s)`, js(selector)))
}

// Who has only a keyboard sees at every step where they are, from the skip link to the end of every
// page.
func TestFocusIsSeen(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo", "--messages-per-minute", "0")
	sights := shop.tour()
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		for _, sight := range sights {
			sight.reach(p)
			eval[chromedp.Void](p, `document.activeElement.blur(); getSelection().removeAllRanges()`)
			p.walk(sight.name)
		}
	})
}

// walk presses Tab from the beginning of a page to its end.
func (p *page) walk(name string) {
	p.t.Helper()
	for i := range mostTabs {
		p.press(kb.Tab)
		f := p.focus()
		if i == 0 && !p.at(".skip") && !p.has(":target") { // who comes for a part of the page begins there
			p.t.Errorf("%s: the keyboard begins at %q, not at the skip link", name, f.Element)
		}
		if f.Element == "" {
			return
		}
		if !f.Ring || !f.InSight {
			p.t.Errorf("%s: the focus is not to be seen (ring %t, in sight %t) on %s", name, f.Ring, f.InSight, f.Element)
		}
	}
	p.fail("%s: the keyboard does not come to the end", name)
}

// A whole purchase needs no mouse.
func TestPurchaseByKeyboard(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	mate := shop.product("mate de calabaza")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/")
		p.press(kb.Tab)
		p.expect("skip link first", p.at(".skip"), true)
		p.press(kb.Enter)
		p.expect("skipped to the content", p.at("main"), true)
		p.tabTo("main *")
		p.tabTo("#p-" + mate.ID + " .card__title a")
		p.leave(chromedp.KeyEvent(kb.Enter))
		p.expect("product", p.text("h1"), mate.Title)
		p.tabTo("#quantity")
		p.press("2")
		p.press(kb.Enter)
		p.soon("line", `document.querySelector(".added a")?.textContent`, "Ver carrito")
		p.expect("still where one was", p.at("#quantity"), true)
		p.tabTo(".added a")
		p.leave(chromedp.KeyEvent(kb.Enter))
		p.expect("total", p.text(".sum__total strong"), "$ 37.000,00")
		p.tabTo(line(mate) + "[name=quantity]")
		p.press("3")
		p.tabTo(line(mate) + "[data-more='1']")
		p.soon("total", `document.querySelector(".sum__total strong").textContent`, "$ 55.500,00")
		p.press(" ")
		p.soon("total", `document.querySelector(".sum__total strong").textContent`, "$ 74.000,00")
		p.expect("still where one was", p.at(line(mate)+"[data-more='1']"), true)
		p.tabTo(line(mate) + ".line__remove [type=submit]")
		p.leave(chromedp.KeyEvent(kb.Enter))
		p.expect("lines", p.count(".line"), 0)
	})
}
