package api_test

import (
	"fmt"
	"strings"
	"testing"

	"pulperia/routes/frame"
	"pulperia/routes/routestest"
)

// Who says what he has seen changes nothing else: by If-Match it is 412, by rev 409, with what
// there is; then it goes on from there. Without either the last one counts.
func TestConditions(t *testing.T) {
	shop := routestest.Open(t)
	p := shop.Product("A", `"stock":100`)
	cart := shop.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":2}]}`, p.ID))
	product, inCart := "/api/products/"+p.ID.String(), "/api/carts/"+cart.ID.String()
	item := inCart + "/products/" + p.ID.String()
	for _, tt := range []struct{ method, path, body, of, newer string }{
		{"PUT", product, `{"price":2`, product, `{"price":3}`},
		{"PUT", inCart, `{"products":[]`, inCart, ""},
		{"PUT", item, `{"quantity":1`, inCart, ""},
		{"POST", item, `{"quantity":1`, inCart, ""},
		{"DELETE", item, "", inCart, ""},
		{"DELETE", inCart, "", inCart, ""},
		{"DELETE", product, "", product, `{"price":5}`},
	} {
		var there struct{ Rev int64 }
		first := shop.Must("GET", tt.of, "")
		if tt.newer != "" {
			shop.Must("PUT", tt.of, tt.newer)
		} else {
			shop.Must("POST", item, `{"quantity":5}`)
		}
		whole, conditional := tt.body, ""
		if whole != "" {
			whole, conditional = tt.body+"}", tt.body+`,"rev":%d}`
		}
		got := shop.Do(tt.method, tt.path, whole, "If-Match", first.Header().Get("ETag"))
		current := shop.Must("GET", tt.of, "")
		tag := current.Header().Get("ETag")
		if got.Code != 412 || got.Failure().Error != "changed" || got.Header().Get("ETag") != tag {
			t.Errorf("%s %s by an old tag: %d %q %s", tt.method, tt.path, got.Code, got.Header().Get("ETag"), got.Body)
		}
		if want := frame.Success(nil, got.Failure().Payload); string(want) != current.Body.String() {
			t.Errorf("%s %s tells %s, there is %s", tt.method, tt.path, want, current.Body)
		}
		current.Payload(&there)
		if got := shop.Do(tt.method, tt.path, whole, "If-Match", "W/"+tag); got.Code != 412 {
			t.Errorf("%s %s by a weak tag: %d", tt.method, tt.path, got.Code)
		}
		if conditional != "" {
			if got := shop.Do(tt.method, tt.path, fmt.Sprintf(conditional, there.Rev-1)); got.Code != 409 || got.Failure().Error != "changed" {
				t.Errorf("%s %s by an old rev: %d %s", tt.method, tt.path, got.Code, got.Body)
			}
			if got := shop.Do(tt.method, tt.path, fmt.Sprintf(tt.body+`,"rev":"r%d"}`, there.Rev)); got.Code != 400 {
				t.Errorf("%s %s by a rev that is none: %d %s", tt.method, tt.path, got.Code, got.Body)
			}
			whole = fmt.Sprintf(conditional, there.Rev)
		}
		if again := shop.Must("GET", tt.of, ""); again.Header().Get("ETag") != tag {
			t.Errorf("%s %s was refused, and changed it: %s", tt.method, tt.path, again.Body)
		}
		if got := shop.Do(tt.method, tt.path, whole, "If-Match", `"other", `+tag); got.Code != 200 {
			t.Errorf("%s %s by what there is: %d %s", tt.method, tt.path, got.Code, got.Body)
		}
	}
}

// The tag of what is written is that of what is read, so that a client goes on without reading;
// compressed it is not another one.
func TestTagOfWrite(t *testing.T) {
	shop := routestest.Open(t)
	p := shop.Product("A", `"description":"`+strings.Repeat("ñ", 3000)+`"`)
	path := "/api/products/" + p.ID.String()
	written := shop.Must("PUT", path, `{"price":9}`).Header().Get("ETag")
	for _, coding := range []string{"identity", "gzip"} {
		got := shop.Do("GET", path, "", "Accept-Encoding", coding)
		if got.Header().Get("ETag") != written || got.Header().Get("Content-Encoding") != "" || len(got.Header()["No-Gzip-Compression"]) > 0 {
			t.Errorf("%s: %v, written with %s", coding, got.Header(), written)
		}
	}
}
