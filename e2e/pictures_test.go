package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
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
		const name = %s, type = name.endsWith(".png") ? "image/png" : "image/jpeg"
		const canvas = Object.assign(document.createElement("canvas"), {width: %d, height: %d * 3 / 4}), pen = canvas.getContext("2d")
		pen.fillStyle = %s
		pen.fillRect(0, 0, canvas.width, canvas.height)
		const file = new File([await new Promise(done => canvas.toBlob(done, type, 0.9))], name, {type})
		const files = new DataTransfer(), input = document.querySelector("#photos-file")
		files.items.add(file)
		input.files = files.files
		input.dispatchEvent(new Event("change", {bubbles: true}))
	})()`, js(name), width, width, js(colour)))
}

// A merchant hands over photographs from the camera: they are sent at once, put in order by the
// keyboard, said something of, and shoppers see them.
func TestMerchantTakesPhotographs(t *testing.T) {
	t.Parallel()
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
		eval[chromedp.Void](p, `document.querySelector("#pictures").scrollIntoView()`)
		p.look(fmt.Sprintf("pictures-%d", v.width))
		p.follow("[data-photos] [type=submit]")
		p.expect("pictures that are stored", p.count("[data-photo]"), was+2)
		p.open("/products/" + mate.ID)
		shown := `(i => [i.getAttribute("src"), i.alt, i.srcset !== "", i.naturalWidth > 0].join())(document.querySelector(".picture img"))`
		p.soon("picture in the shop", shown, last+",El dorso del mate,true,true")
		p.look(fmt.Sprintf("product-%d", v.width))
	})
}

// A photograph of few bytes and more pixels than are taken is sent once more, made smaller.
func TestPhotographOfManyPixels(t *testing.T) {
	t.Parallel()
	shop := openClosedShop(t, "--demo")
	p := shop.visit(t, desktop)
	p.setUp()
	p.open("/admin/products/" + shop.product("mate de calabaza").ID)
	was := p.count("[data-photo]")
	p.handOver("cielo.jpg", 8300, "skyblue") // 52 million, and all the same
	p.soon("photographs", `document.querySelectorAll("[data-photo]").length`, was+1)
	p.handOver("afiche.png", 4800, "olive") // 17 million, of which 16 are taken
	p.soon("photographs", `document.querySelectorAll("[data-photo]").length`, was+2)
	p.forgive("413")
}

// Without scripts the form brings several photographs, puts them in order by numbers, says what is
// to be seen on them and takes them out, in both languages.
func TestPicturesWithoutScripts(t *testing.T) {
	t.Parallel()
	for _, v := range []visitor{
		{width: phone.width, height: phone.height, language: "es-AR", withoutScript: true},
		{width: desktop.width, height: desktop.height, language: "en", withoutScript: true},
	} {
		t.Run(v.language, func(t *testing.T) {
			shop := openClosedShop(t, "--demo")
			id := shop.product("mate de calabaza").ID
			p := shop.visit(t, v)
			p.setUp()
			p.open("/admin/products/" + id)
			was := p.count("[data-photo]")
			p.do(chromedp.SetUploadFiles(chromedp.CSS("#photos-file"), pngFiles(t, "frente.png", "dorso.png")))
			p.follow("[data-photos] [type=submit]")
			p.expect("photographs", p.count("[data-photo]"), was+2)
			last := p.value("[data-photo]:last-child [name=picture]")
			p.fill("[data-photo]:last-child [name=place]", "0")
			p.fill("[data-photo]:last-child [name=alt]", "El dorso del mate")
			p.click("[data-photo]:first-child [name=drop]")
			p.look("pictures-without-scripts-" + v.language)
			p.follow("[data-photos] [type=submit]")
			p.expect("photographs that stay", p.count("[data-photo]"), was+1)
			p.expect("first picture", p.value("[data-photo]:first-child [name=picture]"), last)
			p.expect("what is said of it", p.value("[data-photo]:first-child [name=alt]"), "El dorso del mate")
			p.open("/products/" + id)
			p.expect("pictures in the shop", p.count(".picture--large img[srcset]"), 2)
			p.look("product-without-scripts-" + v.language)
		})
	}
}

// A picture that does not load is a drawing to shoppers, and named to who can mend it.
func TestPictureThatDoesNotLoad(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, v visitor) {
		shop := openClosedShop(t, "--demo")
		id := shop.product("mate de calabaza").ID
		p := shop.visit(t, v)
		p.setUp()
		p.open("/admin/products/" + id)
		eval[chromedp.Void](p, `fetch("/api/products/" + location.pathname.split("/").pop(), {method: "PUT",
			headers: {"Content-Type": "application/json"}, body: JSON.stringify({thumbnails: ["/perdida.png"]})}).then(r => r.text())`)
		p.open("/admin/products/" + id)
		p.soon("what staff are told", `(e => e.checkVisibility() && e.closest("[data-photo]").innerText.replace(/\s+/g, " ").split(" ↑")[0])(document.querySelector("[data-photo-lost]"))`,
			"Esta foto no carga. Quien compra ve un dibujo. /perdida.png")
		eval[chromedp.Void](p, `document.querySelector("#pictures").scrollIntoView()`)
		p.look(fmt.Sprintf("lost-%d", v.width))
		p.open("/products/" + id)
		p.soon("drawing", `getComputedStyle(document.querySelector(".picture--large img"), "::after").backgroundImage.includes("parcel")`, true)
		p.look(fmt.Sprintf("lost-product-%d", v.width))
		p.forgive("404")
	})
}

// pngFiles writes pictures that differ, and returns where they lie.
func pngFiles(t *testing.T, names ...string) (paths []string) {
	t.Helper()
	for i, name := range names {
		drawn, b := image.NewGray(image.Rect(0, 0, 600, 450)), bytes.Buffer{}
		for at := range drawn.Pix {
			drawn.Pix[at] = uint8(at/600 + 90*i)
		}
		if err := png.Encode(&b, drawn); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, filepath.Join(t.TempDir(), name))
		if err := os.WriteFile(paths[i], b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// look leaves a picture of the page where PULPERIA_LOOK says, for whoever wants to look at it.
func (p *page) look(name string) {
	p.t.Helper()
	if to := os.Getenv("PULPERIA_LOOK"); to != "" {
		p.shoot(filepath.Join(to, name+".jpg"))
	}
}

// The form of the pictures has no fault that axe can find, with pictures in it and a file that was
// refused.
func TestPicturesAreAccessible(t *testing.T) {
	t.Parallel()
	for _, language := range bothLanguages() {
		shop := openClosedShop(t, "--demo")
		p := shop.visit(t, visitor{width: desktop.width, height: desktop.height, language: language})
		p.setUp()
		p.open("/admin/products/" + shop.product("mate de calabaza").ID)
		p.handOver("frente.jpg", 900, "saddlebrown")
		p.soon("a photograph", `document.querySelectorAll("[data-photo]:last-child img").length`, 1)
		p.audit("pictures", language)
	}
}
