package routes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	"pulperia/faults/harness"
	"pulperia/shop"
)

// apiShop is the whole shop over an empty store of its own.
type apiShop struct {
	t       testing.TB
	handler http.Handler
	trade   *shop.Shop
	store   dao.Store
	log     *harness.Log
	key     string // of who makes every request that has no cookies and comes from this machine; "" for none
}

// setup is how a test opens a shop.
type setup struct {
	Options
	Store             dao.Store
	MessagesPerMinute int
}

func openAPIShop(t testing.TB, adjust ...func(*setup)) *apiShop {
	t.Helper()
	log := new(harness.Log)
	logger := slog.New(slog.NewTextHandler(log, nil))
	store, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	o := setup{Store: store, Options: Options{
		Log:     logger,
		Metrics: prometheus.NewRegistry(),
		Public: fstest.MapFS{
			"css/tokens.css": {Data: []byte(strings.Repeat(":root { --paper: #FBF7F0; }\n", 100))},
		},
		Demo:     fstest.MapFS{"img/mate.svg": {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)}},
		Currency: "$",
		Version:  "test",
		Open:     true, // who may do what is for access_test.go
	}}
	for _, f := range adjust {
		f(&o)
	}
	o.Shop = shop.New(o.Store, shop.Options{MessagesPerMinute: o.MessagesPerMinute, Metrics: o.Metrics})
	handler, err := New(o.Options)
	if err != nil {
		t.Fatal(err)
	}
	return &apiShop{t: t, handler: handler, trade: o.Shop, store: store, log: log}
}

// answer is an answer, read.
type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// do sends a request from this machine. Headers are name, value, name, value. A body is sent as
// JSON unless they say otherwise.
func (s *apiShop) do(method, target, body string, headers ...string) answer {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body))
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if s.key != "" && !slices.Contains(headers, "Cookie") && !slices.Contains(headers, "Remote") {
		r.Header.Set("Authorization", "Bearer "+s.key)
	}
	for i := 0; i < len(headers); i += 2 {
		switch name, value := headers[i], headers[i+1]; name {
		case "Remote":
			r.RemoteAddr = value
		case "":
		default:
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w, s.t}
}

// must is do for requests that prepare a test.
func (s *apiShop) must(method, target, body string) answer {
	s.t.Helper()
	got := s.do(method, target, body)
	if got.Code >= 300 {
		s.t.Fatalf("%s %s: %d %s", method, target, got.Code, got.Body)
	}
	return got
}

// payload reads the payload of an answer into a value.
func (a answer) payload(into any) {
	a.t.Helper()
	whole := struct{ Payload any }{into}
	if err := json.Unmarshal(a.Body.Bytes(), &whole); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body)
	}
}

// failure reads an answer that tells of a problem, and checks that it has the contract's form.
func (a answer) failure() failure {
	a.t.Helper()
	var f failure
	decoder := json.NewDecoder(bytes.NewReader(a.Body.Bytes()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		a.t.Fatalf("%v in %d %s", err, a.Code, a.Body)
	}
	if f.Status != "error" || f.Error == "" || f.Message == "" || f.Details == nil {
		a.t.Errorf("not in the form of an error: %s", a.Body)
	}
	return f
}

// fields returns the fields that the details name.
func (f failure) fields() []string {
	names := []string{}
	for _, detail := range f.Details {
		names = append(names, detail.Field)
	}
	return names
}

// product puts a product into the catalogue by the API; change alters its JSON.
func (s *apiShop) product(code string, change ...string) models.Product {
	s.t.Helper()
	var p models.Product
	s.must("POST", "/api/products", productJSON(code, change...)).payload(&p)
	return p
}

// productJSON is a whole product. Each change is a field with its new JSON, such as `"price":3`;
// later ones count.
func productJSON(code string, change ...string) string {
	return changedJSON([]string{
		`"title":"Yerba mate 1 kg"`, `"description":"Molienda gruesa"`, fmt.Sprintf(`"code":%q`, code),
		`"price":1234.5`, `"stock":7`, `"category":"almacén"`,
	}, change)
}

// changedJSON is an object of fields, of which some are changed or added.
func changedJSON(fields, change []string) string {
	for _, field := range change {
		name, _, _ := strings.Cut(field, ":")
		fields = append(slices.DeleteFunc(fields, func(one string) bool { return strings.HasPrefix(one, name+":") }), field)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func (s *apiShop) cart(body string) models.Cart {
	s.t.Helper()
	var c models.Cart
	s.must("POST", "/api/carts", body).payload(&c)
	return c
}

const unknownID = "ffffffffffffffffffffffff"

// send sends a request that a test has made itself.
func (s *apiShop) send(r *http.Request) answer {
	s.t.Helper()
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	return s.sendAs(r)
}

// sendAs sends a request whose host and sender are what the test says.
func (s *apiShop) sendAs(r *http.Request) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w, s.t}
}

// asOwner opens a shop that is closed to others, and whose requests bring a key that may do
// everything.
func asOwner(t testing.TB, adjust ...func(*setup)) *apiShop {
	t.Helper()
	s := openAPIShop(t, append(adjust, closed)...)
	s.key = s.keyOf(models.RoleOwner)
	return s
}

// closed opens the shop as it is unless somebody asks for --open.
func closed(o *setup) { o.Open = false }

// keyOf makes a key.
func (s *apiShop) keyOf(role models.Role) string {
	s.t.Helper()
	_, key, err := s.trade.AddKey(s.t.Context(), shop.Machine, "key of a test", role, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

const password = "una clave bien larga"

// person makes somebody, and signs him in: cookie is for the header of that name.
func (s *apiShop) person(email string, role models.Role) (person shop.Person, cookie string) {
	s.t.Helper()
	person, _, err := s.trade.AddPerson(s.t.Context(), shop.Machine, shop.NewPerson{Email: email, Name: "Rosa " + string(role), Role: role, Password: password})
	if err != nil {
		s.t.Fatal(err)
	}
	signed, err := s.trade.SignIn(s.t.Context(), email, password, shop.From{})
	if err != nil {
		s.t.Fatal(err)
	}
	return person, "session-" + s.store.Identity() + "=" + signed.Token
}

// in is the same shop for a test within a test.
func (s apiShop) in(t testing.TB) *apiShop {
	s.t = t
	return &s
}
