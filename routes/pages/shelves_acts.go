package pages

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// rowForm is what the forms in a row have in common.
type rowForm struct {
	url.Values
	id   models.ID
	back string // the page that the row stands on
}

func readRow(r *http.Request) (f rowForm, err error) {
	if f.Values, err = readForm(r); err != nil {
		return f, err
	}
	f.id, err = pageID(r, "pid")
	f.back = localPath(f.Get("back"))
	if f.back == "/" {
		f.back = shelvesPage
	}
	return f, err
}

// SetPrice changes a price in its row, if it is still the one that was shown there.
func (p *Pages) SetPrice(w http.ResponseWriter, r *http.Request) {
	form, err := readRow(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	var problems models.Invalid
	price := models.NotationIn(p.currency(r.Context())).Money(&problems, "price", form.Get("price"))
	if problems != nil {
		p.refuseRow(w, r, form, problems)
		return
	}
	was, _ := models.ParseMoney(form.Get("was"))
	p.change(w, r, form, "priced", func(product *models.Product) error {
		if product.Price != was && product.Price != price {
			return changedPrice{product.Price}
		}
		product.Price = price
		return nil
	})
}

// changedPrice refuses to change a price that somebody else has changed meanwhile.
type changedPrice struct{ now models.Money }

func (changedPrice) Error() string { return "the price has changed" }

// SetStatus puts a product on sale, or hides it.
func (p *Pages) SetStatus(w http.ResponseWriter, r *http.Request) {
	form, err := readRow(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	onSale := form.Get("status") == "true"
	did := "hidden"
	if onSale {
		did = "shown"
	}
	p.change(w, r, form, did, func(product *models.Product) error {
		product.Status = onSale
		return nil
	})
}

// change does something to a product and goes back to its row, from where it can be taken back.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, form rowForm, did string, do func(*models.Product) error) {
	var was models.Product
	now, _, err := p.shop.ChangeProduct(r.Context(), form.id, func(product *models.Product) error {
		was = product.Clone()
		return do(product)
	})
	stale, isStale := errors.AsType[changedPrice](err)
	problems := refusedFields(err)
	switch {
	case isStale:
		p.refuseRow(w, r, form, models.Invalid{{Field: "price", Rule: models.Changed, Limit: stale.now.String()}})
	case problems != nil:
		p.refuseRow(w, r, form, problems)
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.toRow(w, r, form, editOf(did, was, now))
	}
}

// SetStock counts a product in its row: a number of pieces, or one more or fewer.
func (p *Pages) SetStock(w http.ResponseWriter, r *http.Request) {
	form, err := readRow(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	change := shop.StockChange{Variant: variantOf(form)}
	var problems models.Invalid
	if one, err := strconv.ParseInt(form.Get("add"), 10, 64); err == nil {
		change.Add = &one
	} else if form.Has("received") { // so many have come, whatever lies there
		more := models.Notation{}.Whole(&problems, "received", form.Get("received"), models.MaxStock)
		change.Add = &more
	} else {
		set := models.Notation{}.Whole(&problems, "stock", form.Get("stock"), models.MaxStock)
		was, _ := strconv.ParseInt(form.Get("was"), 10, 64)
		change.Set, change.Was = &set, &was
	}
	if problems != nil {
		p.refuseRow(w, r, form, problems)
		return
	}
	now, _, err := p.shop.ChangeStock(r.Context(), frame.WhoFrom(r.Context()), form.id, change)
	stale, isStale := errors.AsType[shop.Stale](err)
	problems = refusedFields(err)
	switch {
	case isStale:
		problem := models.Problem{Field: "stock", Rule: stale.Why, Limit: strconv.FormatInt(stale.Limit, 10)}
		if stale.Why == models.Recounted { // the row shows what there is
			problem.Rule = models.Changed
		}
		p.refuseRow(w, r, form, models.Invalid{problem})
	case problems != nil:
		p.refuseRow(w, r, form, problems)
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.toRow(w, r, form, countOf(change, now))
	}
}

// variantOf is the variant that a form counts; zero of a product that has none.
func variantOf(form rowForm) models.ID {
	id, _ := models.ParseID(form.Get("variant"))
	return id
}

// toRow goes back to the row of a product that was changed; to the top when nothing was.
func (p *Pages) toRow(w http.ResponseWriter, r *http.Request, form rowForm, act undo) {
	to := form.back + "#p-" + form.id.String()
	if variant := variantOf(form); strings.HasPrefix(form.back, stockPage) && !variant.IsZero() {
		to += "-" + variant.String() // each has a row of its own there
	}
	if act.Edit != nil {
		act.Back = to
		p.offer(w, r, act)
	}
	p.lead(w, r, to)
}

// refuseRow shows the page of a row again, with what is wrong beside what was typed. What somebody
// else has changed meanwhile is told, and the form is about what there is now.
func (p *Pages) refuseRow(w http.ResponseWriter, r *http.Request, form rowForm, problems models.Invalid) {
	status, names := http.StatusBadRequest, []string{"price", "stock", "received"}
	problems = slices.Clone(problems)
	for i, one := range problems {
		if one.Rule == models.Choose || one.Rule == models.NotCounted { // it has got variants meanwhile, or is counted no more
			problems[i].Field = "stock"
		}
		if one.Field == "add" || one.Field == "set" || one.Field == "was" { // as the verb names what the form does
			if problems[i].Field = "stock"; form.Has("received") {
				problems[i].Field = "received"
			}
		}
		switch one.Rule {
		case models.Changed, models.Fewer, models.KeptBack: // at odds with what there is
			status = http.StatusConflict
		}
	}
	there, _ := url.Parse(form.back) // it is a local path
	args := readShelves(there.Query())
	if there.Path != shelvesPage || args.problems != nil {
		args = shelvesArgs{page: 1}
	}
	retype := func(v *visit) retypedShelf {
		again := retypedShelf{id: form.id, variant: variantOf(form)}
		for i, into := range []**field{&again.price, &again.stock, &again.received} {
			if said := sayProblem(v.voice, problems, names[i]); said != "" {
				*into = &field{cmp.Or(typed(form.Values, names[i]), "0"), said}
			}
		}
		return again
	}
	if stock := readStock(there.Query()); there.Path == stockPage && stock.problems == nil {
		p.refill(w, r, status, "stock", stock.link(stock.page), func(ctx context.Context, v *visit) (any, error) {
			return p.stockSheet(ctx, v, stock, retype(v))
		})
		return
	}
	p.refill(w, r, status, "shelves", args.here(), func(ctx context.Context, v *visit) (any, error) {
		return p.shelvesSheet(ctx, v, args, retype(v))
	})
}
