package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/views"
)

// shelfSheet is the form of a whole product: one that there is, or one to be.
type shelfSheet struct {
	views.Page
	ID         string // "" of one to be
	Rev, Was   int64  // the revision and the stock that the form was filled with
	Form       productForm
	Pictures   picturesForm
	Categories []categoryChoice
	Rates      []rateChoice // nil where the settings have none, and the product names none
	OnSale     bool         // as it is stored
	Copied     string
}

// NewProduct shows an empty form.
func (p *Pages) NewProduct(w http.ResponseWriter, r *http.Request) {
	p.refill(w, r, http.StatusOK, "shelf", newProductPage, func(ctx context.Context, v *visit) (any, error) {
		return p.shelfSheet(ctx, v, v.voice.Say("shelf.new", nil), emptyForm(v.voice))
	})
}

func (p *Pages) shelfSheet(ctx context.Context, v *visit, title string, form productForm) (shelfSheet, error) {
	sheet := shelfSheet{
		Page: p.counter(v, title, shelvesPage), Form: form,
		Rates: ratesFor(v.voice, v.look.settings.Taxes, form.Fields["tax"].Value),
	}
	own, err := p.showPictures(ctx, form.Grid.sources())
	if err != nil {
		return sheet, err
	}
	sheet.Form.Grid.show(own)
	categories, err := p.shop.Products.Categories(ctx)
	for _, c := range categories {
		sheet.Categories = append(sheet.Categories, categoryChoice{Name: c.Name})
	}
	return sheet, err
}

// EditProduct shows the form of a product.
func (p *Pages) EditProduct(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "pid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	p.showCounter(w, r, sheet{template: "shelf", here: shelfLink(id), private: "shelf", fill: func(ctx context.Context, v *visit) (any, error) {
		product, err := p.shop.Products.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return p.filledSheet(ctx, v, product, filledForm(v.voice, product))
	}})
}

func shelfLink(id models.ID) string { return shelvesPage + "/" + id.String() }

func (p *Pages) filledSheet(ctx context.Context, v *visit, product models.Product, form productForm) (shelfSheet, error) {
	sheet, err := p.shelfSheet(ctx, v, v.voice.Say("shelf.title", nil), form)
	if err == nil {
		sheet.Pictures, err = p.picturesForm(ctx, product)
	}
	sheet.ID, sheet.Rev, sheet.Was, sheet.OnSale = product.ID.String(), product.Rev, product.Stock, product.Status
	return sheet, err
}

// MakeProduct stores the product of the form, and shows it in its row.
func (p *Pages) MakeProduct(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	product, problems := readProduct(form, p.currency(r.Context()))
	more := form.Has("more")
	if !more && problems == nil {
		product, err = p.createProduct(r.Context(), product)
		problems = readGrid(form).place(fieldsOf(err))
	}
	switch {
	case more:
		p.refill(w, r, http.StatusOK, "shelf", newProductPage, func(ctx context.Context, v *visit) (any, error) {
			return p.shelfSheet(ctx, v, v.voice.Say("shelf.new", nil), refilledProduct(v.voice, form, nil, models.Product{}))
		})
	case len(problems) > 0:
		p.refill(w, r, statusOf(problems), "shelf", newProductPage, func(ctx context.Context, v *visit) (any, error) {
			return p.shelfSheet(ctx, v, v.voice.Say("shelf.new", nil), refilledProduct(v.voice, form, problems, models.Product{}))
		})
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.lead(w, r, shelvesPage+"#p-"+product.ID.String())
	}
}

// fieldsOf are the fields that a store or a rule refuses; nil where it fails in another way.
func fieldsOf(err error) models.Invalid {
	if conflict, taken := errors.AsType[dao.Conflict](err); taken {
		return models.Invalid{{Field: conflict.Field, Rule: models.Taken}}
	}
	return refusedFields(err)
}

// statusOf is 409 where what was sent is at odds with what there is.
func statusOf(problems models.Invalid) int {
	for _, one := range problems {
		if one.Rule == models.Taken || one.Rule == models.Changed {
			return http.StatusConflict
		}
	}
	return http.StatusBadRequest
}

// errStale refuses a form that was filled with what is no longer so.
var errStale = errors.New("it has changed since the form was filled")

// SaveProduct stores all that the form says of a product, if it is still as it was when the form
// was filled: an old form must not put sold stock back.
func (p *Pages) SaveProduct(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	id, err := pageID(r, "pid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	rev, _ := strconv.ParseInt(form.Get("rev"), 10, 64) // without one the form is of no revision
	grid := readGrid(form)
	typed, problems := readProduct(form, p.currency(r.Context()))
	if form.Has("more") {
		p.moreRows(w, r, id, form, rev)
		return
	}
	if problems != nil {
		p.refuseProduct(w, r, id, form, problems)
		return
	}
	var was models.Product
	now, _, err := p.shop.ChangeProduct(r.Context(), id, func(product *models.Product) error {
		was = product.Clone()
		grid.copy(product, typed)
		if product.Same(was) || was.Rev == rev {
			return nil
		}
		return errStale
	}, func(was, now models.Product) error {
		if act := editOf("edited", was, now); !isSure(form) && was.Rev == rev && act.Edit != nil {
			return act.check()
		}
		return nil
	})
	problems = grid.place(fieldsOf(err))
	switch {
	case errors.Is(err, errStale):
		p.refuseProduct(w, r, id, form, models.Invalid{{Field: "rev", Rule: models.Changed}})
	case errors.Is(err, errNoUndo):
		p.ask(w, r, form, "edited", shelfLink(id))
	case len(problems) > 0:
		p.refuseProduct(w, r, id, form, problems)
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.toRow(w, r, rowForm{id: id, back: shelvesPage}, editOf("edited", was, now))
	}
}

// refuseProduct shows the form again with what was typed, about the product as it is now: beside
// each field that differs stands what there is, when that is why it was refused.
func (p *Pages) refuseProduct(w http.ResponseWriter, r *http.Request, id models.ID, form url.Values, problems models.Invalid) {
	p.refill(w, r, statusOf(problems), "shelf", shelfLink(id), func(ctx context.Context, v *visit) (any, error) {
		product, err := p.shop.Products.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		again := refilledProduct(v.voice, form, problems, product)
		if problems.Has("rev") {
			again.Summary = v.voice.Say("shelf.changed", nil)
			again.tellStored(v.voice, v.look.settings.Taxes, product)
			again.Grid = tellGrid(v.voice, form, product)
		}
		sheet, err := p.filledSheet(ctx, v, product, again)
		return sheet, err
	})
}

// moreRows shows the form again with what was typed and more rows for variants; nothing is stored. The
// form stays one of the revision that it was filled with.
func (p *Pages) moreRows(w http.ResponseWriter, r *http.Request, id models.ID, form url.Values, rev int64) {
	p.refill(w, r, http.StatusOK, "shelf", shelfLink(id), func(ctx context.Context, v *visit) (any, error) {
		product, err := p.shop.Products.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		sheet, err := p.filledSheet(ctx, v, product, refilledProduct(v.voice, form, nil, product))
		sheet.Rev = rev
		return sheet, err
	})
}

// RemoveProduct takes a product out of the catalogue; for a minute it can be put back.
func (p *Pages) RemoveProduct(w http.ResponseWriter, r *http.Request) {
	form, err := readRow(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	act := func(product models.Product) undo {
		return undo{Did: "deleted", Product: &product, Back: shelvesPage + "#p-" + product.ID.String()}
	}
	was, _, err := p.shop.RemoveProduct(r.Context(), form.id, func(product, _ models.Product) error {
		if isSure(form.Values) {
			return nil
		}
		return act(product).check()
	})
	switch {
	case errors.Is(err, errNoUndo):
		p.ask(w, r, form.Values, "deleted", shelfLink(form.id))
		return
	case err == nil:
		p.offer(w, r, act(was))
	case !errors.Is(err, dao.ErrNotFound): // what is gone already is what was wanted
		p.Fail(w, r, err)
		return
	}
	p.lead(w, r, shelvesPage)
}
