package app

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"pulperia/dao/dbmanagers"
)

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

// A dry run changes not one byte: it makes no folder for a store that is not there but names it, it
// takes in nothing that was edited by hand, and it may run beside an open shop.
func TestDryRunWritesNothing(t *testing.T) {
	t.Parallel()
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

// The file of a shop that is open lacks what its journal holds: an import of it is refused with
// what to do. Once it is closed it is as good as any.
func TestImportOfFileOfOpenShop(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
		conn, _, err := websocket.Dial(t.Context(), s.URL+"/ws", nil)
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
		if edited.Open(t.Context()) == nil {
			t.Fatal("the shop opened with a name given twice")
		}
		wantSaid(t, edited.Log.String(), "products.json: line 1", "price is given twice")
	})
}

// A dry run says what the import then does, also where files are about the same products and where a
// product gains variants of which one has its code.
func TestDryRunSaysWhatAnImportDoes(t *testing.T) {
	t.Parallel()
	var files []string
	dir := t.TempDir()
	for name, text := range map[string]string{
		"1.json": `[{"title":"t","description":"d","code":"A","price":1,"stock":5,"category":"x"}]`,
		"2.json": `[{"title":"t","description":"d","code":"A","price":2,"stock":5,"category":"x"},{"title":"t","description":"d","code":"A","price":3,"stock":5,"category":"x"}]`,
		"3.csv":  "Handle,Title,Variant Price,Variant SKU,Option1 Name,Option1 Value\nh3,Tit,10,A,Talle,S\nh3,,11,B,Talle,M\n",
		"4.csv":  "Handle,Title,Variant Price,Variant SKU,Option1 Name,Option1 Value\nh3,Tit,10,C,Talle,S\nh3,,11,D,Talle,M\n",
		"5.csv":  "Handle,Title,Variant Price,Variant SKU,Option1 Name,Option1 Value\nh3,Tit,12,C,Talle,S\nh3,,11,E,Talle,L\n",
	} {
		files = append(files, filepath.Join(dir, name))
		if err := os.WriteFile(files[len(files)-1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(files)
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		for range 2 {
			dry, dryCode := runMain(t, append([]string{"import", "--store", store, "--dry-run"}, files...)...)
			real, code := runMain(t, append([]string{"import", "--store", store}, files...)...)
			dry = strings.NewReplacer(" (a dry run: nothing was written)", "", "would go in", "is in", store+": there is no store yet; an import makes it\n", "").Replace(dry)
			if diff := cmp.Diff(real, dry); diff != "" || dryCode != code {
				t.Errorf("exits %d and %d (-import +dry run):\n%s", code, dryCode, diff)
			}
		}
	})
}
