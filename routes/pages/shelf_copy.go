package pages

import (
	"context"
	"fmt"
	"net/http"

	"pulperia/dao/models"
	"pulperia/views"
)

// CopyProduct shows a form that is filled with what a product is like, for another one: nothing is
// stored before it is sent.
func (p *Pages) CopyProduct(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "pid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	p.refill(w, r, http.StatusOK, "shelf", shelfLink(id)+"/copy", func(ctx context.Context, v *visit) (any, error) {
		product, err := p.shop.Products.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		form, err := p.copyForm(ctx, v.voice, product)
		if err != nil {
			return nil, err
		}
		sheet, err := p.shelfSheet(ctx, v, v.voice.Say("shelf.new", nil), form)
		sheet.Copied = product.Title
		return sheet, err
	})
}

// copyForm is a form for another product like one, under the next code that is free. How many there
// are of it nobody knows yet.
func (p *Pages) copyForm(ctx context.Context, voice *views.Voice, product models.Product) (productForm, error) {
	form := filledForm(voice, product)
	form.ID, form.Fields["barcode"] = newFormID(), field{}
	if !product.Uncounted {
		form.Fields["stock"] = field{Value: "0"}
	}
	const tried = 100
	codes := make([]string, tried)
	for i := range codes {
		codes[i] = fmt.Sprint(product.Code, "-", i+2)
	}
	taken, err := p.shop.Products.List(ctx, models.ProductQuery{Codes: codes, Limit: tried})
	if err != nil {
		return form, err
	}
	is := map[string]bool{}
	for _, other := range taken.Products {
		is[other.Code] = true
	}
	form.Fields["code"] = field{}
	for i, code := range codes {
		if !is[code] {
			form.Fields["code"] = field{Value: code}
			form.Grid = gridOf(voice, copyVariants(product, i+2))
			break
		}
	}
	form.Grid.Derived = false
	return form, nil
}

// copyVariants are those of another product like one, under codes that are free as a rule: where one is
// taken, its row says so. How many there are of them nobody knows yet.
func copyVariants(product models.Product, n int) models.Product {
	product = product.Clone()
	for i := range product.Variants {
		v := &product.Variants[i]
		v.ID, v.Code, v.Barcode = models.ID{}, fmt.Sprint(v.Code, "-", n), ""
		if !v.Uncounted {
			v.Stock = 0
		}
	}
	return product
}
