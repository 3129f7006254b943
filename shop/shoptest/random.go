// Package shoptest is how a shop is proved, on whatever engine its store lies.
package shoptest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// Random does so many random acts to an empty shop (place, accept, hand over, cancel, pay, refund, edit
// stock, count, take off sale, import, delete), and holds the outcome of each, and every figure, to a
// model of what it must be. wait lets time pass, so that orders end by themselves; nil where it cannot.
func Random(t *testing.T, s *shop.Shop, acts int, seed uint64, wait func(time.Duration)) {
	t.Helper()
	t.Logf("seed %d", seed)
	r := &random{
		t: t, shop: s, Rand: rand.New(rand.NewPCG(seed, seed)), wait: wait, seed: seed,
		shelves: map[models.ID]*shelf{}, orders: map[models.ID]*order{}, now: time.Now(),
	}
	if _, _, err := s.ChangeSettings(t.Context(), shop.Machine, ways); err != nil {
		t.Fatal(err)
	}
	all := []func(){
		r.place, r.place, r.place, r.stale, r.step, r.step, r.step, r.pay, r.refund, r.setStock, r.count, r.offSale, r.add,
		r.importOne, r.remove, r.pass,
	}
	for r.act = range acts {
		all[r.IntN(len(all))]()
		if r.act%50 == 0 || t.Failed() {
			r.compare()
		}
		if t.Failed() {
			t.Fatalf("at act %d of seed %d", r.act, seed)
		}
	}
	r.compare()
}

// ways has a shop deliver, too, and take transfers.
func ways(settings *models.Settings) error {
	settings.Payments = []models.Payment{
		{Way: models.PayCash}, {Way: models.PayTransfer, Accounts: []models.Account{{Name: "Alias", Text: "lo.de.ana"}}},
	}
	settings.Deliveries = []models.Delivery{
		{Way: "pickup", Kind: models.DeliverPickup, Address: "Defensa 1"}, {Way: "zone", Kind: models.DeliverZone, Name: "Moto"},
	}
	return nil
}

type random struct {
	*rand.Rand
	t    *testing.T
	shop *shop.Shop
	wait func(time.Duration)
	seed uint64
	act  int
	made int
	now  time.Time

	shelves map[models.ID]*shelf // by the product, of which a variant may be the one that is sold
	orders  map[models.ID]*order
	ids     []models.ID // of orders, in the order of their placing
	carts   []models.Cart
}

// shelf is the model of a product. Its variants are sold by their ids.
type shelf struct {
	figures map[models.ID]*figure // by the variant; zero without
	off     bool
}

type figure struct{ stock, held int64 }

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

func (r *random) check(what string, err error, want bool) bool {
	r.t.Helper()
	if (err == nil) != want {
		r.t.Errorf("%s: %v, and the model says it is done: %v", what, err, want)
	}
	return want && err == nil
}

// product returns one that there is, by chance.
func (r *random) product() (models.ID, *shelf, bool) {
	ids := make([]models.ID, 0, len(r.shelves))
	for id := range r.shelves {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return models.ID{}, nil, false
	}
	slices.SortFunc(ids, models.ID.Compare)
	id := ids[r.IntN(len(ids))]
	return id, r.shelves[id], true
}

func (r *random) choice() (models.Choice, *figure, bool) {
	id, s, there := r.product()
	if !there {
		return models.Choice{}, nil, false
	}
	variants := make([]models.ID, 0, len(s.figures))
	for variant := range s.figures {
		variants = append(variants, variant)
	}
	slices.SortFunc(variants, models.ID.Compare)
	variant := variants[r.IntN(len(variants))]
	return models.Choice{Product: id, Variant: variant}, s.figures[variant], true
}

func (r *random) fresh() models.Product {
	r.made++
	code := fmt.Sprintf("P-%d", r.made)
	p := models.Product{
		Title: code, Description: "d", Code: code, Category: "c", Price: models.Money(r.IntN(1000)), Status: true,
		Stock: int64(r.IntN(8)),
	}
	if r.IntN(3) == 0 {
		p.Stock = 0
		for i, size := range []string{"S", "M"} {
			p.Variants = append(p.Variants, models.Variant{
				ID: models.NewID(time.Now()), Code: code + size, Options: models.Options{{Name: "Talle", Value: size}},
				Price: p.Price + models.Money(i), Stock: int64(r.IntN(8)),
			})
		}
		p.Derive()
	}
	return p
}

func (r *random) learn(p models.Product) {
	s := &shelf{figures: map[models.ID]*figure{}}
	if len(p.Variants) == 0 {
		s.figures[models.ID{}] = &figure{stock: p.Stock}
	}
	for _, v := range p.Variants {
		s.figures[v.ID] = &figure{stock: v.Stock}
	}
	r.shelves[p.ID] = s
}

func (r *random) add() {
	if len(r.shelves) > 12 {
		return
	}
	p, _, err := r.shop.CreateProduct(r.t.Context(), r.fresh())
	if r.check("add", err, true) {
		r.learn(p)
	}
}

func (r *random) importOne() {
	if len(r.shelves) > 12 {
		return
	}
	p := r.fresh()
	p.ID = models.NewID(time.Now())
	if _, err := r.shop.TakeIn(r.t.Context(), dao.Batch{Products: []models.Product{p}}); r.check("import", err, true) {
		r.learn(p)
	}
}

func (r *random) remove() {
	id, s, there := r.product()
	if !there {
		return
	}
	held := int64(0)
	for _, f := range s.figures {
		held += f.held
	}
	if _, _, err := r.shop.RemoveProduct(r.t.Context(), id); r.check("remove", err, held == 0) {
		delete(r.shelves, id)
	}
}

func (r *random) offSale() {
	id, s, there := r.product()
	if !there {
		return
	}
	off := r.IntN(4) == 0
	_, _, err := r.shop.ChangeProduct(r.t.Context(), id, func(p *models.Product) error {
		p.Status, p.Held = !off, 999 // which nobody can say
		return nil
	})
	if r.check("off sale", err, true) {
		s.off = off
	}
}

func (r *random) setStock() {
	choice, f, there := r.choice()
	if !there {
		return
	}
	n := int64(r.IntN(10))
	_, _, err := r.shop.ChangeProduct(r.t.Context(), choice.Product, func(p *models.Product) error {
		if v := p.Variant(choice.Variant); v != nil {
			v.Stock, v.Held = n, 0
		} else {
			p.Stock = n
		}
		return nil
	})
	if r.check("set stock", err, true) {
		f.stock = n
	}
}

func (r *random) count() {
	choice, f, there := r.choice()
	if !there {
		return
	}
	set, was := int64(r.IntN(10)), f.stock+f.held
	_, _, err := r.shop.ChangeStock(r.t.Context(), shop.Machine, choice.Product,
		shop.StockChange{Variant: choice.Variant, Set: &set, Was: &was})
	if r.check("count", err, set >= f.held) {
		f.stock = set - f.held
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
		Delivery: models.OrderDelivery{Way: []string{"pickup", "zone"}[r.IntN(2)]},
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
	if again, receipt, err := r.shop.PlaceOrder(r.t.Context(), shop.Sender{Who: shop.Machine}, asked); err != nil || !receipt.Repeated || again.Secret != placed.Secret {
		r.t.Errorf("placed again: %+v, %v", receipt, err)
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
		state: models.OrderPlaced, pickup: asked.Delivery.Way == "pickup", awaited: asked.Payment.Way == models.PayTransfer,
		total: o.Totals.Total, until: o.Until.Std(), lines: cart.Products, refunded: make([]int64, len(cart.Products)),
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
	switch r.IntN(5) {
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
	amount := 1 + models.Money(r.Int64N(int64(o.total)))
	due := o.total - o.paid
	_, _, err := r.shop.OrderPaid(r.t.Context(), shop.Machine, id, shop.Money{Amount: &amount})
	if r.check("pay", err, amount <= due || due == 0) && due > 0 {
		o.paid += amount
	}
}

func (r *random) refund() {
	id, o, there := r.anyOrder()
	if !there {
		return
	}
	i := r.IntN(len(o.lines))
	amount := models.Money(1 + r.IntN(50))
	n := 1 + r.Int64N(o.lines[i].Quantity)
	_, _, err := r.shop.RefundOrder(r.t.Context(), shop.Machine, id, shop.Refund{
		Money: shop.Money{Amount: &amount}, Lines: []shop.RefundLine{{Line: i, Quantity: n}}, Restock: true,
	})
	possible := o.state.HandedOver() && o.refunded[i]+n <= o.lines[i].Quantity && amount <= o.paid-o.back
	if r.check("refund", err, possible) {
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

// compare holds all figures to the model, and has the shop prove itself.
func (r *random) compare() {
	r.t.Helper()
	ctx := r.t.Context()
	for id, s := range r.shelves {
		p, err := r.shop.Products.Get(ctx, id)
		if err != nil {
			r.t.Error(err)
			continue
		}
		for variant, f := range s.figures {
			is := figure{p.Stock, p.Held}
			if v := p.Variant(variant); v != nil {
				is = figure{v.Stock, v.Held}
			}
			if is != *f {
				r.t.Errorf("%s: %+v, and the model says %+v", p.Code, is, *f)
			}
		}
	}
	for id, o := range r.orders {
		is, err := r.shop.Order(ctx, shop.Machine, id)
		paid, back := is.Sums()
		if err != nil || is.State != o.state || paid != o.paid || back != o.back {
			r.t.Errorf("order %d is %s, %s paid, %s back, and the model says %+v: %v", is.Number, is.State, paid, back, *o, err)
		}
	}
	if found, err := r.shop.CheckOrders(ctx); err != nil || len(found.Wrong)+len(found.Notes) > 0 {
		r.t.Errorf("%+v %v", found, err)
	}
}
