package pages_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// everyPage lists one address of each page of the shop.
func everyPage(v *routestest.Visitor, p models.Product) []string {
	cart := v.Shop.Cart("")
	v.Follow("/carts/" + cart.ID.String() + "/products/" + p.ID.String())
	return []string{"/", "/products", "/products?q=" + url.QueryEscape(p.Title), "/products?category=" + url.QueryEscape(p.Category),
		"/products/" + p.ID.String(), "/realtimeproducts", "/cart", "/carts/" + cart.ID.String(), "/chat", "/nothing"}
}

// Every page has its language, one heading, landmarks, a label for each field, and nothing inline.
func TestPagesAreWhole(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A", `"thumbnails":["/img/a.png","/img/b.png"]`)
	v.Follow("/cart/products/" + p.ID.String())
	v.Follow("/chat", "user", "ana@example.com", "message", "hola")
	for _, target := range everyPage(v, p) {
		got := v.Get(target)
		for _, selector := range []string{"h1", "main#main", "header", "footer", "a.skip", "title", "form.search", "form.language"} {
			if n := len(got.All(selector)); n != 1 {
				t.Errorf("%s has %d %s", target, n, selector)
			}
		}
		ids := map[string]bool{}
		for node := range got.Root.Descendants() {
			if id, ok := routestest.AttributeOf(node, "id"); ok && node.Type == html.ElementNode {
				if ids[id] || id == "" {
					t.Errorf("%s has the id %q twice", target, id)
				}
				ids[id] = true
			}
		}
		for node := range got.Root.Descendants() {
			checkElement(t, target, node, got, ids)
		}
		if position := got.Attribute("body", "data-position"); position == "" || position != got.Header().Get("X-Position") {
			t.Errorf("%s is at %q and says %q", target, position, got.Header().Get("X-Position"))
		}
	}
}

func checkElement(t *testing.T, target string, node *html.Node, got routestest.Sight, ids map[string]bool) {
	t.Helper()
	for _, a := range node.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
			t.Errorf("%s has <%s %s=%q>", target, node.Data, a.Key, a.Val)
		}
		if a.Key == "for" || a.Key == "aria-describedby" || a.Key == "aria-labelledby" || a.Key == "list" {
			for id := range strings.FieldsSeq(a.Val) {
				if !ids[id] {
					t.Errorf("%s names the id %q, which is not there", target, id)
				}
			}
		}
	}
	id, _ := routestest.AttributeOf(node, "id")
	kind, _ := routestest.AttributeOf(node, "type")
	switch node.Data {
	case "input", "select", "textarea":
		if kind != "hidden" && len(got.All("label[for="+id+"]")) != 1 {
			t.Errorf("%s: the field %q has no label", target, id)
		}
	case "img":
		for _, name := range []string{"alt", "width", "height", "src"} {
			if _, ok := routestest.AttributeOf(node, name); !ok {
				t.Errorf("%s has a picture without %s", target, name)
			}
		}
	case "style":
		t.Errorf("%s has <style>", target)
	case "script":
		if !isModule(node) {
			t.Errorf("%s has a script of its own", target)
		}
	}
}

// isModule says whether an element loads a script of the shop and holds none itself, or is data.
func isModule(node *html.Node) bool {
	src, _ := routestest.AttributeOf(node, "src")
	if kind, _ := routestest.AttributeOf(node, "type"); kind == "application/ld+json" { // data, which nothing runs
		return json.Valid([]byte(node.FirstChild.Data)) && !strings.ContainsAny(node.FirstChild.Data, "<>")
	}
	return strings.HasPrefix(src, "/public/js/") && node.FirstChild == nil
}

const hostile = "<script>alert(1)</script>\"'`><img src=x onerror=alert(2)>{{7777*7}}{{title}} &lt; \u202egnp\u200b = </textarea></title>"

// Hostile text in every field is text on every page: no element and no attribute comes of it.
func TestHostileTextIsText(t *testing.T) {
	v := routestest.NewVisitor(t)
	quoted := fmt.Sprintf("%q", hostile)
	name := fmt.Sprintf("%q", strings.NewReplacer("\u202e", "", "\u200b", "").Replace(hostile)) // nothing may hide in a name
	p := v.Product("A", `"title":`+quoted, `"category":`+name, `"description":`+quoted, `"code":`+name)
	v.Follow("/cart/products/" + p.ID.String())
	v.Shop.Must("POST", "/api/messages", `{"user":"ana@example.com","message":`+quoted+`}`)
	for _, target := range everyPage(v, p) {
		texts := []string{hostile}
		if target == "/nothing" {
			texts = nil
		}
		checkHarmless(t, target, v.Get(target), texts...)
	}
	v.Cookies = map[string]string{"cart": url.QueryEscape(hostile), "user": url.QueryEscape(hostile), "lang": url.QueryEscape(hostile)}
	checkHarmless(t, "hostile cookies", v.Get("/chat"))
}

// The same holds for what a form or an address brings and the page shows again.
func TestHostileInputIsText(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A")
	v.Follow("/cart/products/" + p.ID.String())
	fields := []string{"title", "code", "category", "price", "stock", "description", "thumbnails", "_id", "user", "message", "quantity", "lang", "to"}
	var form []string
	for _, field := range fields {
		form = append(form, field, hostile)
	}
	for _, target := range []string{"/realtimeproducts", "/chat", "/cart/products/" + p.ID.String(), "/cart/products/" + p.ID.String() + "/quantity", "/language"} {
		got := v.Post(target, form...)
		got.Want(400)
		checkHarmless(t, "POST "+target, got)
	}
	query := url.Values{}
	for _, name := range []string{"q", "category", "minPrice", "maxPrice", "sort", "page", "limit", "available", "before", "lang"} {
		query.Set(name, hostile)
	}
	for _, path := range []string{"/", "/realtimeproducts", "/chat", "/cart"} {
		checkHarmless(t, path+"?hostile", v.Get(path+"?"+query.Encode()))
	}
}

func checkHarmless(t *testing.T, name string, got routestest.Sight, texts ...string) {
	t.Helper()
	whole := routestest.TextOf(got.Root)
	for _, script := range got.All("script") {
		if !isModule(script) {
			t.Errorf("%s has a script of its own", name)
		}
	}
	for _, selector := range []string{"style", "[onerror]", "img[src=x]"} {
		if n := len(got.All(selector)); n != 0 {
			t.Errorf("%s has %d %s", name, n, selector)
		}
	}
	if strings.Contains(whole, "54439") {
		t.Errorf("%s evaluates", name)
	}
	for _, text := range texts {
		if !strings.Contains(whole, text) {
			t.Errorf("%s does not show the text", name)
		}
	}
}

// A page that the visitor has is not sent again, until something changes in the shop or about the visitor.
func TestPageNotModified(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A")
	for _, target := range []string{"/", "/products?q=yerba", "/products/" + p.ID.String(), "/realtimeproducts", "/cart", "/chat"} {
		first := v.Get(target)
		tag := first.Header().Get("ETag")
		again := v.Get(target, "If-None-Match", tag)
		again.Want(http.StatusNotModified)
		if again.Body.Len() > 0 || again.Header().Get("X-Position") != first.Header().Get("X-Position") || again.Header().Get("ETag") != tag {
			t.Errorf("%s: %d bytes, %v", target, again.Body.Len(), again.Header())
		}
		v.Another("Accept-Language", "en").Get(target, "If-None-Match", tag).Want(200)
		v.Shop.Must("PUT", "/api/products/"+p.ID.String(), fmt.Sprintf(`{"title":"Yerba %d"}`, len(tag)+int(p.Rev)))
		p.Rev++
		changed := v.Get(target, "If-None-Match", tag)
		changed.Want(200)
		if changed.Header().Get("ETag") == tag {
			t.Errorf("%s keeps its tag", target)
		}
	}
}

// What one visitor sees is never kept for another: the count, the cart, the name, the forms' ids.
func TestPagesKeepVisitorsApart(t *testing.T) {
	ana := routestest.NewVisitor(t)
	p := ana.Product("A")
	beto := ana.Another()
	ana.Follow("/cart/products/"+p.ID.String(), "quantity", "3")
	beto.Follow("/cart/products/"+p.ID.String(), "quantity", "2")
	ana.Follow("/chat", "user", "ana@example.com", "message", "hola")
	for range 2 {
		ana.Get("/").Want(200, ".badge", "(3)")
		beto.Get("/").Want(200, ".badge", "(2)")
		ana.Get("/cart").Want(200, ".lead", "3 cosas elegidas.")
		beto.Get("/cart").Want(200, ".lead", "2 cosas elegidas.")
		ana.Get("/chat").Want(200, "summary bdi", "ana")
		beto.Get("/chat").Want(200, "summary bdi", "")
	}
	for _, target := range []string{"/chat", "/realtimeproducts"} {
		if a, b := ana.Get(target).Attribute("input[name=_id]", "value"), beto.Get(target).Attribute("input[name=_id]", "value"); a == b || a == "" {
			t.Errorf("%s gives the id %q to %q", target, a, b)
		}
	}
}

// While products change, each page is what the shop was at the position that it names, or newer: run with -race.
func TestPagesDuringChanges(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("A", `"title":"v0"`)
	var group sync.WaitGroup
	group.Go(func() {
		for i := 1; i <= 40; i++ {
			v.Shop.Must("PUT", "/api/products/"+p.ID.String(), fmt.Sprintf(`{"title":"v%d"}`, i))
		}
	})
	for i := range 4 {
		reader := v.Another("Accept-Language", []string{"es", "en"}[i%2])
		group.Go(func() {
			for range 40 {
				got := reader.Get("/products/" + p.ID.String())
				_, offset, _ := strings.Cut(got.Header().Get("X-Position"), ".")
				var at, version int
				fmt.Sscan(offset, &at)
				fmt.Sscanf(got.Text("h1"), "v%d", &version)
				if version < at-1 { // the first offset made v0
					t.Errorf("at offset %d the page shows v%d", at, version)
				}
			}
		})
	}
	group.Wait()
	v.Get("/products/"+p.ID.String()).Want(200, "h1", "v40")
}
