package app

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"

	"pulperia/dao/dbmanagers"
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

// On every engine an import changes of what a shop has only what its file says, a dry run says the same before, and the report names
// fields from → to; the shop shows that afterwards.
func TestImportChangesWhatItSays(t *testing.T) {
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
		for code, price := range map[string]models.Money{"V1": 1200, "J1": 600} {
			want, now := was[code], again.byCode(t)[code]
			want.Price = price
			if !now.Same(want) || now.Rev != 2 {
				t.Errorf("%+v, want %+v", now, want)
			}
		}
	})
}

// On every engine a price is never divided by a thousand: not by a sheet, not by JSON's texts, not by the shop's own form.
func TestFiguresAreNotGuessed(t *testing.T) {
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
		answer, err := http.Post(s.url+"/realtimeproducts", "application/x-www-form-urlencoded",
			strings.NewReader("title=Kilo&code=K1&category=c&description=d&status=true&price=25.000&stock=1"))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		products := s.byCode(t)
		if p := products["F1"]; p.Price != 25_000_00 || p.Stock != 1000 {
			t.Errorf("%+v", p)
		}
		if p := products["H1"]; p.Price != 40_000_00 || answer.StatusCode != 400 || len(products) != 3 {
			t.Errorf("%+v; the form was answered %s; %d products", p, answer.Status, len(products))
		}
	})
}

// On every engine what a real shop does not count can be bought, and what a spreadsheet on Windows saved reads as it was written; a
// product comes in without its one bad part.
func TestImportOfRealSheets(t *testing.T) {
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
		if cane.Title != "Caña" || cane.Price != 1234_50 || !cane.Status || coffee.Title != "Café" || coffee.Category != "Almacén" || coffee.Status || coffee.Stock != 3 {
			t.Errorf("%+v %+v", cane, coffee)
		}
		body := fmt.Sprintf(`{"products":[{"product":%q,"quantity":2}]}`, cane.ID)
		if status, text, err := s.do(http.DefaultClient, "POST", "/api/carts", body); err != nil || status != 201 {
			t.Errorf("%d %s %v", status, text, err)
		}
		page, err := http.Get(s.url + "/products/" + cane.ID.String())
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

// On every engine the carts of another shop's export name the products that this one has by their codes.
func TestImportFindsProductsOfCarts(t *testing.T) {
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		ours, theirs := newStore(), newStore()
		sheet := importFile(t, "shop.csv", "Handle,Title,Variant Price,Variant Inventory Qty\na,A,1,5\nb,B,2,5\n")
		imported(t, ours, 0, sheet)
		imported(t, theirs, 0, sheet)
		other := openShop(t, theirs)
		body := fmt.Sprintf(`{"products":[{"product":%q,"quantity":2},{"product":"665f1c2ab0e84d3f9a7c1e54","quantity":1}]}`, other.byCode(t)["b"].ID)
		if status, text, err := other.do(http.DefaultClient, "POST", "/api/carts", body); err != nil || status >= 300 {
			body = fmt.Sprintf(`{"products":[{"product":%q,"quantity":2}]}`, other.byCode(t)["b"].ID)
			if status, text, err = other.do(http.DefaultClient, "POST", "/api/carts", body); err != nil || status >= 300 {
				t.Fatal(status, string(text), err)
			}
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

// tree is a hash of all that stands in a folder; of one that is not there it is empty.
func tree(t *testing.T, dir string) (hash string) {
	t.Helper()
	filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		text := []byte{}
		if !entry.IsDir() {
			text, err = os.ReadFile(path)
		}
		hash += fmt.Sprintf("%s %s %s %x\n", path, info.Mode(), info.ModTime(), sha256.Sum256(text))
		return err
	})
	return hash
}

// A dry run changes not one byte: it makes no folder for a store that is not there but names it, it takes in nothing that was edited by hand,
// and it may run beside an open shop.
func TestDryRunWritesNothing(t *testing.T) {
	sheet := importFile(t, "shop.csv", "Handle,Title,Variant Price\nnew,New,1\n")
	for name, make := range map[string]func(t *testing.T, dir string){
		"absent": func(*testing.T, string) {},
		"edited": func(t *testing.T, dir string) {
			openShop(t, dir, "--demo").stop(t, syscall.SIGTERM)
			path := filepath.Join(dir, "products.json")
			text, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, []byte(strings.Replace(string(text), `"price": `, `"price": 9`, 1)), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		"open": func(t *testing.T, dir string) {
			s := openShop(t, dir, "--demo")
			t.Cleanup(func() { s.stop(t, syscall.SIGTERM) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			make(t, dir)
			before := tree(t, dir)
			said, code := execute(t, "import", "--dry-run", "--store", dir, sheet)
			if after := tree(t, dir); after != before {
				t.Errorf("before:\n%safter:\n%s", before, after)
			}
			if name != "edited" && (code != 0 || !strings.Contains(said, "1 read: 1 created")) {
				t.Errorf("code %d, said %s", code, said)
			}
			if name == "absent" {
				wantSaid(t, said, dir+": there is no store yet")
			}
		})
	}
}

// The file of a shop that is open lacks what its journal holds: an import of it is refused with what to do. Once it is closed it is as good as any.
func TestImportOfFileOfOpenShop(t *testing.T) {
	dir, other := filepath.Join(t.TempDir(), "data"), t.TempDir()
	s := openShop(t, dir)
	status, _, err := s.do(http.DefaultClient, "POST", "/api/products", `{"title":"A","description":"d","code":"a","price":1,"stock":1,"category":"c"}`)
	if err != nil || status != 201 {
		t.Fatal(status, err)
	}
	before := tree(t, other)
	said := imported(t, other, 1, filepath.Join(dir, "products.json"))
	wantSaid(t, said, "is open", "pulperia export --store "+dir)
	if after := tree(t, other); after != before {
		t.Errorf("a refused import wrote %s", after)
	}
	if err := s.stop(t, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wantSaid(t, imported(t, other, 0, filepath.Join(dir, "products.json")), "1 created")
}

// A name that JSON has twice is refused by name at every door, and nothing is stored.
func TestNamesGivenTwice(t *testing.T) {
	const twice = `{"title":"A","description":"d","code":"a","price":1,"price":999,"stock":1,"category":"c"}`
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		s := openShop(t, store)
		for _, request := range []struct{ method, path, body string }{
			{"POST", "/api/products", twice},
			{"POST", "/api/messages", `{"user":"ana@example.com","message":"hola","message":"chau"}`},
			{"POST", "/api/carts", `{"products":[{"product":"665f1c2ab0e84d3f9a7c1e54","quantity":1,"quantity":2}]}`},
			{"GET", "/api/products?query=%7B%22category%22:%22a%22,%22category%22:%22b%22%7D", ""},
		} {
			if status, text, err := s.do(http.DefaultClient, request.method, request.path, request.body); err != nil || status != 400 {
				t.Errorf("%v: %d %s %v", request, status, text, err)
			}
		}
		conn, _, err := websocket.Dial(t.Context(), s.url+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.CloseNow()
		for _, frame := range []string{
			`{"type":"hello","user":"ana@example.com","topics":["messages"]}`,
			`{"type":"message","id":"665f1c2ab0e84d3f9a7c1e54","message":"hola","message":"chau"}`,
		} {
			if err := conn.Write(t.Context(), websocket.MessageText, []byte(frame)); err != nil {
				t.Fatal(err)
			}
		}
		for answer := ""; !strings.Contains(answer, "665f1c2ab0e84d3f9a7c1e54"); {
			_, frame, err := conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if answer = string(frame); strings.Contains(answer, `"ack"`) || strings.Contains(answer, `"change"`) {
				t.Errorf("the frame was taken: %s", answer)
			}
		}
		if err := s.stop(t, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		said := imported(t, store, 1, importFile(t, "list.json", "["+twice+"]"),
			importFile(t, "backup.jsonl", `{"pulperia":"export","version":1}`+"\n"+`{"product":`+twice+"}\n"+`{"end":{"products":1}}`+"\n"))
		wantSaid(t, said, "list.json:1: price is given twice", "backup.jsonl:2: product.price is given twice")
		if now := exported(t, store); strings.Count(now, "\n") != 2 {
			t.Errorf("the store holds %s", now)
		}
		if dbmanagers.IsURL(store) {
			return
		}
		path := filepath.Join(store, "products.json")
		if err := os.WriteFile(path, []byte("["+twice+"]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		edited := startShop(t, store)
		if url := <-edited.opened; url != "" {
			t.Errorf("the shop opened with a name given twice")
			edited.stop(t, syscall.SIGTERM)
			return
		}
		<-edited.end
		wantSaid(t, edited.log.String(), "products.json: line 1", "price is given twice")
	})
}
