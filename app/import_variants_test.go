package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

const shirts = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,Vendor,Tags\n" +
	"remera,Remera,Talle,M,R-M,shopify,2,1000,1500,Telar,\"ropa, algodón\"\n" +
	"remera,,,L,R-L,,0,1200,,,\n"

// importText imports a file of a text.
func importText(t *testing.T, store dao.Store, text string) (importReport, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	report, err := importFiles(t.Context(), trade.New(store, trade.Options{}), []string{path}, importOptions{Out: &said})
	if err != nil {
		t.Fatal(err)
	}
	return report, said.String()
}

func products(t *testing.T, store dao.Store) []models.Product {
	t.Helper()
	page, err := store.Products.List(t.Context(), models.ProductQuery{Limit: models.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return page.Products
}

// A handle with options is one product with variants; an import again changes nothing, and one that
// says less changes only that.
func TestImportOfVariants(t *testing.T) {
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		for _, want := range []importReport{{Read: 1, Created: 1}, {Read: 1, Same: 1}} {
			if report, said := importText(t, s.store, shirts); report != want {
				t.Fatalf("%+v\n%s", report, said)
			}
		}
		all := products(t, s.store)
		p := all[0]
		if len(all) != 1 || p.Code != "remera" || len(p.Variants) != 2 || p.Price != 1_000_000 || !p.Uncounted || p.CompareAt != 1_500_000 || p.Vendor != "Telar" ||
			len(p.Tags) != 2 || p.Variants[0].Stock != 2 || !p.Variants[1].Uncounted {
			t.Errorf("%+v", all)
		}
		if report, said := importText(t, s.store, "Handle,Option1 Value,Variant SKU,Variant Price\nremera,M,R-M,1100\n"); report.Updated+report.Refused != 1 {
			t.Errorf("%+v\n%s", report, said)
		}
	})
}

// What an earlier import made of each variant becomes one product, under the id of the first, with
// what the file does not say of each.
func TestImportExtendsCataloguesOfBefore(t *testing.T) {
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		for _, one := range []models.Product{
			{ID: models.ID{1}, Title: "Remera – M", Code: "R-M", Stock: 5, Price: 900000}, {ID: models.ID{2}, Title: "Remera – L", Code: "R-L", Stock: 6, Price: 900000},
			{ID: models.ID{3}, Title: "Otra cosa", Code: "X", Stock: 7, Price: 900000},
		} {
			one.Description, one.Category, one.Status = "d", "General", true
			if _, _, err := s.store.Products.Create(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
		const file = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\nremera,Remera,Talle,M,R-M,1000\nremera,,,L,R-L,1200\n"
		report, said := importText(t, s.store, file)
		if report != (importReport{Read: 1, Updated: 1}) || !strings.Contains(said, `"R-L": was a product of its own, and is a variant of "remera" now`) {
			t.Errorf("%+v\n%s", report, said)
		}
		all := products(t, s.store)
		if len(all) != 2 || all[0].ID != (models.ID{1}) || all[0].Title != "Remera" || all[0].Code != "remera" || len(all[0].Variants) != 2 || all[0].Stock != 11 ||
			all[0].Variants[1].Stock != 6 || all[0].Variants[1].Price != 1200000 || all[0].Variants[1].ID != (models.ID{2}) {
			t.Errorf("%+v\n%s", all, said)
		}
		if report, said := importText(t, s.store, file); report != (importReport{Read: 1, Same: 1}) {
			t.Errorf("again: %+v\n%s", report, said)
		}
	})
}

// A file that knows no variants cannot say which of them is counted: its stock is left out, by name,
// and all else of it goes in.
func TestImportOfAStockThatNoVariantTakes(t *testing.T) {
	const counted = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price\nvaso,Vaso,Color,rojo,V-R,3,100\n"
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		importText(t, s.store, shirts)
		importText(t, s.store, counted)
		before := products(t, s.store)
		const file = `[{"code": "remera", "title": "Remera lisa", "price": 1000, "stock": 7}]`
		for _, want := range []importReport{{Read: 1, Updated: 1}, {Read: 1, Same: 1}} {
			if report, said := importText(t, s.store, file); report != want || strings.Count(said, "1 product (line 1): "+catalogue.StockOfNoVariant) != 1 {
				t.Errorf("%+v, not %+v\n%s", report, want, said)
			}
		}
		const continued = "Handle,Title,Variant SKU,Variant Inventory Policy,Variant Inventory Qty\nvaso,Vaso,vaso,continue,3\n"
		if report, said := importText(t, s.store, continued); report != (importReport{Read: 1, Same: 1}) ||
			strings.Count(said, "1 product (line 2): "+catalogue.StockOfNoVariant) != 1 {
			t.Errorf("%+v\n%s", report, said)
		}
		const sizes = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\ntaza,Taza,Color,rojo,T-R,100\ntaza,,,azul,T-A,100\n"
		if report, said := importText(t, s.store, sizes); report != (importReport{Read: 1, Created: 1}) || strings.Count(said, "1 product (line 2): "+catalogue.NoStock) != 1 {
			t.Errorf("%+v\n%s", report, said)
		}
		const more = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\nvaso,Vaso,Color,rojo,V-R,100\nvaso,,,azul,V-A,100\n"
		after := products(t, s.store)
		if last := after[len(after)-1]; !last.Uncounted || !last.Variants[1].Uncounted {
			t.Errorf("what the file has no stock for is %+v", last)
		}
		after = after[:2]
		for i := range after {
			if after[i].Stock != before[i].Stock || after[i].Uncounted != before[i].Uncounted || !models.SameVariants(after[i].Variants, before[i].Variants) {
				t.Errorf("%+v\nwas %+v", after[i], before[i])
			}
		}
		if after[0].Title != "Remera lisa" {
			t.Errorf("the title is %q", after[0].Title)
		}
		if report, said := importText(t, s.store, more); report != (importReport{Read: 1, Updated: 1}) || strings.Count(said, "1 product (line 2): "+catalogue.NoStock) != 1 {
			t.Errorf("%+v\n%s", report, said)
		}
	})
}

// What has variants goes out and comes in again to the byte.
func TestExportOfVariants(t *testing.T) {
	one, two := openInside(t, t.TempDir()), openInside(t, t.TempDir())
	importText(t, one.store, shirts)
	var first, second strings.Builder
	if _, err := catalogue.WriteLines(t.Context(), &first, one.store); err != nil {
		t.Fatal(err)
	}
	report, said := importText(t, two.store, first.String())
	if report.Created == 0 || report.Refused > 0 {
		t.Errorf("%+v\n%s", report, said)
	}
	catalogue.WriteLines(t.Context(), &second, two.store)
	if lines := func(text string) string { _, rest, _ := strings.Cut(text, "\n"); return rest }; lines(first.String()) != lines(second.String()) {
		t.Errorf("%s\nbecame %s", first.String(), second.String())
	}
}

// The stock that earlier imports gave to what is not counted is brought forward once.
func TestUncount(t *testing.T) {
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		for i, stock := range []int64{models.MaxStock, 7, models.MaxStock} {
			p := models.Product{ID: models.ID{byte(i + 1)}, Title: "T", Description: "d", Code: string(rune('a' + i)), Category: "c", Stock: stock}
			if _, _, err := s.store.Products.Create(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		shop := trade.New(s.store, trade.Options{})
		for _, want := range []int{2, 0} {
			if n, err := shop.Uncount(t.Context()); n != want || err != nil {
				t.Errorf("%d, want %d (%v)", n, want, err)
			}
		}
		if all := products(t, s.store); !all[0].Uncounted || all[0].Stock != models.UncountedStock || all[1].Uncounted || all[1].Stock != 7 {
			t.Errorf("%+v", all)
		}
	})
}
