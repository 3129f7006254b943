package pages

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

// orderCookie keeps the id under which the visitor's cart becomes an order, so that he finds it when
// the answer was lost. It opens nothing without the cart.
const (
	orderCookie      = "order"
	orderCookieLasts = 30 * 24 * time.Hour
)

// checkoutForm is what the visitor has filled in, and what has become of it.
type checkoutForm struct {
	id                models.ID
	before            string // where the order is that was made of the cart before
	values            url.Values
	asked             shop.OrderRequest
	delivery, payment string // the ways that are chosen
	wrong             models.Invalid
	refused           error // why nothing was placed
	asksAgain         bool  // the cart is not as the visitor saw it
	saw               []sawLine
	sums              map[string]sawSum // by each way of delivering, as the visitor saw them
	moved             bool              // the shop says something else of the chosen way than he saw
}

// checkoutFields are the fields, as refusals name them.
var checkoutFields = []string{
	"buyer.name", "buyer.email", "buyer.phone", "delivery.way", "delivery.address", "delivery.address.street", "delivery.address.city",
	"delivery.address.province", "delivery.address.postcode", "delivery.address.country", "payment.way", "note",
}

// fieldName is how the form names a field.
func fieldName(name string) string {
	name = strings.TrimSuffix(name, ".way")
	return name[strings.LastIndexByte(name, '.')+1:]
}

func (p *Pages) readCheckout(r *http.Request) (f checkoutForm, err error) {
	if f.values, err = readForm(r); err != nil {
		return f, err
	}
	text := func(name string) string { return unixLines(f.values.Get(name)) }
	if f.id, err = models.ParseID(text("_id")); err != nil || f.id.IsZero() {
		f.id, _ = models.ParseID(newFormID())
	}
	cart, _ := models.ParseID(p.held(r, cartCookie)) // who has none has nothing to order
	f.delivery, f.payment = text("delivery"), text("payment")
	total := models.Money(-1) // which nobody has seen
	f.asked = shop.OrderRequest{
		ID: f.id, Cart: cart, Note: text("note"), Seen: &total,
		Buyer:   models.Buyer{Name: text("name"), Email: text("email"), Phone: text("phone")},
		Payment: models.OrderPayment{Way: f.payment},
		Delivery: models.OrderDelivery{Way: f.delivery, Address: models.Address{
			Street: text("street"), City: text("city"), Province: text("province"),
			Postcode: text("postcode"), Country: text("country"),
		}},
	}
	f.sums = map[string]sawSum{}
	for _, one := range f.values["seen"] {
		if way, sum, is := parseSum(one); is && len(f.sums) < models.MaxItems {
			f.sums[way] = sum
		}
	}
	if sum, is := f.sums[f.delivery]; is {
		total, f.asked.SeenIn = sum.total, &sum.currency
	}
	for _, one := range f.values["line"] {
		if line, is := parseSaw(one); is && len(f.saw) < models.MaxItems {
			f.saw = append(f.saw, line)
		}
	}
	return f, nil
}

// PlaceOrder makes an order of the visitor's cart, and leads to it. Sent again it leads to the same
// one.
func (p *Pages) PlaceOrder(w http.ResponseWriter, r *http.Request) {
	form, err := p.readCheckout(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	r = p.session.BeginVisit(w, r)
	p.keep(w, r, orderCookie, form.id.String(), orderCookieLasts)
	if form.delivery == "" {
		form.wrong.Add("delivery.way", models.Choose, nil, "")
	}
	if form.payment == "" {
		form.wrong.Add("payment.way", models.Choose, nil, "")
	}
	err = p.meetDelivery(r.Context(), &form)
	if form.wrong != nil { // then all that is wrong is said at once
		form.wrong = append(form.wrong, form.asked.Check()...)
		err = cmp.Or(err, form.wrong.Err())
	}
	var placed shop.Placed
	if err == nil && form.moved {
		if err = form.asked.Check().Err(); err == nil {
			err = shop.OrderChanged{}
		}
	}
	if err == nil {
		placed, _, err = p.shop.PlaceOrder(r.Context(), p.clients.Sender(r), form.asked)
	}
	if err != nil {
		if before := p.orderedBefore(r.Context(), form); before != "" {
			http.Redirect(w, r, before, http.StatusSeeOther)
			return
		}
		p.refuseCheckout(w, r, form, err)
		return
	}
	http.Redirect(w, r, placed.Link(), http.StatusSeeOther)
}

// saysBefore has the page of an order say that it was placed before what was typed last.
const saysBefore = "before"

// orderedBefore is where the order is that another tab has made of the cart, which is empty since: it is
// not what this form says, and its page tells so. Where there is something in the cart again, that is
// to be ordered.
func (p *Pages) orderedBefore(ctx context.Context, form checkoutForm) string {
	known, err := p.shop.OrderOfCart(ctx, form.id, form.asked.Cart)
	if err != nil {
		return ""
	}
	if cart, err := p.shop.Carts.Get(ctx, form.asked.Cart); err == nil && len(cart.Products) > 0 {
		return ""
	}
	return known.Link() + "?" + saysBefore + "=1"
}

// meetDelivery looks at the way that is chosen. Where the goods go to no address it leaves one out, which
// may have been typed before the visitor chose to come for them; and it notes whether the shop says
// something else of the way than the visitor saw.
func (p *Pages) meetDelivery(ctx context.Context, form *checkoutForm) error {
	settings, err := p.shop.Settings(ctx)
	for _, d := range settings.WithStart().Deliveries {
		if d.Way != form.delivery {
			continue
		}
		if d.Kind == models.DeliverPickup {
			form.asked.Delivery.Address = models.Address{}
		}
		saw := form.sums[d.Way].terms
		form.moved = saw != "" && saw != termsOf(d)
	}
	return err
}

// refuseCheckout shows the page again, with what was typed and why nothing was placed. Where the
// cart is no longer as the visitor saw it, it is brought up to date first, and the page asks again.
func (p *Pages) refuseCheckout(w http.ResponseWriter, r *http.Request, form checkoutForm, err error) {
	form.refused = err
	if form.wrong == nil {
		form.wrong = refusedFields(err)
	}
	problem := frame.ProblemOf(err)
	_, changed := errors.AsType[shop.OrderChanged](err)
	conflict, taken := errors.AsType[dao.Conflict](err)
	known := changed || taken || form.wrong != nil || problem.Status == http.StatusTooManyRequests || errors.Is(err, dao.ErrUnknown) || isCartGone(err)
	if taken && conflict.Field == "_id" { // of some other order: this one gets another
		form.id, _ = models.ParseID(newFormID())
		p.keep(w, r, orderCookie, form.id.String(), orderCookieLasts)
	}
	if !known {
		p.Fail(w, r, err)
		return
	}
	problem.Headers(w)
	p.refill(w, r, problem.Status, "checkout", "/checkout", func(ctx context.Context, v *visit) (any, error) {
		if form.asksAgain = changed; changed {
			was, err := p.shop.Bill(ctx, v.cart)
			if err != nil {
				return nil, err
			}
			form.sawAll(was)
			cart, receipt, err := p.shop.AmendCart(ctx, form.asked.Cart)
			if err != nil {
				return nil, err
			}
			if v.cart = cart; receipt.Position.Epoch != "" {
				v.position = receipt.Position
			}
		}
		return p.checkoutSheet(ctx, v, form)
	})
}

// notice says in a sentence why nothing was placed; "" where that stands beside a field.
func (f checkoutForm) notice(voice *views.Voice) string {
	if f.refused == nil {
		return ""
	}
	open, tooMany := errors.AsType[shop.TooManyOpen](f.refused)
	fast, tooFast := errors.AsType[shop.TooFast](f.refused)
	minutes := func(d time.Duration) int64 { return max(1, int64((d+time.Minute-1)/time.Minute)) }
	switch {
	case f.asksAgain:
		return voice.Say("checkout.changed", nil)
	case tooMany:
		return voice.Say("checkout.open", map[string]any{"n": int64(open.Most)})
	case tooFast:
		return voice.Say("checkout.fast", map[string]any{"n": minutes(fast.RetryAfter)})
	case errors.Is(f.refused, dao.ErrUnknown):
		return voice.Say("checkout.unknown", nil)
	case f.wrong.Has("cart") || isCartGone(f.refused):
		return ""
	case f.wrong.Has("lines"):
		return voice.Say("checkout.dear", nil)
	}
	n := 0
	for _, name := range checkoutFields {
		if f.wrong.Has(name) {
			n++
		}
	}
	return voice.Say("checkout.refused", map[string]any{"n": int64(max(1, n))})
}

// again is the form as it was typed, with what is wrong beside each field.
func (f checkoutForm) again(voice *views.Voice) typedForm {
	form := typedForm{}
	for _, name := range checkoutFields {
		one := field{Value: typed(f.values, fieldName(name))}
		for _, problem := range f.wrong {
			if problem.Field == name && one.Problem == "" {
				one.Problem = voice.Problem(problem)
			}
		}
		form[fieldName(name)] = one
	}
	return form
}

func isOrderMissing(err error) bool {
	missing, is := errors.AsType[shop.Missing](err)
	return is && missing.Kind == "order"
}

// sawAll notes of each line that the visitor saw what the cart and the catalogue have of it, before
// the cart is brought up to date. What the cart has not another tab has taken out.
func (f *checkoutForm) sawAll(bill shop.Bill) {
	for i := range f.saw {
		saw := &f.saw[i]
		at := slices.IndexFunc(bill.Lines, func(l shop.Line) bool { return l.Choice() == saw.of })
		if at < 0 {
			continue
		}
		line := bill.Lines[at]
		if line.Product != nil {
			saw.title = titleOf(line)
		}
		if saw.now = "out"; line.IsGone() {
			saw.now = "gone"
		}
	}
}
