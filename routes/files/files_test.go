package files_test

import (
	"strings"
	"testing"

	"pulperia/routes/routestest"
)

// Files are served with a tag, and folders and what is not there not at all.
func TestFiles(t *testing.T) {
	shop := routestest.Open(t)
	got := shop.Do("GET", "/public/css/tokens.css", "")
	tag := got.Header().Get("ETag")
	if got.Code != 200 || tag == "" || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	if again := shop.Do("GET", "/public/css/tokens.css", "", "If-None-Match", tag); again.Code != 304 {
		t.Errorf("with its tag: %d", again.Code)
	}
	for _, address := range []string{tokensAddress(t, shop), "/public/css/tokens.css?v=00000000"} {
		got := shop.Do("GET", address, "")
		if forever := strings.Contains(got.Header().Get("Cache-Control"), "immutable"); got.Code != 200 || forever == strings.HasSuffix(address, "=00000000") {
			t.Errorf("%s: %d %v", address, got.Code, got.Header())
		}
	}
	for _, path := range []string{"/public/", "/public/css", "/public/css/", "/public/css/none.css", "/demo/", "/demo/img/"} {
		if got := shop.Do("GET", path, ""); got.Code != 404 {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

// tokensAddress is the address under which a page names a style sheet.
func tokensAddress(t *testing.T, shop *routestest.Shop) string {
	_, rest, ok := strings.Cut(shop.Do("GET", "/", "").Body.String(), `href="/public/css/tokens.css`)
	version, _, ok2 := strings.Cut(rest, `"`)
	if !ok || !ok2 {
		t.Fatal("the page names no style sheet")
	}
	return "/public/css/tokens.css" + version
}
