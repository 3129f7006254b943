package pages

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// formCart is the cart that a form is about: the visitor's own, or the one that the address names.
type formCart struct {
	id   models.ID // zero when the visitor has none yet
	base string
	own  bool
}

func (p *Pages) cartOf(r *http.Request) (formCart, error) {
	if r.PathValue("cid") == "" {
		id, _ := models.ParseID(p.held(r, cartCookie)) // a cookie that names no cart is as good as none
		return formCart{id: id, base: "/cart", own: true}, nil
	}
	id, err := pageID(r, "cid")
	return formCart{id: id, base: "/carts/" + id.String()}, err
}

// cartForm is what the forms of a cart have in common: the cart, the product and the quantity.
type cartForm struct {
	cart     formCart
	product  models.ID
	variant  models.ID
	typed    string
	step     bool // a step from what the page showed, which is not typed and not shown again
	quantity int64
	problems models.Invalid

	from string        // the page that it stands on, to go back to; "" where it does not say
	act  string        // tells the sending again of a form from another one; "" where a browser sends it
	ago  time.Duration // since it was sent for the first time, where that had no answer
}

// readCartForm reads a form; other is the quantity as typed when it has none.
func (p *Pages) readCartForm(r *http.Request, other string) (cartForm, error) {
	values, err := readForm(r)
	if err != nil {
		return cartForm{}, err
	}
	f := cartForm{typed: other}
	if f.cart, err = p.cartOf(r); err != nil {
		return f, err
	}
	if f.product, err = pageID(r, "pid"); err != nil {
		return f, err
	}
	f.variant, _ = models.ParseID(values.Get("variant")) // what is none is as good as none: the shop asks for one then
	if values.Has("quantity") {
		f.typed = typed(values, "quantity")
	}
	if f.step = values.Has("step"); f.step {
		f.typed = typed(values, "step")
	}
	f.from, f.ago = values.Get("to"), readAgo(values.Get("ago"))
	if act := values.Get("act"); len(act) <= maxAct {
		f.act = act
	}
	f.quantity = models.Notation{}.Whole(&f.problems, "quantity", f.typed, models.MaxQuantity)
	if f.problems == nil {
		f.problems, _ = errors.AsType[models.Invalid](shop.CheckQuantity(f.quantity))
	}
	return f, nil
}

func (f cartForm) item() models.Item {
	return models.Item{Product: f.product, Variant: f.variant, Quantity: f.quantity}
}

// SetQuantity changes how many of a product are in a cart. One that was taken out meanwhile comes
// back, as by the API.
func (p *Pages) SetQuantity(w http.ResponseWriter, r *http.Request) {
	form, err := p.readCartForm(r, "")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	if form.problems != nil {
		p.refuseQuantity(w, r, form, form.problems)
		return
	}
	p.changeCart(w, r, form, func(check shop.Check[models.Cart]) (models.Cart, dao.Receipt, error) {
		cart, receipt, err := p.shop.SetQuantity(r.Context(), form.cart.id, form.item(), check)
		if form.cart.own && isCartGone(err) {
			if cart, receipt, err = p.shop.StartCart(r.Context(), form.item()); err == nil {
				p.keep(w, r, cartCookie, cart.ID.String(), frame.Year)
			}
		}
		return cart, receipt, err
	})
}

// refuseQuantity shows the cart again, with what is wrong beside the quantity that was typed; where
// the cart has no such line, the product.
func (p *Pages) refuseQuantity(w http.ResponseWriter, r *http.Request, form cartForm, err error) {
	cart, unknown := p.shop.Carts.Get(r.Context(), form.cart.id)
	if unknown != nil && !(form.cart.own && isCartGone(unknown)) {
		p.Fail(w, r, unknown)
		return
	}
	if cart.Quantity(form.item().Choice()) == 0 {
		p.refuseAddition(w, r, form, err)
		return
	}
	p.refill(w, r, frame.ProblemOf(err).Status, "cart", form.cart.base, func(ctx context.Context, v *visit) (any, error) {
		cart := v.cart
		if !form.cart.own {
			var err error
			if cart, err = p.shop.Carts.Get(ctx, form.cart.id); err != nil {
				return nil, err
			}
		}
		typed := strings.TrimSpace(form.typed)
		if form.step {
			typed = strconv.FormatInt(cart.Quantity(form.item().Choice()), 10)
		}
		again := retyped{form.item().Choice(), field{typed, v.voice.Problem(form.problems[0])}}
		return p.cartSheet(ctx, v, cart, form.cart.base, again)
	})
}

// ChooseInCart makes a line that is of no variant, or of one that is gone, one of the variant that the
// visitor has chosen.
func (p *Pages) ChooseInCart(w http.ResponseWriter, r *http.Request) {
	form, err := p.readCartForm(r, "1")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	of := models.Choice{Product: form.product}
	of.Variant, _ = models.ParseID(r.PostForm.Get("of"))
	p.changeCart(w, r, form, func(check shop.Check[models.Cart]) (models.Cart, dao.Receipt, error) {
		return p.shop.ChooseVariant(r.Context(), form.cart.id, of, form.variant, check)
	})
}

// RemoveFromCart takes a line out of a cart, be its product in the catalogue or not.
func (p *Pages) RemoveFromCart(w http.ResponseWriter, r *http.Request) {
	cart, err := p.cartOf(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	product, err := pageID(r, "pid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	values, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	of := models.Choice{Product: product}
	of.Variant, _ = models.ParseID(values.Get("variant"))
	p.changeCart(w, r, cartForm{cart: cart}, func(check shop.Check[models.Cart]) (models.Cart, dao.Receipt, error) {
		return p.shop.RemoveLine(r.Context(), cart.id, of, check)
	})
}

// EmptyCart takes everything out of a cart.
func (p *Pages) EmptyCart(w http.ResponseWriter, r *http.Request) {
	cart, err := p.cartOf(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	p.changeCart(w, r, cartForm{cart: cart}, func(check shop.Check[models.Cart]) (models.Cart, dao.Receipt, error) {
		return p.shop.EmptyCart(r.Context(), cart.id, check)
	})
}

// changeCart changes a cart by a verb of the shop and goes back to it. The visitor's own cart that
// is gone is as good as empty.
func (p *Pages) changeCart(
	w http.ResponseWriter, r *http.Request, form cartForm, change func(shop.Check[models.Cart]) (models.Cart, dao.Receipt, error),
) {
	cart := form.cart
	values, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	act := undo{Did: "changed", Back: cart.base}
	now, receipt, err := change(func(was, now models.Cart) error {
		if now.Same(was) {
			return nil
		}
		act.Cart = new(was.Clone())
		if len(now.Products) == 0 {
			act.Did = "emptied"
		}
		if isSure(values) {
			return nil
		}
		return act.check()
	})
	form.problems = refusedFields(err)
	switch {
	case form.problems != nil:
		p.refuseQuantity(w, r, form, err)
		return
	case errors.Is(err, errNoUndo):
		p.ask(w, r, values, act.Did, cart.base)
		return
	case err != nil && !(cart.own && isCartGone(err)):
		p.Fail(w, r, err)
		return
	case err == nil && !receipt.Repeated && act.Cart != nil:
		act.Rev = now.Rev
		p.offer(w, r, act)
	}
	p.lead(w, r, cart.base)
}

// refusedFields are those that a verb of the shop refuses; nil where it fails in another way.
func refusedFields(err error) models.Invalid {
	if missing, is := errors.AsType[shop.Missing](err); is {
		return missing.Problems
	}
	invalid, _ := errors.AsType[models.Invalid](err)
	return invalid
}

func isCartGone(err error) bool {
	missing, is := errors.AsType[shop.Missing](err)
	return is && missing.Kind == "cart"
}
