package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/views"
)

// productSheet is one product.
type productSheet struct {
	views.Page
	ID, Description, Code, Category, CategoryLink string
	About                                         views.HTML // the description
	Vendor                                        string
	Options                                       string // what the variants differ in
	Variants                                      []variantChoice
	VariantIDs                                    string // by which scripts see that there are others
	CompareAt                                     models.Money
	Pictures                                      []productPicture
	Several                                       bool
	Price                                         models.Money
	Stock                                         stockWords
	Available                                     bool
	Rev                                           int64
	Quantity                                      field
	Refused                                       string // why it was not added to the cart
	Added                                         bool   // to the cart, just now
}

type productPicture struct {
	shownPicture
	At   int64 // from 1
	Lazy bool
}

// Product shows one product.
func (p *Pages) Product(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "pid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	p.show(w, r, sheet{template: "product", here: "/products/" + id.String(), fill: func(ctx context.Context, v *visit) (any, error) {
		return p.productSheet(ctx, v, id, models.ID{})
	}})
}

func (p *Pages) productSheet(ctx context.Context, v *visit, id, variant models.ID) (productSheet, error) {
	product, err := p.shop.Products.Get(ctx, id)
	if err != nil {
		return productSheet{}, err
	}
	page := productSheet{
		Page: p.page(v, product.Title, ""), ID: product.ID.String(), Description: product.Description, Code: product.Code,
		Category: product.Category, CategoryLink: "/products?" + url.Values{"category": {product.Category}}.Encode(),
		Several: len(product.Pictures()) > 1, Price: product.Price, Stock: stockOf(v.voice, product),
		Available: product.Available(), Rev: product.Rev, Quantity: field{Value: "1"}, Added: v.added == id,
		About: rendered(product.Description), Vendor: product.Vendor, CompareAt: product.CompareAt,
		Options: strings.Join(product.OptionNames(), " / "), Variants: variantsOf(v.voice, product, variant),
	}
	page.VariantIDs = idsOf(product.Variants)
	page.Found = p.foundProduct(v, product)
	pictures := product.Pictures()
	if len(pictures) == 0 {
		pictures = []string{p.picture(product)}
	}
	own, err := p.showPictures(ctx, pictures)
	for i, src := range pictures {
		said := product.Title
		if page.Several {
			said = v.voice.Say("product.picture", map[string]any{"at": i + 1, "title": product.Title})
		}
		page.Pictures = append(page.Pictures, productPicture{shownAs(own, src, said), int64(i + 1), i > 0})
	}
	return page, err
}

// pageID reads an id from the address of a page. One that is malformed, or all zeros, names nothing,
// so the page is not there.
func pageID(r *http.Request, name string) (models.ID, error) {
	id, err := models.ParseID(r.PathValue(name))
	if err != nil || id.IsZero() {
		return models.ID{}, dao.ErrNotFound
	}
	return id, nil
}
