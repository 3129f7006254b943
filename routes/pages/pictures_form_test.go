package pages_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/pictures"
	"pulperia/routes/routestest"
)

// photo is a photograph of a width.
func photo(t *testing.T, width int) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, 400)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// progressive is a photograph of which only that makes too much.
func progressive(t *testing.T) string {
	t.Helper()
	b := []byte(photo(t, 300))
	at := bytes.Index(b, []byte{0xff, 0xc0})
	copy(b[at:], []byte{0xff, 0xc2, b[at+2], b[at+3], 8, 7000 >> 8, 7000 & 0xff, 7100 >> 8, 7100 & 0xff})
	return string(b)
}

// sendPictures posts the form of a product's pictures as a browser does: fields, and files under
// their names.
func sendPictures(v *routestest.Visitor, product models.Product, fields [][2]string, files ...[2]string) routestest.Sight {
	v.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.WriteField("rev", fmt.Sprint(product.Rev))
	for _, field := range fields {
		w.WriteField(field[0], field[1])
	}
	for _, file := range files {
		part, err := w.CreateFormFile("file", file[0])
		if err != nil {
			v.T.Fatal(err)
		}
		part.Write([]byte(file[1]))
	}
	w.Close()
	return v.Send("POST", "/admin/products/"+product.ID.String()+"/pictures", b.String(), "Content-Type", w.FormDataContentType())
}

// Without scripts photographs come with the form, are put in order by numbers, are said something
// of, and are taken out; the shop shows them in all their sizes, in a frame that does not move.
func TestPicturesOfAProduct(t *testing.T) {
	v := newMerchant(t)
	product := makeProduct(v, "M", "Mate", 3)
	if got := sendPictures(v, product, nil, [2]string{"a.jpg", photo(t, 900)}, [2]string{"b.jpg", photo(t, 1300)}); got.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Code, got.Text("main"))
	}
	product = productNow(v, product.ID)
	if len(product.Thumbnails) != 2 {
		t.Fatalf("%v", product.Thumbnails)
	}
	first, second := product.Thumbnails[0], product.Thumbnails[1]
	page := v.Get("/admin/products/" + product.ID.String())
	if n := page.Shown(".photo"); n != 2 {
		t.Errorf("the form has %d pictures", n)
	}
	got := sendPictures(v, product, [][2]string{
		{"picture", first}, {"alt", "El frente"}, {"place", "2"}, {"picture", second}, {"alt", "El <dorso>"}, {"place", "1"},
	})
	if product = productNow(v, product.ID); got.Code != http.StatusSeeOther || product.Thumbnails[0] != second || product.Thumbnails[1] != first {
		t.Errorf("in order: %d %v", got.Code, product.Thumbnails)
	}
	for _, where := range []string{"/products", "/products/" + product.ID.String()} {
		shown := v.Get(where).All(".picture img")[0]
		attributes := map[string]string{}
		for _, name := range []string{"src", "srcset", "alt", "width", "height", "sizes"} {
			attributes[name], _ = routestest.AttributeOf(shown, name)
		}
		if attributes["src"] != second || strings.Count(attributes["srcset"], "w, ") != 3 || attributes["alt"] != "El <dorso>" || attributes["sizes"] == "" {
			t.Errorf("%s shows %v", where, attributes)
		}
		if (attributes["width"] == "") != (attributes["height"] == "") || attributes["width"] == "" {
			t.Errorf("%s: the frame is not fixed: %v", where, attributes)
		}
	}
	sendPictures(v, product, [][2]string{{"picture", second}, {"drop", second}, {"picture", first}, {"place", "x"}})
	if product = productNow(v, product.ID); len(product.Thumbnails) != 1 || product.Thumbnails[0] != first {
		t.Errorf("after one was taken out: %v", product.Thumbnails)
	}
	if back := v.Follow("/undo"); back.Code != http.StatusOK || len(productNow(v, product.ID).Thumbnails) != 2 {
		t.Errorf("taken back: %d %v", back.Code, productNow(v, product.ID).Thumbnails)
	}
}

// A file that is no picture is named, and keeps no other one out, however large it is; a form that is older than the
// product changes nothing.
func TestPicturesThatAreRefused(t *testing.T) {
	v := newMerchant(t)
	product := makeProduct(v, "M", "Mate", 3)
	got := sendPictures(v, product, nil, [2]string{"<b>.svg", "<svg/>"}, [2]string{"media.jpg", photo(t, 300)[:200]},
		[2]string{"enorme.jpg", photo(t, 300) + strings.Repeat("\x00", pictures.MaxBytes+1<<20)}, [2]string{"progresiva.jpg", progressive(t)},
		[2]string{"a.jpg", photo(t, 300)})
	if said := got.Text(".notice--bad"); got.Code != http.StatusBadRequest || !strings.Contains(said, "<b>.svg") {
		t.Errorf("%d %q", got.Code, said)
	}
	for _, want := range []string{"media.jpg: no entró. Está dañada", "enorme.jpg: no entró. Es demasiado grande", "progresiva.jpg: no entró. Es un JPEG progresivo"} {
		if said := got.Text("#pictures"); !strings.Contains(said, want) {
			t.Errorf("%q, and %q is missing", said, want)
		}
	}
	stale := product
	if product = productNow(v, product.ID); len(product.Thumbnails) != 1 {
		t.Errorf("%v", product.Thumbnails)
	}
	if got := sendPictures(v, stale, nil); got.Code != http.StatusConflict || len(productNow(v, product.ID).Thumbnails) != 1 {
		t.Errorf("an old form: %d", got.Code)
	}
}

// Staff are told which picture of the shop is gone; shoppers see the drawing that stands behind it.
func TestPictureThatIsGone(t *testing.T) {
	v := newMerchant(t)
	product := makeProduct(v, "M", "Mate", 3)
	gone := models.HashOf([]byte("gone")).Path()
	changeProduct(v, product.ID, func(p *models.Product) { p.Thumbnails = []string{gone} })
	page := v.Get("/admin/products/" + product.ID.String())
	if page.Shown("[data-photo-lost]") != 1 || !strings.Contains(page.Text(".photo__lost"), gone) {
		t.Errorf("the form says %q", page.Text(".photo"))
	}
	if got := v.Get("/products/" + product.ID.String()); got.Code != http.StatusOK {
		t.Errorf("%d", got.Code)
	}
}
