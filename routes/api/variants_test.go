package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

const twoSizes = `"variants":[{"code":"R-M","options":{"Talle":"M","Color":"azul"},"price":1000,"stock":2},` +
	`{"code":"R-L","options":{"Color":"azul","Talle":"L"},"price":900.5,"stock":3,"thumbnail":"/l.webp","barcode":"779"}]`

func shirtJSON(fields ...string) string {
	return `{` + strings.Join(append([]string{`"title":"Remera","description":"**Algodón**","code":"remera","category":"ropa"`}, fields...), ",") + `}`
}

// What has variants is made without price and stock of its own, which follow the variants; these
// keep their ids by their codes, and a client that knows only stock changes them by that.
func TestProductWithVariants(t *testing.T) {
	shop := routestest.Open(t)
	var p models.Product
	shop.Must("POST", "/api/products", shirtJSON(twoSizes, `"compareAt":2000,"tags":["Verano","VERANO"],"vendor":"Ana"`)).Payload(&p)
	if p.Price != 900500 || p.Stock != 5 || len(p.Variants) != 2 || p.Variants[1].Options[0].Name != "Talle" || p.Variants[0].ID.IsZero() || len(p.Tags) != 1 || p.CompareAt != 2_000_000 {
		t.Errorf("%+v", p)
	}
	path := "/api/products/" + p.ID.String()
	put := func(body string) (now models.Product) { shop.Must("PUT", path, body).Payload(&now); return now }
	var now models.Product
	for _, tt := range []struct{ body, want string }{
		{`{"stock":4}`, "900.5 4: R-M 1000 1, R-L 900.5 3"},
		{`{"price":950}`, "950 4: R-M 1000 1, R-L 950 3"},
		{`{"compareAt":null,"vendor":null,"tags":[]}`, "950 4: R-M 1000 1, R-L 950 3"},
		{`{"variants":[{"code":"R-L","options":{"Talle":"L"},"stock":7},{"code":"R-S","options":{"Talle":"S"},"counted":false}]}`, "950 1000000: R-L 950 7, R-S 950 1000000"},
	} {
		now = put(tt.body)
		got := fmt.Sprintf("%s %d:", now.Price, now.Stock)
		for _, v := range now.Variants {
			got += fmt.Sprintf(" %s %s %d,", v.Code, v.Price, v.Stock)
		}
		if got = strings.TrimSuffix(got, ","); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.body, got, tt.want)
		}
	}
	if now.Variants[0].ID != p.Variants[1].ID || now.Variants[1].ID == p.Variants[0].ID || now.CompareAt != 0 || now.Tags != nil || !now.Uncounted {
		t.Errorf("%+v became %+v", p, now)
	}
	if same := put(string(models.JSON(now))); same.Rev != now.Rev {
		t.Errorf("sent back as it was read, it is another one: %+v", same)
	}
	now = put(`{"variants":[],"stock":1,"counted":true}`)
	if len(now.Variants) != 0 || now.Stock != 1 || now.Uncounted {
		t.Errorf("%+v", now)
	}
}

// Each rule of variants names its field, and the codes of all products and variants are one name
// space.
func TestRulesOfVariants(t *testing.T) {
	shop := routestest.Open(t)
	shop.Must("POST", "/api/products", shirtJSON(twoSizes))
	option := func(fields string) string { return `"variants":[{` + fields + `}]` }
	for body, want := range map[string]string{
		shirtJSON(`"variants":[{}]`, `"price":1`):                                      "400 variants[0].code variants[0].options variants[0].stock",
		shirtJSON(option(`"code":"A","options":{"Talle":"M"},"stock":1`)):              "400 variants[0].price",
		shirtJSON(option(`"code":"A","options":["M"],"stock":1,"price":1`)):            "400 variants[0].options",
		shirtJSON(option(`"code":"A","options":{"Talle":null},"stock":1,"price":1`)):   "400 variants[0].options",
		shirtJSON(option(`"code":"A","options":{"Talle":"M"},"stock":-1,"price":"x"`)): "400 variants[0].price variants[0].stock",
		shirtJSON(`"variants":3,"price":1`):                                            "400 variants",
		shirtJSON(`"counted":false`):                                                   "400 price",
		shirtJSON(twoSizes, `"stock":9`):                                               "400 stock",
		shirtJSON(twoSizes, `"tags":["a",3]`):                                          "400 tags[1]",
		shirtJSON(twoSizes, `"compareAt":900`):                                         "400 compareAt",
		strings.Replace(shirtJSON(twoSizes), `"remera"`, `"otra"`, 1):                  "409 variants[0].code",
		strings.Replace(shirtJSON(`"price":1,"stock":1`), `"remera"`, `"R-L"`, 1):      "409 code",
	} {
		got := shop.Do("POST", "/api/products", body)
		if answer := fmt.Sprint(got.Code, " ", strings.Join(got.Failure().Fields(), " ")); answer != want {
			t.Errorf("%s: %s, want %s\n%s", body, answer, want, got.Body)
		}
	}
}

// A cart's line names the variant; where there is one to choose, 400 lists them. No more of a variant
// goes in than there is of it; without a variant all lines of a product go.
func TestCartOfVariants(t *testing.T) {
	shop := routestest.Open(t)
	var p models.Product
	shop.Must("POST", "/api/products", shirtJSON(twoSizes)).Payload(&p)
	cart := shop.Cart("")
	m, l := p.Variants[0].ID.String(), p.Variants[1].ID.String()
	fill := strings.NewReplacer("{line}", "/api/carts/"+cart.ID.String()+"/products/"+p.ID.String(), "{cart}", "/api/carts/"+cart.ID.String(), "{m}", m, "{l}", l, "{p}", p.ID.String())
	for _, tt := range []struct{ method, path, body, want string }{
		{"POST", "{line}", ``, "400 variant"},
		{"POST", "{line}", `{"variant":"{p}"}`, "404 variant"},
		{"POST", "{line}", `{"variant":"x"}`, "400 variant"},
		{"POST", "{line}", `{"variant":"{m}","quantity":3}`, "400 quantity"},
		{"POST", "{line}", `{"variant":"{m}"}`, "R-M 1"},
		{"POST", "{line}", `{"variant":"{l}","quantity":2}`, "R-M 1, R-L 2"},
		{"PUT", "{line}", `{"variant":"{m}","quantity":2}`, "R-M 2, R-L 2"},
		{"PUT", "{line}", `{"quantity":2}`, "400 variant"},
		{"PUT", "{cart}", `{"products":[{"product":"{p}","quantity":1}]}`, "400 products[0].variant"},
		{"PUT", "{cart}", `{"products":[{"product":"{p}","variant":"{l}","quantity":4}]}`, "400 products[0].quantity"},
		{"PUT", "{cart}", `{"products":[{"product":"{p}","variant":"{l}","quantity":1},{"product":"{p}","variant":"{m}","quantity":1},{"product":"{p}","variant":"{l}","quantity":2}]}`, "R-L 3, R-M 1"},
		{"DELETE", "{line}?variant=x", "", "400 variant"},
		{"DELETE", "{line}?variant={l}", "", "R-M 1"},
		{"POST", "{line}", `{"variant":"{l}"}`, "R-M 1, R-L 1"},
		{"DELETE", "{line}", "", ""},
	} {
		got := shop.Do(tt.method, fill.Replace(tt.path), fill.Replace(tt.body))
		answer := ""
		if got.Code != 200 {
			answer = fmt.Sprint(got.Code, " ", strings.Join(got.Failure().Fields(), " "))
		} else {
			var now models.Cart
			got.Payload(&now)
			var lines []string
			for _, item := range now.Products {
				lines = append(lines, fmt.Sprint(p.Variant(item.Variant).Code, " ", item.Quantity))
			}
			answer = strings.Join(lines, ", ")
		}
		if answer != tt.want {
			t.Errorf("%s %s %s: %s, want %s\n%s", tt.method, tt.path, tt.body, answer, tt.want, got.Body)
		}
	}
	refused := shop.Do("POST", fill.Replace("{line}"), "").Body.String()
	if !strings.Contains(refused, m+" (M / azul)") || !strings.Contains(refused, l+" (L / azul)") {
		t.Errorf("it does not list what there is: %s", refused)
	}
}

// Stock is counted by variant.
func TestStockOfVariants(t *testing.T) {
	shop := routestest.OpenAsOwner(t)
	var p models.Product
	shop.Must("POST", "/api/products", shirtJSON(twoSizes)).Payload(&p)
	path, l := "/api/products/"+p.ID.String()+"/stock", p.Variants[1].ID.String()
	for _, tt := range []struct{ body, want string }{
		{`{"add":1}`, "400 variant"},
		{`{"add":1,"variant":"` + p.ID.String() + `"}`, "404"},
		{`{"add":4,"variant":"` + l + `"}`, "2 7 in all 9"},
		{`{"set":1,"was":3,"variant":"` + l + `"}`, "409 stock"},
		{`{"set":1,"was":7,"variant":"` + l + `"}`, "2 1 in all 3"},
		{`{"add":-2,"variant":"` + l + `"}`, "409 stock"},
	} {
		got := shop.Do("PUT", path, tt.body)
		answer, now := "", models.Product{}
		if got.Code == 200 {
			got.Payload(&now)
			answer = fmt.Sprintf("%d %d in all %d", now.Variants[0].Stock, now.Variants[1].Stock, now.Stock)
		} else {
			answer = strings.TrimSpace(fmt.Sprint(got.Code, " ", strings.Join(got.Failure().Fields(), " ")))
		}
		if diff := cmp.Diff(tt.want, answer); diff != "" {
			t.Errorf("%s: %s\n%s", tt.body, diff, got.Body)
		}
	}
}
