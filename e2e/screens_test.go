package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// What the documentation may weigh, for each picture.
const (
	mostPicture    = 200 << 10 // bytes
	pictureQuality = 80
)

// The pictures of the documentation can be taken at any time, and are small. They are kept when
// PULPERIA_SCREENS names a folder for them (make screens), and thrown away otherwise.
func TestScreens(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("PULPERIA_SCREENS")
	if dir == "" {
		dir = t.TempDir()
	}
	for screen, v := range map[string]visitor{"phone": phone, "desktop": desktop} {
		for scheme, dark := range map[string]bool{"light": false, "dark": true} {
			shop := openClosedShop(t, "--demo") // what is open says so
			v.dark = dark
			p := shop.visit(t, v)
			fillCart(p, "yerba mate con palo", "calabaza", "bombilla")
			talk(shop)
			p.open("/chat")
			p.fill("#user", "ana@example.com")
			p.fill("#message", "¡Listo, paso a la tarde!")
			p.follow(".write [type=submit]")
			product := "/products/" + shop.product("yerba mate con palo").ID
			for name, path := range map[string]string{"home": "/", "product": product, "cart": "/cart", "chat": "/chat"} {
				p.open(path)
				p.shoot(filepath.Join(dir, fmt.Sprintf("%s-%s-%s.jpg", name, screen, scheme)))
			}
			merchant := shop.visit(t, v)
			merchant.setUp()
			merchant.open("/admin/products")
			merchant.shoot(filepath.Join(dir, fmt.Sprintf("counter-%s-%s.jpg", screen, scheme)))
		}
	}
}

// talk fills the chat with what one hears in a shop.
func talk(shop *shop) {
	for _, line := range []string{
		"beto: Buenas. ¿La yerba con palo es suave?",
		"pulpero: Suave y estacionada doce meses. Dura toda la mañana.",
		"ana: Yo la llevo siempre. Con la bombilla de alpaca va bárbaro.",
		"beto: ¿Y queda dulce de leche?",
		"pulpero: Queda, recién hecho. Te guardo uno si querés.",
	} {
		name, words, _ := strings.Cut(line, ": ")
		shop.say(name+"@example.com", words)
	}
}

// fillCart puts into the cart what each search finds first.
func fillCart(p *page, searches ...string) {
	p.t.Helper()
	for _, words := range searches {
		p.open("/products/" + p.shop.product(words).ID)
		p.buy(".buy")
	}
}

// shoot takes a picture of what is on the screen.
func (p *page) shoot(file string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`Promise.all([...document.images].map(i => i.loading === "lazy" || i.decode().catch(() => {})))`, chromedp.EvalAwaitPromise))
	taken, err := chromedp.Call(p.ctx, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{
		Format: cdppage.CaptureScreenshotFormatJpeg, Quality: new(int64(pictureQuality)),
	})
	if err != nil {
		p.fail("%v", err)
	}
	if len(taken.Data) == 0 || len(taken.Data) > mostPicture {
		p.fail("%s has %d bytes, not 1 to %d", filepath.Base(file), len(taken.Data), mostPicture)
	}
	if err := os.WriteFile(file, taken.Data, 0o644); err != nil {
		p.fail("%v", err)
	}
}
