package pages

import (
	"bytes"
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
)

const (
	siteMapPart   = 10_000 // addresses of a part, of 50,000 that sitemaps.org lets it have: 22 MB in both languages
	siteMapRest   = 10     // a reading is kept for so many times as long as it took
	siteMapShared = time.Minute
)

// siteMap is what can be found in the shop: what is on sale, oldest first, so that the parts stay
// mostly as they are. It is read anew once something has changed; where other programs write, which
// no position tells, in a minute.
type siteMap struct {
	mu     sync.Mutex
	at     dao.Position
	read   time.Time
	took   time.Duration
	onSale []sold
}

type sold struct {
	id      models.ID
	updated models.Time
}

func (m *siteMap) products(ctx context.Context, p *Pages) ([]sold, error) {
	position, err := p.shop.Feed.Head(ctx)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	age := time.Since(m.read)
	same := position == m.at && (!p.shop.Shared || age < siteMapShared)
	if m.at.Epoch != "" && (same || age < siteMapRest*m.took) {
		return m.onSale, nil
	}
	began := time.Now()
	var all []sold
	for q := (models.ProductQuery{Status: new(true), Page: 1, Limit: models.MaxLimit}); ; q.Page++ {
		list, err := p.shop.Products.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, product := range list.Products {
			all = append(all, sold{product.ID, product.UpdatedAt})
		}
		if q.Page >= list.TotalPages() {
			break
		}
	}
	m.at, m.read, m.took, m.onSale = position, time.Now(), time.Since(began), all
	return all, nil
}

// SiteMap names the parts of the list of what can be found in the shop.
func (p *Pages) SiteMap(w http.ResponseWriter, r *http.Request) {
	products, err := p.siteMap.products(r.Context(), p)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	var b bytes.Buffer
	b.WriteString(xml.Header + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for part := range partsOf(len(products)) {
		fmt.Fprintf(&b, "<sitemap><loc>%s/sitemap/%d.xml</loc></sitemap>\n", inXML(p.clients.AddressOf(r)), part+1)
	}
	b.WriteString("</sitemapindex>\n")
	tellFinder(w, r, "application/xml", b.Bytes())
}

// partsOf is how many parts there are: the front page is the first address, and then come products.
func partsOf(products int) int { return (products + siteMapPart) / siteMapPart }

// SiteMapPart is one part of what can be found.
func (p *Pages) SiteMapPart(w http.ResponseWriter, r *http.Request) {
	number, isXML := strings.CutSuffix(r.PathValue("part"), ".xml")
	part, err := strconv.Atoi(number)
	if !isXML || err != nil || number != strconv.Itoa(part) {
		p.NotFound(w, r)
		return
	}
	products, err := p.siteMap.products(r.Context(), p)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	if part < 1 || part > partsOf(len(products)) {
		p.NotFound(w, r)
		return
	}
	site := inXML(p.clients.AddressOf(r))
	var b bytes.Buffer
	b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">` + "\n")
	if part == 1 {
		b.WriteString("<url><loc>" + site + "/</loc>")
		writeLanguages(&b, site+"/")
		b.WriteString("</url>\n")
	}
	for _, one := range products[max(0, (part-1)*siteMapPart-1):min(part*siteMapPart-1, len(products))] {
		address := site + "/products/" + one.id.String()
		fmt.Fprintf(&b, "<url><loc>%s</loc><lastmod>%s</lastmod>", address, one.updated.Std().UTC().Format(time.RFC3339))
		writeLanguages(&b, address)
		b.WriteString("</url>\n")
	}
	b.WriteString("</urlset>\n")
	tellFinder(w, r, "application/xml", b.Bytes())
}

// writeLanguages says where a page is in each language. Its address stands as it does in XML.
func writeLanguages(b *bytes.Buffer, address string) {
	for _, in := range inLanguages(address) {
		fmt.Fprintf(b, `<xhtml:link rel="alternate" hreflang="%s" href="%s"/>`, in.Language, in.Address)
	}
}

func inXML(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text)) // into memory
	return b.String()
}

// unfound are the paths that search engines are to leave alone: what is somebody's own, and what is
// for who keeps the shop.
var unfound = []string{
	"/admin", "/api/", "/cart", "/carts/", "/checkout", "/join", "/metrics", "/o/", "/realtimeproducts", "/setup", "/signin",
}

// Robots says what search engines are to leave alone, and where the list of the rest is.
func (p *Pages) Robots(w http.ResponseWriter, r *http.Request) {
	text := "User-agent: *\nDisallow: " + strings.Join(unfound, "\nDisallow: ") + "\n\n"
	text += "Sitemap: " + p.clients.AddressOf(r) + "/sitemap.xml\n"
	tellFinder(w, r, "text/plain; charset=utf-8", []byte(text))
}

type manifest struct {
	Name        string `json:"name"`
	Short       string `json:"short_name"`
	Description string `json:"description"`
	Language    string `json:"lang"`
	Start       string `json:"start_url"`
	Scope       string `json:"scope"`
	Display     string `json:"display"`
	Background  string `json:"background_color"`
	Theme       string `json:"theme_color"`
	Icons       []icon `json:"icons"`
}

type icon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

// Manifest says how the shop looks among the programs of a phone, in the shop's own language. The
// colours are those of public/css/tokens.css.
func (p *Pages) Manifest(w http.ResponseWriter, r *http.Request) {
	look, err := p.looks.of(r.Context(), p.shop.Settings)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	voice := look.Voice(look.language())
	const png = "image/png"
	tellFinder(w, r, "application/manifest+json", models.JSON(manifest{
		Name: voice.Say("shop.name", nil), Short: cmp.Or(voice.Say("shop.logo", nil), voice.Say("shop.name", nil)),
		Description: voice.Say("shop.about", nil), Language: string(voice.Language),
		Start: "/", Scope: "/", Display: "minimal-ui", Background: "#FBF7F0", Theme: "#3A2417",
		Icons: []icon{
			{p.asset("img/logo.svg"), "any", "image/svg+xml", ""},
			{p.asset("img/icon-192.png"), "192x192", png, ""},
			{p.asset("img/icon-512.png"), "512x512", png, ""},
			{p.asset("img/icon-512.png"), "512x512", png, "maskable"},
		},
	}))
}

// tellFinder answers a machine that comes again and again: after some minutes, with the tag of what
// it has.
func tellFinder(w http.ResponseWriter, r *http.Request, kind string, body []byte) {
	header := w.Header()
	tag := frame.WeakTag(body)
	header.Set("Etag", tag)
	header.Set("Cache-Control", "public, max-age=300")
	if frame.NotModified(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", kind)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body) // who has gone is nobody's error
}
