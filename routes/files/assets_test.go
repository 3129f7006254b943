package files_test

import (
	"io/fs"
	"net/http"
	"testing"
	"testing/fstest"

	"pulperia/routes/routestest"
)

// Modules import one another by relative addresses, so one version stands in the path of them all.
// It changes with any of them; its files may be kept for good, and those of another version are
// there, to be asked for each time.
func TestScriptsHaveOneVersion(t *testing.T) {
	open := func(other string) (*routestest.Visitor, string) {
		v := routestest.NewVisitor(t, func(o *routestest.Setup) {
			o.Public = fstest.MapFS{"js/main.js": {Data: []byte(`import "./other.js"`)}, "js/other.js": {Data: []byte(other)}}
		})
		return v, v.Get("/").Attribute("script", "src")
	}
	v, src := open("1")
	if _, changed := open("2"); changed == src {
		t.Errorf("the address of the entry stays %s when another module changes", src)
	}
	folder := src[:len(src)-len("main.js")]
	for target, want := range map[string]string{
		src:                            "public, max-age=31536000, immutable",
		folder + "other.js":            "public, max-age=31536000, immutable",
		"/public/js/00000000/other.js": "no-cache",
		"/public/js/other.js":          "no-cache",
	} {
		got := v.Shop.Do("GET", target, "")
		if cache := got.Header().Get("Cache-Control"); got.Code != http.StatusOK || cache != want {
			t.Errorf("%s: %d %q, want %q", target, got.Code, cache, want)
		}
		if kind := got.Header().Get("Content-Type"); kind != "text/javascript; charset=utf-8" {
			t.Errorf("%s: %s", target, kind)
		}
	}
	for _, target := range []string{folder + "none.js", folder, "/public/js/", folder + "../main.js", "/public/js/a/b/main.js"} {
		if got := v.Shop.Do("GET", target, ""); got.Code == http.StatusOK {
			t.Errorf("%s is there", target)
		}
	}
}

// A shop without scripts, or without files at all, has pages all the same.
func TestWithoutScripts(t *testing.T) {
	for _, files := range []fs.FS{nil, fstest.MapFS{}} {
		v := routestest.NewVisitor(t, func(o *routestest.Setup) { o.Public = files })
		v.Get("/").Want(http.StatusOK)
	}
}
