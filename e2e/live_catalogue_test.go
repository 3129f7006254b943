package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// A product that is changed through the API changes on every page that shows it, with the words and
// the form that the server would write.
func TestProductFollows(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	card, path := "#p-"+yerba.ID+" ", "/products/"+yerba.ID
	onBoth(t, func(t *testing.T, v visitor) {
		home, one, table := shop.visit(t, v), shop.visit(t, v), shop.visit(t, v)
		for p, path := range map[*page]string{home: "/", one: path, table: "/realtimeproducts"} {
			p.open(path)
			p.isLive()
		}
		for _, change := range []map[string]any{
			{"price": 1234567.5, "stock": 5}, {"stock": 0}, {"stock": 1, "title": "Yerba <b>sin</b> palo"}, {"status": false},
			{"status": true, "stock": 1200, "price": 0, "category": "<i>infusiones", "code": "YM & 1", "description": "Otra.\n\nMás suave."},
		} {
			var now product
			shop.call("PUT", "/api/products/"+yerba.ID, change, &now)
			for p, root := range map[*page]string{home: card, one: ".product ", table: card} {
				p.soon("revision", fmt.Sprintf(`document.querySelector(%s).dataset.rev`, js(root)), shop.rev(yerba.ID))
				if p == home && change["status"] == false { // it would not be on the list, but it does not vanish before one's eyes
					p.expect("stock", p.text(root+".stock"), "No está a la venta")
					p.expect("form", p.count(root+"form:not([hidden])"), 0)
					continue
				}
				if p == one {
					p.soon("description in its form", `document.querySelector("[data-show=description] > p") !== null`, true)
				}
				live := p.looks(root)
				p.open(p.where())
				p.expect(fmt.Sprintf("after %v, as the server shows it", change), live, p.looks(root))
				p.isLive()
			}
		}
		shop.call("PUT", "/api/products/"+yerba.ID, yerba, nil)
	})
}

// rev returns the revision of a product, as a page notes it.
func (s *shop) rev(id string) string {
	s.t.Helper()
	var now struct{ Rev int }
	s.call("GET", "/api/products/"+id, nil, &now)
	return fmt.Sprint(now.Rev)
}

// looks returns what an element shows: its texts, where its links lead, and whether its parts are
// hidden.
func (p *page) looks(root string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf(`[...document.querySelector(%s).querySelectorAll("[data-show]")].map(e =>
		[e.dataset.show, e.hidden, e.className, e.hasAttribute("alt") ? e.alt : "", e.href ?? "", e.dataset.show === "buy" ? "" : e.textContent].join("|")).join("\n")`, js(root)))
}

// The scripts write amounts and numbers as the server does, whatever the amount and the language.
func TestScriptsWriteAmounts(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	amounts := []float64{0, 0.01, 0.05, 0.1, 0.29, 0.57, 1, 1.005 + 0.005, 4.35, 9.99, 10, 64.1, 99.9, 100, 999.99, 1000, 1000.01, 1234.5, 8192.03,
		9999.99, 99999.99, 100000, 123456.78, 999999.99, 1000000, 1234567.89, 12345678.9, 123456789.01, 999999999.99, 4503599627.37, 9999999999.99, 10000000000}
	for i, price := range amounts {
		shop.call("POST", "/api/products", product{Title: "Cosa", Description: "Una cosa", Category: "cosas", Code: fmt.Sprint(i),
			Price: price, Stock: i*i*i*i*i + 1, Thumbnails: []string{}}, nil)
	}
	for _, language := range []string{"es", "en"} {
		p := shop.visit(t, visitor{width: 1280, height: 900, language: language})
		p.open("/realtimeproducts")
		written := eval[[]string](p, `Promise.all([import(document.querySelector("script[src]").src.replace("main.js", "voice.js")),
			fetch("/api/products?limit=1000").then(answer => answer.json())]).then(([voice, {payload}]) =>
			payload.map(doc => voice.money(voice.amountOf(doc.price)) + " " + voice.say("live.units", {n: doc.stock}) + " " + voice.number(doc.stock)))`)
		server := eval[[]string](p, `[...document.querySelectorAll("tbody tr")].map(row =>
			["price", "units", "count"].map(name => row.querySelector("[data-show=" + name + "]").textContent).join(" "))`)
		p.expect("amounts in "+language, written, server)
		p.expect("how many", len(written), len(amounts))
	}
}

// A product that is deleted is marked where it stands; new ones are told of, and shown when one
// asks.
func TestNewAndGone(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	onBoth(t, func(t *testing.T, v visitor) {
		gone := shop.add("Se va", t.Name()+"1")
		p, one := shop.visit(t, v), shop.visit(t, v)
		p.open("/products?q=va")
		p.isLive()
		one.open("/products/" + gone)
		one.isLive()
		shop.call("DELETE", "/api/products/"+gone, nil, nil)
		p.soon("stock", fmt.Sprintf(`document.querySelector("#p-%s .stock").textContent`, gone), "Ya no está en el catálogo")
		p.expect("form", p.count("#p-"+gone+" form:not([hidden])"), 0)
		one.soon("stock", `document.querySelector(".product .stock").textContent`, "Ya no está en el catálogo")
		one.expect("what instead", one.count(".notice:not([hidden])"), 1)

		news := shop.add("Va llegando", t.Name()+"2")
		shop.add("Va llegando otra", t.Name()+"3")
		p.soon("notice", `document.querySelector("[data-new]").textContent`, "Hay 2 productos nuevos. Mostrar")
		p.follow("[data-new] a")
		p.expect("new product", p.count("#p-"+news), 1)
	})
}

// A figure that has changed lights up once, for a second; not for who asked for less motion.
func TestGlow(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	id := shop.add("Cosa", "c")
	for motion, want := range map[string]int{"no-preference": 1, "reduce": 0} {
		p := shop.visit(t, phone)
		p.do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-reduced-motion", Value: motion},
		}}))
		p.open("/")
		p.isLive()
		eval[any](p, `window.lit = new Set(); addEventListener("animationstart", e => lit.add(e.target.className)); 0`)
		shop.call("PUT", "/api/products/"+id, map[string]int{"price": 20 + want}, nil)
		p.soon("price", `document.querySelector(".card__price").textContent`, fmt.Sprintf("$ %d,00", 20+want))
		p.soon("what lights up", `lit.size`, want)
		p.soon("and ends", `document.querySelectorAll(".glow").length`, 0)
	}
}

// add adds a product and returns its id.
func (s *shop) add(title, code string) string {
	s.t.Helper()
	made := product{Title: title, Description: "Una cosa", Price: 10, Stock: 9, Category: "cosas", Code: code, Thumbnails: []string{}}
	s.call("POST", "/api/products", made, &made)
	return made.ID
}

// rows is a script that returns what stands in the table.
const rows = `[...document.querySelectorAll("tbody tr th a")].map(e => e.textContent)`

// The table shows what is added and deleted anywhere, each in its place and on its page, and leaves
// the form alone.
func TestTableFollows(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/realtimeproducts")
		p.isLive()
		p.fill("#title", "A medio escri")
		first := shop.add("Primero", "a")
		p.soon("rows", rows, []string{"Primero"})
		p.soon("count", `document.querySelector(".lead").textContent`, "1 producto en los estantes. Agregar un producto")
		second := shop.add("Segundo", "b")
		p.soon("rows", rows, []string{"Primero", "Segundo"})
		shop.call("DELETE", "/api/products/"+first, nil, nil)
		p.soon("rows", rows, []string{"Segundo"})
		p.expect("form", []string{p.value("#title"), fmt.Sprint(p.at("#title"))}, []string{"A medio escri", "true"})

		var want, ids []string
		for i := range 51 {
			want = append(want, fmt.Sprint("Producto ", i))
			ids = append(ids, shop.add(want[i], fmt.Sprint("c", i)))
		}
		p.soon("rows of a full page", rows, append([]string{"Segundo"}, want[:49]...))
		p.soon("pages", `document.querySelector(".pager__at").textContent`, "Página 1 de 2")
		shop.call("DELETE", "/api/products/"+second, nil, nil)
		p.soon("rows move up", rows, want[:50])
		for _, id := range ids {
			shop.call("DELETE", "/api/products/"+id, nil, nil)
		}
		p.soon("empty table", `document.querySelector(".desk__list .empty p")?.textContent`, "Todavía no hay productos. Agregá el primero con el formulario.")
	})
}

// The page of a cart follows it, whoever changes it, and so does the count in the other tabs. A
// quantity that is being typed stays.
func TestCartFollows(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	yerba, mate := shop.product("yerba mate con palo"), shop.product("mate de calabaza")
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		p.open("/products/" + yerba.ID)
		p.buy(".buy")
		p.isLive()
		other := p.tab(v)
		other.open("/products/" + mate.ID)
		p.fill(line(yerba)+"[name=quantity]", "7")
		other.buy(".buy")
		p.soon("total", `document.querySelector(".sum__total strong").textContent`, "$ 23.390,00")
		p.expect("being typed", []string{p.value(line(yerba) + "[name=quantity]"), fmt.Sprint(p.at(line(yerba) + "[name=quantity]"))}, []string{"7", "true"})
		p.soon("things in the cart", `document.querySelector("[data-cart-count]").textContent`, "(2)")

		third := p.tab(v)
		third.open("/")
		cart := eval[string](p, `document.querySelector("[data-cart]").dataset.cart`)
		shop.call("PUT", "/api/carts/"+cart+"/products/"+mate.ID, map[string]int{"quantity": 3}, nil)
		for _, page := range []*page{p, other} {
			page.soon("total", `document.querySelector(".sum__total strong").textContent`, "$ 60.390,00")
		}
		other.open("/cart") // a page that is newer than the third
		third.soon("things in the cart", `document.querySelector("[data-cart-count]").textContent`, "(4)")

		shop.call("PUT", "/api/products/"+yerba.ID, map[string]any{"stock": 0}, nil)
		p.soon("not counted", `document.querySelector(".sum .notice").textContent`, "Hay 1 producto que ya no se puede comprar así: no está en el total.")
		shop.call("PUT", "/api/products/"+yerba.ID, map[string]any{"stock": yerba.Stock}, nil)
		shop.call("DELETE", "/api/carts/"+cart, nil, nil)
		p.soon("empty cart", `document.querySelector(".empty p")?.textContent.split(".")[0]`, "Tu carrito está vacío")
	})
}
