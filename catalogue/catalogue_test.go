package catalogue

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// readAll returns the products of a file as an empty store gets them, and what is refused or is not
// as the file says as "line: reason".
func readAll(t *testing.T, name, content string) (format Format, products []models.Product, problems []string) {
	t.Helper()
	summary, err := Read(name, strings.NewReader(content), Options{}, func(e Entry) error {
		problem := e.Problem
		if e.Product != nil {
			var whole models.Product
			if whole, _, problem = e.Product.Whole(); problem == nil {
				products = append(products, whole)
			}
		}
		if problem != nil {
			problems = append(problems, fmt.Sprintf("%d: %v", e.Line, problem))
		}
		for _, note := range e.Notes {
			if note.Line > 0 {
				problems = append(problems, fmt.Sprintf("%d: %s", note.Line, note.Text))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Read(%s): %v", name, err)
	}
	return summary.Format, products, problems
}

// utf16 is how Windows programs write "Unicode".
const utf16 = "\xff\xfeH\x00a\x00"

// A file is recognised by its content, whatever its name; one that is unknown is told what is
// accepted.
func TestRecognise(t *testing.T) {
	tests := []struct {
		what, name, content string
		want                Format
		wrong               string // part of the error
	}{
		{"shopify", "x", "Handle,Title,Variant Price\n", Shopify, ""},
		{"shopify, other order, quoted, CRLF", "x.json", "\"Title\",\"Variant Price\",\"handle\"\r\n", Shopify, ""},
		{"shopify with byte order mark", "x", "\ufeffHandle,Title,Variant Price\n", Shopify, ""},
		{"shopify of a spreadsheet", "x", "Handle;Title;Variant Price\n", Shopify, ""},
		{"shopify's new template", "x", "Title,URL handle,Price\n", Shopify, ""},
		{"shopify of prices alone", "x", "Handle,Variant SKU,Variant Price\n", Shopify, ""},
		{"shopify with a declared separator", "x", "sep=;\nHandle;Title;Variant Price\n", Shopify, ""},
		{"shopify of an old Mac", "x", "Title,Handle\rA,a\r", Shopify, ""},
		{"handles alone", "x", "Handle,Vendor\n", "", "Shopify's product CSV"},
		{"dummy list", "products.json", `[{"id":1,"title":"A","sku":"S"}]`, DummyJSON, ""},
		{"dummy object", "x", "\ufeff {\"products\":[], \"total\":0}", DummyJSON, ""},
		{"dummy object, list last", "x", `{"total":0,"skip":[1],"products":[]}`, DummyJSON, ""},
		{"course", "x.csv", `[{"id":1,"title":"A","code":"S"}]`, Course, ""},
		{"course, odd things first", "x", `[null, [1,[2]], "x", {}, {"title":"A"}]`, Course, ""},
		{"export of products", "x", `[{"_id":"a","title":"A","rev":1}]`, Export, ""},
		{"export of carts", "x", `[{"_id":"a","products":[],"rev":1}]`, Export, ""},
		{"export of nothing", "x", "[ ]\n", Export, ""},
		{"export of messages", "x", `{"_id":"a","user":"a@b","message":"m"}`, Export, ""},
		{"export of no messages", "dir/messages.jsonl", "", Export, ""},
		{"export of another version", "x", `{"pulperia":"export","version":2}`, Export, "version 2"},
		{"empty", "products.json", "", "", "the file is empty"},
		{"blank", "x", " \r\n", "", "the file is empty"},
		{"UTF-16", "x", utf16, "", "Shopify's product CSV"},
		{"UTF-16, cut off", "x", utf16 + "b", "", "damaged"},
		{"two lists of products", "x", `{"products":[],"products":[]}`, DummyJSON, "products is given twice"},
		{"text", "x", "hello\nthere", "", "Shopify's product CSV"},
		{"other CSV", "x", "name,price\na,1\n", "", "Shopify's product CSV"},
		{"other list", "x", `[{"name":"a"}]`, "", "Shopify's product CSV"},
		{"other object", "x", `{"name":"a"}`, "", "Shopify's product CSV"},
		{"a number", "x", "17", "", "Shopify's product CSV"},
		{"broken at once", "x", "[", "", "Shopify's product CSV"},
		{"cut off", "x", "[\n{\"title\":\"A\",\n\"code\":\"B\"}\n,{\"tit", Course, "line 4 or after: the file is damaged or was cut off"},
		{"two lists", "x", `[{"title":"A"}] []`, Course, "expected the end of the file"},
		{"no list", "x", `{"products":{}}`, DummyJSON, `expected "["`},
		{"broken list", "x", `[{"title":"A"} {}]`, Course, "is a comma, a quote or a bracket missing"},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			visit := func(Entry) error { return nil }
			summary, err := Read(test.name, strings.NewReader(test.content), Options{}, visit)
			if got := summary.Format; got != test.want || (err == nil) != (test.wrong == "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("Read: %q, %v; want %q, %q", got, err, test.want, test.wrong)
			}
		})
	}
}

// Packed files are read too, and a packed file that was cut off is refused.
func TestReadPacked(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprint(w, `[{"title":"A","description":"d","code":"C","price":1,"stock":1,"category":"c"}]`)
	w.Close()
	if format, products, _ := readAll(t, "x", packed.String()); format != Course || len(products) != 1 {
		t.Errorf("got %q, %v", format, products)
	}
	for n := 2; n < packed.Len(); n++ {
		if verify(string(packed.Bytes()[:n])) == nil {
			t.Errorf("the first %d of %d bytes are taken for whole", n, packed.Len())
		}
	}
}

// Of two products with one code the first wins, and the other is named with both lines.
func TestReadRefusesRepeatedCode(t *testing.T) {
	_, products, problems := readAll(t, "x", `[
{"title":"A","description":"d","code":"C","price":1,"stock":1,"category":"c"},
{"title":"B","description":"d","code":"c","price":1,"stock":1,"category":"c"},
{"title":"C","description":"d","code":" C ","price":1,"stock":1,"category":"c"}]`)
	if len(products) != 2 || products[0].Title != "A" || products[1].Title != "B" {
		t.Errorf("products: %v", products)
	}
	if diff := cmp.Diff([]string{`4: code "C" is already that of line 2`}, problems); diff != "" {
		t.Error(diff)
	}
}

// The visitor's error ends the reading and comes back as it is.
func TestReadReturnsErrorOfVisitor(t *testing.T) {
	stop := errors.New("stop")
	for _, content := range []string{
		"Handle,Title,Variant Price\na,A,1\n,,\n,B,\n",
		"Handle,Title,Variant Price\n,A,1\n",
		"Handle,Title,Variant Price,Image Src\na,,,x\n",
		`[{"title":"A"},{"title":"B"}]`,
		`{"products":[{"title":"A"}]}`,
		`[{"_id":"a","products":[],"rev":1}]`,
		`{"_id":"a","user":"a@b","message":"m"}`,
		`{"pulperia":"export","version":1}{"product":{}}{"end":{"products":1}}`,
	} {
		n := 0
		_, err := Read("x", strings.NewReader(content), Options{}, func(Entry) error { n++; return stop })
		if err != stop || n != 1 {
			t.Errorf("%s: %v after %d entries", content, err, n)
		}
	}
}

// One entry cannot ask for the memory of a whole file: a quote or a bracket that is never closed is
// refused.
func TestReadBoundsEntry(t *testing.T) {
	filler := strings.Repeat("x", maxEntry+headSize)
	for _, head := range []string{"Handle,Title,Variant Price\na,\"", `[{"title":"`} {
		if err := verify(head + filler); !errors.Is(err, errTooLarge) {
			t.Errorf("%q: %v", head, err)
		}
	}
}
