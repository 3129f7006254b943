package app

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pulperia/dao/models"
)

// imported runs an import and returns what it said.
func imported(t *testing.T, store string, code int, args ...string) string {
	t.Helper()
	out, got := execute(t, append([]string{"import", "--store", store}, args...)...)
	if got != code {
		t.Fatalf("import %v: code %d, want %d\n%s", args, got, code, out)
	}
	return out
}

// byCode returns the products that a shop shows, by their codes.
func (s *shop) byCode(t *testing.T) map[string]models.Product {
	t.Helper()
	var list []models.Product
	s.get(t, "/api/products?limit=1000", &list)
	products := make(map[string]models.Product)
	for _, p := range list {
		products[p.Code] = p
	}
	return products
}

func wantSaid(t *testing.T, said string, want ...string) {
	t.Helper()
	for _, part := range want {
		if !strings.Contains(said, part) {
			t.Errorf("said %s\nwithout %q", said, part)
		}
	}
}

// On every engine an import changes of what a shop has only what its file says, a dry run says the
// same before, and the report names fields from → to; the shop shows that afterwards.
func TestImportChangesWhatItSays(t *testing.T) {
	t.Parallel()
	const before = "Handle,Title,Body (HTML),Type,Published,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Status\n" +
		"vela,Vela de soja,Una vela,Hogar,true,V1,7,10,https://example.com/v.jpg,active\n" +
		"jabon,Jabón,De coco,Hogar,false,J1,3,5,https://example.com/j.jpg,active\n"
	prices := importFile(t, "prices.csv", "Handle,Title,Variant SKU,Variant Price\nvela,Vela de soja,V1,12\n")
	list := importFile(t, "list.json", `[{"code":"J1","title":"Jabón","price":6}]`)
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		imported(t, store, 0, importFile(t, "shop.csv", before))
		first := openShop(t, store)
		was := first.byCode(t)
		if err := first.stop(t, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		held := exported(t, store)
		for _, dry := range []bool{true, false} {
			args := []string{prices, list}
			if dry {
				args = append(args, "--dry-run")
			}
			said := imported(t, store, 0, args...)
			wantSaid(t, said, `prices.csv:2: "V1": price 10 → 12`+"\n", `list.json:1: "J1": price 5 → 6`+"\n")
			if now := exported(t, store); (now == held) != dry {
				t.Errorf("dry run %v: the store holds %s", dry, now)
			}
		}
		again := openShop(t, store)
		defer again.stop(t, syscall.SIGTERM)
		for code, price := range map[string]models.Money{"V1": 12_000, "J1": 6_000} {
			want, now := was[code], again.byCode(t)[code]
			want.Price = price
			if !now.Same(want) || now.Rev != 2 {
				t.Errorf("%+v, want %+v", now, want)
			}
		}
	})
}

// On every engine a price is never divided by a thousand: not by a sheet, not by JSON's texts, not
// by the shop's own form.
func TestFiguresAreNotGuessed(t *testing.T) {
	t.Parallel()
	const header = "Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty\n"
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		imported(t, store, 0, importFile(t, "shop.csv", header+"f,Florero,F1,25.000,1.000\ng,Jarrón,G1,\"12,50\",2\n"))
		said := imported(t, store, 1, importFile(t, "silent.csv", header+"f,Florero,F1,30.000,1\nh,Hielo,H1,\"1,250\",1\n"),
			importFile(t, "silent.json", `[{"title":"I","code":"I1","price":"12.990","stock":1}]`))
		wantSaid(t, said, `silent.csv:2: price can be read in two ways: 30 / 30000; got "30.000"`,
			`silent.csv:3: price can be read in two ways: 1250 / 1.25; got "1,250"`,
			`silent.json:1: price can be read in two ways: 12.99 / 12990; got "12.990"`, "--decimal")
		imported(t, store, 0, "--decimal", ",", importFile(t, "told.csv", header+"h,Hielo,H1,40.000,1\n"))
		s := openShop(t, store)
		defer s.stop(t, syscall.SIGTERM)
		answer, err := http.Post(s.URL+"/realtimeproducts", "application/x-www-form-urlencoded",
			strings.NewReader("title=Kilo&code=K1&category=c&description=d&status=true&price=25.000&stock=1"))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		products := s.byCode(t)
		if p := products["F1"]; p.Price != 25_000_000 || p.Stock != 1000 {
			t.Errorf("%+v", p)
		}
		if p := products["H1"]; p.Price != 40_000_000 || answer.StatusCode != 400 || len(products) != 3 {
			t.Errorf("%+v; the form was answered %s; %d products", p, answer.Status, len(products))
		}
	})
}

// On every engine what a real shop does not count can be bought, and what a spreadsheet on Windows
// saved reads as it was written; a product comes in without its one bad part.
func TestImportOfRealSheets(t *testing.T) {
	t.Parallel()
	sheet := importFile(t, "shop.csv", "Handle;Title;Body (HTML);Type;Published;Variant SKU;Variant Inventory Tracker;Variant Inventory Qty;Variant Price;Image Src;Status\r\n"+
		"cana;Ca\xf1a;Muy buena;Pesca;VERDADERO;C-1;;0;1234,50;;active\r\n"+
		"cafe;Caf\xe9;Tostado;Almac\xe9n;FALSO;C-2;shopify;3;900;foto.jpg;active\r\n")
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		said := imported(t, store, 0, sheet)
		wantSaid(t, said, "shop.csv: Shopify CSV in windows-1252: 2 read: 2 created", "1 product (line 2): stock is not counted", "shop.csv:3: thumbnails ", "left out")
		s := openShop(t, store)
		defer s.stop(t, syscall.SIGTERM)
		products := s.byCode(t)
		cane, coffee := products["C-1"], products["C-2"]
		if cane.Title != "Caña" || cane.Price != 1234_500 || !cane.Status || coffee.Title != "Café" || coffee.Category != "Almacén" || coffee.Status || coffee.Stock != 3 {
			t.Errorf("%+v %+v", cane, coffee)
		}
		body := fmt.Sprintf(`{"products":[{"product":%q,"quantity":2}]}`, cane.ID)
		if status, text, err := s.do(http.DefaultClient, "POST", "/api/carts", body); err != nil || status != 201 {
			t.Errorf("%d %s %v", status, text, err)
		}
		page, err := http.Get(s.URL + "/products/" + cane.ID.String())
		if err != nil {
			t.Fatal(err)
		}
		defer page.Body.Close()
		text, err := io.ReadAll(page.Body)
		if err != nil || !strings.Contains(string(text), `name="quantity"`) {
			t.Errorf("the page does not sell it: %v %s", err, text)
		}
	})
}

// On every engine the carts of another shop's export name the products that this one has by their
// codes.
func TestImportFindsProductsOfCarts(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		ours, theirs := newStore(), newStore()
		sheet := importFile(t, "shop.csv", "Handle,Title,Variant Price,Variant Inventory Qty\na,A,1,5\nb,B,2,5\n")
		imported(t, ours, 0, sheet)
		imported(t, theirs, 0, sheet)
		other := openShop(t, theirs)
		body := fmt.Sprintf(`{"products":[{"product":%q,"quantity":2}]}`, other.byCode(t)["b"].ID)
		if status, text, err := other.do(http.DefaultClient, "POST", "/api/carts", body); err != nil || status >= 300 {
			t.Fatal(status, string(text), err)
		}
		if err := other.stop(t, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		backup := filepath.Join(t.TempDir(), "backup.jsonl")
		if out, code := execute(t, "export", backup, "--store", theirs); code != 0 {
			t.Fatal(out)
		}
		for _, want := range []string{"1 created, 0 updated, 2 the same, 0 refused", "0 created, 0 updated, 3 the same, 0 refused"} {
			wantSaid(t, imported(t, ours, 0, backup), "1 cart (line 4): it names products by ids that they do not have in this shop", want)
		}
		s := openShop(t, ours)
		defer s.stop(t, syscall.SIGTERM)
		var carts []models.Cart
		s.get(t, "/api/carts", &carts)
		if len(carts) != 1 || carts[0].Products[0].Product != s.byCode(t)["b"].ID {
			t.Errorf("%+v, want the product %s", carts, s.byCode(t)["b"].ID)
		}
	})
}

// A product that is refused keeps its name all the same: the carts that hold it find it by its
// code, and never hold another one that has its id here.
func TestImportFindsRefusedProductsOfCarts(t *testing.T) {
	t.Parallel()
	const first, second, none = "aaaaaaaaaaaaaaaaaaaaaaa1", "aaaaaaaaaaaaaaaaaaaaaaa5", "aaaaaaaaaaaaaaaaaaaaaaa9"
	const product = `{"product":{"_id":%q,"title":"A","description":"d","code":%q,"price":-9,"stock":1,"category":"c"}}`
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		for code, want := range map[string]string{"AAA": second, "NEW": "", "": ""} {
			store := newStore()
			imported(t, store, 0, importFile(t, "here.jsonl", strings.Join([]string{
				`{"pulperia":"export","version":1}`,
				fmt.Sprintf(strings.Replace(product, "-9", "9", 1), first, "BBB"),
				fmt.Sprintf(strings.Replace(product, "-9", "9", 1), second, "AAA"),
				`{"end":{"products":2,"carts":0,"messages":0}}`, "",
			}, "\n")))
			said := imported(t, store, 1, importFile(t, "theirs.jsonl", strings.Join([]string{
				`{"pulperia":"export","version":1}`,
				fmt.Sprintf(product, first, code),
				fmt.Sprintf(product, none, "GONE"),
				fmt.Sprintf(`{"cart":{"_id":"bbbbbbbbbbbbbbbbbbbbbb01","products":[{"product":%q,"quantity":2},{"product":%q,"quantity":1}]}}`, first, none),
				`{"end":{"products":2,"carts":1,"messages":0}}`, "",
			}, "\n")))
			wantSaid(t, said, "1 cart (line 4)")
			s := openShop(t, store)
			var carts []models.Cart
			s.get(t, "/api/carts", &carts)
			if err := s.stop(t, syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, item := range carts[0].Products {
				got = append(got, item.Product.String())
			}
			if wanted := slices.DeleteFunc([]string{want, none}, func(id string) bool { return id == "" }); !slices.Equal(got, wanted) {
				t.Errorf("code %q: the cart holds %v, want %v; %s", code, got, wanted, said)
			}
		}
	})
}
