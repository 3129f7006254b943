package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// send sends a request of a program, with headers as name, value, name, value; the answer is read.
func (s *shop) send(t *testing.T, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	return send(t, http.DefaultClient, method, s.URL+path, body, headers...)
}

// must is send for what has to go well.
func (s *shop) must(t *testing.T, method, path, body string) (*http.Response, string) {
	t.Helper()
	answer, text := s.send(t, method, path, body)
	if answer.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %s", method, path, answer.Status, text)
	}
	return answer, text
}

// What leads nowhere, and what cannot be done, is said where programs ask in the form of the API.
// Dots in the place of an id make no other call: a product taken out of a cart does not empty it.
func TestRefusedPaths(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openShop(t, newStore())
		s.must(t, "POST", "/api/products", `{"_id":"`+yerba+`","title":"Yerba","description":"d","code":"Y","price":1,"stock":7,"category":"c"}`)
		s.must(t, "POST", "/api/carts", `{"_id":"`+cartID+`","products":[{"product":"`+yerba+`","quantity":2}]}`)
		for _, one := range []struct {
			method, path string
			status       int
			allow        string
		}{
			{"OPTIONS", "/ws", 405, "GET"}, {"PATCH", "/ws", 405, "GET"}, {"POST", "/ws", 405, "GET"},
			{"OPTIONS", "/events", 405, "GET"}, {"PATCH", "/events", 405, "GET"},
			{"POST", "/openapi.json", 405, "GET, HEAD"}, {"PATCH", "/healthz", 405, "GET, HEAD"}, {"OPTIONS", "/api/carts", 405, "GET, HEAD, POST"},
			{"GET", "/api/products/%2e%2e/%2e%2e", 404, ""}, {"DELETE", "/api/carts/" + cartID + "/products/%2e%2e", 404, ""},
		} {
			answer, text := s.send(t, one.method, one.path, "")
			if answer.StatusCode != one.status || answer.Header.Get("Allow") != one.allow || !strings.HasPrefix(text, `{"status":"error","error":"`) ||
				answer.Header.Get("X-Request-Id") == "" {
				t.Errorf("%s %s: %d, Allow %q, %.200s", one.method, one.path, answer.StatusCode, answer.Header.Get("Allow"), text)
			}
		}
		if _, cart := s.must(t, "GET", "/api/carts/"+cartID, ""); !strings.Contains(cart, `"quantity":2`) {
			t.Errorf("the cart was changed: %s", cart)
		}
	})
}

// A search has a bound, so that nobody stops the shop by asking; a parameter that is there and
// empty, or twice, is never "all".
func TestQueriesSayWhatTheyMean(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openShop(t, newStore(), "--demo")
		words := func(n int) string { return "?q=" + strings.TrimSuffix(strings.Repeat("yerba+", n), "+") }
		for target, status := range map[string]int{
			"?q=yerba": 200, words(32): 200, words(33): 400, words(5_000): 400, "?q=" + strings.Repeat("a", 401): 400, "?q=%F0%9F%A7%89": 400,
			"?query=category": 400, "?query=category:": 400, "?query=status": 400, "?query=status:": 400, "?category=": 400, "?q=": 400, "?limit": 400,
			"?category=almac%C3%A9n&category=": 400, "?query=%7B%22category%22:%22%22%7D": 400, "?query=%7B%7D": 200,
		} {
			if answer, text := s.send(t, "GET", "/api/products"+target, ""); answer.StatusCode != status {
				t.Errorf("%.60s: %d, want %d: %.200s", target, answer.StatusCode, status, text)
			}
		}
		for path, status := range map[string]int{"/products?q=&category=&minPrice=&sort=": 200, "/products" + words(33): 400, "/api/messages?before=": 400, "/api/carts?limit=": 400} {
			if answer, text := s.send(t, "GET", path, ""); answer.StatusCode != status {
				t.Errorf("%.60s: %d, want %d: %.200s", path, answer.StatusCode, status, text)
			}
		}
	})
}

// Two who have read the same do not overwrite each other: by If-Match or rev the second one is told
// what there is, and of twenty at once one has it.
func TestStaleChangesAreRefused(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openShop(t, newStore())
		s.must(t, "POST", "/api/products", `{"_id":"`+yerba+`","title":"Yerba","description":"d","code":"Y","price":1,"stock":7,"category":"c"}`)
		s.must(t, "POST", "/api/carts", `{"_id":"`+cartID+`","products":[{"product":"`+yerba+`","quantity":2}]}`)
		for _, one := range []struct{ path, change, stale string }{
			{"/api/products/" + yerba, `{"price":2}`, `{"price":3,"rev":1}`},
			{"/api/carts/" + cartID, `{"products":[]}`, `{"products":[],"rev":1}`},
		} {
			read, _ := s.must(t, "GET", one.path, "")
			tag := read.Header.Get("ETag")
			s.must(t, "PUT", one.path, one.change)
			for _, refused := range []struct {
				method, body, ifMatch string
				status                int
			}{{"PUT", one.change, tag, 412}, {"DELETE", "", tag, 412}, {"PUT", one.stale, "*", 409}} {
				answer, text := s.send(t, refused.method, one.path, refused.body, "If-Match", refused.ifMatch)
				if answer.StatusCode != refused.status || !strings.Contains(text, `"error":"changed"`) || !strings.Contains(text, `"rev":2}`) {
					t.Errorf("%s %s: %d, want %d with what there is: %s", refused.method, one.path, answer.StatusCode, refused.status, text)
				}
			}
		}
		_, text := s.must(t, "GET", "/api/products/"+yerba, "")
		statuses := make(chan int, 20)
		for i := range cap(statuses) {
			go func() {
				status, _, err := s.do(http.DefaultClient, "PUT", "/api/products/"+yerba, fmt.Sprintf(`{"stock":%d,"rev":2}`, 10+i))
				if err != nil {
					t.Error(err)
				}
				statuses <- status
			}()
		}
		done := map[int]int{}
		for range cap(statuses) {
			done[<-statuses]++
		}
		if done[200] != 1 || done[409] != cap(statuses)-1 {
			t.Errorf("of twenty who had read %s: %v", text, done)
		}
	})
}

// A cart can be sent back as it was read when one of its products is gone; what cannot come in is
// named by its field and id.
func TestCartIsSentBackAsRead(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openShop(t, newStore())
		for _, id := range []string{yerba, mate} {
			s.must(t, "POST", "/api/products", `{"_id":"`+id+`","title":"T","description":"d","code":"`+id+`","price":1,"stock":7,"category":"c"}`)
		}
		path := "/api/carts/" + cartID
		s.must(t, "POST", "/api/carts", `{"_id":"`+cartID+`","products":[{"product":"`+yerba+`","quantity":2},{"product":"`+mate+`","quantity":3}]}`)
		s.must(t, "DELETE", "/api/products/"+mate, "")
		_, read := s.must(t, "GET", path, "")
		own := strings.TrimSuffix(strings.TrimPrefix(read, `{"status":"success","payload":`), "}")
		if answer, text := s.send(t, "PUT", path, own); answer.StatusCode != http.StatusOK || text != read {
			t.Errorf("sent back: %d %s", answer.StatusCode, text)
		}
		more := strings.Replace(own, `"quantity":3`, `"quantity":4`, 1)
		if answer, text := s.send(t, "PUT", path, more); answer.StatusCode != http.StatusNotFound || !strings.Contains(text, `{"field":"products[1].product"`) || !strings.Contains(text, mate) {
			t.Errorf("more of what is gone: %d %s", answer.StatusCode, text)
		}
	})
}

// What looks the same is the same: of one code in three spellings of Unicode one is a product, and
// a category is one. So it is too in a store that an older program filled: it opens, both products
// can be changed, and there is no third.
func TestTextsThatLookTheSame(t *testing.T) {
	t.Parallel()
	const composed, apart, hidden = "Almac\u00e9n", "Almace\u0301n", "Almac\u00e9n\u200b"
	product := func(code, category string) string {
		return fmt.Sprintf(`{"title":"T","description":"d","code":%q,"price":1,"stock":7,"category":%q}`, code, category)
	}
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openShop(t, newStore())
		s.must(t, "POST", "/api/products", product(composed, apart))
		for body, status := range map[string]int{product(apart, "x"): 409, product(hidden, "x"): 400, product("x", hidden): 400, product("x", composed): 201} {
			if answer, text := s.send(t, "POST", "/api/products", body); answer.StatusCode != status {
				t.Errorf("%q: %d, want %d: %s", body, answer.StatusCode, status, text)
			}
		}
		for _, target := range []string{"?category=" + url.QueryEscape(composed), "?category=" + url.QueryEscape(apart)} {
			if _, text := s.must(t, "GET", "/api/products"+target, ""); !strings.Contains(text, `"total":2,`) {
				t.Errorf("%s: %s", target, text)
			}
		}
		if _, page := s.must(t, "GET", "/products", ""); strings.Count(page, "<option value=\"Alm") != 1 {
			t.Error("the filter shows a category twice")
		}
	})
}

// Two processes that import one backup into one database at once bring it in once, and refuse
// nothing.
func TestTwoImportsAtOnce(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	for i := range 150 {
		fmt.Fprintf(&rows, "h%d,T,1\n", i)
	}
	path := importFile(t, "shop.csv", "Handle,Title,Variant Price\n"+rows.String())
	store := database(t)
	said := make(chan string, 2)
	for range cap(said) {
		go func() {
			out, _ := command(t, "import", path, "--store", store).CombinedOutput()
			said <- string(out)
		}()
	}
	for range cap(said) {
		if out := <-said; !strings.Contains(out, "150 read") || !strings.Contains(out, " 0 refused") {
			t.Error(out)
		}
	}
}
