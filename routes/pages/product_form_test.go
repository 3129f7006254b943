package pages_test

import (
	"slices"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
	"pulperia/shop"
)

var richHoney = []string{
	"title", "Miel", "code", "miel", "category", "almacén", "description", "De monte", "status", "true", "price", "1.000", "stock", "",
	"compareAt", "1.234,50", "counted", "false", "vendor", "Colmenar", "barcode", "7790001000012", "tags", "sin gluten\r\n\r\noferta\r\nOFERTA",
}

// The form of a product asks for all that a product has: the price before, that it is not counted,
// brand, barcode and tags; each of them can be taken back, to what it was or to nothing.
func TestProductHasAllOfItsForm(t *testing.T) {
	v := newMerchant(t)
	v.Follow("/admin/products", richHoney...).Want(200, ".row__title a", "Miel", ".shelf__said", "Sin contar")
	list, _ := v.Shop.Trade.Products.List(t.Context(), models.ProductQuery{Limit: 5})
	made := list.Products[0]
	if made.CompareAt != 1234500 || !bool(made.Uncounted) || made.Vendor != "Colmenar" || made.Barcode != "7790001000012" || !slices.Equal(made.Tags, []string{"sin gluten", "oferta"}) {
		t.Fatalf("stored is %+v", made)
	}
	at := "/admin/products/" + made.ID.String()
	page := v.Get(at)
	page.Want(200, "#tags", "sin gluten oferta")
	for selector, want := range map[string]string{"#compareAt": "1234,5", "#vendor": "Colmenar", "#barcode": "7790001000012", "#stock": ""} {
		if got := page.Attribute(selector, "value"); got != want {
			t.Errorf("%s says %q", selector, got)
		}
	}
	v.Get("/products/"+made.ID.String()).Want(200, "s.product__before", "El precio antes: $ 1.234,50")
	v.Follow(at, pairs(formOf(page, "#shelf"))...).Want(200)
	if now := productNow(v, made.ID); now.Rev != made.Rev {
		t.Errorf("saved as it was it is %+v", now)
	}
	v.Follow(at, pairs(formOf(page, "#shelf"), "compareAt", "", "counted", "true", "stock", "3", "vendor", "", "barcode", "", "tags", "")...).Want(200)
	bare := productNow(v, made.ID)
	if bare.CompareAt != 0 || bool(bare.Uncounted) || bare.Stock != 3 || bare.Vendor+bare.Barcode != "" || bare.Tags != nil {
		t.Errorf("with empty fields it is %+v", bare)
	}
	v.Follow("/undo").Want(200)
	if now := productNow(v, made.ID); !now.Same(made) {
		t.Errorf("taken back it is %+v", now)
	}
	v.Follow(at, pairs(formOf(v.Get(at), "#shelf"), "compareAt", "", "counted", "true", "stock", "3", "vendor", "", "barcode", "", "tags", "")...)
	v.Follow(at, pairs(formOf(v.Get(at), "#shelf"), "compareAt", "2000", "counted", "false", "vendor", "Otro", "barcode", "1", "tags", "a")...)
	v.Follow("/undo").Want(200)
	if now := productNow(v, made.ID); !now.Same(bare) {
		t.Errorf("to nothing it is taken back as %+v", now)
	}
}

// A form that does not ask for them, of an older page, leaves them as they are.
func TestOldFormKeepsTheRest(t *testing.T) {
	v := newMerchant(t)
	v.Follow("/admin/products", richHoney...)
	list, _ := v.Shop.Trade.Products.List(t.Context(), models.ProductQuery{Limit: 5})
	was := list.Products[0]
	v.Follow("/admin/products/"+was.ID.String(), "rev", "1", "title", "Miel pura", "code", "miel", "category", "almacén", "description", "De monte",
		"status", "true", "price", "1000", "stock", "1000000").Want(200)
	now := productNow(v, was.ID)
	if now.Title != "Miel pura" || !slices.Equal(models.ChangedFields(now, was), []string{"title"}) {
		t.Errorf("now %+v", now)
	}
}

// What is wrong with one of them stands beside it, in the language of the page, with what was typed;
// a field for stock that counts no more refuses nothing.
func TestProductFormRefuses(t *testing.T) {
	v := newMerchant(t)
	typed := map[string]string{"compareAt": "999,50", "vendor": strings.Repeat("ñ", 201), "barcode": strings.Repeat("7", 201), "tags": strings.Repeat("x", 201)}
	form := slices.Clone(richHoney)
	for i := 0; i < len(form); i += 2 {
		if text, is := typed[form[i]]; is {
			form[i+1] = text
		}
	}
	long := "Puede tener 200 caracteres como mucho."
	got := v.Post("/admin/products", form...)
	got.Want(400, "#compareAt-problem", "Tiene que ser más que el precio (1.000), o quedar vacío.",
		"#vendor-problem", long, "#barcode-problem", long, "#tags-problem", long, "#stock-problem", "",
		"[role=alert]", "No lo guardamos: revisá los 4 campos marcados.")
	for name, text := range typed {
		if again := formOf(got, "#shelf").Get(name); again != text {
			t.Errorf("%s came back as %q", name, again)
		}
	}
	if formOf(got, "#shelf").Get("counted") != "false" {
		t.Error("that it is not counted is lost")
	}
	form = slices.Clone(richHoney)
	form[len(form)-9] = "caro"
	english := v.Another("Accept-Language", "en")
	english.Cookies = v.Cookies
	english.Post("/admin/products", form...).Want(400, "#compareAt-problem", "It must be a number, like 1234.50.")
	form[len(form)-9], form[len(form)-7] = "", "true"
	v.Post("/admin/products", form...).Want(400, "#stock-problem", "Falta completar este campo.")
}

// Who saves over what somebody else has changed is told what there is of each.
func TestOldFormTellsTheRest(t *testing.T) {
	v := newMerchant(t)
	v.Follow("/admin/products", richHoney...)
	list, _ := v.Shop.Trade.Products.List(t.Context(), models.ProductQuery{Limit: 5})
	id := list.Products[0].ID
	form := formOf(v.Get("/admin/products/"+id.String()), "#shelf")
	changeProduct(v, id, func(p *models.Product) {
		p.CompareAt, p.Uncounted, p.Stock, p.Vendor, p.Tags = 0, false, 4, "Otro", nil
	})
	v.Post("/admin/products/"+id.String(), pairs(form)...).Want(409, "#compareAt-problem", "Ahora dice:", "#counted-problem", "Ahora dice: Se cuenta",
		"#stock-problem", "Ahora dice: 4", "#vendor-problem", "Ahora dice: Otro", "#tags-problem", "Ahora dice:", "#barcode-problem", "")
}

// taxed sets the rates of the shop; none for none.
func taxed(v *routestest.Visitor, rates ...models.Tax) {
	v.T.Helper()
	_, _, err := v.Shop.Trade.ChangeSettings(v.T.Context(), shop.Machine, func(s *models.Settings) error {
		s.Taxes = rates
		return nil
	})
	if err != nil {
		v.T.Fatal(err)
	}
}

// A product is taxed by a rate that its form lets choose where the settings have some; one that they
// have no longer stays, and is shown as such.
func TestProductFormHasRates(t *testing.T) {
	v := newMerchant(t)
	v.Follow("/admin/products", richHoney...)
	list, _ := v.Shop.Trade.Products.List(t.Context(), models.ProductQuery{Limit: 5})
	id := list.Products[0].ID
	at := "/admin/products/" + id.String()
	english := v.Another("Accept-Language", "en")
	english.Cookies = v.Cookies
	v.Get(at).Want(200, "#tax", "")
	save := func(want string, pairsOf ...string) {
		t.Helper()
		v.Follow(at, pairs(formOf(v.Get(at), "#shelf"), pairsOf...)...).Want(200)
		if now := productNow(v, id); now.Tax != want {
			t.Errorf("with %v it names the rate %q, want %q", pairsOf, now.Tax, want)
		}
	}
	reduced, usual := models.Tax{Name: "IVA", Points: 1050}, models.Tax{Name: "IVA 21 %", Points: 2100, Default: true}
	taxed(v, usual, reduced)
	rates := "La tasa de siempre: IVA 21 %IVA 21 %IVA 10,5 %"
	v.Get("/admin/products/new").Want(200, "#tax", rates, "#tax [selected]", "La tasa de siempre: IVA 21 %")
	v.Get(at).Want(200, "label[for=tax]", "Impuesto", "#tax", rates)
	english.Get(at).Want(200, "label[for=tax]", "Tax", "#tax [selected]", "The usual rate: IVA 21 %")
	save("IVA", "tax", "IVA")
	v.Get(at).Want(200, "#tax [selected]", "IVA 10,5 %")
	v.Get(at+"/copy").Want(200, "#tax [selected]", "IVA 10,5 %")
	v.Follow("/undo").Want(200)
	if now := productNow(v, id); now.Tax != "" {
		t.Errorf("taken back it names %q", now.Tax)
	}
	save("IVA", "tax", "IVA")

	taxed(v, models.Tax{Name: "VAT", Points: 2000})
	v.Get(at).Want(200, "#tax", "Ninguna: sin impuestoVAT 20 %IVA (ya no está entre las tasas de la tienda)",
		"#tax [selected]", "IVA (ya no está entre las tasas de la tienda)")
	english.Get(at).Want(200, "#tax [selected]", "IVA (no longer among the shop’s rates)")
	save("IVA", "title", "Miel pura")
	taxed(v)
	v.Get(at).Want(200, "#tax", "Ninguna: sin impuestoIVA (ya no está entre las tasas de la tienda)")
	save("", "tax", "")
	v.Get(at).Want(200, "#tax", "")
}

// Who saves an old form is told by which rate the product is taxed now; a name that is none is
// refused beside the field, with what was chosen.
func TestOldFormTellsTheRate(t *testing.T) {
	v := newMerchant(t)
	taxed(v, models.Tax{Name: "IVA", Points: 2100, Default: true}, models.Tax{Name: "Libros"})
	v.Follow("/admin/products", append(slices.Clone(richHoney), "tax", "Libros")...)
	list, _ := v.Shop.Trade.Products.List(t.Context(), models.ProductQuery{Limit: 5})
	id := list.Products[0].ID
	at := "/admin/products/" + id.String()
	form := formOf(v.Get(at), "#shelf")
	if form.Get("tax") != "Libros" {
		t.Errorf("the form has the rate %q", form.Get("tax"))
	}
	changeProduct(v, id, func(p *models.Product) { p.Tax = "" })
	v.Post(at, pairs(form)...).Want(409, "#tax-problem", "Ahora dice: La tasa de siempre: IVA 21 %",
		"#tax [selected]", "Libros 0 %", "#vendor-problem", "")
	changeProduct(v, id, func(p *models.Product) { p.Tax = "IVA" })
	v.Post(at, pairs(form)...).Want(409, "#tax-problem", "Ahora dice: IVA")
	v.Post(at, pairs(formOf(v.Get(at), "#shelf"), "tax", strings.Repeat("x", 201))...).
		Want(400, "#tax-problem", "Puede tener 200 caracteres como mucho.")
}
