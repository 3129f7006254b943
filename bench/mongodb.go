package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// serverVariable names the environment variable with the URL of a MongoDB server, whose databases
// the run may make and drop.
const serverVariable = "MONGODB_URI"

// mongodb measures the engine against the bare driver doing the same on the same server.
func (b *bench) mongodb(ctx context.Context, r *report) (err error) {
	server := os.Getenv(serverVariable)
	if server == "" {
		r.noServer = true
		b.log.Warn("no MongoDB server: its rows are left out", "set", serverVariable)
		return nil
	}
	s, err := b.openShelf(ctx, server, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.drop()) }()
	for _, part := range []func(context.Context, *report, *shelf) error{b.mongoAppends, b.mongoAdditions, b.mongoFill, b.mongoReads, b.mongoMigration} {
		if err := part(ctx, r, s); err != nil {
			return err
		}
	}
	return nil
}

// mongoAppends compares messages that are announced in the feed with plain inserts of the same
// documents.
func (b *bench) mongoAppends(ctx context.Context, r *report, s *shelf) error {
	const writers = 64
	messages := s.bare.Collection("messages")
	list := make([]models.Message, 10_000)
	for i := range list {
		list[i] = b.message()
	}
	insert := func(i int) error {
		m := list[i%len(list)]
		_, err := messages.InsertOne(ctx, bson.D{{Key: "user", Value: m.User}, {Key: "message", Value: m.Message}, {Key: "createdAt", Value: time.Now()}})
		return err
	}
	if err := atFirst(func() error { return insert(0) }); err != nil {
		return err
	}
	d, err := b.driverDuel(ctx, writers, func(i int) error {
		_, _, err := s.Messages.Append(ctx, list[i%len(list)])
		return err
	}, insert)
	if err == nil {
		b.add(r, driverRow(mongoAppends, d, "appends", "inserts", 0.6))
	}
	return err
}

// mongoAdditions adds to one cart from many sides at once.
func (b *bench) mongoAdditions(ctx context.Context, r *report, s *shelf) error {
	const additions = 200
	cart, _, err := s.Carts.Create(ctx, models.Cart{})
	if err != nil {
		return err
	}
	product := models.NewID(time.Now())
	var all sync.WaitGroup
	failed := make([]error, additions)
	begin := time.Now()
	for i := range additions {
		all.Go(func() {
			_, _, failed[i] = s.Carts.Update(ctx, cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: product}, 1); return nil })
		})
	}
	all.Wait()
	took := time.Since(begin)
	if err := errors.Join(failed...); err != nil {
		return err
	}
	b.add(r, timeRow(mongoAdditions, took, 5*time.Second))
	return nil
}

// mongoFill brings the same products into both databases.
func (b *bench) mongoFill(ctx context.Context, _ *report, s *shelf) error {
	for i := range b.products {
		one := b.product(i)
		s.products = append(s.products, models.Product{
			ID: models.NewID(time.Now()), Title: one.Title, Description: one.Description, Code: one.Code, Price: one.Price,
			Status: one.Status, Stock: int64(one.Stock), Category: one.Category, Thumbnails: one.Thumbnails, CreatedAt: models.Time(i + 1),
		})
	}
	if err := s.fillBare(ctx, s.products); err != nil {
		return err
	}
	for chunk := range slices.Chunk(s.products, 5_000) {
		if _, err := s.Load(ctx, dao.Batch{Products: chunk}); err != nil {
			return err
		}
	}
	return nil
}

// mongoReads compares what readers ask for most.
func (b *bench) mongoReads(ctx context.Context, r *report, s *shelf) error {
	bare := s.bare.Collection("products")
	some := make([]models.Product, 2_000)
	for i := range some {
		some[i] = s.products[b.IntN(len(s.products))]
	}
	one, err := b.driverDuel(ctx, b.connections, func(i int) error {
		_, err := s.Products.Get(ctx, some[i%len(some)].ID)
		return err
	}, func(i int) error {
		var doc bson.D
		return bare.FindOne(ctx, bson.D{{Key: "_id", Value: bson.ObjectID(some[i%len(some)].ID)}}).Decode(&doc)
	})
	if err != nil {
		return err
	}
	b.add(r, driverRow(mongoProduct, one, "finds", "finds", 0.6))
	page, err := b.driverDuel(ctx, b.connections, func(i int) error {
		p := some[i%len(some)]
		least, most := p.Price*2/3, p.Price*3/2
		_, err := s.Products.List(ctx, models.ProductQuery{Category: p.Category, MinPrice: &least, MaxPrice: &most, Sort: models.PriceAsc, Limit: 10})
		return err
	}, func(i int) error { return barePage(ctx, bare, some[i%len(some)]) })
	if err != nil {
		return err
	}
	b.add(r, driverRow(mongoPage, page, "pages", "finds with a count", 0.6))
	return nil
}

// barePage asks for a page of ten around a product's price, the cheapest first.
func barePage(ctx context.Context, products *mongo.Collection, p models.Product) error {
	filter := bson.D{
		{Key: "category", Value: p.Category},
		{Key: "price", Value: bson.D{{Key: "$gte", Value: float64(p.Price*2/3) / float64(models.One)}, {Key: "$lte", Value: float64(p.Price*3/2) / float64(models.One)}}},
	}
	order := bson.D{{Key: "price", Value: 1}, {Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}}
	return findPage(ctx, products, filter, order, 10)
}

// findPage asks for a page and its total at once, as the engine does.
func findPage(ctx context.Context, products *mongo.Collection, filter, order bson.D, limit int64) error {
	counted := make(chan error, 1)
	go func() {
		_, err := products.CountDocuments(ctx, filter)
		counted <- err
	}()
	cursor, err := products.Find(ctx, filter, options.Find().SetSort(order).SetLimit(limit))
	if err == nil {
		var docs []bson.D
		err = cursor.All(ctx, &docs)
	}
	return errors.Join(err, <-counted)
}

// driverDuel lets the engine and the bare driver take turns.
func (b *bench) driverDuel(ctx context.Context, workers int, ours, theirs func(i int) error) (d driverResult, err error) {
	round := func(call func(i int) error) (sample, error) {
		return closedLoop(ctx, workers, b.length, func(worker int) (func() error, error) {
			next := worker * 1_000
			return func() error { next++; return call(next) }, nil
		})
	}
	var ratios []float64
	var mine, bare []sample
	for i := range b.rounds + 1 {
		ourRound, err := round(ours)
		if err != nil {
			return d, err
		}
		theirRound, err := round(theirs)
		if err != nil {
			return d, err
		}
		if i > 0 { // the first one warms up
			mine, bare = append(mine, ourRound), append(bare, theirRound)
			ratios = append(ratios, ourRound.perSecond/theirRound.perSecond)
		}
	}
	return driverResult{middleSample(mine), middleSample(bare), median(ratios)}, nil
}

// driverResult is the engine beside the bare driver.
type driverResult struct {
	ours, bare sample // the middle round of each
	ratio      float64
}

func middleSample(rounds []sample) sample {
	slices.SortFunc(rounds, func(x, y sample) int { return int(x.perSecond - y.perSecond) })
	return rounds[len(rounds)/2]
}

func driverRow(k key, d driverResult, calls, bareCalls string, required float64) row {
	say := func(s sample, calls string) string {
		return number("%.0f ", s.perSecond) + calls + fmt.Sprintf(" a second, p50 %s, p99 %s", milli(s.quantile(0.5)), milli(s.quantile(0.99)))
	}
	return ratioRow(row{key: k, measured: say(d.ours, calls), limit: say(d.bare, bareCalls)}, d.ratio, required)
}
