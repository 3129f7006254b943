package e2e

import (
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pulperia/dao/models"
)

// hostile are texts that would do harm if they were taken for anything but text.
var hostile = map[string]string{
	"script":     `<script>alert(1)</script>`,
	"attribute":  `"><img src=x onerror=alert(1)>`,
	"quote":      `' autofocus onfocus=alert(1) x='`,
	"template":   `{{7*7}} {{title}} {{{title}}}`,
	"closing":    `</textarea></title></style><svg/onload=alert(1)>`,
	"entity":     `&lt;b&gt; &amp;amp; &#x3c;i>`,
	"bidi":       "\u202egnp.\u2066exe\u2069 \u200fabc\u200e",
	"zero width": "a\u200bb\u200dc\u2060d\ufeffe",
	"marks":      "Z\u0322\u0351\u0313x\u0321l\u0334g\u0361o",
	"link":       `javascript:alert(1) http://127.0.0.1:1/"onmouseover="alert(1)`,
	"long word":  strings.Repeat("ñandú", 40), // 200 characters without a space
}

// Whatever somebody types into a product, it shows as the text that it is wherever the product
// shows. (That no dialog opens, no request leaves and the Content-Security-Policy stays quiet, the
// watcher of every page checks.)
func TestHostileProduct(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			p := shop.visit(t, phone)
			name := plainly(text)
			id := p.addHostile(text, name, text)
			p.become(desktop)
			p.expect("row", p.raw("tr:target th a"), []string{text})
			p.expect("cells", p.raw("tr:target td.wide bdi"), []string{name, name})
			p.become(phone)
			p.wide("table", phone.width)

			p.open("/products/" + id)
			p.expect("product", p.raw("h1, .product__category bdi, .product__text bdi"), []string{name, text, name})
			p.expect("description", strings.TrimSpace(p.raw(".product__about")[0]), html.UnescapeString(text)) // Markdown has entities
			p.expect("title", eval[string](p, `document.title`), strings.Join(strings.Fields(text), " ")+" · Pulpería")
			p.expect("alternative", eval[string](p, `document.querySelector(".picture img").alt`), text)
			p.wide("product", phone.width)
			p.buy(".buy")
			p.expect("cart", p.raw(".line__title"), []string{text})
			p.wide("cart", phone.width)

			p.open("/products?category=" + url.QueryEscape(name))
			p.expect("card", p.raw(".card__title, .card__category"), []string{text, name})
			p.expect("chip", p.raw(".chip bdi"), []string{name})
			p.expect("chosen category", p.value("#category"), name)
			p.wide("list", phone.width)
		})
	}
}

// plainly is a text without what hides in it: a code or a category may not have that.
func plainly(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
}

// addHostile adds a product and returns its id.
func (p *page) addHostile(title, name, description string) string {
	p.t.Helper()
	p.open("/realtimeproducts")
	p.put("#title", title)
	p.put("#code", name)
	p.put("#category", name)
	p.put("#description", description)
	p.put("#price", "1")
	p.put("#stock", "9")
	p.follow("#add form [type=submit]")
	return strings.TrimPrefix(eval[string](p, `document.querySelector("tr:target").id`), "p-")
}

// A description may have 20,000 characters and no more; what is too long comes back whole, with the
// reason.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	p := shop.visit(t, phone)
	long := strings.Repeat("<b>ñ", 5000)
	id := p.addHostile("Largo", "Largo", long)
	p.open("/products/" + id)
	p.expect("description", strings.TrimSpace(p.raw(".product__about")[0]), long)
	p.wide("product", phone.width)

	p.open("/realtimeproducts")
	for _, name := range []string{"title", "code", "category", "price", "stock", "thumbnails"} {
		p.put("#"+name, long)
	}
	p.put("#description", long+"!")
	p.follow("#add form [type=submit]")
	p.answered(400)
	p.expect("refused fields", p.count("#add [aria-invalid=true]"), 7)
	p.expect("description", p.value("#description"), long+"!")
	p.wide("form", phone.width)
	p.open("/products?q=" + url.QueryEscape(long))
	p.answered(400)
	p.wide("search", phone.width)
}

// What every field of the form for products refuses comes back as it was typed, and does no harm
// either.
func TestHostileFields(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	p := shop.visit(t, desktop)
	for name, text := range hostile {
		p.open("/realtimeproducts")
		for _, field := range []string{"price", "stock", "thumbnails"} {
			p.put("#"+field, text)
		}
		p.follow("#add form [type=submit]")
		p.answered(400)
		for _, field := range []string{"price", "stock", "thumbnails"} {
			p.expect(name+" in "+field, p.value("#"+field), text)
			p.expect(name+" in "+field+" is refused", p.text("#"+field+"-problem") != "", field != "thumbnails" || strings.HasPrefix(text, "javascript:"))
		}
	}
}

// A picture cannot be a script, nor anything else that does more than show.
func TestHostilePictures(t *testing.T) {
	t.Parallel()
	shop := openShop(t)
	p := shop.visit(t, desktop)
	kept := []string{"//127.0.0.1:1/x.png", `/\127.0.0.1:1/x.png`, "x.png"} // and never asked for
	for i, address := range append([]string{
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "file:///etc/passwd",
	}, kept...) {
		p.open("/realtimeproducts")
		for _, name := range []string{"title", "code", "category", "description"} {
			p.put("#"+name, fmt.Sprint("Algo ", i))
		}
		p.put("#price", "1")
		p.put("#stock", "1")
		p.put("#thumbnails", address)
		p.follow("#add form [type=submit]")
		if slices.Contains(kept, address) {
			continue
		}
		p.answered(400)
		p.expect("picture", p.value("#thumbnails"), address)
		p.expect("problem", strings.HasPrefix(p.text("#thumbnails-problem"), "Cada imagen es un camino"), true)
	}
	p.open("/")
	p.expect("products", p.count(".card"), len(kept))
}

// What somebody says in the chat is text, and so is their name. An address in it is a link to what
// it says. (Live it is tried by TestHostileTalk.)
func TestHostileMessages(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--messages-per-minute", "0")
	v := phone
	v.withoutScript = true
	p := shop.visit(t, v)
	for name, text := range hostile {
		p.open("/chat")
		p.put("#user", "ana@example.com")
		p.put("#message", text)
		p.follow(".write [type=submit]")
		texts := p.raw(".bubble__text")
		p.expect(name, texts[len(texts)-1], text)

		p.put("#user", text)
		p.put("#message", text)
		p.follow(".write [type=submit]")
		if called := models.NormalName(text); models.CheckUser(called) == nil {
			names := p.raw(".bubble--own bdi")
			p.expect(name+" as name", names[len(names)-1], called)
			continue
		}
		p.answered(400)
		p.expect(name+" as name", p.value("#user"), text)
		p.expect(name+" with it", p.value("#message"), text)
		p.wide("chat", phone.width)
	}
	for _, link := range eval[[]string](p, `[...document.querySelectorAll(".bubble a")].map(a => a.protocol)`) {
		if !slices.Contains([]string{"http:", "https:"}, link) {
			t.Errorf("a message links to %s", link)
		}
	}
	p.open("/chat")
	p.put("#user", `{{7*7}}'/onfocus=alert@example.com`)
	p.put("#message", "Hola")
	p.follow(".write [type=submit]")
	p.expect("first word of letters", p.raw(".bubble--own bdi, .write summary bdi"), []string{"onfocus", "onfocus"})
}

// What is in an address does no harm, wherever it stands.
func TestHostileAddresses(t *testing.T) {
	t.Parallel()
	shop := openShop(t, "--demo")
	p := shop.visit(t, phone)
	for name, text := range hostile {
		escaped := url.QueryEscape(text)
		p.open("/products?q=" + escaped + "&limit=" + escaped + "&page=" + escaped + "&sort=" + escaped + "&available=" + escaped)
		p.expect(name+" as title", p.raw("h1"), []string{fmt.Sprintf("Resultados para «%s»", text)})
		p.expect(name+" in the search box", p.value("#search"), text)
		p.expect(name+" as chip", p.raw(".chip bdi"), []string{"«" + text + "»"})
		p.wide("search", phone.width)
		p.open("/products?minPrice=" + escaped + "&maxPrice=" + escaped)
		p.answered(400)
		p.expect(name+" as price", []string{p.value("#minPrice"), p.value("#maxPrice")}, []string{text, text})
		for _, path := range []string{"/", "/products/", "/carts/", "/chat/", "/public/"} {
			p.open(path + url.PathEscape(text))
			p.answered(404)
		}
		p.open("/chat?before=" + escaped)
		p.answered(404)
	}
}
