package routes_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes"
	"pulperia/routes/frame"
	"pulperia/routes/routestest"
	"pulperia/shop"
)

// pathOf is the method and a path that a route answers.
func pathOf(route frame.Route) (method, path string) {
	method, path, found := strings.Cut(route.Pattern, " ")
	if !found {
		method, path = "GET", "/nowhere"
	}
	path = strings.NewReplacer("{$}", "", "{pid}", routestest.UnknownID, "{cid}", routestest.UnknownID, "{oid}", routestest.UnknownID, "{secret}", routestest.UnknownID, "{rid}", routestest.UnknownID, "{id}", routestest.UnknownID).Replace(path)
	return method, path
}

// Nobody gets what needs a right: the API and programs are told so, a page leads to where one signs
// in and back, and a form says it on a page.
func TestNobody(t *testing.T) {
	store := routestest.Open(t, routestest.Closed)
	for _, route := range store.Handler.(*routes.Site).Routes() {
		method, path := pathOf(route)
		got := store.Do(method, path, "", "Remote", "192.0.2.1:1")
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
		case asked == frame.Anybody, asked == frame.Own, asked == frame.Unasked:
			if got.Code == 401 || got.Code == 403 {
				t.Errorf("%+v: %d", route, got.Code)
			}
		case strings.HasPrefix(path, "/api"), path == "/metrics":
			if got.Code != 401 || got.Failure().Error != "unauthorized" || got.Header().Get("Www-Authenticate") != "Bearer" {
				t.Errorf("%+v: %d %s", route, got.Code, got.Body)
			}
		case method == "GET":
			if to := got.Header().Get("Location"); got.Code != http.StatusSeeOther || to != "/signin?next="+url.QueryEscape(path) {
				t.Errorf("%+v: %d to %q", route, got.Code, to)
			}
		default:
			if got.Code != 401 || !page {
				t.Errorf("%+v: %d %s", route, got.Code, got.Body)
			}
		}
	}
}

// Who is refused keeps what he has typed, but for passwords, and can send it again when he has
// signed in beside that.
func TestRefusedForms(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed)
	_, helper := v.Shop.Person("beto@example.com", models.RoleHelper)
	for _, tt := range []struct {
		cookie string
		status int
		signIn string
	}{
		{"", 401, "/signin?next=%2Frealtimeproducts%3Fpage%3D2"},
		{helper, 403, ""},
	} {
		name, value, _ := strings.Cut(tt.cookie, "=")
		v.Cookies = map[string]string{name: value}
		v.Headers = []string{"Referer", "http://127.0.0.1:8080/realtimeproducts?page=2"}
		got := v.Post("/realtimeproducts", "title", `Yerba "buena"`, "price", "3", "password", "nunca vuelve")
		if got.Code != tt.status {
			t.Errorf("%+v: %d", tt, got.Code)
		}
		if got.Attribute("form[action=/realtimeproducts] input[name=title]", "value") != `Yerba "buena"` || strings.Contains(got.Body.String(), "nunca vuelve") {
			t.Errorf("%+v: %s", tt, got.Body)
		}
		if to := got.Attribute("a[target=_blank]", "href"); to != tt.signIn {
			t.Errorf("%+v: %s", tt, got.Body)
		}
		if tt.cookie != "" {
			if got := v.Get("/realtimeproducts"); got.Code != 403 || len(got.All("main form")) > 0 {
				t.Errorf("a page: %d", got.Code)
			}
		}
	}
}

// Every route names a right that there is, or one of the words that stand for none, and every right
// gates a route or a live topic.
func TestRightsOfRoutes(t *testing.T) {
	known := map[shop.Right]bool{frame.Anybody: true, frame.Unasked: true, frame.Own: true, frame.Self: true}
	for _, right := range shop.Rights() {
		known[right] = false
	}
	use := func(name string, right shop.Right) {
		if _, is := known[right]; !is {
			t.Errorf("%s asks for %q, which is no right", name, right)
		}
		known[right] = true
	}
	for _, route := range routestest.Open(t).Handler.(*routes.Site).Routes() {
		use(route.Pattern, route.Right)
	}
	for topic, right := range routes.Topics {
		use(topic, right)
	}
	for right, used := range known {
		if !used {
			t.Errorf("%s gates nothing", right)
		}
	}
}

// A shop that is open to everybody answers to this machine alone: under its own names, and not
// through a proxy.
func TestOpen(t *testing.T) {
	store := routestest.Open(t)
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
			r := routestest.Request(t, "GET", path)
			if r.Host = tt.host; tt.header != "" {
				r.Header.Set(tt.header, "127.0.0.1")
			}
			got := store.SendAs(r)
			if want := tt.status; (got.Code == 403) != (want == 403) {
				t.Errorf("%+v %s: %d", tt, path, got.Code)
			}
		}
	}
}

// What a browser gets of the whole shop holds no hash and no secret, and can be read back.
func TestExport(t *testing.T) {
	store := routestest.OpenAsOwner(t)
	product := store.Product("A")
	store.Person("ana@example.com", models.RoleManager)
	store.Must("PUT", "/api/settings", `{"name":"Lo de Ana"}`)
	got := store.Must("GET", "/api/export", "").Body.String()
	for _, part := range []string{product.ID.String(), "Lo de Ana", `{"end":{"settings":1,"products":1,"carts":0,"messages":0}}`} {
		if !strings.Contains(got, part) {
			t.Errorf("%s is not in %s", part, got)
		}
	}
	for _, part := range []string{"Hash", "Key", "ana@example.com", store.Key[len("plp_"):][:24]} {
		if strings.Contains(got, part) {
			t.Errorf("%s is in %s", part, got)
		}
	}
}
