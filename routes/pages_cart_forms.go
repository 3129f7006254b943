package routes

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// formCart is the cart that a form is about: the visitor's own, or the one that the address names.
type formCart struct {
	id   models.ID // zero when the visitor has none yet
	base string
	own  bool
}

func cartOf(r *http.Request) (formCart, error) {
	if r.PathValue("cid") == "" {
		id, _ := models.ParseID(cookie(r, cartCookie)) // a cookie that names no cart is as good as none
		return formCart{id: id, base: "/cart", own: true}, nil
	}
	id, err := pageID(r, "cid")
	return formCart{id: id, base: "/carts/" + id.String()}, err
}

// cartForm is what the forms of a cart have in common: the cart, the product and the quantity.
type cartForm struct {
	cart     formCart
	product  models.ID
	typed    string
	quantity int64
	problems models.Invalid
}

// readCartForm reads a form; other is the quantity as typed when it has none.
func readCartForm(r *http.Request, other string) (cartForm, error) {
	values, err := readForm(r)
	if err != nil {
		return cartForm{}, err
	}
	f := cartForm{typed: other}
	if f.cart, err = cartOf(r); err != nil {
		return f, err
	}
	if f.product, err = pageID(r, "pid"); err != nil {
		return f, err
	}
	if values.Has("quantity") {
		f.typed = typed(values, "quantity")
	}
	f.quantity = models.Notation{}.Whole(&f.problems, "quantity", f.typed, models.MaxQuantity)
	if f.problems == nil && f.quantity < 1 {
		f.problems.Add("quantity", models.TooSmall, 1, "")
	}
	if f.problems == nil && f.quantity > models.MaxQuantity {
		f.problems.Add("quantity", models.TooLarge, models.MaxQuantity, "")
	}
	return f, nil
}

// addToCart puts a product into a cart, and makes the visitor's cart when there is none.
func (p *pages) addToCart(w http.ResponseWriter, r *http.Request) {
	form, err := readCartForm(r, "1")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	product, err := p.store.Products.Get(r.Context(), form.product)
	if errors.Is(err, dao.ErrNotFound) {
		p.refill(w, r, http.StatusNotFound, "products", "/products", func(ctx context.Context, v *visit) (any, error) {
			page, err := p.productsSheet(ctx, v, readFilter(nil))
			page.Refused = v.voice.Say("product.gone", nil)
			return page, err
		})
		return
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if form.problems != nil || !product.Available() {
		p.refuseAddition(w, r, form, !product.Available())
		return
	}
	id, err := p.addItem(r.Context(), form)
	if invalid, refused := errors.AsType[models.Invalid](err); refused {
		form.problems = invalid
		p.refuseAddition(w, r, form, false)
		return
	}
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if form.cart.own {
		p.setCookie(w, r, cartCookie, id.String(), aYear)
	}
	http.Redirect(w, r, form.cart.base, http.StatusSeeOther)
}

// addItem returns the id of the cart that the product is in now.
func (p *pages) addItem(ctx context.Context, form cartForm) (models.ID, error) {
	err := dao.ErrNotFound
	if !form.cart.id.IsZero() {
		_, _, err = p.store.Carts.Update(ctx, form.cart.id, func(cart *models.Cart) error {
			cart.Add(form.product, form.quantity)
			return nil
		})
	}
	if !form.cart.own || !errors.Is(err, dao.ErrNotFound) {
		return form.cart.id, err
	}
	cart, _, err := p.store.Carts.Create(ctx, models.Cart{Products: []models.Item{{Product: form.product, Quantity: form.quantity}}})
	return cart.ID, err
}

// refuseAddition shows the product again, with why it was not added.
func (p *pages) refuseAddition(w http.ResponseWriter, r *http.Request, form cartForm, unavailable bool) {
	status := http.StatusBadRequest
	if unavailable {
		status = http.StatusConflict
	}
	here := "/products/" + form.product.String()
	p.refill(w, r, status, "product", here, func(ctx context.Context, v *visit) (any, error) {
		page, err := p.productSheet(ctx, v, form.product)
		if unavailable {
			page.Refused = v.voice.Say("product.refused", nil)
			return page, err
		}
		page.Quantity = field{form.typed, ""}
		for _, problem := range form.problems {
			if problem.Rule == models.TooMany {
				page.Refused = v.voice.Say("cart.full", nil)
			} else {
				page.Quantity.Problem = v.voice.Problem(problem)
			}
		}
		return page, err
	})
}

// setQuantity changes how many of a product are in a cart. One that was taken out meanwhile stays
// out.
func (p *pages) setQuantity(w http.ResponseWriter, r *http.Request) {
	form, err := readCartForm(r, "")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	if form.problems != nil {
		p.refuseQuantity(w, r, form)
		return
	}
	p.changeCart(w, r, form.cart, func(cart *models.Cart) error {
		for i := range cart.Products {
			if cart.Products[i].Product == form.product {
				cart.Products[i].Quantity = form.quantity
			}
		}
		return nil
	})
}

// refuseQuantity shows the cart again, with what is wrong beside the quantity that was typed.
func (p *pages) refuseQuantity(w http.ResponseWriter, r *http.Request, form cartForm) {
	p.refill(w, r, http.StatusBadRequest, "cart", form.cart.base, func(ctx context.Context, v *visit) (any, error) {
		cart := v.cart
		if !form.cart.own {
			var err error
			if cart, err = p.store.Carts.Get(ctx, form.cart.id); err != nil {
				return nil, err
			}
		}
		again := retyped{form.product, field{strings.TrimSpace(form.typed), v.voice.Problem(form.problems[0])}}
		return p.cartSheet(ctx, v, cart, form.cart.base, again)
	})
}

// removeFromCart takes a product out of a cart, be it in the catalogue or not.
func (p *pages) removeFromCart(w http.ResponseWriter, r *http.Request) {
	cart, err := cartOf(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	product, err := pageID(r, "pid")
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.changeCart(w, r, cart, func(cart *models.Cart) error {
		cart.Remove(product)
		return nil
	})
}

// emptyCart takes everything out of a cart.
func (p *pages) emptyCart(w http.ResponseWriter, r *http.Request) {
	cart, err := cartOf(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	p.changeCart(w, r, cart, func(cart *models.Cart) error {
		cart.Products = nil
		return nil
	})
}

// changeCart changes a cart and goes back to it. The visitor's own cart that is gone is as good as
// empty.
func (p *pages) changeCart(w http.ResponseWriter, r *http.Request, cart formCart, change func(*models.Cart) error) {
	form, err := readForm(r)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	act := undo{Did: "changed", Back: cart.base}
	now, receipt, err := p.store.Carts.Update(r.Context(), cart.id, func(now *models.Cart) error {
		was := now.Clone()
		if err := change(now); err != nil || now.Same(was) {
			return err
		}
		act.Cart = &was
		if len(now.Products) == 0 {
			act.Did = "emptied"
		}
		if isSure(form) {
			return nil
		}
		return act.check()
	})
	switch {
	case errors.Is(err, errNoUndo):
		p.ask(w, r, form, act.Did, cart.base)
		return
	case err != nil && !(cart.own && errors.Is(err, dao.ErrNotFound)):
		p.fail(w, r, err)
		return
	case err == nil && !receipt.Repeated:
		act.Rev = now.Rev
		p.offer(w, r, act)
	}
	http.Redirect(w, r, cart.base, http.StatusSeeOther)
}
