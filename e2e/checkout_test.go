package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// order places an order of what is in the cart, in a shop where nothing is set.
func (p *page) order(name string) {
	p.t.Helper()
	p.open("/checkout")
	p.fill("#name", name)
	p.follow(".checkout [type=submit]")
}

func refusedCheckout(p *page) {
	p.open("/checkout")
	p.put("#name", "")
	p.put("#email", "ana@")
	p.follow(".checkout [type=submit]")
	p.answered(400)
}

// sells sets ways of paying and delivering, by who keeps the shop, and puts something on the shelf.
func (s *shop) sells(t *testing.T) (merchant *page, yerba product) {
	t.Helper()
	merchant = s.visit(t, desktop)
	merchant.setUp()
	merchant.ask("PUT", "/api/settings", `{"whatsapp":"5491122334455","payments":[{"way":"cash"},{"way":"transfer","accounts":[{"name":"Alias","text":"pulperia.mate"}],"note":"A nombre de Rosa"}],
		"deliveries":[{"kind":"pickup","name":"En el local","address":"Defensa 1, San Telmo","hours":"Lunes a sábado, 9 a 20"},
		{"kind":"zone","name":"Moto por el centro","price":1500,"freeFrom":50000,"countries":["AR"],"postcodes":["C1"]}],
		"taxes":[{"name":"IVA 21 %","points":2100,"default":true}],"password":`+js(password)+"}")
	yerba.Title, yerba.Code = "Yerba mate con palo, un kilo", "Y-1"
	merchant.ask("POST", "/api/products", fmt.Sprintf(`{"title":%q,"description":"Molienda gruesa","code":%q,"price":4890,"stock":50,"category":"almacén"}`, yerba.Title, yerba.Code))
	yerba.ID = eval[string](merchant, `fetch("/api/products?q=yerba").then(a => a.json()).then(a => a.payload[0]._id)`)
	return merchant, yerba
}

// ask sends JSON to the API from a page, as who is signed in there.
func (p *page) ask(method, path, body string) {
	p.t.Helper()
	refused := eval[string](p, fmt.Sprintf(`fetch(%s, {method: %s, body: %s || null, headers: {"Content-Type": "application/json"}}).then(a => a.ok ? "" : a.text())`, js(path), js(method), js(body)))
	if refused != "" {
		p.fail("%s %s: %s", method, path, refused)
	}
}

// demoOrders is how many orders the demo begins with.
const demoOrders = 5

// Somebody buys without an account, on a phone and on a desktop, with scripts and without: sees what it
// costs in all before, and after it what is next.
func TestCheckout(t *testing.T) {
	shop := openShop(t, "--demo")
	yerba := shop.product("yerba mate con palo")
	n := 0
	onBoth(t, func(t *testing.T, v visitor) {
		for _, v.withoutScript = range bothWays() {
			p := shop.visit(t, v)
			p.open("/products/" + yerba.ID)
			p.fill("#quantity", "2")
			p.buy(".buy")
			p.follow("[data-buy]")
			p.expect("address", p.where(), "/checkout")
			p.expect("total", p.text(".sum__total strong"), "$ 9.780,00")
			refusedCheckout(p)
			p.expect("what is wrong", p.text("#email-problem"), "Tiene que ser un correo, como ana@example.com.")
			p.expect("what was typed", p.value("#email"), "ana@")
			p.fill("#name", "Ana Pérez")
			p.put("#email", "ana@example.com")
			p.follow(".checkout [type=submit]")
			n++
			p.expect("order", p.text("h1"), fmt.Sprintf("Pedido %d", demoOrders+n))
			p.expect("state", p.text(".order__state"), "Recibido")
			p.expect("things in the cart", p.text("[data-cart-count]"), "(0)")
			p.expect("total", p.text(".sum__total strong"), "$ 9.780,00")
			p.follow(".order__acts [action$='/again'] [type=submit]")
			p.expect("again in the cart", p.text("[data-cart-count]"), "(2)")
		}
	})
}

// However a shopper comes to send it twice, it is one order: by a double click, in two tabs, and when
// the line is lost before the answer has come.
func TestCheckoutIsOneOrder(t *testing.T) {
	shop := openStocked(t, "--open")
	behind, wire := shop.throughWire(t)
	yerba := shop.product("yerba mate con palo")
	fill := func(p *page) {
		p.open("/products/" + yerba.ID)
		p.buy(".buy")
	}
	p := behind.visit(t, phone)
	fill(p)
	p.open("/checkout")
	tab := p.tab(phone)
	tab.open("/checkout")
	p.fill("#name", "Ana")
	p.leave(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		return chromedp.Evaluate[chromedp.Void](`for (const _ of [1, 2]) document.querySelector(".checkout [type=submit]").click()`)(ctx, target)
	})
	p.expect("order", p.text("h1"), "Pedido 1")
	first := p.where()
	tab.fill("#name", "Ana")
	tab.follow(".checkout [type=submit]")
	tab.expect("the other tab", tab.where(), first)
	tab.do(chromedp.Navigate("about:blank")) // it is not about lines that are lost

	fill(p)
	p.open("/checkout")
	p.fill("#name", "Ana")
	wire.swallowAnswers()
	p.click(".checkout [type=submit]")
	held := func() (stock int) {
		var got struct{ Stock int }
		shop.call("GET", "/api/products/"+yerba.ID, nil, &got)
		return got.Stock
	}
	before := held()
	for i := 0; held() == before && before != yerba.Stock-2 && i < 500; i++ {
		time.Sleep(20 * time.Millisecond)
	}
	wire.breakOff()
	p.soon("what the browser shows", `location.protocol`, "chrome-error:")
	p.forgive("ERR_")
	wire.restore()
	p.open("/checkout")
	p.expect("after the line was lost", p.text(".empty p"), "Tu carrito está vacío: ya hiciste el pedido.")
	p.follow(".empty a")
	p.expect("order", p.text("h1"), "Pedido 2")
	fill(p)
	p.order("Ana")
	p.expect("the next one", p.text("h1"), "Pedido 3")
}

// A variant that sells out while its buyer types is not ordered: the page says so, has brought the cart
// up to date, and asks again.
func TestCheckoutSoldOutBetween(t *testing.T) {
	shop := openShop(t)
	var shirt struct {
		ID       string `json:"_id"`
		Variants []struct {
			ID string `json:"_id"`
		}
	}
	shop.call("POST", "/api/products", map[string]any{
		"title": "Remera", "description": "De algodón", "code": "R", "price": 100, "category": "ropa", "options": []map[string]any{{"name": "Talle", "values": []string{"M", "L"}}},
		"variants": []map[string]any{{"options": map[string]string{"Talle": "M"}, "code": "R-M", "price": 100, "stock": 3}, {"options": map[string]string{"Talle": "L"}, "code": "R-L", "price": 120, "stock": 3}},
	}, &shirt)
	onBoth(t, func(t *testing.T, v visitor) {
		p := shop.visit(t, v)
		for _, variant := range shirt.Variants {
			shop.call("PUT", "/api/products/"+shirt.ID+"/stock", map[string]any{"variant": variant.ID, "add": 3}, nil)
			p.open("/products/" + shirt.ID)
			p.click(`[name=variant][value="` + variant.ID + `"]`)
			p.buy(".buy")
		}
		p.open("/checkout")
		p.fill("#name", "Ana")
		left := shirt.Variants[1].ID
		var now struct {
			Variants []struct {
				ID    string `json:"_id"`
				Stock int
			}
		}
		shop.call("GET", "/api/products/"+shirt.ID, nil, &now)
		for _, variant := range now.Variants {
			if variant.ID == left {
				shop.call("PUT", "/api/products/"+shirt.ID+"/stock", map[string]any{"variant": left, "add": -variant.Stock}, nil)
			}
		}
		p.follow(".checkout [type=submit]")
		p.answered(409)
		p.expect("what has changed", p.texts(".checkout__said li"), []string{"Remera – L: se agotó, y lo sacamos."})
		p.expect("total", p.text(".sum__total strong"), "$ 100,00")
		p.expect("what was typed", p.value("#name"), "Ana")
		p.follow(".checkout [type=submit]")
		p.expect("total", p.text(".sum__total strong"), "$ 100,00")
	})
}

// The page of an order follows it: the merchant takes it on, and its buyer sees that without doing
// anything, and what he was typing stays. A transfer is told of with its receipt.
func TestOrderIsLive(t *testing.T) {
	shop := openClosedShop(t)
	merchant, yerba := shop.sells(t)
	p := shop.visit(t, phone)
	p.open("/products/" + yerba.ID)
	p.buy(".buy")
	p.follow("[data-buy]")
	p.expect("total", p.text(".sum__total strong"), "Según la entrega")
	p.click("#delivery-1")
	p.expect("total with what it takes to bring it", p.text(".sum__total strong"), "$ 6.390,00")
	p.click("#delivery-0")
	p.expect("total of who comes for it", p.text(".sum__total strong"), "$ 4.890,00")
	p.expect("address, of who comes for it", eval[bool](p, `document.querySelector("#street").checkVisibility()`), false)
	p.click("#payment-1")
	p.fill("#name", "Ana Pérez")
	p.follow(".checkout [type=submit]")
	p.expect("where the money goes to", p.texts(".facts__copy"), []string{"pulperia.mate", "Pedido 1"})
	p.isLive()
	p.fill("#reference", "0042")
	id := eval[string](merchant, `fetch("/api/orders").then(a => a.json()).then(a => a.payload[0]._id)`)
	merchant.ask("POST", "/api/orders/"+id+"/accept", "")
	p.soon("state", `document.querySelector(".order__state").innerText`, "Confirmado")
	p.expect("what was typed", p.value("#reference"), "0042")
	p.follow("#claim [type=submit]")
	p.expect("next", p.text(".order__next"), "Ya nos avisaste. Cuando la tienda vea la transferencia, lo dice acá.")
	p.isLive()
	merchant.ask("POST", "/api/orders/"+id+"/paid", "")
	p.soon("next", `document.querySelector(".order__next").innerText`, "La tienda lo está preparando. Cuando puedas pasar a buscarlo, lo dice acá.")
	p.expect("cancel", p.has(".order__cancel"), false)
	p.audit("order that is paid", "es")
}

// The whole of it needs no mouse.
func TestCheckoutByKeyboard(t *testing.T) {
	shop := openStocked(t, "--open")
	p := shop.visit(t, desktop)
	p.open("/products/" + shop.product("yerba mate con palo").ID)
	p.buy(".buy")
	p.tabTo("[data-buy]")
	p.leave(chromedp.KeyEvent(kb.Enter))
	p.tabTo("#name")
	p.press("Ana")
	p.tabTo(".checkout [type=submit]")
	p.leave(chromedp.KeyEvent(kb.Enter))
	p.expect("order", p.text("h1"), "Pedido 1")
}

// Pictures of buying, and the order on paper, can be taken to be looked at: with PULPERIA_SCREENS.
func TestOrderScreens(t *testing.T) {
	dir := os.Getenv("PULPERIA_SCREENS")
	if dir == "" {
		dir = t.TempDir()
	}
	shop := openClosedShop(t, "--orders-per-hour", "0")
	_, yerba := shop.sells(t)
	for screen, v := range map[string]visitor{"phone": phone, "desktop": desktop} {
		for scheme, dark := range map[string]bool{"light": false, "dark": true} {
			v.dark = dark
			p := shop.visit(t, v)
			name := func(of string) string { return filepath.Join(dir, fmt.Sprintf("%s-%s-%s.jpg", of, screen, scheme)) }
			p.open("/products/" + yerba.ID)
			p.buy(".buy")
			p.open("/checkout")
			p.audit("checkout with ways", "es")
			p.become(v)
			p.shootAll(name("checkout"))
			p.click("#delivery-1")
			p.click("#payment-1")
			p.fill("#name", "Ana Pérez")
			p.fill("#street", "Defensa 123")
			p.fill("#postcode", "C1065")
			p.follow(".checkout [type=submit]")
			p.expect("state", p.text(".order__state"), "Recibido")
			p.audit("order with a transfer", "es")
			p.become(v)
			p.shootAll(name("order"))
			if screen == "desktop" && !dark {
				p.print(filepath.Join(dir, "order.pdf"))
				p.do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
				p.shootAll(name("paper"))
			}
		}
	}
}

// print puts a page on paper.
func (p *page) print(file string) {
	p.t.Helper()
	made, err := chromedp.Call(p.ctx, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PreferCSSPageSize: new(true)})
	if err != nil || !strings.HasPrefix(string(made.Data), "%PDF-") {
		p.fail("%v", err)
	}
	if err := os.WriteFile(file, made.Data, 0o644); err != nil {
		p.fail("%v", err)
	}
}

// shootAll takes a picture of the whole page, for as long as it is.
func (p *page) shootAll(file string) {
	p.t.Helper()
	taken, err := chromedp.Call(p.ctx, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{
		Format: cdppage.CaptureScreenshotFormatJpeg, Quality: new(int64(pictureQuality)), CaptureBeyondViewport: new(true),
	})
	if err != nil {
		p.fail("%v", err)
	}
	if err := os.WriteFile(file, taken.Data, 0o644); err != nil {
		p.fail("%v", err)
	}
}
