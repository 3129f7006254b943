package frame_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/routes/frame"
	"pulperia/routes/routestest"
)

// Where programs ask, an unknown path is a 404 and a wrong method a 405 that names the right ones,
// both as JSON. Dots are no way to another path.
func TestUnrouted(t *testing.T) {
	shop := routestest.Open(t)
	for _, tt := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/api", 404, ""},
		{"GET", "/api/", 404, ""},
		{"GET", "/api/nothing", 404, ""},
		{"GET", "/api/Products", 404, ""},
		{"POST", "/api/products/x/y", 404, ""},
		{"PATCH", "/api/products", 405, "GET, HEAD, POST"},
		{"POST", "/api/products/" + routestest.UnknownID, 405, "GET, HEAD, PUT, DELETE"},
		{"OPTIONS", "/api/messages", 405, "GET, HEAD, POST"},
		{"GET", "/api/carts/x/products/y", 405, "POST, PUT, DELETE"},
		{"DELETE", "/openapi.json", 405, "GET, HEAD"},
		{"POST", "/healthz", 405, "GET, HEAD"},
		{"PUT", "/readyz", 405, "GET, HEAD"},
		{"POST", "/metrics", 405, "GET, HEAD"},
		{"GET", "/api/products/%2e%2e/%2e%2e", 404, ""},
		{"DELETE", "/api/carts/" + routestest.UnknownID + "/products/%2e%2e", 404, ""},
		{"GET", "/api/products/%2e", 404, ""},
	} {
		got := shop.Do(tt.method, tt.path, "")
		want := map[int]string{404: "not_found", 405: "method_not_allowed"}[tt.status]
		if got.Code != tt.status || got.Header().Get("Allow") != tt.allow || got.Failure().Error != want {
			t.Errorf("%s %s: %d %q %s", tt.method, tt.path, got.Code, got.Header().Get("Allow"), got.Body)
		}
	}
	if got := shop.Do("DELETE", "/chat", ""); got.Code != 405 || got.Header().Get("Allow") != "GET, HEAD, POST" || !got.IsHTML() {
		t.Errorf("a page's wrong method: %d %q", got.Code, got.Header().Get("Allow"))
	}
	if got := shop.Do("GET", "/nothing", ""); got.Code != 404 || !got.IsHTML() {
		t.Errorf("a page that is none: %d %s", got.Code, got.Header().Get("Content-Type"))
	}
}

// Page paths do not care about case, and nothing about a slash at the end: they answer directly.
func TestPaths(t *testing.T) {
	shop := routestest.Open(t)
	p := shop.Product("A")
	for _, path := range []string{
		"/", "/products", "/Products/", "/realTimeProducts", "/REALTIMEPRODUCTS", "/cart", "/Cart", "/chat/", "/docs", "/Docs/",
		"/products/" + p.ID.String(), "/openapi.json", "/healthz", "/readyz", "/metrics", "/api/products/", "/api//products", "/demo/img/mate.svg",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			if got := shop.Do(method, path, ""); got.Code != 200 {
				t.Errorf("%s %s: %d %s", method, path, got.Code, got.Header().Get("Location"))
			}
		}
	}
}

// slowLog takes nothing before it is released.
type slowLog struct{ released chan struct{} }

func (l slowLog) Write(b []byte) (int, error) {
	select {
	case <-l.released:
		return len(b), nil
	case <-time.After(10 * time.Second):
		return 0, errors.New("nobody has the answer")
	}
}

// Who asks has the whole answer before it is logged, where its length is known: a slow log does not
// delay it.
func TestAnswerBeforeLog(t *testing.T) {
	shop := routestest.Open(t)
	p := shop.Product("A", fmt.Sprintf(`"description":%q`, strings.Repeat("ñandú ", 800)))
	log := slowLog{make(chan struct{})}
	shop = routestest.Open(t, func(o *routestest.Setup) { o.Store, o.Log = shop.Store, slog.New(slog.NewTextHandler(log, nil)) })
	server := httptest.NewServer(shop.Handler)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}, Timeout: 5 * time.Second}
	for _, path := range []string{"/api/products/" + p.ID.String(), "/api/products", "/products", "/api/nothing", "/nothing"} {
		answer, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(path, err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Error(path, err)
		}
		answer.Body.Close()
	}
	close(log.released)
}

// A body is JSON in UTF-8 or that of a form, of at most 1 MiB, or it is refused with the status that says so.
func TestBodies(t *testing.T) {
	shop := routestest.Open(t)
	p := shop.Product("A")
	large := `{"title":"` + strings.Repeat("x", frame.MaxBody) + `"}`
	for _, tt := range []struct {
		method, path, body, contentType string
		status                          int
	}{
		{"POST", "/api/products", routestest.ProductJSON("1"), "application/json", 201},
		{"POST", "/api/products", routestest.ProductJSON("2"), "application/json; charset=UTF-8", 201},
		{"POST", "/api/products", routestest.ProductJSON("3"), "application/vnd.api+json", 201},
		{"POST", "/api/products", routestest.ProductJSON("4"), "text/plain", 415},
		{"POST", "/api/products", routestest.ProductJSON("4"), "application/x-www-form-urlencoded", 400},
		{"POST", "/api/products", routestest.ProductJSON("4"), "application/json; charset=latin1", 415},
		{"POST", "/api/products", routestest.ProductJSON("4"), ";", 415},
		{"POST", "/api/carts", "{}", "text/plain", 415},
		{"POST", "/api/products", large, "application/json", 413},
		{"PUT", "/api/products/" + p.ID.String(), large, "application/json", 413},
		{"DELETE", "/api/carts/" + routestest.UnknownID, large, "application/json", 413}, // nobody reads it, but it is too large all the same
		{"POST", "/chat", "user=a%40example.com&message=" + large, "application/x-www-form-urlencoded", 413},
	} {
		got := shop.Do(tt.method, tt.path, tt.body, "Content-Type", tt.contentType)
		if got.Code != tt.status {
			t.Errorf("%s %s %s: %d %.200s", tt.method, tt.path, tt.contentType, got.Code, got.Body)
		}
		if want := map[int]string{413: "too_large", 415: "unsupported_media_type"}[got.Code]; want != "" && !got.IsHTML() && got.Failure().Error != want {
			t.Errorf("%s", got.Body)
		}
	}
	// A body whose length nobody announced is cut off as well.
	r, _ := http.NewRequestWithContext(t.Context(), "POST", "/api/products", io.MultiReader(strings.NewReader(large)))
	r.Header.Set("Content-Type", "application/json")
	if got := shop.Send(r); got.Code != 413 {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if got := shop.Do("POST", "/api/products", "x", "Content-Encoding", "gzip"); got.Code != 415 {
		t.Errorf("compressed: %d", got.Code)
	}
}

// A form from another site is refused everywhere, in the form of the place; programs, which send no
// origin, pass.
func TestOtherSites(t *testing.T) {
	shop := routestest.Open(t)
	for _, tt := range []struct {
		method, path, header, value string
		refused                     bool
	}{
		{"POST", "/api/carts", "Origin", "https://evil.example", true},
		{"POST", "/api/carts", "Sec-Fetch-Site", "cross-site", true},
		{"DELETE", "/api/carts/" + routestest.UnknownID, "Sec-Fetch-Site", "same-site", true},
		{"POST", "/cart/empty", "Origin", "https://evil.example", true},
		{"POST", "/chat", "Sec-Fetch-Site", "cross-site", true},
		{"POST", "/api/carts", "", "", false},
		{"POST", "/api/carts", "Sec-Fetch-Site", "same-origin", false},
		{"POST", "/api/carts", "Origin", "http://127.0.0.1:8080", false},
		{"GET", "/api/products", "Sec-Fetch-Site", "cross-site", false},
	} {
		got := shop.Do(tt.method, tt.path, "", tt.header, tt.value)
		if (got.Code == 403) != tt.refused {
			t.Errorf("%+v: %d %s", tt, got.Code, got.Body)
			continue
		}
		if api := strings.HasPrefix(tt.path, "/api"); tt.refused && (got.IsHTML() == api || api && got.Failure().Error != "forbidden") {
			t.Errorf("%+v: %s", tt, got.Body)
		}
	}
	order := "/o/" + shop.Order(shop.Product("A").ID).Secret + "/cancel"
	for accept, page := range map[string]bool{"text/html": true, "application/json": false, "*/*": false} {
		got := shop.Do("POST", order, "", "Origin", "https://evil.example", "Accept", accept)
		if got.Code != 403 || got.IsHTML() != page || !page && got.Failure().Error != "forbidden" {
			t.Errorf("an order, for who accepts %s: %d %s", accept, got.Code, got.Body)
		}
	}
}

// Text is compressed for who accepts it, and only then; what is small is not worth it.
func TestCompression(t *testing.T) {
	shop := routestest.Open(t)
	shop.Product("A", `"description":"`+strings.Repeat("yerba ", 500)+`"`)
	for path, compressed := range map[string]bool{
		"/api/products": true, "/": true, "/docs": true, "/openapi.json": true, "/public/css/tokens.css": true, "/metrics": true,
		"/healthz": false,
	} {
		plain := shop.Do("GET", path, "")
		got := shop.Do("GET", path, "", "Accept-Encoding", "gzip")
		if got.Code != 200 || plain.Header().Get("Content-Encoding") != "" || (got.Header().Get("Content-Encoding") == "gzip") != compressed {
			t.Errorf("%s: %d %v", path, got.Code, got.Header())
			continue
		}
		if !compressed || path == "/metrics" {
			continue
		}
		unpack, err := gzip.NewReader(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(unpack); err != nil || string(text) != plain.Body.String() {
			t.Errorf("%s: compressed it reads differently (%v)", path, err)
		}
	}
}

// half writes the beginning of an answer and panics.
type half struct{ dao.Feed }

func (half) Head(context.Context) (dao.Position, error) { panic(http.ErrAbortHandler) }

// An answer that breaks off must not look whole: the connection ends.
func TestAbort(t *testing.T) {
	shop := routestest.Open(t, func(o *routestest.Setup) { o.Store.Feed = half{o.Store.Feed} })
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the server was not told to hang up")
		}
		if !strings.Contains(shop.Log.String(), "path=/api/products") {
			t.Error("the request is not in the log")
		}
	}()
	shop.Do("GET", "/api/products", "")
}

// Who sends a body that no route reads, and that is not too large, gets the answer all the same:
// nobody hangs up under it.
func TestUnreadBodies(t *testing.T) {
	server := httptest.NewServer(routestest.Open(t).Handler)
	defer server.Close()
	line, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	fmt.Fprintf(line, "PUT /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n", frame.MaxBody)
	for range 8 {
		time.Sleep(100 * time.Millisecond) // in all longer than net/http waits for the rest of a body that it has given up
		if _, err := line.Write(make([]byte, frame.MaxBody/8)); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := http.ReadResponse(bufio.NewReader(line), nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body.Close(); answer.StatusCode != http.StatusMethodNotAllowed {
		t.Fatal(answer.Status)
	}
}
