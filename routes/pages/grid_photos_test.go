package pages_test

import (
	"slices"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// chosenPhotos are the pictures that a page's grid offers in a row, with the chosen one in brackets.
func chosenPhotos(page routestest.Sight, row string) (offered []string) {
	for _, input := range page.All(".matrix__photos input") {
		if name, _ := routestest.AttributeOf(input, "name"); name != row {
			continue
		}
		src, _ := routestest.AttributeOf(input, "value")
		if _, checked := routestest.AttributeOf(input, "checked"); checked {
			src = "[" + src + "]"
		}
		offered = append(offered, src)
	}
	return offered
}

func expectPhotos(t *testing.T, page routestest.Sight, row string, want ...string) {
	t.Helper()
	if got := chosenPhotos(page, row); !slices.Equal(got, want) {
		t.Errorf("%s offers %q, want %q", row, got, want)
	}
}

// A variant's picture is one of its product's; one that is none of these stays to be chosen, and a
// form that does not ask for it leaves it.
func TestVariantHasAPhoto(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	at := "/admin/products/" + made.ID.String()
	expectPhotos(t, v.Get(at), "variants[0].thumbnail", "", "[/img/m.webp]")
	expectPhotos(t, v.Get(at), "variants[1].thumbnail")
	changeProduct(v, made.ID, func(p *models.Product) { p.Thumbnails = []string{"/img/a.webp", "/img/b.webp"} })
	page := v.Get(at)
	expectPhotos(t, page, "variants[0].thumbnail", "", "/img/a.webp", "/img/b.webp", "[/img/m.webp]")
	expectPhotos(t, page, "variants[1].thumbnail", "[]", "/img/a.webp", "/img/b.webp")
	v.Follow(at, pairs(formOf(page, "#shelf"), "variants[0].thumbnail", "", "variants[1].thumbnail", "/img/b.webp")...).Want(200)
	now := productNow(v, made.ID)
	if now.Variants[0].Thumbnail != "" || now.Variants[1].Thumbnail != "/img/b.webp" {
		t.Errorf("now %+v", now.Variants)
	}
	v.Follow("/cart/products/"+made.ID.String(), "quantity", "1", "variant", made.Variants[1].ID.String())
	if src := v.Get("/cart").Attribute(".line img", "src"); src != "/img/b.webp" {
		t.Errorf("the cart shows %q", src)
	}
	old := formOf(v.Get(at), "#shelf")
	for _, row := range []string{"variants[0].thumbnail", "variants[1].thumbnail"} {
		old.Del(row)
	}
	v.Follow(at, pairs(old, "title", "Remera lisa")...).Want(200)
	if now := productNow(v, made.ID); now.Variants[1].Thumbnail != "/img/b.webp" || now.Title != "Remera lisa" {
		t.Errorf("an older form has made it %+v", now)
	}
}

// A form that comes back, refused or for more rows, has kept which picture was chosen, also of a
// product that is not stored yet; who saves over another choice is told that one.
func TestFormKeepsPhotos(t *testing.T) {
	v := newMerchant(t)
	form := append(slices.Clone(shirt), gridFields("Talle", [4]string{"R-M", "M", "", "dos"})...)
	form = append(form, "thumbnails", "/img/a.webp\r\n/img/b.webp", "variants[0].thumbnail", "/img/b.webp")
	for _, more := range [][]string{nil, {"more", "1"}} {
		again := v.Post("/admin/products", append(slices.Clone(form), more...)...)
		expectPhotos(t, again, "variants[0].thumbnail", "", "/img/a.webp", "[/img/b.webp]")
	}
	v.Post("/admin/products", append(append(slices.Clone(shirt), gridFields("Talle", [4]string{})...), "variants[0].thumbnail", "/img/b.webp")...).
		Want(400, "#variants-0-code-problem", "Falta completar este campo.")

	made := makeShirt(v)
	at := "/admin/products/" + made.ID.String()
	old := formOf(v.Get(at), "#shelf")
	changeProduct(v, made.ID, func(p *models.Product) { p.Variants[0].Thumbnail = "" })
	got := v.Post(at, pairs(old)...)
	got.Want(409, "#variants-0-thumbnail-problem", "Ahora dice: Sin foto")
	expectPhotos(t, got, "variants[0].thumbnail", "", "[/img/m.webp]")
}
