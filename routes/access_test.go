package routes

import (
	"net/http"
	"strings"
	"testing"

	"pulperia/shop"
)

// closed opens the shop as it is unless somebody asks for --open.
func closed(o *setup) { o.Open = false }

// pathOf is the method and a path that a route answers.
func pathOf(route Route) (method, path string) {
	method, path, found := strings.Cut(route.Pattern, " ")
	if !found {
		method, path = "GET", "/nowhere"
	}
	path = strings.NewReplacer("{$}", "", "{pid}", unknownID, "{cid}", unknownID, "{id}", unknownID).Replace(path)
	return method, path
}

// Nobody gets what needs a right: the API and programs are told so, a page leads to where one signs
// in and back, and a form says it on a page.
func TestNobody(t *testing.T) {
	store := openAPIShop(t, closed)
	for _, route := range store.handler.(*Site).Routes() {
		method, path := pathOf(route)
		got := store.do(method, path, "", "Remote", "192.0.2.1:1")
		page := strings.HasPrefix(got.Header().Get("Content-Type"), "text/html")
		switch asked := route.Right; {
		case path == "/signin", path == "/setup", path == "/join":
			want := 401 // a password and a link that are none
			if route.Pattern == "GET /signin" {
				want = 200
			}
			if got.Code != want || !page {
				t.Errorf("%+v: %d", route, got.Code)
			}
		case asked == anybody, asked == own, asked == unasked:
			if got.Code == 401 || got.Code == 403 {
				t.Errorf("%+v: %d", route, got.Code)
			}
		case isAPI(path), path == "/metrics":
			if got.Code != 401 || got.failure().Error != "unauthorized" || got.Header().Get("Www-Authenticate") != "Bearer" {
				t.Errorf("%+v: %d %s", route, got.Code, got.Body)
			}
		case method == "GET":
			if to := got.Header().Get("Location"); got.Code != http.StatusSeeOther || to != signInTo(path) {
				t.Errorf("%+v: %d to %q", route, got.Code, to)
			}
		default:
			if got.Code != 401 || !page {
				t.Errorf("%+v: %d %s", route, got.Code, got.Body)
			}
		}
	}
}

// Every route names a right that there is, or one of the words that stand for none.
func TestRightsOfRoutes(t *testing.T) {
	known := map[shop.Right]bool{anybody: true, unasked: true, own: true, self: true}
	for _, right := range shop.Rights() {
		known[right] = true
	}
	use := func(name string, right shop.Right) {
		if !known[right] {
			t.Errorf("%s asks for %q, which is no right", name, right)
		}
	}
	for _, route := range openAPIShop(t).handler.(*Site).Routes() {
		use(route.Pattern, route.Right)
	}
	for topic, right := range topics {
		use(topic, right)
	}
}

// A shop that is open to everybody answers to this machine alone: under its own names, and not
// through a proxy.
func TestOpen(t *testing.T) {
	store := openAPIShop(t)
	for _, tt := range []struct {
		host, header string
		status       int
	}{
		{"localhost:8080", "", 200}, {"127.0.0.1:8080", "", 200}, {"[::1]:8080", "", 200}, {"LOCALHOST", "", 200},
		{"shop.example", "", 403}, {"127.0.0.1.evil.example:8080", "", 403}, {"192.168.1.5:8080", "", 403}, {"", "", 403},
		{"localhost:8080", "Forwarded", 403}, {"localhost:8080", "X-Forwarded-For", 403}, {"localhost:8080", "X-Forwarded-Host", 403},
		{"localhost:8080", "X-Forwarded-Anything", 403},
	} {
		for _, path := range []string{"/api/products", "/", "/healthz", "/public/css/tokens.css", "/nowhere"} {
			r := request(t, "GET", path)
			if r.Host = tt.host; tt.header != "" {
				r.Header.Set(tt.header, "127.0.0.1")
			}
			got := store.sendAs(r)
			if want := tt.status; (got.Code == 403) != (want == 403) {
				t.Errorf("%+v %s: %d", tt, path, got.Code)
			}
		}
	}
}
