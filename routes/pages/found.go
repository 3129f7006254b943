package pages

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"pulperia/dao/models"
	"pulperia/views"
)

// aboutMost is how much of a description stands in a list of findings, in characters.
const aboutMost = 160

// found is what whoever finds a page under a path is told of it. A page that is not asked for by
// this is not to be found.
func (p *Pages) found(v *visit, path, about string) views.Found {
	found := views.Found{About: about, Picture: v.site + p.asset("img/icon-512.png")}
	found.Canonical, found.Languages = v.site+path, inLanguages(v.site+path)
	if v.asked != "" {
		found.Canonical = inLanguage(found.Canonical, v.voice.Language)
	}
	return found
}

// inLanguages are the addresses of a page in each language, and the one that goes by the visitor.
func inLanguages(address string) (all []views.FoundIn) {
	for _, language := range views.Languages() {
		all = append(all, views.FoundIn{Language: string(language), Address: inLanguage(address, language)})
	}
	return append(all, views.FoundIn{Language: "x-default", Address: address})
}

// aboutPart says what a part of the shop is, which has pages that nobody is to find.
func aboutPart(voice *views.Voice, section string) string {
	switch section {
	case "cart":
		return voice.Say("about.cart", nil)
	case "chat":
		return voice.Say("about.chat", nil)
	case "signin":
		return voice.Say("about.signin", nil)
	case "table":
		return voice.Say("about.table", nil)
	case "counter":
		return voice.Say("about.counter", nil)
	}
	return ""
}

// foundList is what is told of a list: of each category and of all there is one, whatever their order
// is and what is left out of them; what somebody has searched for is nobody else's page.
func (p *Pages) foundList(v *visit, f filter, list models.ProductPage) views.Found {
	plain := filter{category: f.category, page: f.page, limit: pageSize}
	if f.text != "" || f.problems != nil || len(list.Products) == 0 {
		return views.Found{}
	}
	if plain.link(f.page) != f.link(f.page) {
		plain.page = 1
	}
	path, about := plain.link(plain.page), ""
	switch {
	case f.category != "":
		about = v.voice.Say("about.category", map[string]any{"category": f.category, "n": list.Total})
	case path == "/products":
		path = "/"
	}
	found := p.found(v, path, about)
	if plain.page > 1 {
		found.At = v.voice.Say("pager.at", map[string]any{"page": plain.page, "pages": list.TotalPages()})
	}
	if path == "/" {
		found.Data = p.storeData(v)
	}
	return found
}

// foundProduct is what is told of a product; of one that is not on sale, nothing.
func (p *Pages) foundProduct(v *visit, product models.Product) views.Found {
	if !product.Status {
		return views.Found{}
	}
	path := "/products/" + product.ID.String()
	about := shortened(plainText(string(rendered(product.Description))), aboutMost)
	if about == "" {
		about = v.voice.Say("about.product", map[string]any{"title": product.Title, "category": product.Category})
	}
	found := p.found(v, path, about)
	found.Product, found.Data = true, p.productData(v, product)
	for _, picture := range product.Pictures() {
		if !strings.HasSuffix(picture, ".svg") { // messengers show none
			found.Picture, found.Large = whole(v.site, picture), true
			break
		}
	}
	return found
}

// whole makes an address of the shop's own one that leads here from anywhere.
func whole(site, address string) string {
	if strings.HasPrefix(address, "/") {
		return site + address
	}
	return address
}

// plainText is what somebody reads in HTML.
func plainText(source string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.Write(z.Text())
		default:
			b.WriteByte(' ')
		}
	}
}

// shortened ends a text at a word.
func shortened(text string, most int) string {
	all := []rune(text)
	if len(all) <= most {
		return text
	}
	end := most - 1
	for end > most/2 && !unicode.IsSpace(all[end]) {
		end--
	}
	loose := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }
	return strings.TrimRightFunc(string(all[:end]), loose) + "…"
}
