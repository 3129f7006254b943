package routes

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pulperia/dao"
)

// ill is an engine that cannot write.
type ill struct{ dao.Engine }

func (ill) Ready(context.Context) error { return fmt.Errorf("disk full: %w", dao.ErrUnavailable) }

// /healthz is about the process alone, /readyz about the store.
func TestHealth(t *testing.T) {
	shop := openAPIShop(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := shop.do("GET", path, ""); got.Code != 200 || !strings.HasPrefix(got.Body.String(), `{"status":"success"`) {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	shop = openAPIShop(t, func(o *setup) { o.Store.Engine = ill{o.Store.Engine} })
	if got := shop.do("GET", "/healthz", ""); got.Code != 200 {
		t.Errorf("/healthz: %d", got.Code)
	}
	if got := shop.do("GET", "/readyz", ""); got.Code != 503 || got.failure().Error != "unavailable" || got.Header().Get("Retry-After") == "" {
		t.Errorf("/readyz: %d %s", got.Code, got.Body)
	}
}

// The figures name routes, never paths, and tell of the store.
func TestMetrics(t *testing.T) {
	shop := openAPIShop(t)
	p := shop.product("A")
	shop.do("GET", "/api/products/"+p.ID.String(), "")
	shop.do("GET", "/api/products/"+unknownID, "")
	shop.do("GET", "/some/where", "")
	text := shop.do("GET", "/metrics", "").Body.String()
	for _, want := range []string{
		`pulperia_http_requests_total{route="GET /api/products/{pid}",status="200"} 1`,
		`pulperia_http_requests_total{route="GET /api/products/{pid}",status="404"} 1`,
		`pulperia_http_requests_total{route="POST /api/products",status="201"} 1`,
		`pulperia_http_requests_total{route="/",status="404"} 1`,
		`pulperia_http_request_duration_seconds_count{route="GET /api/products/{pid}"} 2`,
		"pulperia_http_requests_in_flight 1",
		"pulperia_feed_offset 1",
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no %s", want)
		}
	}
	for _, stat := range shop.store.Stats() {
		if !strings.Contains(text, "\npulperia_store_"+stat.Name+" ") {
			t.Errorf("no %s of the engine", stat.Name)
		}
	}
	if strings.Contains(text, unknownID) || strings.Contains(text, "/some/where") {
		t.Error("a path became a label")
	}
}

// The log has a line for each request, with all that whoever runs the shop looks for.
func TestRequestLog(t *testing.T) {
	shop := openAPIShop(t)
	got := shop.do("GET", "/api/products/"+unknownID, "")
	for _, want := range []string{
		"msg=request", "request=" + got.Header().Get("X-Request-Id"), "method=GET", "path=/api/products/" + unknownID,
		`route="GET /api/products/{pid}"`, "status=404", fmt.Sprint("bytes=", got.Body.Len()), "duration=", "remote=127.0.0.1",
	} {
		if !strings.Contains(shop.log.String(), want) {
			t.Errorf("no %s in %s", want, shop.log)
		}
	}
}

// Files are served with a tag, and folders and what is not there not at all.
func TestFiles(t *testing.T) {
	shop := openAPIShop(t)
	got := shop.do("GET", "/public/css/tokens.css", "")
	tag := got.Header().Get("ETag")
	if got.Code != 200 || tag == "" || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	if again := shop.do("GET", "/public/css/tokens.css", "", "If-None-Match", tag); again.Code != 304 {
		t.Errorf("with its tag: %d", again.Code)
	}
	for _, address := range []string{tokensAddress(t, shop), "/public/css/tokens.css?v=00000000"} {
		got := shop.do("GET", address, "")
		if forever := strings.Contains(got.Header().Get("Cache-Control"), "immutable"); got.Code != 200 || forever == strings.HasSuffix(address, "=00000000") {
			t.Errorf("%s: %d %v", address, got.Code, got.Header())
		}
	}
	for _, path := range []string{"/public/", "/public/css", "/public/css/", "/public/css/none.css", "/demo/", "/demo/img/"} {
		if got := shop.do("GET", path, ""); got.Code != 404 {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

// tokensAddress is the address under which a page names a style sheet.
func tokensAddress(t *testing.T, shop *apiShop) string {
	_, rest, ok := strings.Cut(shop.do("GET", "/", "").Body.String(), `href="/public/css/tokens.css`)
	version, _, ok2 := strings.Cut(rest, `"`)
	if !ok || !ok2 {
		t.Fatal("the page names no style sheet")
	}
	return "/public/css/tokens.css" + version
}
