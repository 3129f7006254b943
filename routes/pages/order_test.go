package pages_test

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
	"pulperia/shop"
)

// placed is an order by the checkout, with a way of paying; its path.
func placed(v *routestest.Visitor, way string) string {
	v.T.Helper()
	ways(v)
	v.Follow("/cart/products/"+v.Product("Y"+way, `"title":"Yerba"`, `"price":1000`).ID.String(), "quantity", "2")
	got := v.Post("/checkout", buyer(v.Get("/checkout"), "delivery", "pickup", "payment", way, "note", "toco timbre", "phone", "11 2233 4455")...)
	if got.Code != 303 {
		v.T.Fatal(got.Code, got.Text("main"))
	}
	return got.Header().Get("Location")
}

// The page of an order says what is next and where the money goes to, in both languages; it is kept
// by nobody, found by nobody, and told to nobody.
func TestOrderPage(t *testing.T) {
	v := routestest.NewVisitor(t)
	link := placed(v, "transfer")
	page := v.Get(link, "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
	page.Want(200, "h1", "Pedido 1", "title", "Pedido 1 · Pulpería", ".order__next", page.Text(".order__next"), ".sum__total strong", "$ 2.000,00")
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer",
	} {
		if got := page.Header().Get(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	for _, said := range []string{
		"2 × Yerba", "$ 1.000,00 cada uno", "Defensa 1", "pulperia.mate", "A nombre de Rosa", "Importe exacto", "Incluye impuestos por", "$ 347,11",
		"Comprobante, no válido como factura.", "toco timbre", "11 2233 4455",
	} {
		if !strings.Contains(page.Text("main"), said) {
			t.Errorf("%q is not said: %s", said, page.Text("main"))
		}
	}
	if len(page.All("meta[name=robots]")) != 1 {
		t.Error("it may be found")
	}
	asked, err := url.Parse(page.Attribute("[data-whatsapp]", "href"))
	if text := asked.Query().Get("text"); err != nil || !strings.Contains(text, "pedido 1") || !strings.Contains(text, "2 × Yerba") || strings.Contains(text, "/o/") {
		t.Errorf("WhatsApp: %v %q", err, text)
	}
	if strings.Contains(v.Shop.Log.String(), strings.TrimPrefix(link, "/o/")) {
		t.Error("the secret is in the log")
	}
	english := v.Another("Accept-Language", "en").Get(link)
	english.Want(200, "h1", "Order 1", ".order__state", "Placed")
	if text := english.Text("main"); regexp.MustCompile(`\b(order|checkout|pay)\.[a-z]`).MatchString(text) {
		t.Error(text)
	}
	got := v.Shop.Do("GET", link, "", "Accept", "application/json")
	if got.IsHTML() || !strings.Contains(got.Body.String(), `"number":1`) {
		t.Errorf("a program gets %s", got.Body)
	}
}

// Whatever opens no order opens none in the same way.
func TestOrderOfNobody(t *testing.T) {
	v := routestest.NewVisitor(t)
	link := placed(v, "cash")
	want := v.Get("/o/" + strings.Repeat("a", 26))
	if want.Code != 404 {
		t.Fatal(want.Code)
	}
	for _, wrong := range []string{link[:len(link)-1], link + "a", "/o/1", "/o/%00", "/o/" + strings.Repeat("á", 26), "/o/..", link + "/receipts/" + routestest.UnknownID} {
		if got := v.Get(wrong); got.Code != 404 || got.IsHTML() && got.Text("main") != want.Text("main") {
			t.Errorf("%s: %d %s", wrong, got.Code, got.Text("main"))
		}
		if got := v.Post(wrong + "/cancel"); got.Code < 400 {
			t.Errorf("%s/cancel: %d", wrong, got.Code)
		}
	}
}

// The buyer cancels as long as the shop has not taken it on; after that the page says how it is.
func TestOrderCancelled(t *testing.T) {
	v := routestest.NewVisitor(t)
	link := placed(v, "cash")
	v.Follow(link+"/cancel").Want(200, ".order__state", "Cancelado", ".order__next", "Este pedido se canceló: no hay nada que hacer.")
	v.Follow(link+"/cancel").Want(200, ".order__state", "Cancelado")
	if page := v.Get(link); strings.Contains(page.Body.String(), "se paga al recibirlo") {
		t.Error("the page of what is off tells when to pay")
	}
	again := v.Follow(link + "/again")
	again.Want(200, "h1", "Tu carrito", ".badge", "(2)")
	v.Follow(link+"/again").Want(200, ".badge", "(2)")
	other := placed(v, "transfer")
	order, err := v.Shop.Trade.OwnOrder(t.Context(), strings.TrimPrefix(other, "/o/"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.Shop.Trade.AcceptOrder(t.Context(), shop.Machine, order.ID); err != nil {
		t.Fatal(err)
	}
	v.Post(other+"/cancel").Want(409, ".order .notice", "No se pudo: el pedido ya está en otro paso. Mirá cómo está ahora.", ".order__state", "Confirmado")
}

// upload posts a file as a browser's form does.
func upload(v *routestest.Visitor, to, name string, file []byte, fields ...string) routestest.Sight {
	v.T.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		form.WriteField(fields[i], fields[i+1])
	}
	if part, err := form.CreateFormFile("file", name); err == nil {
		part.Write(file)
	}
	form.Close()
	return v.Send("POST", to, body.String(), "Content-Type", form.FormDataContentType())
}

// The receipt of a transfer is a photo, encoded anew, or a PDF as it came: three of an order, for its
// buyer and the staff, as files to be saved; and by its hash nobody finds it.
func TestReceipts(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed)
	v.Shop.Key = v.Shop.KeyOf(models.RoleOwner)
	link := placed(v, "transfer")
	pdf, picture := []byte("%PDF-1.7\n<script>alert(1)</script>"), []byte(photo(t, 40))
	for _, bad := range []struct {
		file   []byte
		status int
		said   string
	}{
		{nil, 415, "Tiene que ser una foto (JPEG, PNG, WebP o GIF) o un PDF."},
		{[]byte("<html><script>"), 415, "Tiene que ser una foto (JPEG, PNG, WebP o GIF) o un PDF."},
		{append([]byte("%PDF-1.7"), make([]byte, 5<<20)...), 413, "Pesa más de 5 MB o es una foto enorme. Mandá una más chica."},
		{picture[:60], 400, "El archivo está roto o llegó cortado. Probá de nuevo."},
	} {
		got := upload(v, link+"/claim", "../x.pdf", bad.file, "reference", "0042")
		got.Want(bad.status, "#receipt-problem", bad.said)
		if got.Attribute("input[name=reference]", "value") != "0042" {
			t.Error("what was typed is gone")
		}
	}
	form := []string{"_id", routestest.UnknownID, "reference", "0042"}
	for range 2 { // a double click
		upload(v, link+"/claim", "x.pdf", pdf, form...).Want(303)
	}
	page := v.Get(link)
	page.Want(200, ".order__next", "Ya nos avisaste. Cuando la tienda vea la transferencia, lo dice acá.", ".order__receipts li", "comprobante-1-1.pdf")
	upload(v, link+"/claim", "x.png", picture).Want(303)
	upload(v, link+"/claim", "y.pdf", append(pdf, '1')).Want(303)
	page = v.Get(link)
	if names := page.Texts(".order__receipts li"); len(names) != 3 || len(page.All("#claim")) > 0 {
		t.Errorf("%q, %s", names, page.Text("main"))
	}
	upload(v, link+"/claim", "z.pdf", append(pdf, '2')).Want(400)
	upload(v, link+"/claim", "x.pdf", pdf).Want(303) // it is there already
	kept := 0
	if err := v.Shop.Store.Images.Each(t.Context(), func(models.Hash) error { kept++; return nil }); err != nil || kept != 3 {
		t.Errorf("the bytes of %d receipts are kept, %v", kept, err)
	}

	order, err := v.Shop.Trade.OwnOrder(t.Context(), strings.TrimPrefix(link, "/o/"))
	if err != nil {
		t.Fatal(err)
	}
	for i, receipt := range order.Receipts {
		own, staff := link+"/receipts/"+receipt.ID.String(), "/api/orders/"+order.ID.String()+"/receipts/"+receipt.ID.String()
		for _, got := range []routestest.Answer{v.Another().Get(own).Answer, v.Shop.Do("GET", staff, "")} {
			header := got.Header()
			if got.Code != 200 || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment;") || header.Get("Content-Type") != receipt.Type ||
				!strings.Contains(header.Get("Content-Security-Policy"), "sandbox") || header.Get("Cache-Control") != "no-store" || header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("receipt %d: %d %v", i, got.Code, header)
			}
			if isPDF := i != 1; isPDF != bytes.HasPrefix(got.Body.Bytes(), pdf) || bytes.Contains(got.Body.Bytes(), picture) {
				t.Errorf("receipt %d: %.40q", i, got.Body)
			}
		}
		if got := v.Another().Get(staff); got.Code != 401 {
			t.Errorf("a stranger gets %d", got.Code)
		}
		for _, hash := range []models.Hash{receipt.SHA256, receipt.Upload, models.HashOf(pdf)} {
			if got := v.Get("/images/" + string(hash)); got.Code != 404 {
				t.Errorf("by its hash everybody gets %d", got.Code)
			}
		}
	}
	helper := v.Another()
	as(helper, models.RoleHelper)
	desk := helper.Get("/admin/orders/" + order.ID.String())
	if names := desk.Texts(".order__claims .receipts li"); len(names) != 3 || names[2] != "comprobante-1-3.pdf" {
		t.Errorf("%q beside the next step", names)
	}
	photo := "/api/orders/" + order.ID.String() + "/receipts/" + order.Receipts[1].ID.String()
	if got := desk.Attribute(".order__claims .receipts__photo", "src"); got != photo || len(desk.All(".order__sent li")) > 0 {
		t.Errorf("the photo is at %q; %s", got, desk.Text("main"))
	}
	if removed, err := v.Shop.Trade.TidyPictures(t.Context(), order.UpdatedAt+models.Time(1e11)); err != nil || removed != 0 {
		t.Errorf("%d %v", removed, err)
	}
	if got := v.Get(link + "/receipts/" + order.Receipts[0].ID.String()); got.Code != 200 {
		t.Errorf("after a tidying: %d", got.Code)
	}
}
