package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// Whatever the query says, the answer is a page or names what is wrong, and the links of a page
// lead to pages.
func FuzzListQuery(f *testing.F) {
	for _, seed := range []string{
		"", "limit=2&page=2", "sort=-1&query=category:x", `query={"status":true}`, "minPrice=1e3&maxPrice=2.50", "q=lim%C3%B3n&available=true",
		"%zz", "a;b", "q=%ff", "limit=0x10", "page=9223372036854775807", "query={{", "query=:", "status=TRUE", "minPrice=.5",
	} {
		f.Add(seed)
	}
	shop := routestest.Open(f)
	for _, code := range []string{"1", "2", "3"} {
		shop.Product(code)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		ask := func(u *url.URL) routestest.Answer {
			return shop.In(t).Send((&http.Request{Method: "GET", URL: u, Header: http.Header{}, Body: http.NoBody}).WithContext(t.Context()))
		}
		got := ask(&url.URL{Path: "/api/products", RawQuery: raw})
		if got.Code == 400 {
			if f := got.Failure(); len(f.Details) == 0 {
				t.Errorf("nothing is named: %s", got.Body)
			}
			return
		}
		var list page
		if err := json.Unmarshal(got.Body.Bytes(), &list); err != nil || got.Code != 200 {
			t.Fatalf("%d %v: %s", got.Code, err, got.Body)
		}
		for _, link := range []*string{list.PrevLink, list.NextLink} {
			if link == nil {
				continue
			}
			next, err := url.Parse(*link)
			if err != nil {
				t.Fatalf("%q: %v", *link, err)
			}
			if again := ask(next); again.Code != 200 {
				t.Errorf("%s: %d %s", *link, again.Code, again.Body)
			}
		}
	})
}

// Whatever the body is, it is stored as it says or refused by name: never changed on its way, never
// an error of ours.
func FuzzProductBody(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", "{}", routestest.ProductJSON("x"), routestest.ProductJSON("x", `"thumbnail":"/a"`), routestest.ProductJSON("x", `"title":"\ud800"`),
		routestest.ProductJSON("x", "\"title\":\"\xff\""), routestest.ProductJSON("x", `"price":1e2`, `"stock":7.0`), routestest.ProductJSON("x", `"title":1`, `"title":"b"`),
		routestest.ProductJSON("x", `"_id":"665f1c2ab0e84d3f9a7c1e52"`), `{"title":` + strings.Repeat("[", 1000),
	} {
		f.Add([]byte(seed))
	}
	shop := routestest.Open(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		got := shop.In(t).Do("POST", "/api/products", string(body), "Content-Type", "application/json")
		switch got.Code {
		case 400, 409:
			if f := got.Failure(); len(f.Details) == 0 {
				t.Errorf("nothing is named: %s", got.Body)
			}
		case 200, 201:
			var sent map[string]any
			var stored models.Product
			got.Payload(&stored)
			if err := json.Unmarshal(body, &sent); err != nil {
				t.Fatal(err)
			}
			if title, _ := sent["title"].(string); strings.TrimSpace(title) != stored.Title || strings.Contains(stored.Title, "\ufffd") && !strings.Contains(string(body), "\ufffd") && !strings.Contains(strings.ToLower(string(body)), `\ufffd`) {
				t.Errorf("%q was stored as %q", title, stored.Title)
			}
		default:
			t.Errorf("%d %s", got.Code, got.Body)
		}
	})
}

// The same for what is in a cart.
func FuzzCartBody(f *testing.F) {
	shop := routestest.Open(f)
	p := shop.Product("x")
	path := "/api/carts/" + shop.Cart("").ID.String()
	for _, seed := range []string{
		"", "{}", `{"products":null}`, `{"products":[{}]}`, `{"products":[{"product":"` + p.ID.String() + `","quantity":2}]}`,
		`{"products":[{"product":"` + p.ID.String() + `","quantity":1e6},{"product":"` + p.ID.String() + `","quantity":1}]}`, `{"products":[7,null,[]]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := shop.In(t).Do("PUT", path, string(body), "Content-Type", "application/json")
		switch got.Code {
		case 200:
			var cart models.Cart
			if got.Payload(&cart); cart.Check() != nil {
				t.Errorf("%v: %s", cart.Check(), got.Body)
			}
		case 400, 404:
			got.Failure()
		default:
			t.Errorf("%d %s", got.Code, got.Body)
		}
	})
}
