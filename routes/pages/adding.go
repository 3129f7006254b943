package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/views"
)

// addedQuery is in the address of the page to which a form leads back that has put something into
// the cart: which product, so that the page says so beside it.
const addedQuery = "added"

// AddToCart puts a product into a cart, and makes the visitor's cart when there is none.
func (p *Pages) AddToCart(w http.ResponseWriter, r *http.Request) {
	form, err := p.readCartForm(r, "1")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	r = p.session.BeginVisit(w, r)
	var cart models.Cart
	if err = form.problems.Err(); err == nil {
		cart, err = p.addOnce(r.Context(), form)
	}
	switch {
	case err != nil && isShort(r):
		p.refuseShortly(w, r, err)
		return
	case err != nil:
		p.refuseAddition(w, r, form, err)
		return
	}
	if form.cart.own {
		p.keep(w, r, cartCookie, cart.ID.String(), frame.Year)
	}
	if isShort(r) {
		p.sayAdded(w, r, cart)
		return
	}
	p.lead(w, r, form.back())
}

// refuseAddition shows the product again, with why it was not added; the list where there is no
// such product.
func (p *Pages) refuseAddition(w http.ResponseWriter, r *http.Request, form cartForm, err error) {
	problems := refusedFields(err)
	switch {
	case errors.Is(err, dao.ErrNotFound) && problems != nil:
		p.refill(w, r, http.StatusNotFound, "products", "/products", func(ctx context.Context, v *visit) (any, error) {
			page, err := p.productsSheet(ctx, v, readFilter(nil, ""))
			page.Refused = v.voice.Say("product.gone", nil)
			return page, err
		})
		return
	case problems == nil:
		p.Fail(w, r, err)
		return
	}
	here := "/products/" + form.product.String()
	p.refill(w, r, http.StatusBadRequest, "product", here, func(ctx context.Context, v *visit) (any, error) {
		page, err := p.productSheet(ctx, v, form.product, form.variant)
		page.Quantity = field{form.typed, ""}
		for _, problem := range problems {
			words, whole := refusalOf(v.voice, problem)
			if whole {
				page.Refused = words
			} else {
				page.Quantity.Problem = words
			}
		}
		return page, err
	})
}

// back is where a form of the shop leads: to the page that it stands on, at the same place; from a
// page of an older pulperia, to the cart.
func (f cartForm) back() string {
	if f.from == "" {
		return f.cart.base
	}
	to, err := url.Parse(localPath(f.from))
	if err != nil {
		return f.cart.base
	}
	query := to.Query()
	query.Set(addedQuery, f.product.String())
	to.RawQuery, to.Fragment = query.Encode(), "p-"+f.product.String() // its card
	if to.Path == "/products/"+f.product.String() {
		to.Fragment = "buy"
	}
	return to.String()
}

// seeAdded notes what was put into the cart just now; and that the cart still has it, since an
// address may be opened again, or by somebody else.
func (v *visit) seeAdded(r *http.Request) {
	id, err := models.ParseID(queryOf(r).Get(addedQuery))
	if err != nil {
		return
	}
	for _, item := range v.cart.Products {
		if item.Product == id {
			v.added = id
		}
	}
}

// refusalOf says why something is not put into a cart; whole, where that is not about how many.
func refusalOf(voice *views.Voice, problem models.Problem) (words string, whole bool) {
	switch problem.Rule {
	case models.OffSale:
		return voice.Say("product.refused", nil), true
	case models.Choose:
		return voice.Say("product.choose", nil), true
	case models.Gone:
		return voice.Say("product.gone", nil), true
	case models.TooMany:
		return voice.Say("cart.full", nil), true
	}
	return voice.Problem(problem), false
}

// isShort says whether a script asks, which shows the outcome where the shopper is.
func isShort(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

// shortly is what a script is told of an addition.
type shortly struct {
	Added    bool   `json:"added"`
	Count    int64  `json:"count"` // of things in the visitor's cart
	Position string `json:"position,omitempty"`
	Said     string `json:"said,omitempty"` // why it was not added
}

// sayAdded tells a script how many things are in the cart now.
func (p *Pages) sayAdded(w http.ResponseWriter, r *http.Request, cart models.Cart) {
	position, err := p.shop.Feed.Head(r.Context())
	if err != nil { // that it was added is true all the same
		position = dao.Position{}
	}
	answer := shortly{Added: true, Count: cart.Count()}
	if position.Epoch != "" {
		answer.Position = position.String()
	}
	p.tellShortly(w, http.StatusOK, answer)
}

// refuseShortly tells a script why nothing was added; what is no refusal of the shop it gets as the
// page that says so.
func (p *Pages) refuseShortly(w http.ResponseWriter, r *http.Request, err error) {
	problems := refusedFields(err)
	if problems == nil && !errors.Is(err, errUnsure) {
		p.Fail(w, r, err)
		return
	}
	v, failed := p.visit(r)
	if failed != nil {
		p.Fail(w, r, failed)
		return
	}
	answer, status := shortly{Count: v.cart.Count()}, http.StatusBadRequest
	if problems == nil {
		answer.Said, status = v.voice.Say("buy.unsure", nil), http.StatusConflict
	} else {
		answer.Said, _ = refusalOf(v.voice, problems[0])
	}
	p.tellShortly(w, status, answer)
}

func (p *Pages) tellShortly(w http.ResponseWriter, status int, answer shortly) {
	body := models.JSON(answer)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // who has gone is nobody's error
}
