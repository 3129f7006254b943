package routes

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pulperia/dao/models"
	"pulperia/public"
)

// barePages are the pages alone, over the store of a shop.
func barePages(t testing.TB) (*pages, *apiShop) {
	t.Helper()
	shop := openAPIShop(t)
	o := Options{Shop: shop.trade, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Public: public.Files(), Currency: "$", Version: "test"}
	p, err := newPages(o)
	if err != nil {
		t.Fatal(err)
	}
	return p, shop
}

func request(t testing.TB, method, target string) *http.Request {
	return httptest.NewRequestWithContext(t.Context(), method, target, nil)
}

// visitor goes through the shop as a browser without JavaScript does: with cookies, forms and
// redirects.
type visitor struct {
	t       testing.TB
	shop    *apiShop
	cookies map[string]string
	headers []string // name, value, name, value
}

func newVisitor(t testing.TB, adjust ...func(*setup)) *visitor {
	adjust = append([]func(*setup){func(o *setup) { o.Public = public.Files() }}, adjust...)
	return &visitor{t: t, shop: openAPIShop(t, adjust...), cookies: map[string]string{}}
}

// another is someone else in the same shop.
func (v *visitor) another(headers ...string) *visitor {
	return &visitor{t: v.t, shop: v.shop, cookies: map[string]string{}, headers: headers}
}

// ours is the name of a cookie of the visitor's store.
func (v *visitor) ours(name string) string { return name + "-" + v.shop.store.Identity() }

// sight is an answer, read as HTML.
type sight struct {
	answer
	root *html.Node
}

func (v *visitor) send(method, target, body string, headers ...string) sight {
	v.t.Helper()
	var cookies []string
	for name, value := range v.cookies {
		cookies = append(cookies, name+"="+value)
	}
	headers = append(append([]string{"Cookie", strings.Join(cookies, "; ")}, v.headers...), headers...)
	got := v.shop.do(method, target, body, headers...)
	for _, cookie := range got.Result().Cookies() {
		v.cookies[cookie.Name] = cookie.Value
	}
	root, err := html.Parse(strings.NewReader(got.Body.String()))
	if err != nil {
		v.t.Fatal(err)
	}
	return sight{got, root}
}

func (v *visitor) get(target string, headers ...string) sight {
	v.t.Helper()
	return v.send("GET", target, "", headers...)
}

// post sends a form of name, value, name, value.
func (v *visitor) post(target string, fields ...string) sight {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.send("POST", target, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// follow posts a form that must be taken, and goes where the answer leads.
func (v *visitor) follow(target string, fields ...string) sight {
	v.t.Helper()
	got := v.post(target, fields...)
	if got.Code != http.StatusSeeOther {
		v.t.Fatalf("POST %s: %d %s", target, got.Code, got.text("main"))
	}
	for got.Code == http.StatusSeeOther {
		to, _, _ := strings.Cut(got.Header().Get("Location"), "#")
		got = v.get(to)
	}
	return got
}

func (v *visitor) product(fields ...string) models.Product {
	return v.shop.product(fields[0], fields[1:]...)
}

// all returns the elements that match "tag", ".class", "#id", "[name=value]" or a run of them such
// as "input[name=q]", below the page's root; a space steps down.
func (p sight) all(selector string) []*html.Node {
	found := []*html.Node{p.root}
	for step := range strings.FieldsSeq(selector) {
		var next []*html.Node
		for _, node := range found {
			for inner := range node.Descendants() {
				if inner.Type == html.ElementNode && matchesStep(inner, step) {
					next = append(next, inner)
				}
			}
		}
		found = next
	}
	return found
}

// shown returns how many elements match that are not hidden.
func (p sight) shown(selector string) (n int) {
	for _, node := range p.all(selector) {
		if _, hidden := attributeOf(node, "hidden"); !hidden {
			n++
		}
	}
	return n
}

func matchesStep(node *html.Node, step string) bool {
	if inner, attribute, has := strings.Cut(strings.TrimSuffix(step, "]"), "["); has {
		name, value, exact := strings.Cut(attribute, "=")
		got, given := attributeOf(node, name)
		return given && (!exact || got == value) && (inner == "" || matchesStep(node, inner))
	}
	if tag, id, has := strings.Cut(step, "#"); has {
		got, _ := attributeOf(node, "id")
		return got == id && (tag == "" || node.Data == tag)
	}
	if tag, class, has := strings.Cut(step, "."); has {
		got, _ := attributeOf(node, "class")
		return strings.Contains(" "+got+" ", " "+class+" ") && (tag == "" || node.Data == tag)
	}
	return node.Data == step
}

func attributeOf(node *html.Node, name string) (string, bool) {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// text returns what stands in the first match, its white space in single spaces.
func (p sight) text(selector string) string {
	if texts := p.texts(selector); len(texts) > 0 {
		return texts[0]
	}
	return ""
}

func (p sight) texts(selector string) (texts []string) {
	for _, node := range p.all(selector) {
		texts = append(texts, strings.Join(strings.Fields(textOf(node)), " "))
	}
	return texts
}

func textOf(node *html.Node) string {
	var b strings.Builder
	for inner := range node.Descendants() {
		if inner.Type == html.TextNode {
			b.WriteString(inner.Data)
		}
	}
	return b.String()
}

// attribute returns an attribute of the first match.
func (p sight) attribute(selector, name string) string {
	for _, node := range p.all(selector) {
		value, _ := attributeOf(node, name)
		return value
	}
	return ""
}

// want fails the test unless the first match of each selector has the text; pairs are selector,
// text.
func (p sight) want(status int, pairs ...string) {
	p.t.Helper()
	if p.Code != status {
		p.t.Errorf("status %d, want %d: %s", p.Code, status, p.text("main"))
	}
	for i := 0; i < len(pairs); i += 2 {
		if got := p.text(pairs[i]); got != pairs[i+1] {
			p.t.Errorf("%s is %q, want %q", pairs[i], got, pairs[i+1])
		}
	}
}
