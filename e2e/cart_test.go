package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// line is the selector of a product's line in the cart.
func line(product product) string { return "#p-" + product.ID + " " }

// A shopper fills a cart, changes their mind about how many, takes something out, and empties it.
func TestCart(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba, mate := shop.product("yerba mate con palo"), shop.product("mate de calabaza")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/products/" + yerba.ID)
		p.expect("things in the cart", p.text("[data-cart-count]"), "(0)")
		p.fill("#quantity", "3")
		p.buy(".buy")
		p.expect("address", p.where(), "/cart")
		p.expect("things in the cart", p.text("[data-cart-count]"), "(3)")
		p.expect("subtotal", p.text(line(yerba)+".line__subtotal"), "Subtotal $ 14.670,00")

		p.open("/products?q=calabaza")
		p.expect("things in the cart", p.text("[data-cart-count]"), "(3)")
		p.buy(".card__buy")
		p.expect("total", p.text(".sum__total strong"), "$ 33.170,00")

		p.fill(line(mate)+"[name=quantity]", "2")
		p.press(kb.Enter)
		p.soon("total", `document.querySelector(".sum__total strong").textContent`, "$ 51.670,00")
		p.expect("how many", p.value(line(mate)+"[name=quantity]"), "2")
		p.expect("things in the cart", p.text("[data-cart-count]"), "(5)")

		p.follow(line(yerba) + ".line__remove [type=submit]")
		p.expect("lines", p.count(".line"), 1)
		p.expect("total", p.text(".sum__total strong"), "$ 37.000,00")
		p.follow(`[action="/cart/empty"] [type=submit]`)
		p.expect("lines", p.count(".line"), 0)
		p.expect("empty cart", p.text(".empty p"), "Tu carrito está vacío. Elegí algo de los estantes y aparece acá.")
	})
}

// A quantity that cannot be is shown as it was typed, with the reason beside it, and the cart stays
// as it was.
func TestCartRefusesQuantity(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/products/" + yerba.ID)
		p.put("#quantity", "0")
		p.refused(".buy", "Tiene que ser 1 o más.")
		p.expect("quantity", p.value("#quantity"), "0")
		p.fill("#quantity", "2")
		p.buy(".buy")

		p.put(line(yerba)+"[name=quantity]", "2000000")
		eval[any](p, fmt.Sprintf(`document.querySelector(%s).dispatchEvent(new Event("change", {bubbles: true}))`, js(line(yerba)+"[name=quantity]")))
		p.soon("problem", fmt.Sprintf(`document.querySelector("#problem-%s")?.textContent`, yerba.ID), "Tiene que ser 1.000.000 o menos.")
		p.expect("quantity", p.value(line(yerba)+"[name=quantity]"), "2000000")
		p.forgive("400")
		p.expect("things in the cart", p.text("[data-cart-count]"), "(2)")
	})
}

// What is no longer to be had stays in a cart, says so and is not counted; one can take it out.
func TestCartWithWhatIsGone(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		var sold, gone, kept product
		for i, p := range []*product{&sold, &gone, &kept} {
			shop.call("POST", "/api/products", product{Title: "Cosa", Description: "Una cosa", Price: 100, Stock: 5,
				Category: "cosas", Code: fmt.Sprintf("%s-%d", t.Name(), i), Thumbnails: []string{}}, p)
		}
		for _, product := range []product{sold, gone, kept} {
			p.open("/products/" + product.ID)
			p.buy(".buy")
		}
		shop.call("PUT", "/api/products/"+sold.ID, map[string]int{"stock": 0}, nil)
		shop.call("DELETE", "/api/products/"+gone.ID, nil, nil)
		p.open("/cart")
		p.expect("sold out", p.text(line(sold)+".stock"), "Agotado")
		p.expect("gone", p.text(line(gone)+".line__title"), "Producto que ya no está")
		p.expect("total", p.text(".sum__total strong"), "$ 100,00")
		p.expect("what is not counted", p.text(".sum .notice"), "Hay 2 productos que ya no se pueden comprar así: no están en el total.")
		p.follow(line(gone) + ".line__remove [type=submit]")
		p.follow(line(sold) + ".line__remove [type=submit]")
		p.expect("lines", p.count(".line"), 1)
		p.expect("notice", p.count(".sum .notice"), 0)
	})
}

// What has become scarcer stays in a cart, says so as it happens and is not counted; one press takes
// it down to what there is. More than that does not get in.
func TestCartWithWhatIsScarce(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		var few product
		shop.call("POST", "/api/products", product{Title: "Cosa", Description: "Una cosa", Price: 100, Stock: 5,
			Category: "cosas", Code: t.Name(), Thumbnails: []string{}}, &few)
		p.open("/products/" + few.ID)
		p.put("#quantity", "6")
		p.refused(".buy", "Alcanza para 5, contando lo que ya hay en el carrito.")
		p.put("#quantity", "4")
		p.buy(".buy")
		p.isLive()
		p.expect("total", p.text(".sum__total strong"), "$ 400,00")
		shop.call("PUT", "/api/products/"+few.ID, map[string]int{"stock": 2}, nil)
		p.soon("scarce", `document.querySelector(".line--out .stock")?.textContent`, "Solo quedan 2")
		p.expect("total", p.text(".sum__total strong"), "$ 0,00")
		p.follow(line(few) + "[form]")
		p.soon("total", `document.querySelector(".sum__total strong").textContent`, "$ 200,00")
		p.expect("quantity", p.value(line(few)+"[name=quantity]"), "2")
		p.expect("notice", p.count(".sum .notice"), 0)
	})
}

// Every visitor has a cart of their own.
func TestCartsAreApart(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	ana, beto := shop.visit(t, phone), shop.visit(t, desktop)
	ana.open("/products/" + yerba.ID)
	ana.buy(".buy")
	beto.open("/cart")
	beto.expect("lines", beto.count(".line"), 0)
	beto.open("/products/" + yerba.ID)
	beto.fill("#quantity", "7")
	beto.buy(".buy")
	ana.open("/cart")
	ana.expect("things in the cart", ana.text("[data-cart-count]"), "(1)")
	beto.expect("things in the cart", beto.text("[data-cart-count]"), "(7)")
}
