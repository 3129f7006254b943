package pages

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitLinks(t *testing.T) {
	link := func(text string) textPart { return textPart{text, true} }
	plain := func(text string) textPart { return textPart{text, false} }
	for text, want := range map[string][]textPart{
		"":                        nil,
		"hola":                    {plain("hola")},
		"http://a.uy":             {link("http://a.uy")},
		"ver https://a.uy/x.":     {plain("ver "), link("https://a.uy/x"), plain(".")},
		"(https://a.uy/x)":        {plain("("), link("https://a.uy/x"), plain(")")},
		"https://a.uy/x_(y) ok":   {link("https://a.uy/x_(y)"), plain(" ok")},
		"https://a.uy,http://b":   {link("https://a.uy,http://b")},
		"http://":                 {plain("http://")},
		"http:// y https://":      {plain("http:// y https://")},
		"javascript:alert(1)":     {plain("javascript:alert(1)")},
		"https://a.uy\"onclick=x": {link("https://a.uy"), plain("\"onclick=x")},
		"https://a.uy<b>":         {link("https://a.uy"), plain("<b>")},
		"https://%zz a":           {plain("https://%zz a")},
		"a\nhttps://b.uy\nc":      {plain("a\n"), link("https://b.uy"), plain("\nc")},
	} {
		got := splitLinks(text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// The parts of a text, one after the other, are the text, and only web addresses are links.
func FuzzSplitLinks(f *testing.F) {
	f.Add("hola https://example.com/(a)b). http://\nhttps://[::1]/x")
	f.Fuzz(func(t *testing.T, text string) {
		var whole strings.Builder
		for _, part := range splitLinks(text) {
			whole.WriteString(part.Text)
			if part.Link && !strings.HasPrefix(part.Text, "http://") && !strings.HasPrefix(part.Text, "https://") {
				t.Errorf("%q is a link", part.Text)
			}
		}
		if whole.String() != text {
			t.Errorf("%q became %q", text, whole.String())
		}
	})
}
