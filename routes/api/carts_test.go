package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// items writes what is in a cart by the letters of its products: "a2 b1".
func items(cart models.Cart, products ...models.Product) string {
	var parts []string
	for _, item := range cart.Products {
		for i, p := range products {
			if p.ID == item.Product {
				parts = append(parts, fmt.Sprintf("%c%d", 'a'+i, item.Quantity))
			}
		}
	}
	return strings.Join(parts, " ")
}

// One cart goes through everything that the contract lets happen to it.
func TestCart(t *testing.T) {
	shop := routestest.Open(t)
	a, b := shop.Product("A", `"stock":2000000`), shop.Product("B", `"stock":2000000`)
	cart := shop.Cart("")
	path := "/api/carts/" + cart.ID.String()
	fill := strings.NewReplacer("{cart}", path, "{a}", a.ID.String(), "{b}", b.ID.String(), "{unknown}", routestest.UnknownID)
	for _, tt := range []struct {
		method, path, body string
		want               string // items, or status and bad fields
	}{
		{"GET", "{cart}", "", ""},
		{"POST", "{cart}/product/{a}", "", "a1"},
		{"POST", "{cart}/products/{a}", "", "a2"},
		{"POST", "{cart}/product/{b}", `{"quantity":3}`, "a2 b3"},
		{"POST", "{cart}/product/{a}", `{"quantity":5}`, "a7 b3"},
		{"POST", "{cart}/product/{a}", `{}`, "a8 b3"},
		{"POST", "{cart}/product/{a}", `{"quantity":999993}`, "400 quantity"},
		{"POST", "{cart}/product/{a}", `{"quantity":0}`, "400 quantity"},
		{"POST", "{cart}/product/{a}", `{"quantity":1000001}`, "400 quantity"},
		{"POST", "{cart}/product/{a}", `{"quantity":9223372036854775807}`, "400 quantity"},
		{"POST", "{cart}/product/{a}", `{"quantity":"2 "}`, "400 quantity"},
		{"POST", "{cart}/product/{a}", `{"quantity":null}`, "400 quantity"},
		{"POST", "{cart}/product/{unknown}", "", "404 pid"},
		{"POST", "/api/carts/" + routestest.UnknownID + "/product/{a}", "", "404"},
		{"POST", "/api/carts/x/product/y", `{"quantity":0}`, "400 cid pid quantity"},
		{"GET", "{cart}", "", "a8 b3"},
		{"PUT", "{cart}/products/{b}", `{"quantity":1000000}`, "a8 b1000000"},
		{"PUT", "{cart}/product/{b}", `{"quantity":1}`, "a8 b1"},
		{"PUT", "{cart}/products/{b}", `{}`, "400 quantity"},
		{"PUT", "{cart}/products/{b}", ``, "400 body"},
		{"PUT", "{cart}/products/{unknown}", `{"quantity":1}`, "404 pid"},
		{"DELETE", "{cart}/products/{a}", "", "b1"},
		{"DELETE", "{cart}/product/{a}", "", "b1"},
		{"DELETE", "{cart}/products/{unknown}", "", "b1"},
		{"PUT", "{cart}/products/{a}", `{"quantity":4}`, "b1 a4"},
		{"PUT", "{cart}", `{"products":[{"product":"{a}","quantity":1},{"product":"{b}","quantity":2},{"product":"{a}","quantity":3}]}`, "a4 b2"},
		{"PUT", "{cart}", `{"products":[{"product":"{a}","quantity":1000000},{"product":"{a}","quantity":1}]}`, "400 products[0].quantity products[1].quantity"},
		{"PUT", "{cart}", `{"products":[{"product":"{a}","quantity":1},{"product":"{unknown}","quantity":2}]}`, "404 products[1].product"},
		{"PUT", "{cart}", `{"products":[{"product":"{a}","quantity":1},{"product":"{a}","quantity":1},{"product":"x","quantity":0},7,{}]}`,
			"400 products[2].product products[2].quantity products[3] products[4].product products[4].quantity"},
		{"PUT", "{cart}", `{"products":null}`, "400 products"},
		{"PUT", "{cart}", `{}`, "400 products"},
		{"GET", "{cart}", "", "a4 b2"},
		{"DELETE", "{cart}", "", ""},
		{"DELETE", "/api/carts/" + routestest.UnknownID, "", "404"},
		{"GET", "/api/carts/" + routestest.UnknownID, "", "404"},
		{"GET", "/api/carts/x?populate=maybe", "", "400 cid populate"},
	} {
		got := shop.Do(tt.method, fill.Replace(tt.path), fill.Replace(tt.body))
		text := ""
		if got.Code == http.StatusOK {
			var cart models.Cart
			got.Payload(&cart)
			text = items(cart, a, b)
		} else {
			text = strings.TrimSpace(fmt.Sprint(got.Code, " ", strings.Join(got.Failure().Fields(), " ")))
		}
		if text != tt.want {
			t.Errorf("%s %s %s\ngot  %s\nwant %s", tt.method, tt.path, tt.body, text, tt.want)
		}
	}
}

func TestCreateCart(t *testing.T) {
	shop := routestest.Open(t)
	a := shop.Product("A")
	const id = "665f1c2ab0e84d3f9a7c1e53"
	full := `{"_id":"` + id + `","products":[{"product":"` + a.ID.String() + `","quantity":2}]}`
	many := `{"products":[` + strings.Repeat(`{"product":"`+a.ID.String()+`","quantity":1},`, models.MaxItems) + `{"product":"` + a.ID.String() + `","quantity":1}]}`
	for _, tt := range []struct {
		body   string
		status int
	}{
		{"", 201}, {"{}", 201}, {full, 201}, {full, 200}, {`{"products":[]}`, 201},
		{`{"_id":"` + id + `"}`, 409},
		{`{"products":[{"product":"` + routestest.UnknownID + `","quantity":1}]}`, 404},
		{`{"products":7}`, 400}, {"[]", 400}, {`{"_id":"x"}`, 400}, {many, 400},
	} {
		if got := shop.Do("POST", "/api/carts", tt.body); got.Code != tt.status {
			t.Errorf("%.80s: %d %s, want %d", tt.body, got.Code, got.Body, tt.status)
		}
	}
	// A client that names a type but sends nothing has no body either.
	if got := shop.Do("POST", "/api/carts", "", "Content-Type", "application/json"); got.Code != 201 {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// A cart can be sent back as it was read, and become less, when products of it are gone; more of
// them cannot come in, and each is named by its field and id.
func TestCartOfGoneProducts(t *testing.T) {
	shop := routestest.Open(t)
	a, b := shop.Product("A", `"stock":9`), shop.Product("B")
	cart := shop.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":2},{"product":"%s","quantity":3}]}`, a.ID, b.ID))
	path := "/api/carts/" + cart.ID.String()
	shop.Must("DELETE", "/api/products/"+b.ID.String(), "")
	fill := strings.NewReplacer("{a}", a.ID.String(), "{b}", b.ID.String(), "{unknown}", routestest.UnknownID)
	var own struct{ Payload json.RawMessage }
	if err := json.Unmarshal(shop.Must("GET", path, "").Body.Bytes(), &own); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ method, path, body, want string }{
		{"PUT", "", string(own.Payload), "a2 b3"},
		{"PUT", "", `{"products":[{"product":"{b}","quantity":1},{"product":"{a}","quantity":9},{"product":"{b}","quantity":1}]}`, "b2 a9"},
		{"PUT", "", `{"products":[{"product":"{b}","quantity":1},{"product":"{unknown}","quantity":1},{"product":"{b}","quantity":2}]}`,
			"404 products[0].product products[1].product products[2].product"},
		{"PUT", "/products/{b}", `{"quantity":3}`, "404 pid"},
		{"POST", "/products/{b}", "", "404 pid"},
		{"PUT", "/products/{b}", `{"quantity":1}`, "b1 a9"},
		{"DELETE", "/products/{b}", "", "a9"},
		{"PUT", "/products/{b}", `{"quantity":1}`, "404 pid"},
	} {
		got := shop.Do(tt.method, path+fill.Replace(tt.path), fill.Replace(tt.body))
		text := ""
		if got.Code == http.StatusOK {
			var cart models.Cart
			got.Payload(&cart)
			text = items(cart, a, b)
		} else {
			failure := got.Failure()
			text = fmt.Sprint(got.Code, " ", strings.Join(failure.Fields(), " "))
			if reason := failure.Details[0].Reason; !strings.Contains(reason, b.ID.String()) {
				t.Errorf("%s %s does not name the product: %s", tt.method, tt.path, reason)
			}
		}
		if text != tt.want {
			t.Errorf("%s %s %s\ngot  %s\nwant %s", tt.method, tt.path, tt.body, text, tt.want)
		}
	}
}

// populate puts whole products in, and null for one that is gone; the cart can still be rid of that
// one.
func TestPopulate(t *testing.T) {
	shop := routestest.Open(t)
	a, b := shop.Product("A"), shop.Product("B")
	cart := shop.Cart(fmt.Sprintf(`{"products":[{"product":"%s","quantity":1},{"product":"%s","quantity":2}]}`, a.ID, b.ID))
	shop.Must("DELETE", "/api/products/"+b.ID.String(), "")
	path := "/api/carts/" + cart.ID.String()
	type item struct {
		Product  *models.Product
		Quantity int64
	}
	type populated struct {
		ID       models.ID `json:"_id"`
		Products []item
		Rev      int64
	}
	var got populated
	shop.Must("GET", path+"?populate=true", "").Payload(&got)
	want := populated{cart.ID, []item{{&a, 1}, {nil, 2}}, cart.Rev}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var plain, rid models.Cart
	if shop.Must("GET", path+"?populate=false", "").Payload(&plain); !cmp.Equal(plain, cart) {
		t.Errorf("%+v", plain)
	}
	if shop.Must("DELETE", path+"/products/"+b.ID.String(), "").Payload(&rid); len(rid.Products) != 1 {
		t.Errorf("%+v", rid)
	}
}

// The list of carts is a page of them.
func TestListCarts(t *testing.T) {
	shop := routestest.Open(t)
	for range 3 {
		shop.Cart("")
	}
	got := shop.Do("GET", "/api/carts?limit=2", "")
	if got.Code != 200 || !strings.Contains(got.Body.String(), `"total":3,"totalPages":2,"page":1,"prevPage":null,"nextPage":2`) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if got := shop.Do("GET", "/api/carts?limit=0&page=x", ""); got.Code != 400 || len(got.Failure().Details) != 2 {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// Two hundred additions at once add two hundred, or as many as can be bought; the others are told
// how many that is.
func TestParallelAdditions(t *testing.T) {
	shop := routestest.Open(t)
	for stock, want := range map[int]string{200: "a200", 120: "a120"} {
		a, cart := shop.Product(fmt.Sprint("A", stock), fmt.Sprintf(`"stock":%d`, stock)), shop.Cart("")
		path := "/api/carts/" + cart.ID.String()
		var all sync.WaitGroup
		var refused atomic.Int64
		for range 200 {
			all.Go(func() {
				got := shop.Do("POST", path+"/product/"+a.ID.String(), "")
				if got.Code == 400 && strings.Contains(got.Body.String(), fmt.Sprintf(`"available":%d}`, stock)) {
					refused.Add(1)
				} else if got.Code != 200 {
					t.Errorf("%d %s", got.Code, got.Body)
				}
			})
		}
		all.Wait()
		if shop.Must("GET", path, "").Payload(&cart); items(cart, a) != want || refused.Load() != int64(200-stock) {
			t.Errorf("stock %d: %d refused, %+v", stock, refused.Load(), cart)
		}
	}
}
