package app

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/faults/harness"
)

// send sends a request with headers as harness.NewRequest takes them; the answer is read.
func send(t *testing.T, visitor *http.Client, method, address, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	answer, err := harness.Send(visitor, method, address, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Response, answer.Text
}

// step is one request of a scenario, and the status that answers it.
type step struct {
	status             int
	method, path, body string
	language           string // of the page; en where nothing is said
}

const (
	yerba, mate, termo = "650000000000000000000001", "650000000000000000000002", "650000000000000000000003"
	cartID, messageID  = "650000000000000000000004", "650000000000000000000005"
	nobody             = "ffffffffffffffffffffffff"
)

// scenario is a day in the shop: what the API and the pages are for, and what they refuse.
func scenario() []step {
	product := func(id, title, code, more string) string {
		return fmt.Sprintf(`{"_id":%q,"title":%q,"description":"Molienda gruesa.\nDe Misiones.","code":%q,%s}`, id, title, code, more)
	}
	form := url.Values{"title": {"Azúcar"}, "code": {"AZ"}, "category": {"almacén"}, "price": {"1.234,50"}, "stock": {"4"},
		"description": {"Rubia"}, "status": {"on"}, "_id": {"650000000000000000000006"}}
	bad := url.Values{"title": {""}, "code": {"YM-1000"}, "category": {"almacén"}, "price": {"barato"}, "stock": {"-1"}, "description": {"x"}}
	taken := url.Values{"title": {"Otra"}, "code": {"YM-1000"}, "category": {"c"}, "price": {"1"}, "stock": {"1"}, "description": {"x"}}
	said := url.Values{"user": {"ana@example.com"}, "message": {"¿Queda <b>pan</b>?\r\nPregunto."}, "_id": {"650000000000000000000007"}}
	message := fmt.Sprintf(`{"_id":%q,"user":"beto@example.com","message":"Queda 🧉"}`, messageID)
	item := "/api/carts/" + cartID + "/products/"
	return []step{
		{200, "GET", "/readyz", "", ""}, {200, "GET", "/api/products", "", ""}, {200, "GET", "/", "", "es"}, {200, "GET", "/chat", "", ""},
		{200, "GET", "/api/messages", "", ""}, {200, "GET", "/realtimeproducts", "", "es"}, {200, "GET", "/cart", "", ""},

		{201, "POST", "/api/products", product(yerba, "Yerba mate 1 kg", "YM-1000", `"price":1234.5,"stock":7,"category":"almacén"`), ""},
		{200, "POST", "/api/products", product(yerba, "Yerba mate 1 kg", "YM-1000", `"price":1234.5,"stock":7,"category":"almacén"`), ""},
		{409, "POST", "/api/products", product(yerba, "Otra", "YM-1000", `"price":1,"stock":7,"category":"almacén"`), ""},
		{409, "POST", "/api/products", product(mate, "Mate", "YM-1000", `"price":0,"stock":0,"category":"bazar"`), ""},
		{201, "POST", "/api/products", product(mate, "Mate ñandubay", "M-1", `"price":0,"stock":12,"category":"bazar","thumbnails":["/demo/mate.svg"]`), ""},
		{201, "POST", "/api/products", product(termo, "Termo ñandú", "T-1", `"price":10000000000,"stock":1000000000,"category":"bazar","status":false`), ""},
		{400, "POST", "/api/products", `{"title":"","price":"3","stock":1.5,"code":7}`, ""},
		{400, "POST", "/api/products", `{"title":`, ""}, {400, "POST", "/api/products", `[]`, ""},
		{200, "PUT", "/api/products/" + yerba, `{"price":1300,"stock":9,"__v":3}`, ""}, {200, "PUT", "/api/products/" + yerba, `{"price":1300}`, ""},
		{409, "PUT", "/api/products/" + yerba, `{"code":"M-1"}`, ""}, {400, "PUT", "/api/products/" + yerba, `{"stock":null}`, ""},
		{404, "PUT", "/api/products/" + nobody, `{"stock":1}`, ""}, {404, "GET", "/api/products/" + nobody, "", ""}, {400, "GET", "/api/products/x", "", ""},
		{200, "GET", "/api/products/" + yerba, "", ""}, {200, "GET", "/api/products?sort=desc&limit=2", "", ""}, {200, "GET", "/api/products?sort=asc&limit=2&page=2", "", ""},
		{200, "GET", "/api/products?q=NANDU", "", ""}, {200, "GET", "/api/products?query=category:bazar&available=true", "", ""},
		{200, "GET", `/api/products?query={"category":"bazar","status":true}`, "", ""}, {200, "GET", "/api/products?minPrice=1&maxPrice=1300", "", ""},
		{200, "GET", "/api/products?page=9", "", ""}, {400, "GET", "/api/products?limit=0&sort=up&query=color:red", "", ""},

		{201, "POST", "/api/carts", `{"_id":"` + cartID + `"}`, ""}, {200, "POST", "/api/carts", `{"_id":"` + cartID + `"}`, ""},
		{200, "POST", item + yerba, "", ""}, {200, "POST", item + yerba, `{"quantity":3}`, ""}, {200, "POST", item + mate, "", ""},
		{404, "POST", item + nobody, "", ""}, {400, "POST", item + yerba, `{"quantity":1000000}`, ""}, {404, "POST", "/api/carts/" + nobody + "/products/" + yerba, "", ""},
		{200, "PUT", item + mate, `{"quantity":9}`, ""}, {200, "GET", "/api/carts/" + cartID + "?populate=true", "", ""},
		{200, "GET", "/carts/" + cartID, "", "es"}, {200, "DELETE", item + mate, "", ""}, {200, "DELETE", item + nobody, "", ""},
		{200, "PUT", "/api/carts/" + cartID, `{"products":[{"product":"` + mate + `","quantity":1},{"product":"` + yerba + `","quantity":2},{"product":"` + mate + `","quantity":1}]}`, ""},
		{200, "GET", "/api/carts", "", ""},

		{201, "POST", "/api/messages", message, ""}, {200, "POST", "/api/messages", message, ""},
		{409, "POST", "/api/messages", strings.Replace(message, "Queda", "No queda", 1), ""}, {400, "POST", "/api/messages", `{"user":"Ana <ana@example.com>","message":" "}`, ""},
		{303, "POST", "/chat", said.Encode(), "es"}, {303, "POST", "/chat", said.Encode(), "es"}, {200, "GET", "/chat", "", "es"},
		{200, "GET", "/api/messages?limit=1", "", ""}, {200, "GET", "/api/messages?before=650000000000000000000007", "", ""}, {404, "GET", "/api/messages?before=" + nobody, "", ""},
		{400, "POST", "/chat", "user=ana%40&message=hola", "es"}, {303, "POST", "/chat/user", "user=carla%40example.com", "es"},

		{303, "POST", "/realtimeproducts", form.Encode(), "es"}, {400, "POST", "/realtimeproducts", bad.Encode(), "es"}, {409, "POST", "/realtimeproducts", taken.Encode(), "es"},
		{200, "GET", "/realtimeproducts", "", "es"}, {200, "GET", "/", "", ""}, {200, "GET", "/products?q=azucar", "", "es"}, {200, "GET", "/products/" + yerba, "", "es"},
		{200, "GET", "/sitemap.xml", "", ""}, {200, "GET", "/sitemap/1.xml", "", ""}, {404, "GET", "/sitemap/2.xml", "", "es"}, {200, "GET", "/robots.txt", "", ""}, {200, "GET", "/manifest.webmanifest", "", ""},
		{303, "POST", "/cart/products/" + yerba, "to=%2Fproducts&quantity=1", "es"}, {303, "POST", "/cart/products/" + yerba, "quantity=2", "es"}, {400, "POST", "/cart/products/" + termo, "quantity=1", "es"}, {400, "POST", "/cart/products/" + yerba, "quantity=0", "es"},
		{303, "POST", "/cart/products/" + yerba + "/quantity", "quantity=5", "es"}, {200, "GET", "/cart", "", "es"},
		{303, "POST", "/realtimeproducts/" + mate + "/delete", "page=1", "es"}, {404, "GET", "/products/" + mate, "", "es"}, {404, "DELETE", "/api/products/" + mate, "", ""},
		{200, "GET", "/api/carts/" + cartID + "?populate=true", "", ""}, {200, "GET", "/carts/" + cartID, "", ""}, {303, "POST", "/cart/empty", "", "es"}, {200, "GET", "/cart", "", "es"},
		{201, "POST", "/api/products", product(mate, "Mate, otra vez", "M-1", `"price":5.5,"stock":2,"category":"bazar"`), ""}, {200, "DELETE", "/api/products/" + mate, "", ""},
		{200, "DELETE", "/api/carts/" + cartID, "", ""}, {200, "GET", "/api/carts/" + cartID, "", ""}, {200, "GET", "/api/products", "", ""},

		{404, "GET", "/nowhere", "", ""}, {404, "GET", "/api/nowhere", "", ""}, {405, "GET", "/cart/empty", "", "es"}, {405, "PATCH", "/api/products", "", ""},
		{413, "POST", "/api/messages", `{"message":"` + strings.Repeat("x", 1<<20) + `"}`, ""}, {400, "GET", "/products?minPrice=barato", "", "es"},
	}
}

// The shop is the same on every engine: each request of a day is answered with the same status,
// headers, JSON and HTML, but for times and what is made by chance.
func TestSameOnEachEngine(t *testing.T) {
	t.Parallel()
	var days [][]string
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		days = append(days, spend(t, openInside(t, newStore()), scenario()))
	})
	for _, day := range days[1:] {
		if diff := cmp.Diff(days[0], day); diff != "" {
			t.Errorf("the second engine answers otherwise (-first +second):\n%s", diff)
		}
	}
}

// A store that takes no writes is told of in the same way on every engine: 503 with a time to come
// back, in a person's words on pages. (Files go on being read then; for a database that cannot be
// reached see TestOutage.)
func TestUnavailableOnEachEngine(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		if err := s.store.Close(); err != nil {
			t.Fatal(err)
		}
		for _, one := range append(againSteps(), step{503, "POST", "/api/carts", "", ""}, step{503, "GET", "/readyz", "", ""}, step{200, "GET", "/healthz", "", ""}) {
			s.refuses(t, one)
		}
	})
}

// spend plays a scenario as one visitor, and returns what was answered.
func spend(t *testing.T, s *inside, day []step) (told []string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	visitor := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	constant := newMask(yerba, mate, termo, cartID, messageID, nobody)
	for _, one := range day {
		path := strings.NewReplacer("{", "%7B", "}", "%7D", `"`, "%22").Replace(one.path)
		answer, text := s.send(t, visitor, one.method, path, one.body, "Accept-Language", one.language)
		if answer.StatusCode != one.status {
			t.Errorf("%s %s: %d, want %d: %.600s", one.method, one.path, answer.StatusCode, one.status, text)
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%s %s %.200s: %s\n", one.method, one.path, one.body, answer.Status)
		for _, name := range []string{"Content-Type", "Location", "Allow", "Retry-After", "X-Position", "Set-Cookie"} {
			fmt.Fprintf(&b, "%s: %s\n", name, answer.Header.Get(name))
		}
		text = anyPort.ReplaceAllString(text, "http://shop")
		told = append(told, constant.hide(b.String()+text))
	}
	return told
}

// mask replaces what differs from run to run: times by a word, epochs too, and ids by the order in
// which they were first seen.
type mask struct {
	ids map[string]string
}

var (
	anyPort  = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	anyID    = regexp.MustCompile(`[0-9a-f]{24}`)
	anyEpoch = regexp.MustCompile(`\b[0-9a-f]{8}\.(\d+)`)
	anyStore = regexp.MustCompile(`(data-store="|\bcart-|\buser-|\bundo-)[0-9a-f]{16}\b`)
	anyAct   = regexp.MustCompile(`(id="undo-)[0-9a-z]+`) // of what can be taken back, with its times
	anyUndo  = regexp.MustCompile(`undo-store=[\w-]+;`)   // packed, with its times
	anyTime  = regexp.MustCompile(`\d{4}-\d\d-\d\d(T[\d:.]+Z)?|\d{1,2}:\d\d(.[ap]\.?.?m\b)?`)
)

func newMask(known ...string) *mask {
	m := &mask{map[string]string{}}
	for _, id := range known {
		m.ids[id] = id
	}
	return m
}

func (m *mask) hide(text string) string {
	text = anyEpoch.ReplaceAllString(text, "epoch.$1")
	text = anyStore.ReplaceAllString(text, "${1}store")
	text = anyAct.ReplaceAllString(text, "${1}act")
	text = anyUndo.ReplaceAllString(text, "undo-store=what was;")
	text = anyID.ReplaceAllStringFunc(text, func(id string) string {
		if m.ids[id] == "" {
			m.ids[id] = fmt.Sprintf("id %d", len(m.ids))
		}
		return m.ids[id]
	})
	return anyTime.ReplaceAllString(text, "time")
}
