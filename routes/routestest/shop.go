// Package routestest opens whole shops for tests, and goes through them: as a program that speaks
// JSON ([Shop]), and as a browser without JavaScript ([Visitor]).
package routestest

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
	"pulperia/routes"
	"pulperia/shop"
)

// Shop is the whole shop over an empty store of its own.
type Shop struct {
	t       testing.TB
	Handler http.Handler
	Trade   *shop.Shop
	Store   dao.Store
	Log     *harness.Log
	Key     string // of who makes every request that has no cookies and comes from this machine; "" for none
}

// Setup is how a test opens a shop.
type Setup struct {
	routes.Options
	Store             dao.Store
	MessagesPerMinute int
	OrdersPerHour     int
}

// Open opens a shop over an empty store, for everybody unless it is adjusted.
func Open(t testing.TB, adjust ...func(*Setup)) *Shop {
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
	o := Setup{Store: store, Options: routes.Options{
		Log:     logger,
		Metrics: prometheus.NewRegistry(),
		Public: fstest.MapFS{
			"css/tokens.css": {Data: []byte(strings.Repeat(":root { --paper: #FBF7F0; }\n", 100))},
		},
		Demo:     fstest.MapFS{"img/mate.svg": {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)}},
		Currency: "$",
		Version:  "test",
		Open:     true, // who may do what is for routes/access_test.go
	}}
	for _, f := range adjust {
		f(&o)
	}
	o.Shop = shop.New(o.Store, shop.Options{MessagesPerMinute: o.MessagesPerMinute, OrdersPerHour: o.OrdersPerHour, Metrics: o.Metrics})
	handler, err := routes.New(o.Options)
	if err != nil {
		t.Fatal(err)
	}
	return &Shop{t: t, Handler: handler, Trade: o.Shop, Store: store, Log: log}
}

// Answer is an answer, read.
type Answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// Do sends a request from this machine. Headers are name, value, name, value. A body is sent as
// JSON unless they say otherwise.
func (s *Shop) Do(method, target, body string, headers ...string) Answer {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body))
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if s.Key != "" && !slices.Contains(headers, "Cookie") && !slices.Contains(headers, "Remote") {
		r.Header.Set("Authorization", "Bearer "+s.Key)
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
	s.Handler.ServeHTTP(w, r)
	return Answer{w, s.t}
}

// Must is do for requests that prepare a test.
func (s *Shop) Must(method, target, body string) Answer {
	s.t.Helper()
	got := s.Do(method, target, body)
	if got.Code >= 300 {
		s.t.Fatalf("%s %s: %d %s", method, target, got.Code, got.Body)
	}
	return got
}

// Payload reads the payload of an answer into a value.
func (a Answer) Payload(into any) {
	a.t.Helper()
	whole := struct{ Payload any }{into}
	if err := json.Unmarshal(a.Body.Bytes(), &whole); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body)
	}
}

// failing is an answer that tells of a problem.
type failing struct {
	Status, Error, Message string
	Details                []failingDetail
	Payload                json.RawMessage
}

// failingDetail is what is wrong with one field.
type failingDetail struct {
	Field, Reason string
	Available     json.Number
	Product       string // of a line of a cart, as are the following
	Variant       string
	Price         json.Number
	Was, Now      any // of a part of a sum
}

// Failure reads an answer that tells of a problem, and checks that it has the contract's form.
func (a Answer) Failure() failing {
	a.t.Helper()
	var f failing
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

// Fields returns the fields that the details name.
func (f failing) Fields() []string {
	names := []string{}
	for _, detail := range f.Details {
		names = append(names, detail.Field)
	}
	return names
}

// Product puts a product into the catalogue by the API; change alters its JSON.
func (s *Shop) Product(code string, change ...string) models.Product {
	s.t.Helper()
	var p models.Product
	s.Must("POST", "/api/products", ProductJSON(code, change...)).Payload(&p)
	return p
}

// IsHTML says whether an answer is a page.
func (a Answer) IsHTML() bool { return strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") }

// ProductJSON is a whole product. Each change is a field with its new JSON, such as `"price":3`;
// later ones count.
func ProductJSON(code string, change ...string) string {
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

// MessageJSON is a whole message, changed as productJSON is.
func MessageJSON(fields ...string) string {
	return changedJSON([]string{`"user":"ana@example.com"`, `"message":"¿Tienen yerba?"`}, fields)
}

// Cart makes a cart by the API.
func (s *Shop) Cart(body string) models.Cart {
	s.t.Helper()
	var c models.Cart
	s.Must("POST", "/api/carts", body).Payload(&c)
	return c
}

// UnknownID is an id that nothing has.
const UnknownID = "ffffffffffffffffffffffff"

// Send sends a request that a test has made itself.
func (s *Shop) Send(r *http.Request) Answer {
	s.t.Helper()
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	return s.SendAs(r)
}

// SendAs sends a request whose host and sender are what the test says.
func (s *Shop) SendAs(r *http.Request) Answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, r)
	return Answer{w, s.t}
}

// OpenAsOwner opens a shop that is closed to others, and whose requests bring a key that may do
// everything.
func OpenAsOwner(t testing.TB, adjust ...func(*Setup)) *Shop {
	t.Helper()
	s := Open(t, append(adjust, Closed)...)
	s.Key = s.KeyOf(models.RoleOwner)
	return s
}

// Closed opens the shop as it is unless somebody asks for --open.
func Closed(o *Setup) { o.Open = false }

// KeyOf makes a key.
func (s *Shop) KeyOf(role models.Role) string {
	s.t.Helper()
	_, key, err := s.Trade.AddKey(s.t.Context(), shop.Machine, "key of a test", role, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

// Password is that of everybody whom a test makes.
const Password = "una clave bien larga"

// Person makes somebody, and signs him in: cookie is for the header of that name.
func (s *Shop) Person(email string, role models.Role) (person shop.Person, cookie string) {
	s.t.Helper()
	person, _, err := s.Trade.AddPerson(s.t.Context(), shop.Machine, shop.NewPerson{Email: email, Name: "Rosa " + string(role), Role: role, Password: Password})
	if err != nil {
		s.t.Fatal(err)
	}
	signed, err := s.Trade.SignIn(s.t.Context(), email, Password, shop.From{})
	if err != nil {
		s.t.Fatal(err)
	}
	return person, "session-" + s.Store.Identity() + "=" + signed.Token
}

// In is the same shop for a test within a test.
func (s Shop) In(t testing.TB) *Shop {
	s.t = t
	return &s
}

// Order is an order that was placed: its id and what opens it to its buyer.
type Order struct{ ID, Secret string }

// Order places an order of one piece of a product.
func (s *Shop) Order(product models.ID) Order {
	s.t.Helper()
	cart := s.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":1}]}`, product))
	got := s.Must("POST", "/api/orders", fmt.Sprintf(
		`{"cart":%q,"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"cash"}}`, cart.ID))
	var placed struct {
		Payload struct {
			ID string `json:"_id"`
		}
		Link string
	}
	if err := json.Unmarshal(got.Body.Bytes(), &placed); err != nil {
		s.t.Fatal(err)
	}
	return Order{placed.Payload.ID, strings.TrimPrefix(placed.Link, "/o/")}
}
