package document_test

import (
	"net/http"
	"strings"
	"testing"

	"pulperia/routes/routestest"
)

// The page of the API shows every operation and names no other site; so it works without the
// internet.
func TestDocsPage(t *testing.T) {
	shop := routestest.Open(t)
	got := shop.Do("GET", "/docs", "")
	text := got.Body.String()
	if got.Code != http.StatusOK || !got.IsHTML() {
		t.Fatal(got.Code)
	}
	for _, foreign := range []string{"http:", "https:", "//", "<script", "style=", "unsafe", "`"} {
		if i := strings.Index(text, foreign); i >= 0 {
			t.Errorf("%q in %q", foreign, text[max(0, i-40):min(len(text), i+60)])
		}
	}
	d := readDocument(t, shop)
	for path, operations := range d.Paths {
		for method, op := range operations {
			if !strings.Contains(text, `id="`+op.OperationID+`"`) || !strings.Contains(text, "<code>"+path+"</code>") {
				t.Errorf("%s %s is not on the page", method, path)
			}
		}
	}
	for name := range d.Components.Schemas {
		if !strings.Contains(text, `id="schema-`+name+`"`) {
			t.Errorf("%s is not on the page", name)
		}
	}
}
