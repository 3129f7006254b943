package pages

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/views"
)

// tableSize is how many products a page of the catalogue's table shows.
const tableSize = 50

// tableSheet is the catalogue as whoever keeps the shop sees it: every product, on sale or not.
type tableSheet struct {
	views.Page
	Total      int64
	Rows       []row
	Pager      pager
	PastEnd    string
	Categories []categoryChoice
	Form       productForm
}

type row struct {
	ID, Title, Code, Category string
	Price                     models.Money
	Stock, Rev                int64
	OnSale                    bool
}

// RealTimeProducts shows the table with an empty form.
func (p *Pages) RealTimeProducts(w http.ResponseWriter, r *http.Request) {
	page := between(queryOf(r).Get("page"), 1, 1, 1<<31-1)
	here, after := tableLink(page), ending{}
	if page > 1 {
		after = parseEnding(queryOf(r).Get("after"))
		here = after.link(here)
	}
	form := newProductForm()
	p.show(w, r, sheet{template: "realTimeProducts", here: here, private: "form", formID: form.ID,
		fill: func(ctx context.Context, v *visit) (any, error) {
			return p.tableSheet(ctx, v, page, after, form)
		}})
}

func tableLink(page int) string {
	if page <= 1 {
		return "/realtimeproducts"
	}
	return "/realtimeproducts?page=" + strconv.Itoa(page)
}

func (p *Pages) tableSheet(ctx context.Context, v *visit, page int, after ending, form productForm) (any, error) {
	list, err := p.listAfter(ctx, models.ProductQuery{Page: page, Limit: tableSize}, after)
	if err != nil {
		return nil, err
	}
	categories, err := p.shop.Products.Categories(ctx)
	if err != nil {
		return nil, err
	}
	sheet := tableSheet{
		Page: p.page(v, v.voice.Say("table.title", nil), "table"), Total: int64(list.Total),
		Pager: newPager(list, tableLink), Form: form,
	}
	for _, product := range list.Products {
		sheet.Rows = append(sheet.Rows, row{
			ID: product.ID.String(), Title: product.Title, Code: product.Code, Category: product.Category,
			Price: product.Price, Stock: product.Stock, Rev: product.Rev, OnSale: product.Status,
		})
	}
	if len(list.Products) == 0 && list.Total > 0 {
		sheet.PastEnd = tableLink(list.TotalPages())
	}
	for _, c := range categories {
		sheet.Categories = append(sheet.Categories, categoryChoice{Name: c.Name})
	}
	return sheet, nil
}

// AddProduct adds the product of the form and goes to where it stands in the table.
func (p *Pages) AddProduct(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	product, problems := readProduct(form, p.currency(r.Context()))
	status := http.StatusBadRequest
	if problems == nil {
		product, err = p.createProduct(r.Context(), product)
		invalid, refused := errors.AsType[models.Invalid](err)
		conflict, taken := errors.AsType[dao.Conflict](err)
		switch {
		case err == nil:
			p.toLastRow(w, r, product.ID)
			return
		case taken:
			status = http.StatusConflict
			problems.Add(conflict.Field, models.Taken, nil, "")
		case refused:
			problems = invalid
		default:
			p.Fail(w, r, err)
			return
		}
	}
	p.refill(w, r, status, "realTimeProducts", tableLink(1), func(ctx context.Context, v *visit) (any, error) {
		return p.tableSheet(ctx, v, 1, ending{}, refilledProduct(v.voice, form, problems, models.Product{}))
	})
}

// createProduct stores a product under the id that its form came with. Another one may have it when
// somebody goes back to a form that was sent, and fills it in anew: that is another product.
func (p *Pages) createProduct(ctx context.Context, product models.Product) (models.Product, error) {
	created, _, err := p.shop.CreateProduct(ctx, product)
	if conflict, taken := errors.AsType[dao.Conflict](err); !taken || conflict.Field != "_id" {
		return created, err
	}
	product.ID = models.ID{}
	created, _, err = p.shop.CreateProduct(ctx, product)
	return created, err
}

// toLastRow goes to the end of the table, where the newest product stands.
func (p *Pages) toLastRow(w http.ResponseWriter, r *http.Request, id models.ID) {
	last := 1
	if list, err := p.shop.Products.List(r.Context(), models.ProductQuery{Limit: tableSize}); err == nil {
		last = list.TotalPages()
	}
	http.Redirect(w, r, tableLink(last)+"#p-"+id.String(), http.StatusSeeOther)
}

// DeleteProduct deletes a product and goes back to its page of the table. One that is gone already
// is what was wanted.
func (p *Pages) DeleteProduct(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	page := between(form.Get("page"), 1, 1, 1<<31-1)
	act := func(product models.Product) undo {
		return undo{Did: "deleted", Product: &product, Back: tableLink(page) + "#p-" + product.ID.String()}
	}
	id, err := pageID(r, "pid")
	if err == nil {
		var was models.Product
		was, _, err = p.shop.RemoveProduct(r.Context(), id, func(product, _ models.Product) error {
			if isSure(form) {
				return nil
			}
			return act(product).check()
		})
		if err == nil {
			p.offer(w, r, act(was))
		}
	}
	switch {
	case errors.Is(err, errNoUndo):
		p.ask(w, r, form, "deleted", tableLink(page))
		return
	case err != nil && !errors.Is(err, dao.ErrNotFound):
		p.Fail(w, r, err)
		return
	}
	if list, err := p.shop.Products.List(r.Context(), models.ProductQuery{Limit: tableSize}); err == nil {
		page = min(page, list.TotalPages())
	}
	p.lead(w, r, tableLink(page))
}
