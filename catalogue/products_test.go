package catalogue

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// DummyJSON's words for code and pictures are understood; what it has beside is left out.
func TestDummyJSON(t *testing.T) {
	const mascara = `{"id":1,"title":"Mascara","description":"Long","category":"beauty","price":9.99,"stock":99,"sku":"BEA-1","tags":["x"],"brand":"Essence","barcode":"779",
		"dimensions":{"width":1.5},"availabilityStatus":"In Stock","images":["https://a.com/1.webp"],"thumbnail":"https://a.com/t.webp"}`
	const early = `{"id":2,"title":"Old","description":"Without sku","category":"c","price":1e1,"stock":0,"images":[],"thumbnail":"https://a.com/t.jpg"}`
	want := []models.Product{
		{Title: "Mascara", Description: "Long", Code: "BEA-1", Price: 9990, Status: true, Stock: 99, Category: "beauty", Thumbnails: []string{"https://a.com/1.webp"}, Tags: []string{"x"}, Vendor: "Essence", Barcode: "779"},
		{Title: "Old", Description: "Without sku", Code: "dummyjson-2", Price: 10000, Status: true, Category: "c", Thumbnails: []string{"https://a.com/t.jpg"}},
	}
	for _, content := range []string{
		"[" + mascara + "," + early + "]",
		`{"total":2,"products":[` + mascara + "," + early + `],"skip":0}`,
	} {
		format, got, problems := readAll(t, "x", content)
		if diff := cmp.Diff(want, got); diff != "" || format != DummyJSON || problems != nil {
			t.Errorf("%q, problems %v, %s", format, problems, diff)
		}
	}
}

// The course's files hold numbers as texts, pictures as one text, and ids of any kind, which are
// not kept.
func TestCourse(t *testing.T) {
	tests := []struct {
		name, json string
		want       models.Product
	}{
		{"as it should be", `{"id":1,"title":"A","description":"d","code":"c","price":5,"status":false,"stock":3,"category":"x","thumbnails":["/a.jpg"]}`,
			models.Product{Price: 5000, Stock: 3, Thumbnails: []string{"/a.jpg"}}},
		{"numbers as texts", `{"id":"1","title":"A","description":"d","code":"c","price":"1234.50","stock":" 12 ","category":"x"}`,
			models.Product{Price: 1234500, Status: true, Stock: 12}},
		{"decimal comma", `{"id":{},"title":"A","description":"d","code":"c","price":"1234,5","stock":12.0,"category":"x","thumbnails":[]}`,
			models.Product{Price: 1234500, Status: true, Stock: 12}},
		{"a cent that no float holds", `{"title":"A","description":"d","code":"c","price":90071992.55,"stock":1,"category":"x"}`,
			models.Product{Price: 90071992550, Status: true, Stock: 1}},
		{"code as a number, status as text", `{"_id":7,"title":"A","description":"d","code":123,"price":1,"status":"True","stock":1,"category":"x"}`,
			models.Product{Code: "123", Price: 1000, Status: true, Stock: 1}},
		{"status says no", `{"title":"A","description":"d","code":"c","price":1,"status":"inactivo","stock":1,"category":"x","thumbnail":null}`,
			models.Product{Price: 1000, Stock: 1}},
		{"thumbnail as text", `{"title":"A","description":"d","code":"c","price":1,"stock":1,"category":"x","thumbnail":"https://a.com/x.png"}`,
			models.Product{Price: 1000, Status: true, Stock: 1, Thumbnails: []string{"https://a.com/x.png"}}},
		{"thumbnail as list", `{"title":"A","description":"d","code":"c","price":1,"stock":1,"category":"x","thumbnail":["/1.png",""],"thumbnails":[]}`,
			models.Product{Price: 1000, Status: true, Stock: 1, Thumbnails: []string{"/1.png"}}},
		{"no picture, in words", `{"title":"A","description":"d","code":"c","price":1,"stock":1,"category":"x","thumbnail":"Sin imagen"}`,
			models.Product{Price: 1000, Status: true, Stock: 1}},
		{"relative path", `{"title":"A","description":"d","code":"c","price":1,"stock":1,"category":"x","thumbnail":"img/mate.PNG"}`,
			models.Product{Price: 1000, Status: true, Stock: 1, Thumbnails: []string{"/img/mate.PNG"}}},
		{"escapes and space around", `{"title":" \u0041 ","description":"d","code":"c","price":1,"stock":1,"category":"x","__v":0}`,
			models.Product{Price: 1000, Status: true, Stock: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := test.want
			want.Title, want.Description, want.Category = "A", "d", "x"
			if want.Code == "" {
				want.Code = "c"
			}
			want.Normalize()
			format, got, problems := readAll(t, "x", "["+test.json+"]")
			if diff := cmp.Diff([]models.Product{want}, got); diff != "" || format != Course || problems != nil {
				t.Errorf("%q, problems %v, %s", format, problems, diff)
			}
		})
	}
}

// An entry that breaks rules is named by its line, with every bad field and its reason; the others
// go in.
func TestCourseProblems(t *testing.T) {
	tests := []struct{ name, json, want string }{
		{"nothing", `{}`, "title is required; code is required; price is required"},
		{"no object", `[1]`, "entry must be a JSON object; got [1]"},
		{"null", `null`, "entry must be a JSON object; got null"},
		{"wrong kinds", `{"title":{},"description":true,"code":[1],"price":[],"status":"maybe","stock":{},"category":["x"],"thumbnails":{"a":1}}`,
			`title must be text; got {}; description must be text; got true; code must be text; got [1]; ` +
				`price must be a number (with at most 2 decimals, like 1234.5); got []; status must be true or false; got "maybe"; ` +
				`stock must be a whole number; got {}; category must be text; got ["x"]; thumbnails must be a list; got {"a":1}`},
		{"two readings", `{"title":"A","description":"d","code":"c","price":"25.000","stock":1,"category":"x"}`,
			`price can be read in two ways: 25 / 25000; got "25.000"`},
		{"two readings of a quantity", `{"title":"A","description":"d","code":"c","price":5,"stock":"1,000","category":"x"}`,
			`stock can be read in two ways: 1000 / 1; got "1,000"`},
		{"a name twice", `{"title":"A","description":"d","code":"c","price":1,"price":999,"stock":1,"category":"x"}`, "price is given twice"},
		{"beyond all numbers", `{"title":"A","description":"d","code":"c","price":1e999,"stock":1e999,"category":"x"}`,
			"price must be a number (with at most 2 decimals, like 1234.5); got 1e999; stock must be a whole number; got 1e999"},
		{"not UTF-8", "{\"title\":\"caf\xe9\",\"description\":\"ñandú\",\"code\":\"c\",\"price\":1,\"stock\":1,\"category\":\"x\"}",
			`title must be valid UTF-8; got "caf�"`},
	}
	const good = `{"title":"A","description":"d","code":"first","price":1,"stock":1,"category":"x"}`
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, products, problems := readAll(t, "x", "[\n"+good+",\r\n\n  "+strings.Replace(test.json, "{", "{\n", 1)+",\n"+`{"title":"Last","description":"d","code":"last","price":1,"stock":1,"category":"x"}]`)
			if diff := cmp.Diff([]string{"4: " + test.want}, problems); diff != "" {
				t.Error(diff)
			}
			if len(products) != 2 || products[1].Code != "last" {
				t.Errorf("the others are lost: %v", products)
			}
		})
	}
}
