package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	inCart   = `document.querySelector("[data-count]").textContent`
	readOut  = `document.querySelector("[data-announce]").textContent`
	lineText = `document.querySelector(".added")?.textContent`
	total    = `document.querySelector(".sum__total strong").textContent`
)

// A shopper adds from the list and goes on where he is: the count grows, a line says it and is read
// out, and the keyboard stays. The second click of two is none.
func TestAddingStays(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	mate := shop.product("mate de calabaza")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/products?q=calabaza")
		eval[any](p, `(window.stayed = true, 0)`)
		button := "#p-" + mate.ID + " .card__buy [type=submit]"
		p.tabTo(button)
		p.press(kb.Enter)
		p.soon("things in the cart", inCart, "1")
		p.soon("line", lineText, "Agregado · Ver carrito")
		p.soon("read out", readOut, "Agregado: "+mate.Title+". En tu carrito hay 1 cosa.")
		p.expect("still where one was", p.at(button), true)
		time.Sleep(time.Second) // else it were the second press of two
		p.do(chromedp.DoubleClick(chromedp.CSS(button)))
		p.soon("things in the cart", inCart, "2")
		p.soon("read out", readOut, "Agregado: "+mate.Title+". En tu carrito hay 2 cosas.")
		p.expect("lines", p.count(".added"), 1)
		p.expect("the same page", eval[bool](p, `window.stayed === true`), true)
		p.wide("list", v.width)
		p.do(chromedp.Evaluate[chromedp.Void](world.axe + "; undefined"))
		p.expect("faults", p.faults(), []string{})
		p.follow(".added a")
		p.expect("how many", p.value(line(mate)+"[name=quantity]"), "2")
	})
}

// Without scripts a form leads back to its place, where the line stands; in English, too.
func TestAddingWithoutScript(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	mate := shop.product("mate de calabaza")
	onBoth(t, func(t *testing.T, v visitor) {
		v.withoutScript, v.language = true, "en"
		p := shop.visit(t, v)
		p.open("/products?q=calabaza")
		p.follow("#p-" + mate.ID + " .card__buy [type=submit]")
		p.expect("line", p.text("#p-"+mate.ID+" .added"), "Added · View cart")
		p.expect("place", eval[string](p, `location.hash`), "#p-"+mate.ID)
		p.follow(".added a")
		p.follow(line(mate) + "[data-more='1']")
		p.expect("how many", p.value(line(mate)+"[name=quantity]"), "2")
		p.expect("things in the cart", p.text("[data-cart-count]"), "(2)")
	})
}

// Where the answer is lost the page says so and keeps what was chosen; sent again it adds once.
func TestAddingWithoutAnswer(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	behind, wire := shop.throughWire(t)
	p := behind.visit(t, phone)
	p.open("/products/" + yerba.ID)
	p.fill("#quantity", "3")
	wire.breakOff()
	p.click(".buy [type=submit]")
	p.soon("line", `document.querySelector(".added--not")?.textContent.split(",")[0]`, "No llegó la respuesta de la tienda")
	p.expect("quantity", p.value("#quantity"), "3")
	p.expect("things in the cart", p.text("[data-cart-count]"), "(0)")
	wire.restore()
	eval[any](p, `(before => window.fetch = async (...all) => { await before(...all); window.fetch = before; throw new TypeError("lost") })(window.fetch), 0`)
	for _, count := range []string{"0", "3"} {
		p.soon("may be pressed", `document.querySelector(".buy").ariaBusy`, nil)
		p.click(".buy [type=submit]")
		if count == "3" {
			p.soon("things in the cart", inCart, count)
		}
	}
	p.follow(".added:not(.added--not) a")
	p.expect("how many", p.value(line(yerba)+"[name=quantity]"), "3")
	p.forgive("ERR_", "WebSocket", "426")
}

// In the cart − and + save themselves, as often as they are pressed; more than there is they are
// refused at that moment, and what the cart has stays.
func TestCartSteps(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		var few product
		shop.call("POST", "/api/products", product{Title: "Cosa", Description: "Una cosa", Price: 100, Stock: 4,
			Category: "cosas", Code: t.Name(), Thumbnails: []string{}}, &few)
		p.open("/products/" + few.ID)
		p.buy(".buy")
		more, less := line(few)+"[data-more='1']", line(few)+"[data-more='-1']"
		p.ready(more)
		eval[any](p, `(e => { e.click(); e.click(); e.click() })(document.querySelector(`+js(more)+`)), 0`)
		p.soon("total", total, "$ 400,00")
		p.soon("things in the cart", inCart, "4")
		p.soon("read out", readOut, "Guardado. Total: $ 400,00.")
		p.click(more)
		p.soon("problem", `document.querySelector(".field__problem")?.textContent`, "Alcanza para 4, contando lo que ya hay en el carrito.")
		p.soon("read out", readOut, "Alcanza para 4, contando lo que ya hay en el carrito.")
		p.expect("how many", p.value(line(few)+"[name=quantity]"), "4")
		p.forgive("400")
		p.click(less)
		p.soon("total", total, "$ 300,00")
		p.soon("problem", `document.querySelector(".field__problem") === null`, true)
		p.expect("still where one was", p.at(less), true)
		p.wide("cart", v.width)
		p.do(chromedp.Evaluate[chromedp.Void](world.axe + "; undefined"))
		p.expect("faults", p.faults(), []string{})
	})
}
