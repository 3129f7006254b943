package routes

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"pulperia/dao/models"
)

// everyPage lists one address of each page of the shop.
func (v *visitor) everyPage(p models.Product) []string {
	cart := v.shop.cart("")
	v.follow("/carts/" + cart.ID.String() + "/products/" + p.ID.String())
	return []string{"/", "/products", "/products?q=" + url.QueryEscape(p.Title), "/products?category=" + url.QueryEscape(p.Category),
		"/products/" + p.ID.String(), "/realtimeproducts", "/cart", "/carts/" + cart.ID.String(), "/chat", "/nothing"}
}

// Every page has its language, one heading, landmarks, a label for each field, and nothing inline.
func TestPagesAreWhole(t *testing.T) {
	v := newVisitor(t)
	p := v.product("A", `"thumbnails":["/img/a.png","/img/b.png"]`)
	v.follow("/cart/products/" + p.ID.String())
	v.follow("/chat", "user", "ana@example.com", "message", "hola")
	for _, target := range v.everyPage(p) {
		got := v.get(target)
		for _, selector := range []string{"h1", "main#main", "header", "footer", "a.skip", "title", "form.search", "form.language"} {
			if n := len(got.all(selector)); n != 1 {
				t.Errorf("%s has %d %s", target, n, selector)
			}
		}
		ids := map[string]bool{}
		for node := range got.root.Descendants() {
			if id, ok := attributeOf(node, "id"); ok && node.Type == html.ElementNode {
				if ids[id] || id == "" {
					t.Errorf("%s has the id %q twice", target, id)
				}
				ids[id] = true
			}
		}
		for node := range got.root.Descendants() {
			checkElement(t, target, node, got, ids)
		}
		if position := got.attribute("body", "data-position"); position == "" || position != got.Header().Get("X-Position") {
			t.Errorf("%s is at %q and says %q", target, position, got.Header().Get("X-Position"))
		}
	}
}

func checkElement(t *testing.T, target string, node *html.Node, got sight, ids map[string]bool) {
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
	id, _ := attributeOf(node, "id")
	kind, _ := attributeOf(node, "type")
	switch node.Data {
	case "input", "select", "textarea":
		if kind != "hidden" && len(got.all("label[for="+id+"]")) != 1 {
			t.Errorf("%s: the field %q has no label", target, id)
		}
	case "img":
		for _, name := range []string{"alt", "width", "height", "src"} {
			if _, ok := attributeOf(node, name); !ok {
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

// isModule says whether an element loads a script of the shop and holds none itself.
func isModule(node *html.Node) bool {
	src, _ := attributeOf(node, "src")
	return strings.HasPrefix(src, "/public/js/") && node.FirstChild == nil
}

const hostile = "<script>alert(1)</script>\"'`><img src=x onerror=alert(2)>{{7777*7}}{{title}} &lt; \u202egnp\u200b = </textarea></title>"

// Hostile text in every field is text on every page: no element and no attribute comes of it.
func TestHostileTextIsText(t *testing.T) {
	v := newVisitor(t)
	quoted := fmt.Sprintf("%q", hostile)
	name := fmt.Sprintf("%q", strings.NewReplacer("\u202e", "", "\u200b", "").Replace(hostile)) // nothing may hide in a name
	p := v.product("A", `"title":`+quoted, `"category":`+name, `"description":`+quoted, `"code":`+name)
	v.follow("/cart/products/" + p.ID.String())
	v.shop.must("POST", "/api/messages", `{"user":"ana@example.com","message":`+quoted+`}`)
	for _, target := range v.everyPage(p) {
		texts := []string{hostile}
		if target == "/nothing" {
			texts = nil
		}
		checkHarmless(t, target, v.get(target), texts...)
	}
	v.cookies = map[string]string{"cart": url.QueryEscape(hostile), "user": url.QueryEscape(hostile), "lang": url.QueryEscape(hostile)}
	checkHarmless(t, "hostile cookies", v.get("/chat"))
}

// The same holds for what a form or an address brings and the page shows again.
func TestHostileInputIsText(t *testing.T) {
	v := newVisitor(t)
	p := v.product("A")
	v.follow("/cart/products/" + p.ID.String())
	fields := []string{"title", "code", "category", "price", "stock", "description", "thumbnails", "_id", "user", "message", "quantity", "lang", "to"}
	var form []string
	for _, field := range fields {
		form = append(form, field, hostile)
	}
	for _, target := range []string{"/realtimeproducts", "/chat", "/cart/products/" + p.ID.String(), "/cart/products/" + p.ID.String() + "/quantity", "/language"} {
		got := v.post(target, form...)
		got.want(400)
		checkHarmless(t, "POST "+target, got)
	}
	query := url.Values{}
	for _, name := range []string{"q", "category", "minPrice", "maxPrice", "sort", "page", "limit", "available", "before", "lang"} {
		query.Set(name, hostile)
	}
	for _, path := range []string{"/", "/realtimeproducts", "/chat", "/cart"} {
		checkHarmless(t, path+"?hostile", v.get(path+"?"+query.Encode()))
	}
}

func checkHarmless(t *testing.T, name string, got sight, texts ...string) {
	t.Helper()
	whole := textOf(got.root)
	for _, script := range got.all("script") {
		if !isModule(script) {
			t.Errorf("%s has a script of its own", name)
		}
	}
	for _, selector := range []string{"style", "[onerror]", "img[src=x]"} {
		if n := len(got.all(selector)); n != 0 {
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
	v := newVisitor(t)
	p := v.product("A")
	for _, target := range []string{"/", "/products?q=yerba", "/products/" + p.ID.String(), "/realtimeproducts", "/cart", "/chat"} {
		first := v.get(target)
		tag := first.Header().Get("ETag")
		again := v.get(target, "If-None-Match", tag)
		again.want(http.StatusNotModified)
		if again.Body.Len() > 0 || again.Header().Get("X-Position") != first.Header().Get("X-Position") || again.Header().Get("ETag") != tag {
			t.Errorf("%s: %d bytes, %v", target, again.Body.Len(), again.Header())
		}
		v.another("Accept-Language", "en").get(target, "If-None-Match", tag).want(200)
		v.shop.must("PUT", "/api/products/"+p.ID.String(), fmt.Sprintf(`{"title":"Yerba %d"}`, len(tag)+int(p.Rev)))
		p.Rev++
		changed := v.get(target, "If-None-Match", tag)
		changed.want(200)
		if changed.Header().Get("ETag") == tag {
			t.Errorf("%s keeps its tag", target)
		}
	}
}

// What one visitor sees is never kept for another: the count, the cart, the name, the forms' ids.
func TestPagesKeepVisitorsApart(t *testing.T) {
	ana := newVisitor(t)
	p := ana.product("A")
	beto := ana.another()
	ana.follow("/cart/products/"+p.ID.String(), "quantity", "3")
	beto.follow("/cart/products/"+p.ID.String(), "quantity", "2")
	ana.follow("/chat", "user", "ana@example.com", "message", "hola")
	for range 2 {
		ana.get("/").want(200, ".badge", "(3)")
		beto.get("/").want(200, ".badge", "(2)")
		ana.get("/cart").want(200, ".lead", "3 cosas elegidas.")
		beto.get("/cart").want(200, ".lead", "2 cosas elegidas.")
		ana.get("/chat").want(200, "summary bdi", "ana")
		beto.get("/chat").want(200, "summary bdi", "")
	}
	for _, target := range []string{"/chat", "/realtimeproducts"} {
		if a, b := ana.get(target).attribute("input[name=_id]", "value"), beto.get(target).attribute("input[name=_id]", "value"); a == b || a == "" {
			t.Errorf("%s gives the id %q to %q", target, a, b)
		}
	}
}

// While products change, each page is what the shop was at the position that it names, or newer: run with -race.
func TestPagesDuringChanges(t *testing.T) {
	v := newVisitor(t)
	p := v.product("A", `"title":"v0"`)
	var group sync.WaitGroup
	group.Go(func() {
		for i := 1; i <= 40; i++ {
			v.shop.must("PUT", "/api/products/"+p.ID.String(), fmt.Sprintf(`{"title":"v%d"}`, i))
		}
	})
	for i := range 4 {
		reader := v.another("Accept-Language", []string{"es", "en"}[i%2])
		group.Go(func() {
			for range 40 {
				got := reader.get("/products/" + p.ID.String())
				_, offset, _ := strings.Cut(got.Header().Get("X-Position"), ".")
				var at, version int
				fmt.Sscan(offset, &at)
				fmt.Sscanf(got.text("h1"), "v%d", &version)
				if version < at-1 { // the first offset made v0
					t.Errorf("at offset %d the page shows v%d", at, version)
				}
			}
		})
	}
	group.Wait()
	v.get("/products/"+p.ID.String()).want(200, "h1", "v40")
}
