package pages

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

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
	asking := ctx
	ctx = context.WithoutCancel(ctx) // who has not waited for the answer asks again what has become of it
	item := form.item()
	id := strings.Join([]string{
		form.act, form.cart.base, item.Product.String(), item.Variant.String(), strconv.FormatInt(item.Quantity, 10),
	}, " ")
	cart, repeated, err := p.additions.once(asking, id, add)
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
	case cart.Quantity(form.item().Choice()) == 0,
		cart.UpdatedAt.Std().Before(time.Now().Add(-form.ago - clockSlack)):
		return nil
	}
	return errUnsure
}

// readAgo reads for how many milliseconds a script has known of no answer.
func readAgo(text string) time.Duration {
	return time.Duration(between(text, 0, 0, int(24*time.Hour/time.Millisecond))) * time.Millisecond
}

// additions remembers the forms that were taken last by their ids.
type additions struct {
	mu    sync.Mutex
	known map[string]*addition
	order []string
}

type addition struct {
	done chan struct{}
	cart models.ID
	err  error
}

const (
	additionsMost = 2_000
	maxAct        = 64 // bytes of an id
)

// once lets an addition be made once: who sends it again, even while it is being made, gets what has
// become of it, and of the cart the id. One that has failed is forgotten.
func (a *additions) once(
	ctx context.Context, id string, add func() (models.Cart, error),
) (cart models.Cart, repeated bool, err error) {
	one, repeated := a.begin(id)
	if repeated {
		select {
		case <-one.done:
			return models.Cart{ID: one.cart}, true, one.err
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
	cart, one.err = add()
	one.cart = cart.ID
	return cart, false, one.err
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
