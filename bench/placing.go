package main

import (
	"context"
	"os"
	"sync/atomic"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// buyers is how many place orders at once.
const buyers = 64

// shelfSize is how many products disjoint orders are of: no two that are under way at once are of the
// same one.
const shelfSize = 1_000

// till is a shop over a store, in this process, with carts to be ordered.
type till struct {
	*bench
	store    dao.Store
	shop     *shop.Shop
	products []models.Product
}

// openTill puts products on the shelf, of which there are enough for any number of orders.
func (b *bench) openTill(ctx context.Context, store dao.Store) (*till, error) {
	t := &till{bench: b, store: store, shop: shop.New(store, shop.Options{})}
	for i := range shelfSize {
		p := stocked(b.product(i))
		t.products = append(t.products, p)
	}
	_, err := store.Load(ctx, dao.Batch{Products: t.products})
	return t, err
}

// stocked is a product that can be bought at any time.
func stocked(one item) models.Product {
	now := models.TimeOf(time.Now())
	return models.Product{
		ID: models.NewID(time.Now()), Title: one.Title, Description: one.Description, Code: one.Code, Price: one.Price, Status: true,
		Stock: models.MaxStock, Category: one.Category, Thumbnails: one.Thumbnails, CreatedAt: now, UpdatedAt: now,
	}
}

// carts puts carts of one piece each into the store: of products in turn, or all of the same one.
func (t *till) carts(ctx context.Context, n int, hot bool) ([]models.ID, error) {
	var batch dao.Batch
	ids := make([]models.ID, n)
	for i := range ids {
		product := t.products[i%len(t.products)]
		if hot {
			product = t.products[0]
		}
		ids[i] = models.NewID(time.Now())
		now := models.TimeOf(time.Now())
		batch.Carts = append(batch.Carts, models.Cart{
			ID: ids[i], Products: []models.Item{{Product: product.ID, Quantity: 1}}, CreatedAt: now, UpdatedAt: now,
		})
	}
	_, err := t.store.Load(ctx, batch)
	return ids, err
}

// place orders a cart, as a visitor does.
func (t *till) place(ctx context.Context, i int, cart models.ID) (shop.Placed, error) {
	placed, _, err := t.shop.PlaceOrder(ctx, shop.Sender{Who: shop.Who{By: "visit:bench"}}, shop.OrderRequest{
		Cart:     cart,
		Buyer:    models.Buyer{Name: "Ana Vecina", Email: t.buyerEmail(i), Phone: "+54 9 11 5555 0101"},
		Delivery: models.OrderDelivery{Way: models.DeliverPickup}, Payment: models.OrderPayment{Way: models.PayCash},
	})
	return placed, err
}

func (t *till) buyerEmail(i int) string { return "vecina" + string(rune('a'+i%26)) + "@example.com" }

// placingRound has each cart ordered once.
func (t *till) placingRound(ctx context.Context, n int, hot bool) (round, error) {
	carts, err := t.carts(ctx, n, hot)
	if err != nil {
		return round{}, err
	}
	return countedRound(ctx, n, func(ctx context.Context, i int) error {
		_, err := t.place(ctx, i, carts[i])
		return err
	})
}

// countedRound has buyers in this process do n things, each once. Each has a context of its own, as
// each request of a server has.
func countedRound(ctx context.Context, n int, do func(ctx context.Context, i int) error) (round, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return measured(os.Getpid(), func() (sample, error) {
		return countedLoop(ctx, n, func() (func(int) error, error) {
			own, end := context.WithCancel(ctx)
			context.AfterFunc(ctx, end) // at the end of the round
			return func(i int) error { return do(own, i) }, nil
		})
	})
}

// countedLoop has buyers do n things, each once. start makes what one of them does.
func countedLoop(ctx context.Context, n int, start func() (do func(i int) error, err error)) (sample, error) {
	var next atomic.Int64
	return closedLoop(ctx, buyers, time.Hour, func(int) (func() error, error) {
		do, err := start()
		return func() error {
			if i := int(next.Add(1)) - 1; i < n {
				return do(i)
			}
			return errEnough
		}, err
	})
}

// placing is orders placed beside the bare limit.
type placing struct {
	what       string
	ours, bare round // the middle round of each
	ratio      float64
	records    string // what the bare limit writes
}

// placingDuel has the shop and the bare limit take turns. Each round has as many orders as take about
// its length.
func (t *till) placingDuel(ctx context.Context, hot bool, bare func(n int) (round, error)) (p placing, err error) {
	var ours, theirs []round
	var ratios []float64
	n, m := buyers, buyers
	for i := range t.rounds + 2 {
		mine, err := t.placingRound(ctx, n, hot)
		if err != nil {
			return p, err
		}
		limit, err := bare(m)
		if err != nil {
			return p, err
		}
		n, m = t.fitting(mine), t.fitting(limit)
		if i > 1 { // two warm up, and say how many fit
			ours, theirs = append(ours, mine), append(theirs, limit)
			ratios = append(ratios, mine.perSecond/limit.perSecond)
		}
	}
	p.ratio = median(ratios)
	p.ours.sample, p.ours.cpu = middle(ours)
	p.bare.sample, p.bare.cpu = middle(theirs)
	return p, nil
}

func (b *bench) fitting(one round) int {
	return max(buyers, int(one.perSecond*b.length.Seconds()))
}

func ofProducts(hot bool) string {
	if hot {
		return "all of one product"
	}
	return "each of another product"
}

func (b *bench) addPlacing(r *report, p placing) {
	r.placings = append(r.placings, p)
	b.log.Info("orders placed: "+p.what, "ours", figures(p.ours.sample, "orders", p.ours.cpu),
		"bare", figures(p.bare.sample, p.records, p.bare.cpu), "ratio", percent(p.ratio))
}
