// Package shoptest is how a shop is proved, on whatever engine its store lies.
package shoptest

import (
	"math/rand/v2"
	"testing"
	"time"

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

func (r *random) check(what string, err error, want bool) bool {
	r.t.Helper()
	if (err == nil) != want {
		r.t.Errorf("%s: %v, and the model says it is done: %v", what, err, want)
	}
	return want && err == nil
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
