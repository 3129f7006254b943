package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// A product is stored as it was sent, trimmed, with what is absent filled in.
func TestCreateProduct(t *testing.T) {
	shop := routestest.Open(t)
	got := shop.Do("POST", "/api/products", `{"title":" Yerba ","description":"a\n\tb","code":"YM-1000","price":0,"stock":0,
		"category":"almacén","status":false,"thumbnail":"/img/yerba.webp","__v":0,"PRICE":"ignored"}`)
	if got.Code != http.StatusCreated {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	var p models.Product
	got.Payload(&p)
	want := models.Product{
		ID: p.ID, Title: "Yerba", Description: "a\n\tb", Code: "YM-1000", Category: "almacén",
		Thumbnails: []string{"/img/yerba.webp"}, CreatedAt: p.CreatedAt, UpdatedAt: p.CreatedAt, Rev: 1,
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	if head, err := shop.Store.Feed.Head(t.Context()); err != nil || got.Header().Get("X-Position") != head.String() {
		t.Errorf("X-Position %q of a write is not its own position %v (%v)", got.Header().Get("X-Position"), head, err)
	}
	var absent models.Product
	shop.Must("POST", "/api/products", routestest.ProductJSON("YM-2", `"thumbnail":["/a.png","/b.png"]`)).Payload(&absent)
	if !absent.Status || !slices.Equal(absent.Thumbnails, []string{"/a.png", "/b.png"}) || absent.Price != 1234500 {
		t.Errorf("%+v", absent)
	}
}

// Every rule refuses with 400 and names exactly the bad fields, all of them, in their order.
func TestProductRules(t *testing.T) {
	shop := routestest.Open(t)
	long := strings.Repeat("ñ", 201)
	for name, tt := range map[string]struct {
		body   string
		fields []string
	}{
		"nothing":                   {`{}`, []string{"title", "description", "code", "price", "stock", "category"}},
		"null is a wrong type":      {routestest.ProductJSON("x", `"title":null`, `"price":null`, `"status":null`, `"stock":null`, `"_id":null`), []string{"_id", "title", "price", "status", "stock"}},
		"a name in another case":    {strings.Replace(routestest.ProductJSON("x"), `"price"`, `"Price"`, 1), []string{"price"}},
		"types and rules at once":   {routestest.ProductJSON("", `"title":7`, `"price":"3,0"`, `"stock":1.5`, `"category":"  "`), []string{"title", "code", "price", "stock", "category"}},
		"text of several readings":  {routestest.ProductJSON("x", `"price":"1.250"`, `"stock":"+3"`, `"status":"True"`), []string{"price", "status", "stock"}},
		"text too long":             {routestest.ProductJSON("x", fmt.Sprintf(`"title":%q`, long), fmt.Sprintf(`"description":%q`, strings.Repeat("x", 20001))), []string{"title", "description"}},
		"control characters":        {routestest.ProductJSON("x", `"title":"a\u0000b"`, `"code":"a\nb"`), []string{"title", "code"}},
		"half a surrogate pair":     {routestest.ProductJSON("x", `"title":"a\ud800"`, `"description":"\\\udc00"`), []string{"title", "description"}},
		"broken UTF-8":              {routestest.ProductJSON("x", "\"title\":\"a\xff\""), []string{"title"}},
		"price below":               {routestest.ProductJSON("x", `"price":-0.01`), []string{"price"}},
		"price above":               {routestest.ProductJSON("x", `"price":10000000000.01`), []string{"price"}},
		"price with three decimals": {routestest.ProductJSON("x", `"price":1.005`), []string{"price"}},
		"numbers without end":       {routestest.ProductJSON("x", `"price":1e400`, `"stock":1e400`), []string{"price", "stock"}},
		"stock below":               {routestest.ProductJSON("x", `"stock":-1`), []string{"stock"}},
		"stock above":               {routestest.ProductJSON("x", `"stock":1000000001`), []string{"stock"}},
		"too many pictures":         {routestest.ProductJSON("x", `"thumbnails":[`+strings.Repeat(`"/a",`, 20)+`"/a"]`), []string{"thumbnails"}},
		"pictures that are none":    {routestest.ProductJSON("x", `"thumbnails":["/a",3,"javascript:alert(1)","data:,x"]`), []string{"thumbnails[1]", "thumbnails[2]", "thumbnails[3]"}},
		"thumbnails an object":      {routestest.ProductJSON("x", `"thumbnails":{}`), []string{"thumbnails"}},
		"thumbnail a number":        {routestest.ProductJSON("x", `"thumbnail":3`), []string{"thumbnail"}},
		"an id that is none":        {routestest.ProductJSON("x", `"_id":"665F1C2AB0E84D3F9A7C1E5G"`), []string{"_id"}},
		"the id that means none":    {routestest.ProductJSON("x", `"_id":"000000000000000000000000"`), []string{"_id"}},
		"names given twice":         {strings.TrimSuffix(routestest.ProductJSON("x"), "}") + `,"price":999,"title":"b"}`, []string{"title", "price"}},
		"malformed":                 {`{"title":`, []string{"body"}},
		"more after the end":        {routestest.ProductJSON("x") + "{}", []string{"body"}},
		"a list":                    {`[]`, []string{"body"}},
		"null":                      {`null`, []string{"body"}},
		"empty":                     {``, []string{"body"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := shop.In(t).Do("POST", "/api/products", tt.body)
			failure := got.Failure()
			if diff := cmp.Diff(tt.fields, failure.Fields()); got.Code != 400 || failure.Error != "invalid" || diff != "" {
				t.Errorf("%d %s\n%s", got.Code, got.Body, diff)
			}
			if head, err := shop.Store.Feed.Head(t.Context()); err != nil || head.Offset != 0 {
				t.Errorf("something was stored: %v %v", head, err)
			}
		})
	}
}

// What stands at the edge of a rule is accepted, and counts as characters, not bytes.
func TestProductEdges(t *testing.T) {
	shop := routestest.Open(t)
	for i, field := range []string{
		`"title":"` + strings.Repeat("ñ", models.MaxLine) + `"`, `"description":"` + strings.Repeat("🧉", models.MaxDescription) + `"`,
		`"price":10000000000`, `"price":0`, `"price":15e-1`, `"stock":1000000000`, `"stock":7.0`, `"stock":70e-1`,
		`"thumbnails":[]`, `"thumbnails":["https://example.com/a.png"]`, `"title":"\ud83e\uddc9"`, `"title":"\\ud800"`,
	} {
		if got := shop.Do("POST", "/api/products", routestest.ProductJSON(fmt.Sprint("E-", i), field)); got.Code != 201 {
			t.Errorf("%.40s: %d %s", field, got.Code, got.Body)
		}
	}
}

// An id that the client made is kept; the same again adds nothing; other content under it, or a
// code that is taken, is a conflict that names its field.
func TestProductConflicts(t *testing.T) {
	shop := routestest.Open(t)
	const id = `"_id":"665f1c2ab0e84d3f9a7c1e52"`
	p := shop.Product("YM-1", id)
	if p.ID.String() != "665f1c2ab0e84d3f9a7c1e52" {
		t.Errorf("the id became %s", p.ID)
	}
	if again := shop.Do("POST", "/api/products", routestest.ProductJSON("YM-1", id)); again.Code != 200 {
		t.Errorf("the same again: %d %s", again.Code, again.Body)
	}
	other := shop.Product("YM-2")
	for field, got := range map[string]routestest.Answer{
		"_id":  shop.Do("POST", "/api/products", routestest.ProductJSON("YM-3", id)),
		"code": shop.Do("PUT", "/api/products/"+other.ID.String(), `{"code":"YM-1"}`),
	} {
		if f := got.Failure(); got.Code != 409 || f.Error != "conflict" || !slices.Equal(f.Fields(), []string{field}) {
			t.Errorf("%s: %d %s", field, got.Code, got.Body)
		}
	}
	if got := shop.Do("POST", "/api/products", routestest.ProductJSON("YM-1")); got.Code != 409 {
		t.Errorf("a taken code: %d %s", got.Code, got.Body)
	}
}

// An update changes what it names and nothing else.
func TestUpdateProduct(t *testing.T) {
	shop := routestest.Open(t)
	p := shop.Product("YM-1", `"thumbnails":["/a.png"]`)
	path := "/api/products/" + p.ID.String()
	for _, tt := range []struct {
		body   string
		status int
		fields []string
		change func(*models.Product)
	}{
		{`{}`, 200, nil, nil},
		{`{"_id":"` + routestest.UnknownID + `","price":3}`, 200, nil, func(p *models.Product) { p.Price = 3000 }},
		{`{"_id":7,"createdAt":"x","status":false}`, 200, nil, func(p *models.Product) { p.Status = false }},
		{`{"thumbnail":[]}`, 200, nil, func(p *models.Product) { p.Thumbnails = []string{} }},
		{`{"title":""}`, 400, []string{"title"}, nil},
		{`{"title":"","price":"3 ","stock":-1}`, 400, []string{"title", "price", "stock"}, nil},
		{`{"price":null}`, 400, []string{"price"}, nil},
		{``, 400, []string{"body"}, nil},
	} {
		before := p
		got := shop.Do("PUT", path, tt.body)
		if got.Code != tt.status {
			t.Errorf("%s: %d %s", tt.body, got.Code, got.Body)
			continue
		}
		if tt.status == 400 {
			if diff := cmp.Diff(tt.fields, got.Failure().Fields()); diff != "" {
				t.Errorf("%s: %s", tt.body, diff)
			}
			shop.Must("GET", path, "").Payload(&p)
			if !cmp.Equal(p, before) {
				t.Errorf("%s: refused, but it changed", tt.body)
			}
			continue
		}
		want := before.Clone()
		if tt.change != nil {
			tt.change(&want)
			want.Rev++
		}
		got.Payload(&p)
		want.UpdatedAt = p.UpdatedAt
		if diff := cmp.Diff(want, p); diff != "" {
			t.Errorf("%s: %s", tt.body, diff)
		}
	}
	got := shop.Do("PUT", "/api/products/xyz", `{"title":"","price":"3 "}`)
	if diff := cmp.Diff([]string{"pid", "title", "price"}, got.Failure().Fields()); got.Code != 400 || diff != "" {
		t.Errorf("path and body: %d %s", got.Code, diff)
	}
}

func TestGetAndDeleteProduct(t *testing.T) {
	shop := routestest.Open(t)
	p := shop.Product("YM-1")
	path := "/api/products/" + p.ID.String()
	var got models.Product
	if shop.Must("GET", path, "").Payload(&got); !cmp.Equal(got, p) {
		t.Errorf("got %+v", got)
	}
	if shop.Must("GET", path+"/", "").Payload(&got); !cmp.Equal(got, p) {
		t.Errorf("with a slash at the end: %+v", got)
	}
	if shop.Must("DELETE", path, "").Payload(&got); !cmp.Equal(got, p) {
		t.Errorf("deleted %+v", got)
	}
	for _, method := range []string{"GET", "DELETE", "PUT"} {
		body := map[string]string{"PUT": "{}"}[method]
		if gone := shop.Do(method, path, body); gone.Code != 404 || gone.Failure().Error != "not_found" {
			t.Errorf("%s of one that is gone: %d %s", method, gone.Code, gone.Body)
		}
		for _, id := range []string{"xyz", strings.ToUpper(p.ID.String())[1:], p.ID.String() + "0"} {
			if bad := shop.Do(method, "/api/products/"+id, body); bad.Code != 400 || !slices.Equal(bad.Failure().Fields(), []string{"pid"}) {
				t.Errorf("%s of %s: %d %s", method, id, bad.Code, bad.Body)
			}
		}
	}
}
