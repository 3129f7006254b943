package pages

import (
	"strings"

	"pulperia/dao/models"
	"pulperia/shop"
)

// The JSON-LD of a page, in the words of schema.org.

type graph struct {
	Context string `json:"@context"`
	Graph   []any  `json:"@graph"`
}

type storeData struct {
	Type        string `json:"@type"`
	Name        string `json:"name"`
	URL         string `json:"url"`
	Description string `json:"description"`
	Image       string `json:"image"`
	Address     string `json:"address,omitempty"`
	Telephone   string `json:"telephone,omitempty"`
	Currencies  string `json:"currenciesAccepted,omitempty"`
}

type productData struct {
	Type        string     `json:"@type"`
	Name        string     `json:"name"`
	URL         string     `json:"url"`
	SKU         string     `json:"sku"`
	Category    string     `json:"category"`
	Description string     `json:"description,omitempty"`
	Images      []string   `json:"image,omitempty"`
	Brand       *brandData `json:"brand,omitempty"`
	GTIN        string     `json:"gtin,omitempty"`
	Offers      offerData  `json:"offers"`
}

type brandData struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

type offerData struct {
	Type         string      `json:"@type"`
	Name         string      `json:"name,omitempty"`
	SKU          string      `json:"sku,omitempty"`
	GTIN         string      `json:"gtin,omitempty"`
	URL          string      `json:"url"`
	Currency     string      `json:"priceCurrency,omitempty"`
	Price        string      `json:"price,omitempty"`
	Low          string      `json:"lowPrice,omitempty"`
	High         string      `json:"highPrice,omitempty"`
	Count        int         `json:"offerCount,omitempty"`
	Availability string      `json:"availability"`
	Offers       []offerData `json:"offers,omitempty"`
}

type crumbsData struct {
	Type  string      `json:"@type"`
	Items []crumbData `json:"itemListElement"`
}

type crumbData struct {
	Type     string `json:"@type"`
	Position int    `json:"position"`
	Name     string `json:"name"`
	Item     string `json:"item"`
}

func written(things ...any) string {
	return string(models.JSON(graph{"https://schema.org", things}))
}

func (p *Pages) storeData(v *visit) string {
	said := v.look.settings
	store := storeData{
		Type: "Store", Name: v.voice.Say("shop.name", nil), URL: v.site + "/",
		Description: v.voice.Say("shop.about", nil), Image: v.site + p.asset("img/icon-512.png"),
		Address: said.Place, Currencies: p.isoOf(v),
	}
	if said.WhatsApp != "" {
		store.Telephone = "+" + said.WhatsApp
	}
	return written(store)
}

// isoOf is the shop's currency by its code (ISO 4217): as the settings name it, or --currency where
// that is a code; "" where only a sign is known, since many currencies share one.
func (p *Pages) isoOf(v *visit) string {
	if code := v.look.settings.Currency; code != "" {
		return code
	}
	if code := p.looks.from.Currency; len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return code
	}
	return ""
}

func (p *Pages) productData(v *visit, product models.Product) string {
	url := v.site + "/products/" + product.ID.String()
	data := productData{
		Type: "Product", Name: product.Title, URL: url, SKU: product.Code, Category: product.Category,
		Description: plainText(string(rendered(product.Description))), GTIN: gtin(product.Barcode),
		Offers: p.offerData(v, product, url),
	}
	for _, picture := range product.Pictures() {
		data.Images = append(data.Images, whole(v.site, picture))
	}
	if product.Vendor != "" {
		data.Brand = &brandData{"Brand", product.Vendor}
	}
	list := filter{category: product.Category, page: 1, limit: pageSize}
	return written(data, crumbsData{"BreadcrumbList", []crumbData{
		{"ListItem", 1, v.voice.Say("shop.name", nil), v.site + "/"},
		{"ListItem", 2, product.Category, v.site + list.link(1)},
		{"ListItem", 3, product.Title, url},
	}})
}

// offerData is the offer of a product, or of each of its variants. A price of which nobody knows the
// currency would be read in another one, so it is left out.
func (p *Pages) offerData(v *visit, product models.Product, url string) offerData {
	currency := p.isoOf(v)
	priced := func(price models.Money) string {
		if currency == "" {
			return ""
		}
		return price.Decimal(currency)
	}
	if len(product.Variants) == 0 {
		return offerData{
			Type: "Offer", URL: url, Currency: currency, Price: priced(product.Price),
			Availability: availability(product.Available()),
		}
	}
	all := offerData{
		Type: "AggregateOffer", URL: url, Currency: currency, Count: len(product.Variants),
		Availability: availability(product.Available()),
	}
	low, high := product.Variants[0].Price, product.Variants[0].Price
	for _, one := range product.Variants {
		low, high = min(low, one.Price), max(high, one.Price)
		all.Offers = append(all.Offers, offerData{
			Type: "Offer", Name: one.Name(), SKU: one.Code, GTIN: gtin(one.Barcode), URL: url, Currency: currency,
			Price: priced(one.Price), Availability: availability(shop.LeftOf(product, one.ID) > 0),
		})
	}
	all.Low, all.High = priced(low), priced(high)
	return all
}

func availability(available bool) string {
	if available {
		return "https://schema.org/InStock"
	}
	return "https://schema.org/OutOfStock"
}

// gtin is a barcode that is one of those that stand on goods everywhere.
func gtin(barcode string) string {
	switch len(barcode) {
	case 8, 12, 13, 14:
		if strings.Trim(barcode, "0123456789") == "" {
			return barcode
		}
	}
	return ""
}
