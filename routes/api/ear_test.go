package api_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// What cannot be misread is taken, as it was meant; what can be is refused.
func TestProductsOfStrangers(t *testing.T) {
	shop := routestest.Open(t)
	for i, tt := range []struct {
		fields []string
		is     func(p models.Product) bool
	}{
		{[]string{`"price":"450"`, `"stock":"7"`, `"status":"false"`}, func(p models.Product) bool { return p.Price == 450000 && p.Stock == 7 && !p.Status }},
		{[]string{`"price":"450.5"`}, func(p models.Product) bool { return p.Price == 450500 }},
		{[]string{`"price":"450.50"`}, func(p models.Product) bool { return p.Price == 450500 }},
		{[]string{`"price":"0"`, `"stock":"0"`}, func(p models.Product) bool { return p.Price == 0 && p.Stock == 0 }},
		{[]string{`"code":17`}, func(p models.Product) bool { return p.Code == "17" }},
		{[]string{`"thumbnails":""`}, func(p models.Product) bool { return p.Thumbnails != nil && len(p.Thumbnails) == 0 }},
		{[]string{`"thumbnails":null`}, func(p models.Product) bool { return len(p.Thumbnails) == 0 }},
		{[]string{`"thumbnails":["",null]`}, func(p models.Product) bool { return len(p.Thumbnails) == 0 }},
		{[]string{`"thumbnails":"a.png"`}, func(p models.Product) bool { return slices.Equal(p.Thumbnails, []string{"a.png"}) }},
		{[]string{`"thumbnail":"Sin imagen"`}, func(p models.Product) bool { return slices.Equal(p.Thumbnails, []string{"Sin imagen"}) }},
	} {
		if !strings.Contains(tt.fields[0], "code") {
			tt.fields = append(tt.fields, fmt.Sprintf(`"code":"c%d"`, i))
		}
		var p models.Product
		shop.Must("POST", "/api/products", routestest.ProductJSON("x", tt.fields...)).Payload(&p)
		if !tt.is(p) {
			t.Errorf("%v: %+v", tt.fields, p)
		}
		body := "{" + strings.Join(tt.fields, ",") + "}"
		var again models.Product
		shop.Must("PUT", "/api/products/"+p.ID.String(), body).Payload(&again)
		if !tt.is(again) || again.Rev != p.Rev {
			t.Errorf("again %s: %+v", body, again)
		}
	}
	for field, values := range map[string][]string{
		"price":  {`"1.250"`, `"12,5"`, `"1,250"`, `" 3"`, `"3 "`, `"+3"`, `"1e3"`, `"03"`, `".5"`, `"5."`, `""`, `"0x1"`, `"Infinity"`, `"٣"`, `[3]`, `true`},
		"stock":  {`"1.000"`, `"1.5"`, `""`, `"siete"`},
		"status": {`"True"`, `"1"`, `1`, `"on"`, `""`, `"yes"`},
		"code":   {`1e3`, `true`, `{}`, `null`},
	} {
		for _, value := range values {
			got := shop.Do("POST", "/api/products", routestest.ProductJSON("y", fmt.Sprintf(`%q:%s`, field, value)))
			if got.Code != 400 || !slices.Equal(got.Failure().Fields(), []string{field}) {
				t.Errorf("%s %s: %d %s", field, value, got.Code, got.Body)
			}
		}
	}
}

// A form says the same as JSON, however it is sent.
func TestForms(t *testing.T) {
	shop := routestest.Open(t)
	fields := url.Values{"title": {"Yerba & más"}, "description": {"d"}, "code": {"1"}, "price": {"450"}, "stock": {"7"}, "category": {"c"}, "thumbnails": {"/a.png", "/b.png"}, "status": {"true"}}
	var urlencoded, multi models.Product
	shop.Do("POST", "/api/products", fields.Encode(), "Content-Type", "application/x-www-form-urlencoded").Payload(&urlencoded)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, values := range fields {
		for _, value := range values {
			form.WriteField(name, strings.Replace(value, "1", "2", 1))
		}
	}
	form.CreateFormFile("picture", "") // nobody has chosen one
	form.Close()
	shop.Do("POST", "/api/products", body.String(), "Content-Type", form.FormDataContentType()).Payload(&multi)
	for _, p := range []models.Product{urlencoded, multi} {
		if p.Title != "Yerba & más" || p.Price != 450000 || p.Stock != 7 || !slices.Equal(p.Thumbnails, []string{"/a.png", "/b.png"}) {
			t.Errorf("%+v", p)
		}
	}
	for body, fields := range map[string][]string{
		"title=a&title=b&description=d&code=3&price=1&stock=1&category=c": {"title"},
		"title=a&description=d&code=3&price=1,5&stock=1&category=c":       {"price"},
		"": {"body"},
	} {
		got := shop.Do("POST", "/api/products", body, "Content-Type", "application/x-www-form-urlencoded")
		if got.Code != 400 || !slices.Equal(got.Failure().Fields(), fields) {
			t.Errorf("%q: %d %s", body, got.Code, got.Body)
		}
	}
	for contentType, status := range map[string]int{
		"application/x-www-form-urlencoded; charset=latin1": 415, "text/plain": 415, "multipart/form-data": 400, "multipart/mixed; boundary=x": 415,
	} {
		if got := shop.Do("POST", "/api/products", "title=a", "Content-Type", contentType); got.Code != status {
			t.Errorf("%s: %d %s", contentType, got.Code, got.Body)
		}
	}
	body.Reset()
	form = multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("thumbnail", "a.png")
	part.Write([]byte("x"))
	form.Close()
	if got := shop.Do("POST", "/api/products", body.String(), "Content-Type", form.FormDataContentType()); got.Code != 400 || !slices.Contains(got.Failure().Fields(), "thumbnail") {
		t.Errorf("a file: %d %s", got.Code, got.Body)
	}
	if got := shop.Do("POST", "/api/chat", "user=ana&message=hola", "Content-Type", "application/x-www-form-urlencoded"); got.Code != 201 {
		t.Errorf("the chat: %d %s", got.Code, got.Body)
	}
	if got := shop.Do("POST", "/api/chat", "user=ana&message=hola", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site"); got.Code != 403 {
		t.Errorf("a form of another site: %d %s", got.Code, got.Body)
	}
}

// What a form says further in, as scripts send it, is not lost; nor is a text lost that is no UTF-8,
// or what stood behind the place where a body was cut off.
func TestFormsLoseNothing(t *testing.T) {
	shop := routestest.Open(t)
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	const rest = "&title=a&description=d&category=c&"
	for i, tt := range []struct {
		body string
		is   func(p models.Product) bool
	}{
		{"price=1&stock=1&thumbnails[0]=/a.png&thumbnails[1]=/b.png", func(p models.Product) bool { return slices.Equal(p.Thumbnails, []string{"/a.png", "/b.png"}) }},
		{"price=1&stock=1&tags[]=x&tags[]=y", func(p models.Product) bool { return slices.Equal(p.Tags, []string{"x", "y"}) }},
		{"variants[0][code]=v&variants[0][price]=3&variants[0][stock]=2&variants[0][options][Talle]=M", func(p models.Product) bool {
			return len(p.Variants) == 1 && p.Price == 3000 && p.Variants[0].Name() == "M"
		}},
	} {
		var p models.Product
		shop.Do("POST", "/api/products", fmt.Sprintf("code=n%d", i)+rest+tt.body, form...).Payload(&p)
		if !tt.is(p) {
			t.Errorf("%s: %+v", tt.body, p)
		}
	}
	var cart models.Cart
	id := shop.Product("A").ID.String()
	shop.Do("POST", "/api/carts", "products[0][product]="+id+"&products[0][quantity]=2", form...).Payload(&cart)
	if len(cart.Products) != 1 || cart.Products[0].Quantity != 2 {
		t.Errorf("%+v", cart)
	}
	for body, field := range map[string]string{
		"code=b&price=1&stock=1" + rest + "vendor=Ca%f1a":                       "vendor",
		"code=b&price=1&stock=1" + rest + "thumbnails=/a&thumbnails[0]=/b":      "thumbnails",
		"code=b&price=1&stock=1" + rest + "thumbnails=/a&thumbnails[]=/b":       "thumbnails",
		"code=b&price=1&stock=1" + rest + "thumbnails[1]=/b":                    "thumbnails",
		"code=b" + rest + "variants[0][code]=v&variants[0][options][Talle]=%e1": "variants[0][options][Talle]",
	} {
		if got := shop.Do("POST", "/api/products", body, form...); got.Code != 400 || !slices.Contains(got.Failure().Fields(), field) {
			t.Errorf("%s: %d %s", body, got.Code, got.Body)
		}
	}
	const cut = "--x\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nana\r\n--x\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nhola\r\n--x\r\nContent-Disp"
	if got := shop.Do("POST", "/api/messages", cut, "Content-Type", "multipart/form-data; boundary=x"); got.Code != 400 {
		t.Errorf("cut off: %d %s", got.Code, got.Body)
	}
}

// Who knows only stock and says how much there is, counts it from then on; what he was shown, and
// sends back, says nothing.
func TestStockOfWhatIsNotCounted(t *testing.T) {
	shop := routestest.Open(t)
	var p models.Product
	shop.Must("POST", "/api/products", routestest.ProductJSON("x", `"counted":false`)).Payload(&p)
	address := "/api/products/" + p.ID.String()
	if shop.Must("PUT", address, `{"stock":1000000,"title":"Otra"}`).Payload(&p); !bool(p.Uncounted) {
		t.Errorf("sent back: %+v", p)
	}
	var now models.Product
	if shop.Must("PUT", address, `{"stock":4}`).Payload(&now); bool(now.Uncounted) || now.Stock != 4 {
		t.Errorf("counted: %+v", now)
	}
}

// Codes and options of variants may be numbers, as the codes of products may, and what cannot be read is
// said once.
func TestVariantsOfStrangers(t *testing.T) {
	shop := routestest.Open(t)
	var p models.Product
	body := `"variants":[{"code":38,"options":{"Talle":38,"Color":"azul"},"price":10,"stock":1},{"code":39.5,"options":{"Color":"azul","Talle":39.5},"price":10,"stock":1}]`
	shop.Must("POST", "/api/products", shirtJSON(body)).Payload(&p)
	if v := p.Variants; v[0].Code != "38" || v[0].Name() != "38 / azul" || v[1].Code != "39.5" || v[1].Name() != "39.5 / azul" {
		t.Errorf("read %+v", p)
	}
	for body, fields := range map[string][]string{
		`{"variants":null}`: {"variants"},
		`{"variants":[{"code":true,"options":{"Talle":"S"},"stock":1}]}`:           {"variants[0].code"},
		`{"variants":[{"code":"S","options":{"Talle":true},"stock":1}]}`:           {"variants[0].options"},
		`{"variants":[{"code":"S","options":{"Talle":1e3},"stock":1}]}`:            {"variants[0].options"},
		`{"variants":[{"code":"S","options":{"Talle":null,"Color":1},"stock":1}]}`: {"variants[0].options"},
	} {
		if got := shop.Do("PUT", "/api/products/"+p.ID.String(), body); got.Code != 400 || !slices.Equal(got.Failure().Fields(), fields) {
			t.Errorf("%s: %d %s", body, got.Code, got.Body)
		}
	}
	if got := shop.Do("POST", "/api/products", shirtJSON(`"variants":null`)); !slices.Equal(got.Failure().Fields(), []string{"variants"}) {
		t.Errorf("null: %d %s", got.Code, got.Body)
	}
}

// An id is the same one in upper case, wherever it stands, and one of zeros is refused by what is wrong
// with it.
func TestIDsOfStrangers(t *testing.T) {
	shop := routestest.Open(t)
	const upper = "66AB0000000000000000FFFF"
	lower := strings.ToLower(upper)
	var p models.Product
	shop.Must("POST", "/api/products", routestest.ProductJSON("x", `"_id":"`+upper+`"`)).Payload(&p)
	shop.Must("GET", "/api/products/"+upper, "").Payload(&p)
	shop.Must("PUT", "/api/products/"+upper, `{"stock":9}`)
	var cart models.Cart
	shop.Must("POST", "/api/carts", `{"products":[{"product":"`+upper+`","quantity":1}]}`).Payload(&cart)
	shop.Must("POST", "/api/carts/"+strings.ToUpper(cart.ID.String())+"/product/"+upper, "").Payload(&cart)
	if p.ID.String() != lower || len(cart.Products) != 1 || cart.Products[0].Product != p.ID || cart.Products[0].Quantity != 2 {
		t.Errorf("%+v in %+v", p, cart)
	}
	got := shop.Do("POST", "/api/products", routestest.ProductJSON("y", `"_id":"`+strings.Repeat("0", 24)+`"`))
	if !strings.Contains(got.Body.String(), "not all of them zeros") {
		t.Errorf("zeros: %d %s", got.Code, got.Body)
	}
}

// An item that names two products is refused by name; an _id beside its product is its own, as mongoose
// gives it.
func TestItemsOfTwoProducts(t *testing.T) {
	shop := routestest.Open(t)
	var a, b models.Product
	shop.Must("POST", "/api/products", routestest.ProductJSON("a")).Payload(&a)
	shop.Must("POST", "/api/products", routestest.ProductJSON("b")).Payload(&b)
	for item, wrong := range map[string]string{
		`"product":"A","id":"B"`: "id", `"product":"A","productId":"B"`: "productId", `"productId":"A","id":"B"`: "id", `"id":"A","_id":"B"`: "_id",
		`"product":{"_id":"A"},"id":"B"`: "id", `"product":"A","_id":"B"`: "", `"productId":"A","_id":"B"`: "", `"product":"A","id":"A"`: "", `"product":"A","id":7`: "",
	} {
		body := strings.NewReplacer("A", a.ID.String(), "B", b.ID.String()).Replace(`{"products":[{` + item + `,"quantity":1}]}`)
		got := shop.Do("POST", "/api/carts", body)
		if wrong == "" {
			if got.Code != 201 || !strings.Contains(got.Body.String(), a.ID.String()) {
				t.Errorf("%s: %d %s", item, got.Code, got.Body)
			}
		} else if got.Code != 400 || !slices.Equal(got.Failure().Fields(), []string{"products[0]." + wrong}) {
			t.Errorf("%s: %d %s", item, got.Code, got.Body)
		}
	}
}

// The product of an item may be called by any of its names.
func TestItemsOfStrangers(t *testing.T) {
	shop := routestest.Open(t)
	id := shop.Product("A").ID.String()
	for _, item := range []string{`"product":%q`, `"id":%q`, `"_id":%q`, `"productId":%q`, `"product":{"_id":%q}`, `"product":{"id":%q,"title":"x"}`} {
		var cart models.Cart
		shop.Must("POST", "/api/carts", `{"products":[{`+fmt.Sprintf(item, id)+`,"quantity":"2"}]}`).Payload(&cart)
		if len(cart.Products) != 1 || cart.Products[0].Product.String() != id || cart.Products[0].Quantity != 2 {
			t.Errorf("%s: %+v", item, cart)
		}
	}
	got := shop.Do("POST", "/api/carts", `{"products":[{"product":{},"quantity":1},{"quantity":1}]}`)
	if got.Code != 400 || !slices.Equal(got.Failure().Fields(), []string{"products[0].product", "products[1].product"}) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// A word in query= is a search.
func TestQueryIsASearch(t *testing.T) {
	shop := routestest.Open(t)
	shop.Product("YM-1")
	for query, found := range map[string]int{"yerba": 1, "molienda+gruesa": 1, "vino": 0, "yerba&q=vino": 0} {
		var list []models.Product
		if shop.Must("GET", "/api/products?query="+query, "").Payload(&list); len(list) != found {
			t.Errorf("%s finds %d", query, len(list))
		}
	}
}

// A form says of a cart what JSON says of it, and whatever it is sent to, one of another site is
// refused.
func TestFormsOfCarts(t *testing.T) {
	shop := routestest.Open(t)
	product := "/products/" + shop.Product("A").ID.String()
	var cart models.Cart
	shop.Must("POST", "/api/carts", "").Payload(&cart)
	address := "/api/carts/" + cart.ID.String()
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	shop.Do("PUT", address+product, "quantity=3", form...).Payload(&cart)
	if len(cart.Products) != 1 || cart.Products[0].Quantity != 3 {
		t.Errorf("%+v", cart)
	}
	for _, quantity := range []string{"", "3,0", "1.000", "tres", "3&quantity=4"} {
		if got := shop.Do("PUT", address+product, "quantity="+quantity, form...); got.Code != 400 || !slices.Contains(got.Failure().Fields(), "quantity") {
			t.Errorf("%q: %d %s", quantity, got.Code, got.Body)
		}
	}
	for _, request := range [][2]string{{"POST", "/api/products"}, {"POST", "/api/carts"}, {"PUT", address + product}, {"DELETE", address}, {"POST", "/api/messages"}, {"POST", "/api/session"}} {
		for _, foreign := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
			if got := shop.Do(request[0], request[1], "quantity=4", append(foreign, form...)...); got.Code != 403 {
				t.Errorf("%v of another site (%s): %d %s", request, foreign[0], got.Code, got.Body)
			}
		}
	}
}
