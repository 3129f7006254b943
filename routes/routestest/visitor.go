package routestest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pulperia/dao/models"
	"pulperia/public"
)

// Request makes a request that a test then alters.
func Request(t testing.TB, method, target string) *http.Request {
	return httptest.NewRequestWithContext(t.Context(), method, target, nil)
}

// Visitor goes through the shop as a browser without JavaScript does: with cookies, forms and
// redirects.
type Visitor struct {
	T       testing.TB
	Shop    *Shop
	Cookies map[string]string
	Headers []string // name, value, name, value
}

// NewVisitor opens a shop and comes into it.
func NewVisitor(t testing.TB, adjust ...func(*Setup)) *Visitor {
	adjust = append([]func(*Setup){func(o *Setup) { o.Public = public.Files() }}, adjust...)
	return &Visitor{T: t, Shop: Open(t, adjust...), Cookies: map[string]string{}}
}

// Another is someone else in the same shop.
func (v *Visitor) Another(headers ...string) *Visitor {
	return &Visitor{T: v.T, Shop: v.Shop, Cookies: map[string]string{}, Headers: headers}
}

// Ours is the name of a cookie of the visitor's store.
func (v *Visitor) Ours(name string) string { return name + "-" + v.Shop.Store.Identity() }

// Sight is an answer, read as HTML.
type Sight struct {
	Answer
	Root *html.Node
}

// Send sends a request with the cookies that there are, and keeps those that come.
func (v *Visitor) Send(method, target, body string, headers ...string) Sight {
	v.T.Helper()
	var cookies []string
	for name, value := range v.Cookies {
		cookies = append(cookies, name+"="+value)
	}
	headers = append(append([]string{"Cookie", strings.Join(cookies, "; "), "Accept", "text/html"}, v.Headers...), headers...)
	got := v.Shop.Do(method, target, body, headers...)
	for _, cookie := range got.Result().Cookies() {
		v.Cookies[cookie.Name] = cookie.Value
	}
	root, err := html.Parse(strings.NewReader(got.Body.String()))
	if err != nil {
		v.T.Fatal(err)
	}
	return Sight{got, root}
}

// Get looks at a page.
func (v *Visitor) Get(target string, headers ...string) Sight {
	v.T.Helper()
	return v.Send("GET", target, "", headers...)
}

// Post sends a form of name, value, name, value.
func (v *Visitor) Post(target string, fields ...string) Sight {
	v.T.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.Send("POST", target, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// Follow posts a form that must be taken, and goes where the answer leads.
func (v *Visitor) Follow(target string, fields ...string) Sight {
	v.T.Helper()
	got := v.Post(target, fields...)
	if got.Code != http.StatusSeeOther {
		v.T.Fatalf("POST %s: %d %s", target, got.Code, got.Text("main"))
	}
	for got.Code == http.StatusSeeOther {
		to, _, _ := strings.Cut(got.Header().Get("Location"), "#")
		got = v.Get(to)
	}
	return got
}

// Product puts a product into the catalogue: its code, and changes as of [ProductJSON].
func (v *Visitor) Product(fields ...string) models.Product {
	return v.Shop.Product(fields[0], fields[1:]...)
}

// All returns the elements that match "tag", ".class", "#id", "[name=value]" or a run of them such
// as "input[name=q]", below the page's root; a space steps down.
func (p Sight) All(selector string) []*html.Node {
	found := []*html.Node{p.Root}
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

// Shown returns how many elements match that are not hidden.
func (p Sight) Shown(selector string) (n int) {
	for _, node := range p.All(selector) {
		if _, hidden := AttributeOf(node, "hidden"); !hidden {
			n++
		}
	}
	return n
}

func matchesStep(node *html.Node, step string) bool {
	if inner, attribute, has := strings.Cut(strings.TrimSuffix(step, "]"), "["); has {
		name, value, exact := strings.Cut(attribute, "=")
		got, given := AttributeOf(node, name)
		return given && (!exact || got == value) && (inner == "" || matchesStep(node, inner))
	}
	if tag, id, has := strings.Cut(step, "#"); has {
		got, _ := AttributeOf(node, "id")
		return got == id && (tag == "" || node.Data == tag)
	}
	if tag, class, has := strings.Cut(step, "."); has {
		got, _ := AttributeOf(node, "class")
		return strings.Contains(" "+got+" ", " "+class+" ") && (tag == "" || node.Data == tag)
	}
	return node.Data == step
}

// AttributeOf returns an attribute of an element, and whether it has it.
func AttributeOf(node *html.Node, name string) (string, bool) {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// Text returns what stands in the first match, its white space in single spaces.
func (p Sight) Text(selector string) string {
	if texts := p.Texts(selector); len(texts) > 0 {
		return texts[0]
	}
	return ""
}

// Texts returns what stands in each match.
func (p Sight) Texts(selector string) (texts []string) {
	for _, node := range p.All(selector) {
		texts = append(texts, strings.Join(strings.Fields(TextOf(node)), " "))
	}
	return texts
}

// TextOf returns all text in an element.
func TextOf(node *html.Node) string {
	var b strings.Builder
	for inner := range node.Descendants() {
		if inner.Type == html.TextNode {
			b.WriteString(inner.Data)
		}
	}
	return b.String()
}

// Attribute returns an attribute of the first match.
func (p Sight) Attribute(selector, name string) string {
	for _, node := range p.All(selector) {
		value, _ := AttributeOf(node, name)
		return value
	}
	return ""
}

// Want fails the test unless the first match of each selector has the text; pairs are selector,
// text.
func (p Sight) Want(status int, pairs ...string) {
	p.t.Helper()
	if p.Code != status {
		p.t.Errorf("status %d, want %d: %s", p.Code, status, p.Text("main"))
	}
	for i := 0; i < len(pairs); i += 2 {
		if got := p.Text(pairs[i]); got != pairs[i+1] {
			p.t.Errorf("%s is %q, want %q", pairs[i], got, pairs[i+1])
		}
	}
}
