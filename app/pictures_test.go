package app

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// fetch brings into the shop what its catalogue names elsewhere, of products and of variants, each
// address once, names what cannot be had, and done again does only what is left.
func TestPicturesFetch(t *testing.T) {
	asked := map[string]int{}
	site := serveFiles(t, asked)
	store := t.TempDir()
	inStore(t, store, func(opened dao.Store) {
		for i, sources := range [][]string{{site + "/a.png", "/demo/img/mate.svg", site + "/gone.png"}, {site + "/page.html", site + "/a.png"}} {
			last := len(sources) - 1 // of its one variant
			variant := models.NewVariant()
			variant.Code, variant.Thumbnail, variant.Options = fmt.Sprint("M", i, "-S"), sources[last], models.Options{{Name: "Talle", Value: "S"}}
			if _, _, err := trade.New(opened, trade.Options{}).CreateProduct(t.Context(), models.Product{
				Title: "Mate", Description: "d", Code: fmt.Sprint("M", i), Category: "c", Status: true, Thumbnails: sources[:last],
				Variants: []models.Variant{variant},
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
	fetch := func(may func(netip.Addr) bool) (string, int) {
		var out bytes.Buffer
		code := mainWith(t.Context(), []string{"pictures", "fetch", "--store", store}, Streams{Out: &out, Err: os.Stderr}, hooks{mayFetch: may})
		return out.String(), code
	}
	if out, code := fetch(nil); code == 0 || !strings.Contains(out, "no public address") || len(asked) > 0 {
		t.Errorf("of this machine: %d %v\n%s", code, asked, out)
	}
	everywhere := func(netip.Addr) bool { return true }
	out, code := fetch(everywhere)
	if code == 0 || !strings.Contains(out, `product "M0": `+site+"/gone.png: the site answers 404") || !strings.Contains(out, `product "M1": `+site+"/page.html: this is no picture") ||
		!strings.Contains(out, "2 pictures are in the shop now, 2 could not be had") || asked["/a.png"] != 1 {
		t.Errorf("%d %v\n%s", code, asked, out)
	}
	if out, code := fetch(everywhere); code == 0 || asked["/a.png"] != 1 || !strings.Contains(out, "0 pictures are in the shop now, 2 could not") {
		t.Errorf("again: %d %v\n%s", code, asked, out)
	}
	if out, code := execute(t, "check", "--store", store); code != 0 || !strings.Contains(out, "1 pictures") {
		t.Errorf("check: %s", out)
	}
}

// serveFiles is another site: a picture, and a page.
func serveFiles(t *testing.T, asked map[string]int) string {
	picture := drawing(t, 1)
	var mu sync.Mutex
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.URL.Path]++
		mu.Unlock()
		switch r.URL.Path {
		case "/a.png":
			w.Write(picture)
		case "/page.html":
			w.Write([]byte("<!doctype html><title>Mate</title>"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	return site.URL
}
