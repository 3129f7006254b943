package pages_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// gridFields are the fields of a form with a grid; rows are code, option, price, stock.
func gridFields(option string, rows ...[4]string) []string {
	list := []string{"grid", "1", "option1", option, "option2", "", "option3", ""}
	for i, row := range rows {
		for k, name := range []string{"code", "option1", "price", "stock"} {
			list = append(list, fmt.Sprintf("variants[%d].%s", i, name), row[k])
		}
	}
	return list
}

// formOf are the fields of a form as a page shows it, as a browser sends it.
func formOf(page routestest.Sight, selector string) url.Values {
	form := url.Values{}
	for _, input := range page.All(selector + " input") {
		name, _ := routestest.AttributeOf(input, "name")
		value, _ := routestest.AttributeOf(input, "value")
		kind, _ := routestest.AttributeOf(input, "type")
		if _, checked := routestest.AttributeOf(input, "checked"); name != "" && (kind != "checkbox" && kind != "radio" || checked) {
			form.Add(name, value)
		}
	}
	for _, choice := range page.All(selector + " select") {
		name, _ := routestest.AttributeOf(choice, "name")
		form.Add(name, chosenOf(choice))
	}
	for _, area := range page.All(selector + " textarea") {
		name, _ := routestest.AttributeOf(area, "name")
		text := ""
		if area.FirstChild != nil {
			text = area.FirstChild.Data // with its lines
		}
		form.Add(name, text)
	}
	return form
}

// chosenOf is the value of what is chosen in a list: else of the first there is.
func chosenOf(list *html.Node) string {
	chosen, found := "", false
	for option := range list.Descendants() {
		if option.Data != "option" {
			continue
		}
		_, selected := routestest.AttributeOf(option, "selected")
		if selected || !found {
			chosen, _ = routestest.AttributeOf(option, "value")
			found = true
		}
	}
	return chosen
}

func pairs(form url.Values, more ...string) (list []string) {
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	for name, values := range form {
		list = append(list, name, values[0])
	}
	return list
}

func said(p models.Product) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d:", p.Price, p.Stock)
	for _, v := range p.Variants {
		fmt.Fprintf(&b, " %s=%s %s %d", v.Code, v.Name(), v.Price, v.Stock)
	}
	return b.String()
}

var shirt = []string{"title", "Remera", "code", "remera", "category", "ropa", "description", "De algodón", "status", "true", "price", "1.000,50", "stock", ""}

// A new product is given variants by the grid of its form, without scripts: empty rows do not count,
// and who wants more rows loses nothing that he typed.
func TestNewProductWithVariants(t *testing.T) {
	v := newMerchant(t)
	form := append(append([]string{}, shirt...), gridFields("Talle", [4]string{"R-M", "M", "", "2"}, [4]string{"", "", "", ""}, [4]string{"R-L", "L", "1.200", "1.000"})...)
	again := v.Post("/admin/products", append(form, "more", "1")...)
	again.Want(200)
	got := formOf(again, "#shelf")
	if got.Get("title") != "Remera" || got.Get("variants[2].code") != "R-L" || got.Get("variants[2].price") != "1.200" || !got.Has("variants[5].code") || got.Has("variants[6].code") {
		t.Errorf("the form that came back says %v", got)
	}
	if again.Text(".notice--bad") != "" {
		t.Errorf("it complains: %s", again.Text(".notice--bad"))
	}
	v.Follow("/admin/products", pairs(got)...).Want(200, ".row__title a", "Remera")
	list, _ := v.Shop.Trade.Products.List(t.Context(), models.ProductQuery{Limit: 5})
	if len(list.Products) != 1 || said(list.Products[0]) != "1000.5 1002: R-M=M 1000.5 2 R-L=L 1200 1000" {
		t.Fatalf("stored is %v", list.Products)
	}
}

// Each variant has a barcode of its own: typed, shown again, changed and taken out. A form of before
// that does not ask for it leaves it.
func TestBarcodesOfVariants(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	at := "/admin/products/" + made.ID.String()
	stored := func() (codes [2]string) {
		t.Helper()
		now, err := v.Shop.Trade.Products.Get(t.Context(), made.ID)
		if err != nil || len(now.Variants) != 2 {
			t.Fatalf("%+v, %v", now, err)
		}
		return [2]string{now.Variants[0].Barcode, now.Variants[1].Barcode}
	}
	page := v.Get(at)
	if shown := page.Attribute("#variants-0-barcode", "value"); shown != "779" {
		t.Errorf("the grid shows the barcode %q", shown)
	}
	for _, tt := range []struct{ typed, want [2]string }{
		{[2]string{"779", "7790002000011"}, [2]string{"779", "7790002000011"}},
		{[2]string{"", "7790002000011"}, [2]string{"", "7790002000011"}},
	} {
		v.Follow(at, pairs(formOf(v.Get(at), "#shelf"), "variants[0].barcode", tt.typed[0], "variants[1].barcode", tt.typed[1])...).Want(200)
		if now := stored(); now != tt.want {
			t.Errorf("stored is %q", now)
		}
	}
	long := pairs(formOf(v.Get(at), "#shelf"), "variants[0].barcode", strings.Repeat("7", 201))
	v.Post(at, long...).Want(400, "#variants-0-barcode-problem", "Puede tener 200 caracteres como mucho.")
	older := formOf(v.Get(at), "#shelf")
	older.Del("variants[0].barcode")
	older.Del("variants[1].barcode")
	v.Follow(at, pairs(older, "title", "Otra")...).Want(200)
	if now := stored(); now[1] != "7790002000011" {
		t.Errorf("a form without barcodes took them out: %q", now)
	}
	only := append(append([]string{}, shirt...), gridFields("Talle", [4]string{"", "", "", ""})...)
	v.Post("/admin/products", append(only, "variants[0].barcode", "779")...).Want(400, "#variants-0-code-problem", "Falta completar este campo.")
}

// What is wrong with a variant stands in its row, whatever rows are empty before it.
func TestGridTellsByRow(t *testing.T) {
	v := newMerchant(t)
	makeProduct(v, "taken", "Otra", 1)
	for _, tt := range []struct {
		rows   []string
		status int
		want   []string
	}{
		{gridFields("Talle", [4]string{"", "", "", ""}, [4]string{"a", "M", "x", "-1"}), 400,
			[]string{"#variants-1-price-problem", "Tiene que ser un número, como 1234,50.", "#variants-1-stock-problem", "Tiene que ser 0 o más."}},
		{gridFields("Talle", [4]string{"", "", "", ""}, [4]string{"taken", "M", "", "1"}), 409, []string{"#variants-1-code-problem", "Ya lo tiene otro. Elegí uno distinto."}},
		{gridFields("Talle", [4]string{"a", "M", "", "1"}, [4]string{"b", "", "", "1"}), 400, []string{"#variants-1-option1-problem", "Falta completar este campo."}},
		{gridFields("Talle", [4]string{"a", "M", "", "1"}, [4]string{"b", "M", "", "1"}), 400, []string{".matrix__problem", "Está dos veces."}},
		{gridFields("", [4]string{"a", "M", "", "1"}), 400, []string{"#option1-problem", "Falta completar este campo."}},
		{gridFields("Talle", [4]string{"", "M", "", ""}), 400, []string{"#variants-0-code-problem", "Falta completar este campo.", "#variants-0-stock-problem", "Falta completar este campo."}},
	} {
		got := v.Post("/admin/products", append(append([]string{}, shirt...), tt.rows...)...)
		got.Want(tt.status, tt.want...)
	}
	v.Post("/admin/products", append(append([]string{}, shirt...), gridFields("Talle")...)...).Want(400, "#stock-problem", "Falta completar este campo.")
}

func makeShirt(v *routestest.Visitor) models.Product {
	v.T.Helper()
	made, _, err := v.Shop.Trade.CreateProduct(v.T.Context(), models.Product{
		Title: "Remera", Code: "remera", Category: "ropa", Description: "De algodón", Status: true, Price: 10000, Stock: 3, Variants: []models.Variant{
			{Code: "R-M", Options: models.Options{{Name: "Talle", Value: "M"}}, Price: 10000, Stock: 2, Barcode: "779", Thumbnail: "/img/m.webp"},
			{Code: "R-L", Options: models.Options{{Name: "Talle", Value: "L"}}, Price: 15000, Stock: 1},
		},
	})
	if err != nil {
		v.T.Fatal(err)
	}
	return made
}

// A product's variants are changed, taken out and added in its form; they keep their ids and what the
// grid does not show, and all of it can be taken back. Price and stock are told and not typed.
func TestVariantsInTheForm(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	at := "/admin/products/" + made.ID.String()
	page := v.Get(at)
	page.Want(200, ".figures", "Precio$ 10,00 Stock3")
	form := formOf(page, "#shelf")
	if form.Has("price") || form.Has("stock") {
		t.Error("a figure of the variants is to be typed")
	}
	v.Follow(at, pairs(formOf(page, "#shelf"))...).Want(200)
	if now := productNow(v, made.ID); now.Rev != made.Rev || !now.Same(made) {
		t.Errorf("saved as it was it is %+v", now)
	}
	v.Follow(at, pairs(form, "variants[0].code", "R-MED", "variants[0].price", "9", "variants[1].drop", "true",
		"variants[2].code", "R-XL", "variants[2].option1", "XL", "variants[2].price", "20", "variants[2].uncounted", "true")...).Want(200)
	now := productNow(v, made.ID)
	if said(now) != "9 1000000: R-MED=M 9 2 R-XL=XL 20 1000000" || now.Variants[0].ID != made.Variants[0].ID || now.Variants[0].Barcode != "779" || now.Variants[0].Thumbnail != "/img/m.webp" {
		t.Errorf("now %+v", now)
	}
	v.Follow("/undo").Want(200)
	if back := productNow(v, made.ID); !back.Same(made) {
		t.Errorf("taken back it is %+v", back)
	}
	form = formOf(v.Get(at), "#shelf")
	v.Follow(at, pairs(form, "variants[0].drop", "true", "variants[1].drop", "true")...).Want(200)
	if now := productNow(v, made.ID); said(now) != "10 3:" {
		t.Errorf("without variants it is %s", said(now))
	}
}

// A form that has no grid, of an older page, leaves the variants as they are.
func TestFormWithoutGrid(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	v.Follow("/admin/products/"+made.ID.String(), "rev", "1", "title", "Remera lisa", "code", "remera", "category", "ropa", "description", "De algodón",
		"status", "true", "price", "11", "stock", "4").Want(200)
	if now := productNow(v, made.ID); said(now) != "11 4: R-M=M 11 3 R-L=L 15 1" || now.Title != "Remera lisa" {
		t.Errorf("now %s", said(now))
	}
}

// Who saves a form over what somebody else has changed is told what there is, in the row; what the
// other one has added is not taken out unseen.
func TestGridOfAnOldForm(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	at := "/admin/products/" + made.ID.String()
	form := formOf(v.Get(at), "#shelf")
	_, _, err := v.Shop.Trade.ChangeProduct(t.Context(), made.ID, func(p *models.Product) error {
		p.Variants = append(p.Variants[:1:1], models.Variant{Code: "R-S", Options: models.Options{{Name: "Talle", Value: "S"}}, Price: 7000, Stock: 9})
		p.Variants[0].Stock = 1
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := v.Post(at, pairs(form, "title", "Remera lisa")...)
	got.Want(409, "#variants-0-stock", "", "#variants-0-stock-problem", "Ahora dice: 1")
	problems := got.Texts(".matrix__problem")
	if strings.Join(problems, "|") != "La quitaron mientras tanto: si guardás, vuelve.|La agregaron mientras tanto." {
		t.Errorf("rows say %q", problems)
	}
	v.Follow(at, pairs(formOf(got, "#shelf"))...).Want(200)
	if now := productNow(v, made.ID); said(now) != "7 12: R-M=M 10 2 R-L=L 15 1 R-S=S 7 9" || now.Title != "Remera lisa" {
		t.Errorf("now %s", said(now))
	}
}

// In the list, what has variants is not counted or priced as one: each is counted by itself, also by who
// may do no more than that, and it can be taken back.
func TestRowOfVariants(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	page := v.Get("/admin/products")
	page.Want(200, ".shelf__said", "3 2 variantes Remera")
	if prices, stocks := len(page.All("form.shelf__price")), page.Texts("form.shelf__stock label"); prices > 0 || !slices.Equal(stocks, []string{"M Remera", "L Remera"}) {
		t.Errorf("%d forms price it, and %q count it", prices, stocks)
	}
	if link := page.Attribute(".shelf__said a", "href"); link != "/admin/products/"+made.ID.String()+"#variants" {
		t.Errorf("it leads to %s", link)
	}
	helper := invite(v, "Beto", models.RoleHelper)
	count := "/admin/products/" + made.ID.String() + "/stock"
	l := made.Variants[1].ID.String()
	helper.Follow(count, "variant", l, "add", "1").Want(200, ".shelf__said", "4 2 variantes", ".undo p", "Cambiaste el stock de «Remera – L».")
	helper.Follow("/undo").Want(200, ".shelf__said", "3 2 variantes")
	helper.Follow(count, "variant", l, "stock", "9", "was", "1").Want(200)
	if now := productNow(v, made.ID); said(now) != "10 11: R-M=M 10 2 R-L=L 15 9" {
		t.Errorf("now %s", said(now))
	}
	refused := helper.Post(count, "variant", l, "stock", "5", "was", "1")
	refused.Want(409, "#stock-"+made.ID.String()+"-"+l+"-problem", "Cambió mientras tanto. Mirá cómo está ahora y probá de nuevo.", ".shelf__said", "11 2 variantes")
}

// Who counts it in an old list is told that there is something to choose, and nothing is counted.
func TestOldRowOfVariants(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	v.Post("/admin/products/"+made.ID.String()+"/stock", "add", "1").Want(400, ".shelf__said .field__problem", "Elegí una de las opciones.")
	if now := productNow(v, made.ID); !now.Same(made) {
		t.Errorf("now %s", said(now))
	}
}

// A copy has variants of its own, under codes that are free.
func TestCopyWithVariants(t *testing.T) {
	v := newMerchant(t)
	made := makeShirt(v)
	form := formOf(v.Get("/admin/products/"+made.ID.String()+"/copy"), "#shelf")
	v.Follow("/admin/products", pairs(form)...).Want(200)
	list, _ := v.Shop.Trade.Products.List(t.Context(), models.ProductQuery{Limit: 5, Backwards: true})
	if len(list.Products) != 2 || said(list.Products[0]) != "10 0: R-M-2=M 10 0 R-L-2=L 15 0" {
		t.Fatalf("stored is %v", list.Products)
	}
}
