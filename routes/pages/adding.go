package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/views"
)

// addedQuery is in the address of the page to which a form leads back that has put something into
// the cart: which product, so that the page says so beside it.
const addedQuery = "added"

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
	id, err := models.ParseID(r.URL.Query().Get(addedQuery))
	if err != nil {
		return
	}
	for _, item := range v.cart.Products {
		if item.Product == id {
			v.added = id
		}
	}
}

// errUnsure is that of an addition of which nobody can say whether it was made.
var errUnsure = errors.New("pages: the cart has changed since this was sent, maybe by this")

// addOnce puts what a form asks for into its cart, and makes the visitor's cart when there is none.
// A form that a script sends again because its answer was lost is known by its id. Where that id is
// forgotten (the shop was started anew, or another process had it), the cart itself tells: one that
// nothing has changed since then has not got it.
func (p *Pages) addOnce(ctx context.Context, form cartForm) (models.Cart, error) {
	add := func() (cart models.Cart, err error) {
		if err = p.untouched(ctx, form); err != nil {
			return cart, err
		}
		cart, _, err = p.shop.AddToCart(ctx, form.cart.id, form.item())
		if form.cart.own && isCartGone(err) {
			cart, _, err = p.shop.StartCart(ctx, form.item())
		}
		return cart, err
	}
	if form.act == "" {
		return add()
	}
	item := form.item()
	id := strings.Join([]string{
		form.act, form.cart.base, item.Product.String(), item.Variant.String(), strconv.FormatInt(item.Quantity, 10),
	}, " ")
	cart, repeated, err := p.additions.once(ctx, id, add)
	if !repeated || err != nil {
		return cart, err
	}
	now, err := p.shop.Carts.Get(ctx, cart.ID)
	if errors.Is(err, dao.ErrNotFound) { // it was emptied away meanwhile; that it was added stays true
		return cart, nil
	}
	return now, err
}

// clockSlack is by how much the clocks of two processes of one shop may differ.
const clockSlack = 2 * time.Second

// untouched refuses an addition that is sent again when its cart may have got it already.
func (p *Pages) untouched(ctx context.Context, form cartForm) error {
	if form.ago == 0 || form.cart.id.IsZero() {
		return nil
	}
	cart, err := p.shop.Carts.Get(ctx, form.cart.id)
	switch {
	case errors.Is(err, dao.ErrNotFound):
		return nil
	case err != nil:
		return err
	case cart.Quantity(form.item().Choice()) == 0 || cart.UpdatedAt.Std().Before(time.Now().Add(-form.ago-clockSlack)):
		return nil
	}
	return errUnsure
}

// readAgo reads for how many milliseconds a script has known of no answer.
func readAgo(text string) time.Duration {
	return time.Duration(between(text, 0, 0, int(24*time.Hour/time.Millisecond))) * time.Millisecond
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

// additions remembers the forms that were taken last by their ids.
type additions struct {
	mu    sync.Mutex
	known map[string]*addition
	order []string
}

type addition struct {
	done chan struct{}
	cart models.Cart
	err  error
}

const additionsMost = 2_000

// once lets an addition be made once: who sends it again, even while it is being made, gets what has
// become of it. One that has failed is forgotten.
func (a *additions) once(
	ctx context.Context, id string, add func() (models.Cart, error),
) (cart models.Cart, repeated bool, err error) {
	one, repeated := a.begin(id)
	if repeated {
		select {
		case <-one.done:
			return one.cart, true, one.err
		case <-ctx.Done():
			return models.Cart{}, true, context.Cause(ctx)
		}
	}
	one.err = errUnsure // where add panics
	defer func() {
		if one.err != nil {
			a.mu.Lock()
			delete(a.known, id)
			a.mu.Unlock()
		}
		close(one.done)
	}()
	one.cart, one.err = add()
	return one.cart, false, one.err
}

func (a *additions) begin(id string) (one *addition, repeated bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if one, repeated = a.known[id]; repeated {
		return one, true
	}
	if len(a.order) >= additionsMost {
		delete(a.known, a.order[0])
		a.order = a.order[1:]
	}
	one = &addition{done: make(chan struct{})}
	a.known[id], a.order = one, append(a.order, id)
	return one, false
}
