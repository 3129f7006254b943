package pages_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/routes/routestest"
)

const here = "http://127.0.0.1:8080"

// meta returns what a page says of itself to who finds it elsewhere.
func meta(page routestest.Sight, name string) string {
	if got := page.Attribute("meta[name="+name+"]", "content"); got != "" {
		return got
	}
	return page.Attribute("meta[property="+name+"]", "content")
}

// dataOf returns the JSON-LD of a page by the type of its parts.
func dataOf(t *testing.T, page routestest.Sight) map[string]map[string]any {
	t.Helper()
	var data struct {
		Context string           `json:"@context"`
		Graph   []map[string]any `json:"@graph"`
	}
	scripts := page.All("script[type=application/ld+json]")
	if len(scripts) != 1 {
		t.Fatalf("%d pieces of data", len(scripts))
	}
	if err := json.Unmarshal([]byte(routestest.TextOf(scripts[0])), &data); err != nil || data.Context != "https://schema.org" {
		t.Fatalf("%v: %s", err, routestest.TextOf(scripts[0]))
	}
	parts := map[string]map[string]any{}
	for _, part := range data.Graph {
		parts[part["@type"].(string)] = part
	}
	return parts
}

// Every page says what it is in words of its own. One that many addresses show has one that counts,
// and what is nobody else's page is not to be found.
func TestFoundPages(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("Y", `"title":"Yerba"`, `"category":"almacén"`, `"description":"**Con palo**, [de Misiones](https://example.com).\n\n- Suave"`,
		`"thumbnails":["/demo/a.svg","/images/b.jpg"]`)
	v.Product("Z", `"category":"almacén"`)
	for _, tt := range []struct{ path, canonical, title, about string }{
		{"/", "/", "", ""},
		{"/products", "/", "", ""},
		{"/products?sort=asc&available=true", "/", "", ""},
		{"/products?category=almac%C3%A9n", "/products?category=almac%C3%A9n", "almacén · Pulpería", "almacén: 2 productos en los estantes."},
		{"/products?limit=1&page=2", "/", "", ""},
		{"/products?q=yerba", "", "", ""},
		{"/products?category=nada", "", "", ""},
		{"/products/" + p.ID.String(), "/products/" + p.ID.String(), "Yerba · Pulpería", "Con palo , de Misiones . Suave"},
		{"/cart", "", "", "Lo que elegiste, cuánto suma y cómo pedirlo."},
		{"/chat", "", "", "La charla de la tienda: preguntá lo que quieras."},
		{"/nowhere", "", "", ""},
	} {
		page := v.Get(tt.path)
		want := tt.canonical
		if want != "" {
			want = here + want
		}
		if got := page.Attribute("link[rel=canonical]", "href"); got != want || (meta(page, "robots") == "noindex") != (want == "") || meta(page, "og:url") != want {
			t.Errorf("%s: canonical %q, want %q; robots %q, og:url %q", tt.path, got, want, meta(page, "robots"), meta(page, "og:url"))
		}
		if tt.title != "" && page.Text("title") != tt.title {
			t.Errorf("%s: title %q", tt.path, page.Text("title"))
		}
		if got := meta(page, "description"); tt.about != "" && got != tt.about || got == "" {
			t.Errorf("%s: description %q, want %q", tt.path, got, tt.about)
		}
	}
	page := v.Get("/products/" + p.ID.String())
	for name, want := range map[string]string{
		"og:title": "Yerba", "og:type": "product", "og:image": here + "/images/b.jpg", "twitter:card": "summary_large_image",
		"og:locale": "es_AR", "og:site_name": "Pulpería", "og:description": "Con palo , de Misiones . Suave",
	} {
		if got := meta(page, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := meta(v.Get("/"), "og:image"); !strings.HasPrefix(got, here+"/public/img/icon-512.png?v=") {
		t.Errorf("the shop's picture is %q", got)
	}
}

// alternates returns where a page says that it is in each language.
func alternates(page routestest.Sight) map[string]string {
	found := map[string]string{}
	for _, link := range page.All("link[rel=alternate]") {
		language, _ := routestest.AttributeOf(link, "hreflang")
		found[language], _ = routestest.AttributeOf(link, "href")
	}
	return found
}

// Each page that is to be found is there in both languages under addresses of their own, which show
// that one page in the language, name themselves and each other; whoever has chosen a language sees
// his.
func TestFoundLanguages(t *testing.T) {
	v := routestest.NewVisitor(t)
	p := v.Product("Y", `"category":"almacén"`)
	for _, path := range []string{"/", "/products?category=almac%C3%A9n", "/products/" + p.ID.String()} {
		sign := "?"
		if strings.Contains(path, "?") {
			sign = "&"
		}
		want := map[string]string{"es": here + path + sign + "lang=es", "en": here + path + sign + "lang=en", "x-default": here + path}
		for asked, canonical := range map[string]string{"": want["x-default"], "es": want["es"], "en": want["en"], "fr": want["x-default"]} {
			address, speaks := path, "es"
			if asked != "" {
				address += sign + "lang=" + asked
			}
			if asked == "en" {
				speaks = "en"
			}
			page := v.Get(address)
			page.Want(200)
			if diff := cmp.Diff(want, alternates(page)); diff != "" {
				t.Errorf("%s: %s", address, diff)
			}
			if got := page.Attribute("link[rel=canonical]", "href"); got != canonical || meta(page, "og:url") != canonical {
				t.Errorf("%s: canonical %q, og:url %q, want %q", address, got, meta(page, "og:url"), canonical)
			}
			if got := page.Attribute("html", "lang"); got != speaks {
				t.Errorf("%s is in %q", address, got)
			}
			back := strings.TrimPrefix(canonical, here)
			if got := page.Attribute(".language [name=to]", "value"); got != back {
				t.Errorf("%s says that it is %q, want %q", address, got, back)
			}
		}
	}
	if got := v.Get("/cart?lang=en"); got.Attribute("html", "lang") != "en" || len(alternates(got)) > 0 {
		t.Errorf("the cart is in %q, found in %v", got.Attribute("html", "lang"), alternates(got))
	}
	if got := v.Get("/").Attribute("html", "lang"); got != "es" {
		t.Errorf("the next page is in %q", got)
	}
	v.Follow("/language", "lang", "es", "to", "/?lang=en")
	page := v.Get("/?lang=en")
	if got := page.Attribute("link[rel=canonical]", "href"); page.Attribute("html", "lang") != "es" || got != here+"/?lang=es" {
		t.Errorf("for who has chosen Spanish it is in %q and named %q", page.Attribute("html", "lang"), got)
	}
}

// The shop's own address, where it was given one, stands in all links that are taken elsewhere,
// whatever name a request says.
func TestOwnAddress(t *testing.T) {
	v := routestest.NewVisitor(t, func(o *routestest.Setup) { o.Site = "https://shop.example" })
	p := v.Product("Y", `"thumbnails":["/images/b.jpg"]`)
	path := "/products/" + p.ID.String()
	page := v.Get(path)
	for what, got := range map[string][2]string{
		"canonical": {page.Attribute("link[rel=canonical]", "href"), path}, "og:url": {meta(page, "og:url"), path},
		"og:image": {meta(page, "og:image"), "/images/b.jpg"}, "English": {alternates(page)["en"], path + "?lang=en"},
	} {
		if got[0] != "https://shop.example"+got[1] {
			t.Errorf("%s is %q", what, got[0])
		}
	}
	for address, want := range map[string]string{
		"/sitemap.xml": "<loc>https://shop.example/sitemap/1.xml</loc>", "/sitemap/1.xml": "<loc>https://shop.example" + path + "</loc>",
		"/robots.txt": "Sitemap: https://shop.example/sitemap.xml\n",
	} {
		got := v.Shop.Do("GET", address, "").Body.String()
		if !strings.Contains(got, want) || strings.Contains(got, here) {
			t.Errorf("%s: %q is not in %s", address, want, got)
		}
	}
}

// What machines are told of a product is JSON whatever its texts hold, ends no element, and names a
// price only with the currency that it is in.
func TestProductData(t *testing.T) {
	const hostile = `</script><script>alert(1)</script><!-- <script> & `
	v := routestest.NewVisitor(t, routestest.Closed)
	v.Shop.Key = v.Shop.KeyOf("owner")
	p := v.Product("Y", `"title":"`+hostile+`"`, `"description":"`+hostile+`"`, `"category":"`+strings.TrimSpace(hostile)+`"`, `"price":1234.5`,
		`"vendor":"Las Marías"`, `"barcode":"7790387013627"`, `"thumbnails":["https://example.com/y.jpg"]`)
	address := "/products/" + p.ID.String()
	page := v.Get(address)
	product := dataOf(t, page)["Product"]
	if strings.Contains(page.Body.String(), "<script>alert") {
		t.Error("a text ends the element")
	}
	if product["name"] != strings.TrimSpace(hostile) || product["gtin"] != "7790387013627" || product["sku"] != "Y" ||
		product["brand"].(map[string]any)["name"] != "Las Marías" || product["image"].([]any)[0] != "https://example.com/y.jpg" {
		t.Errorf("%v", product)
	}
	offer := map[string]any{"@type": "Offer", "url": here + address, "availability": "https://schema.org/InStock"}
	if diff := cmp.Diff(offer, product["offers"]); diff != "" {
		t.Errorf("without a currency: %s", diff)
	}
	v.Shop.Must("PUT", "/api/settings", `{"currency":"UYU"}`)
	v.Shop.Must("PUT", "/api"+address, `{"stock":0}`)
	offer["price"], offer["priceCurrency"], offer["availability"] = "1234.50", "UYU", "https://schema.org/OutOfStock"
	if diff := cmp.Diff(offer, dataOf(t, v.Get(address))["Product"]["offers"]); diff != "" {
		t.Errorf("sold out, in pesos: %s", diff)
	}
	crumbs := dataOf(t, v.Get(address))["BreadcrumbList"]["itemListElement"].([]any)
	if last := crumbs[2].(map[string]any); len(crumbs) != 3 || last["item"] != here+address {
		t.Errorf("%v", crumbs)
	}
	if store := dataOf(t, v.Get("/"))["Store"]; store["name"] != "Pulpería" || store["url"] != here+"/" || store["currenciesAccepted"] != "UYU" {
		t.Errorf("%v", store)
	}
	v.Shop.Must("PUT", "/api"+address, `{"status":false}`)
	if page := v.Get(address); page.Code != 200 || len(page.All("script[type=application/ld+json]")) > 0 || meta(page, "robots") != "noindex" {
		t.Error("a product that is not on sale is to be found")
	}
}

// Each variant is an offer, with what is left of it.
func TestVariantsData(t *testing.T) {
	v := routestest.NewVisitor(t, func(o *routestest.Setup) { o.Currency = "ARS" })
	p := v.Product("S", `"stock":2`, `"price":10`, `"variants":[
		{"code":"S-M","options":{"Talle":"M"},"price":10,"stock":2},{"code":"S-L","options":{"Talle":"L"},"price":12.5,"stock":0}]`)
	url := here + "/products/" + p.ID.String()
	offer := func(code, name, price, left string) map[string]any {
		return map[string]any{"@type": "Offer", "name": name, "sku": code, "url": url, "price": price, "priceCurrency": "ARS", "availability": "https://schema.org/" + left}
	}
	want := map[string]any{
		"@type": "AggregateOffer", "url": url, "lowPrice": "10.00", "highPrice": "12.50", "priceCurrency": "ARS", "offerCount": 2.0,
		"availability": "https://schema.org/InStock",
		"offers":       []any{offer("S-M", "M", "10.00", "InStock"), offer("S-L", "L", "12.50", "OutOfStock")},
	}
	if diff := cmp.Diff(want, dataOf(t, v.Get("/products/"+p.ID.String()))["Product"]["offers"]); diff != "" {
		t.Error(diff)
	}
}

// The list of what can be found is XML, holds what is on sale and nothing else, follows at once, and
// names the shop as the visitor's proxy does.
func TestSiteMap(t *testing.T) {
	v := routestest.NewVisitor(t, func(o *routestest.Setup) {
		o.Open, o.TrustedProxies = false, []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}
	})
	v.Shop.Key = v.Shop.KeyOf("owner")
	proxied := []string{"Remote", "10.0.0.1:1", "X-Forwarded-For", "192.0.2.7", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "tienda.example"}
	seen := func(address string) (locs []string) {
		t.Helper()
		got := v.Shop.Do("GET", address, "", proxied...)
		var list struct {
			Maps []string `xml:"sitemap>loc"`
			URLs []struct {
				Loc   string `xml:"loc"`
				Links []struct {
					Rel      string `xml:"rel,attr"`
					Language string `xml:"hreflang,attr"`
					Address  string `xml:"href,attr"`
				} `xml:"http://www.w3.org/1999/xhtml link"`
			} `xml:"url"`
		}
		if err := xml.Unmarshal(got.Body.Bytes(), &list); err != nil || got.Code != 200 || got.Header().Get("Content-Type") != "application/xml" {
			t.Fatalf("%s: %d %v %s", address, got.Code, err, got.Body)
		}
		if again := v.Shop.Do("GET", address, "", append(proxied, "If-None-Match", got.Header().Get("Etag"))...); again.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", address, again.Code)
		}
		for _, url := range list.URLs {
			addresses := []string{}
			for _, link := range url.Links {
				addresses = append(addresses, link.Rel+" "+link.Language+" "+link.Address)
			}
			want := []string{"alternate es " + url.Loc + "?lang=es", "alternate en " + url.Loc + "?lang=en", "alternate x-default " + url.Loc}
			list.Maps = append(list.Maps, url.Loc)
			if diff := cmp.Diff(want, addresses); diff != "" {
				t.Errorf("%s in each language: %s", url.Loc, diff)
			}
		}
		return list.Maps
	}
	a, b := v.Product("A"), v.Product("B")
	v.Product("C", `"status":false`)
	const site = "https://tienda.example"
	if diff := cmp.Diff([]string{site + "/sitemap/1.xml"}, seen("/sitemap.xml")); diff != "" {
		t.Error(diff)
	}
	all := []string{site + "/", site + "/products/" + a.ID.String(), site + "/products/" + b.ID.String()}
	if diff := cmp.Diff(all, seen("/sitemap/1.xml")); diff != "" {
		t.Error(diff)
	}
	v.Shop.Must("PUT", "/api/products/"+b.ID.String(), `{"status":false}`)
	if diff := cmp.Diff(all[:2], seen("/sitemap/1.xml")); diff != "" {
		t.Errorf("after one was closed: %s", diff)
	}
	for _, none := range []string{"/sitemap/0.xml", "/sitemap/2.xml", "/sitemap/01.xml", "/sitemap/1", "/sitemap/x.xml", "/sitemap/-1.xml"} {
		if got := v.Shop.Do("GET", none, ""); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", none, got.Code)
		}
	}
	page := v.Get("/products/"+a.ID.String(), proxied...)
	if got := page.Attribute("link[rel=canonical]", "href"); got != all[1] {
		t.Errorf("canonical %q", got)
	}
	if got := v.Get("/products/"+a.ID.String(), "X-Forwarded-Host", "evil.example").Attribute("link[rel=canonical]", "href"); got != here+"/products/"+a.ID.String() {
		t.Errorf("canonical of who is no proxy: %q", got)
	}
}

// Search engines are kept out of what is somebody's own, and shown the list of the rest.
func TestRobots(t *testing.T) {
	got := routestest.Open(t).Do("GET", "/robots.txt", "")
	for _, line := range []string{"User-agent: *", "Disallow: /admin", "Disallow: /cart", "Disallow: /carts/", "Disallow: /signin", "Sitemap: " + here + "/sitemap.xml"} {
		if !strings.Contains(got.Body.String(), line+"\n") {
			t.Errorf("%q is not in %s", line, got.Body)
		}
	}
	if strings.Contains(got.Body.String(), "Disallow: /\n") || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%v %s", got.Header(), got.Body)
	}
}

// A phone that puts the shop among its programs gets its name and signs that are there.
func TestManifest(t *testing.T) {
	v := routestest.NewVisitor(t, routestest.Closed)
	v.Shop.Key = v.Shop.KeyOf("owner")
	v.Shop.Must("PUT", "/api/settings", `{"name":"Lo de \"Ana\"","language":"en","logo":"Ana"}`)
	address := v.Get("/").Attribute("link[rel=manifest]", "href")
	got := v.Shop.Do("GET", address, "")
	var said struct {
		Name, Lang, Display string
		Short               string `json:"short_name"`
		Icons               []struct{ Src, Sizes, Type string }
	}
	if err := json.Unmarshal(got.Body.Bytes(), &said); err != nil || got.Header().Get("Content-Type") != "application/manifest+json" {
		t.Fatalf("%v %v", err, got.Header())
	}
	if said.Name != `Lo de "Ana"` || said.Short != "Ana" || said.Lang != "en" || len(said.Icons) != 4 {
		t.Errorf("%+v", said)
	}
	for _, icon := range said.Icons {
		if got := v.Shop.Do("GET", icon.Src, ""); got.Code != 200 || got.Header().Get("Content-Type") != icon.Type {
			t.Errorf("%s: %d %s, want %s", icon.Src, got.Code, got.Header().Get("Content-Type"), icon.Type)
		}
	}
	sign := v.Shop.Do("GET", "/favicon.ico", "")
	if sign.Code != 200 || !strings.HasPrefix(sign.Body.String(), "\x00\x00\x01\x00") || !strings.Contains(sign.Header().Get("Content-Type"), "icon") {
		t.Errorf("/favicon.ico: %d %v", sign.Code, sign.Header())
	}
}
