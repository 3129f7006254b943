package shoptest

import (
	"errors"
	"slices"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
)

// order is the model of an order.
type order struct {
	state      models.OrderState
	pickup     bool
	awaited    bool
	total      models.Money
	paid, back models.Money
	until      time.Time
	lines      []models.Item
	refunded   []int64
}

func (o *order) holds() bool { return o.state.Holds() }

func (o *order) release(r *random, back bool) {
	for _, item := range o.lines {
		if shelf := r.shelves[item.Product]; shelf != nil {
			f := shelf.figures[item.Variant]
			if f.held -= item.Quantity; back {
				f.stock += item.Quantity
			}
		}
	}
}

// cart fills one with what can be bought now.
func (r *random) cart() (models.Cart, bool) {
	var cart models.Cart
	for range 1 + r.IntN(3) {
		if choice, f, there := r.choice(); there && !r.shelves[choice.Product].off && f.stock > 0 {
			cart.Set(choice, 1+r.Int64N(f.stock))
		}
	}
	if len(cart.Products) == 0 {
		return cart, false
	}
	cart, _, err := r.shop.CreateCart(r.t.Context(), cart)
	return cart, r.check("cart", err, true)
}

func (r *random) place() {
	cart, some := r.cart()
	switch {
	case !some:
	case r.IntN(4) == 0 && len(r.carts) < 20: // for later
		r.carts = append(r.carts, cart)
	default:
		r.order(cart)
	}
}

// stale orders a cart that was filled a while ago.
func (r *random) stale() {
	if len(r.carts) == 0 {
		return
	}
	i := r.IntN(len(r.carts))
	cart := r.carts[i]
	r.carts = slices.Delete(r.carts, i, i+1)
	r.order(cart)
}

func (r *random) order(cart models.Cart) {
	asked := shop.OrderRequest{
		ID: models.NewID(time.Now()), Cart: cart.ID, Buyer: models.Buyer{Name: "Ana"},
		Delivery: models.OrderDelivery{Way: []string{"pickup", "zone"}[r.IntN(2)], Address: models.Address{Street: "Mitre 3"}},
		Payment:  models.OrderPayment{Way: []string{models.PayCash, models.PayTransfer}[r.IntN(2)]},
	}
	enough := true
	for _, item := range cart.Products {
		s := r.shelves[item.Product]
		enough = enough && s != nil && !s.off && s.figures[item.Variant].stock >= item.Quantity
	}
	placed, _, err := r.shop.PlaceOrder(r.t.Context(), shop.Sender{Who: shop.Machine}, asked)
	if _, changed := errors.AsType[shop.OrderChanged](err); !r.check("place", err, enough) {
		if !enough && !changed {
			r.t.Errorf("place: %v", err)
		}
		return
	}
	again, receipt, err := r.shop.PlaceOrder(r.t.Context(), shop.Sender{Who: shop.Machine}, asked)
	if err != nil || !receipt.Repeated || again.Secret != placed.Secret {
		r.t.Errorf("placed again: %+v, %v", receipt, err)
	}
	if now, err := r.shop.Carts.Get(r.t.Context(), cart.ID); err != nil || len(now.Products) > 0 {
		r.t.Errorf("the cart holds %v still, %v", now.Products, err)
	}
	o := placed.Order
	if o.Number != int64(len(r.ids)+1) {
		r.t.Errorf("number %d after %d orders", o.Number, len(r.ids))
	}
	for _, item := range cart.Products {
		f := r.shelves[item.Product].figures[item.Variant]
		f.stock, f.held = f.stock-item.Quantity, f.held+item.Quantity
	}
	r.ids = append(r.ids, o.ID)
	r.orders[o.ID] = &order{
		state: models.OrderPlaced, pickup: asked.Delivery.Way == "pickup",
		awaited: asked.Payment.Way == models.PayTransfer, total: o.Totals.Total, until: o.Until.Std(),
		lines: cart.Products, refunded: make([]int64, len(cart.Products)),
	}
}

func (r *random) anyOrder() (models.ID, *order, bool) {
	if len(r.ids) == 0 {
		return models.ID{}, nil, false
	}
	from := max(0, len(r.ids)-15)
	id := r.ids[from+r.IntN(len(r.ids)-from)]
	return id, r.orders[id], true
}

// step takes an order on, hands it over, or ends it.
func (r *random) step() {
	id, o, there := r.anyOrder()
	if !there {
		return
	}
	ctx, to, allowed := r.t.Context(), o.state, false
	var err error
	verb := r.IntN(5)
	if r.IntN(2) == 0 { // on, so that some are handed over
		verb = map[models.OrderState]int{models.OrderAccepted: 1, models.OrderReady: 3, models.OrderSent: 3}[o.state]
		if o.state == models.OrderAccepted && !o.pickup {
			verb = 2
		}
	}
	switch verb {
	case 0:
		to, allowed = models.OrderAccepted, o.state == models.OrderPlaced
		_, _, err = r.shop.AcceptOrder(ctx, shop.Machine, id)
	case 1:
		to, allowed = models.OrderReady, o.pickup && o.state == models.OrderAccepted
		_, _, err = r.shop.ReadyOrder(ctx, shop.Machine, id)
	case 2:
		to, allowed = models.OrderSent, !o.pickup && o.state == models.OrderAccepted
		_, _, err = r.shop.SendOrder(ctx, shop.Machine, id)
	case 3:
		to, allowed = models.OrderDone, o.state == models.OrderReady || o.state == models.OrderSent
		_, _, err = r.shop.FinishOrder(ctx, shop.Machine, id)
	case 4:
		to, allowed = models.OrderCancelled, o.holds()
		_, _, err = r.shop.CancelOrder(ctx, shop.Machine, id, "")
	}
	if r.check("to "+string(to)+" from "+string(o.state), err, allowed || o.state == to) && allowed {
		r.become(o, to)
	}
}

func (r *random) become(o *order, to models.OrderState) {
	held := o.holds()
	if o.state = to; held && !o.holds() {
		o.release(r, !to.HandedOver())
	}
}

func (r *random) pay() {
	id, o, there := r.anyOrder()
	if !there || o.total == 0 {
		return
	}
	amount := cent * models.Money(1+r.Int64N(int64(o.total/cent)))
	due := o.total - o.paid
	_, _, err := r.shop.OrderPaid(r.t.Context(), shop.Machine, id, shop.Money{Amount: &amount})
	if r.check("pay", err, amount <= due) {
		o.paid += amount
	}
}

func (r *random) refund() {
	id, o, there := r.anyOrder()
	if !there {
		return
	}
	i := r.IntN(len(o.lines))
	amount := cent * models.Money(1+r.IntN(50))
	if left := o.paid - o.back; r.IntN(2) == 0 { // just all of it, or one more
		amount = max(cent, left+cent*models.Money(r.IntN(2)))
	}
	refund, n, possible := shop.Refund{Money: shop.Money{Amount: &amount}}, int64(0), true
	if r.IntN(2) == 0 { // pieces, whose price it is
		n = 1 + r.Int64N(o.lines[i].Quantity)
		now, err := r.shop.Order(r.t.Context(), shop.Machine, id)
		if err != nil {
			r.t.Error(err)
			return
		}
		amount = now.Lines[i].Unit * models.Money(n)
		refund = shop.Refund{Lines: []shop.RefundLine{{Line: i, Quantity: n}}, Restock: true}
		possible = o.state.HandedOver() && o.refunded[i]+n <= o.lines[i].Quantity
	}
	_, _, err := r.shop.RefundOrder(r.t.Context(), shop.Machine, id, refund)
	if r.check("refund", err, possible && amount <= o.paid-o.back) {
		o.back, o.refunded[i] = o.back+amount, o.refunded[i]+n
		if s := r.shelves[o.lines[i].Product]; s != nil {
			s.figures[o.lines[i].Variant].stock += n
		}
	}
}

// pass lets half a day pass, and what nobody has paid end.
func (r *random) pass() {
	if r.wait == nil {
		return
	}
	r.wait(12 * time.Hour)
	r.now = time.Now()
	want := 0
	for _, o := range r.orders {
		open := o.state == models.OrderPlaced || o.state == models.OrderAccepted && o.awaited
		if !open || o.paid > 0 || o.until.After(r.now) {
			continue
		}
		want++
		if o.state == models.OrderPlaced {
			r.become(o, models.OrderExpired)
		} else {
			r.become(o, models.OrderCancelled)
		}
	}
	if n, err := r.shop.ExpireOrders(r.t.Context()); err != nil || n != want {
		r.t.Errorf("%d have ended, and the model says %d: %v", n, want, err)
	}
}
