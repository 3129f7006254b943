package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/models"
)

// serverVariable names the environment variable with the URL of a MongoDB server, whose databases
// the run may make and drop.
const serverVariable = "MONGODB_URI"

// shelf is a store on a MongoDB server, and beside it what somebody would write who has only the
// driver: in a database of its own, with the indexes that the same questions need.
type shelf struct {
	dao.Store
	client   *mongo.Client
	name     string // of the store's database
	bare     *mongo.Database
	products []models.Product
	moved    string // the URL of a database that is not there yet
	drop     func() error
}

// mongodb measures the engine against the bare driver doing the same on the same server.
func (b *bench) mongodb(ctx context.Context, r *report) (err error) {
	server := os.Getenv(serverVariable)
	if server == "" {
		r.noServer = true
		b.log.Warn("no MongoDB server: its rows are left out", "set", serverVariable)
		return nil
	}
	s, err := b.openShelf(ctx, server)
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

func (b *bench) openShelf(ctx context.Context, server string) (*shelf, error) {
	name := fmt.Sprintf("pulperia_bench_%d", os.Getpid())
	at, err := url.Parse(server)
	if err != nil {
		return nil, fmt.Errorf("%s is not a URL", serverVariable)
	}
	at.Path = "/" + name
	store, err := dbmanagers.Open(ctx, at.String(), dbmanagers.Options{Log: slog.New(slog.DiscardHandler), Timeout: time.Minute})
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(options.Client().ApplyURI(at.String()))
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	at.Path += "_moved"
	s := &shelf{Store: store, client: client, name: name, bare: client.Database(name + "_bare"), moved: at.String()}
	s.drop = func() error {
		ctx := context.WithoutCancel(ctx)
		return errors.Join(store.Close(), client.Database(name).Drop(ctx), client.Database(name+"_moved").Drop(ctx), s.bare.Drop(ctx), client.Disconnect(ctx))
	}
	return s, nil
}

// atFirst repeats what makes a collection of the bare side: FerretDB does not always find the one
// that it has just made.
func atFirst(do func() error) (err error) {
	for range 5 {
		if err = do(); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
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
	bare := s.bare.Collection("products")
	for _, keys := range []bson.D{
		{{Key: "category", Value: 1}, {Key: "price", Value: 1}, {Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}},
	} {
		if err := atFirst(func() error { _, err := bare.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: keys}); return err }); err != nil {
			return err
		}
	}
	for chunk := range slices.Chunk(s.products, 5_000) {
		if _, err := s.Load(ctx, dao.Batch{Products: chunk}); err != nil {
			return err
		}
		docs := make([]bson.D, len(chunk))
		for i, p := range chunk {
			docs[i] = bareProduct(p)
		}
		if _, err := bare.InsertMany(ctx, docs); err != nil {
			return err
		}
	}
	return nil
}

// bareProduct is a product as a mongoose application stores it.
func bareProduct(p models.Product) bson.D {
	return bson.D{
		{Key: "_id", Value: bson.ObjectID(p.ID)}, {Key: "title", Value: p.Title}, {Key: "description", Value: p.Description}, {Key: "code", Value: p.Code},
		{Key: "price", Value: float64(p.Price) / float64(models.One)}, {Key: "status", Value: p.Status}, {Key: "stock", Value: p.Stock}, {Key: "category", Value: p.Category},
		{Key: "thumbnails", Value: p.Thumbnails}, {Key: "createdAt", Value: p.CreatedAt.Std()}, {Key: "updatedAt", Value: p.CreatedAt.Std()},
	}
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

// barePage asks for a page and its total at once, as the engine does.
func barePage(ctx context.Context, products *mongo.Collection, p models.Product) error {
	filter := bson.D{
		{Key: "category", Value: p.Category},
		{Key: "price", Value: bson.D{{Key: "$gte", Value: float64(p.Price*2/3) / float64(models.One)}, {Key: "$lte", Value: float64(p.Price*3/2) / float64(models.One)}}},
	}
	counted := make(chan error, 1)
	go func() {
		_, err := products.CountDocuments(ctx, filter)
		counted <- err
	}()
	order := bson.D{{Key: "price", Value: 1}, {Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}}
	cursor, err := products.Find(ctx, filter, options.Find().SetSort(order).SetLimit(10))
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
