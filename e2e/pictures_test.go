package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// handOver gives photographs of the browser's own making to the form, as a camera or a file dialog
// does: of a width, in a colour.
func (p *page) handOver(name string, width int, colour string) {
	p.t.Helper()
	eval[chromedp.Void](p, fmt.Sprintf(`(async () => {
		const canvas = Object.assign(document.createElement("canvas"), {width: %d, height: %d * 3 / 4}), pen = canvas.getContext("2d")
		pen.fillStyle = %s
		pen.fillRect(0, 0, canvas.width, canvas.height)
		const file = new File([await new Promise(done => canvas.toBlob(done, "image/jpeg", 0.9))], %s, {type: "image/jpeg"})
		const files = new DataTransfer(), input = document.querySelector("#photos-file")
		files.items.add(file)
		input.files = files.files
		input.dispatchEvent(new Event("change", {bubbles: true}))
	})()`, width, width, js(colour), js(name)))
}

// A merchant hands over photographs from the camera: they are sent at once, put in order by the
// keyboard, said something of, and shoppers see them.
func TestMerchantTakesPhotographs(t *testing.T) {
	onBoth(t, func(t *testing.T, v visitor) {
		shop := openClosedShop(t, "--demo")
		mate := shop.product("mate de calabaza")
		p := shop.visit(t, v)
		p.setUp()
		edit := "/admin/products/" + mate.ID
		p.open(edit)
		was := p.count("[data-photo]")
		p.handOver("frente.jpg", 3000, "saddlebrown")
		p.soon("photographs", `document.querySelectorAll("[data-photo]").length`, was+1)
		p.handOver("dorso.jpg", 900, "olive")
		p.soon("photographs", `document.querySelectorAll("[data-photo]").length`, was+2)
		p.soon("what is said of them", `[...document.querySelectorAll("[data-photos-progress] p")].map(e => e.textContent).join(" ")`,
			"frente.jpg: ya está. Guardá las fotos para mostrarla. dorso.jpg: ya está. Guardá las fotos para mostrarla.")
		last := p.value("[data-photo]:last-child [name=picture]")
		p.do(chromedp.Focus(chromedp.CSS("[data-photo]:last-child [data-move='-1']")))
		for range was + 1 { // to the first place
			p.press(kb.Enter)
		}
		p.expect("first picture", p.value("[data-photo]:first-child [name=picture]"), last)
		p.fill("[data-photo]:first-child [name=alt]", "El dorso del mate")
		if to := os.Getenv("PULPERIA_LOOK"); to != "" {
			eval[chromedp.Void](p, `document.querySelector("#pictures").scrollIntoView()`)
			p.shoot(filepath.Join(to, fmt.Sprintf("pictures-%d.jpg", v.width)))
		}
		p.follow("[data-photos] [type=submit]")
		p.expect("pictures that are stored", p.count("[data-photo]"), was+2)
		p.open("/products/" + mate.ID)
		shown := `(i => [i.getAttribute("src"), i.alt, i.srcset !== "", i.naturalWidth > 0].join())(document.querySelector(".picture img"))`
		p.soon("picture in the shop", shown, last+",El dorso del mate,true,true")
		if to := os.Getenv("PULPERIA_LOOK"); to != "" {
			p.shoot(filepath.Join(to, fmt.Sprintf("product-%d.jpg", v.width)))
		}
	})
}

// The form of the pictures has no fault that axe can find, with pictures in it and a file that was
// refused.
func TestPicturesAreAccessible(t *testing.T) {
	for _, language := range []string{"es", "en"} {
		shop := openClosedShop(t, "--demo")
		p := shop.visit(t, visitor{width: desktop.width, height: desktop.height, language: language})
		p.setUp()
		p.open("/admin/products/" + shop.product("mate de calabaza").ID)
		p.handOver("frente.jpg", 900, "saddlebrown")
		p.soon("a photograph", `document.querySelectorAll("[data-photo]:last-child img").length`, 1)
		p.audit("pictures", language)
	}
}
