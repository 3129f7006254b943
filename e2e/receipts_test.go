package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// transferring goes to the page of an order of one piece, which is picked up and paid by transfer.
func (p *page) transferring(product string) {
	p.t.Helper()
	p.open("/products/" + product)
	p.buy(".buy")
	p.follow("[data-buy]")
	p.click("#delivery-0")
	p.click("#payment-1")
	p.fill("#name", "Ana Pérez")
	p.follow(".checkout [type=submit]")
	p.expect("order", p.text("h1"), "Pedido 1")
}

// claims sends a file as the receipt of a transfer.
func (p *page) claims(file string) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#receipt"), []string{file}))
	p.follow("#claim [type=submit]")
	p.expect("next", p.text(".order__next"), "Ya nos avisaste. Cuando la tienda vea la transferencia, lo dice acá.")
}

// pdfFile writes a document and returns where it lies.
func pdfFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "transferencia.pdf")
	if err := os.WriteFile(file, []byte("%PDF-1.7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// The photo of a transfer comes up beside the button that says that the money has come, on the page
// that the merchant has open; a document is a link with its name. Both stay when that is said.
func TestReceiptBesideReceived(t *testing.T) {
	shop := openClosedShop(t)
	merchant, yerba := shop.sells(t)
	p := shop.visit(t, phone)
	p.transferring(yerba.ID)
	id := eval[string](merchant, `fetch("/api/orders").then(a => a.json()).then(a => a.payload[0]._id)`)
	merchant.open("/admin/orders/" + id)
	merchant.isLive()
	p.claims(pngFiles(t, "transferencia.png")[0])
	merchant.soon("width of the photo", `(photo => photo?.complete && photo.naturalWidth)(document.querySelector(".order__claims .receipts__photo"))`, 600)
	merchant.expect("what the total has in it", merchant.text(".sums div:nth-child(2) dt"), "Incluye impuestos por")
	merchant.expect("next step", merchant.text(".order__next .order__main"), "Recibí $ 4.890,00")
	p.claims(pdfFile(t))
	merchant.soon("document", `document.querySelector(".order__claims li:last-child > .receipts__link")?.textContent`, "comprobante-1-2.pdf")
	for _, v := range []visitor{phone, desktop} {
		merchant.become(v)
		merchant.expect("something stands over", eval[bool](merchant, `document.documentElement.scrollWidth > innerWidth`), false)
		merchant.lookAt("receipts", "h1", v)
	}
	merchant.audit("order with receipts", "es")
	merchant.become(desktop)
	merchant.follow(".order__main")
	merchant.expect("what the buyer says", merchant.has(".order__claims"), false)
	merchant.expect("receipts", merchant.count(".order__sent .receipts__link"), 2)
}

// A buyer without scripts says with a photo that he has transferred, cancels, and orders the same
// again.
func TestOrderWithoutScripts(t *testing.T) {
	shop := openClosedShop(t)
	_, yerba := shop.sells(t)
	v := phone
	v.withoutScript = true
	p := shop.visit(t, v)
	p.transferring(yerba.ID)
	p.claims(pngFiles(t, "transferencia.png")[0])
	p.expect("receipts", p.texts(".order__receipts li"), []string{"comprobante-1-1.jpg"})
	p.click(".order__cancel summary")
	p.follow(".order__cancel [type=submit]")
	p.expect("state", p.text(".order__state"), "Cancelado")
	p.expect("cancel", p.has(".order__cancel"), false)
	p.follow(".order__acts [action$='/again'] [type=submit]")
	p.expect("things in the cart", p.text("[data-cart-count]"), "(1)")
}
