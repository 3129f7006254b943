package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao/models"
	"pulperia/shop"
)

// placingInMongoDB measures both kinds of orders on a database, beside the bare driver that writes
// the same documents.
func (b *bench) placingInMongoDB(ctx context.Context, r *report) (err error) {
	server := os.Getenv(serverVariable)
	if server == "" {
		r.noServer = true
		b.log.Warn("no MongoDB server: orders in it are left out", "set", serverVariable)
		return nil
	}
	s, err := b.openShelf(ctx, server, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.drop()) }()
	t, err := b.openTill(ctx, s.Store)
	if err != nil {
		return err
	}
	bare, err := t.bareTill(ctx, s)
	if err != nil {
		return err
	}
	for _, hot := range []bool{false, true} {
		p, err := t.placingDuel(ctx, hot, func(n int) (round, error) { return bare.round(ctx, n, hot) })
		if err != nil {
			return err
		}
		p.what, p.records = "MongoDB, "+ofProducts(hot), "orders"
		if bare.transactions {
			p.records += " in transactions"
		}
		b.addPlacing(r, p)
	}
	return nil
}

// bareTill is what somebody would write who has only the driver: the same documents of products,
// carts and orders, and a counter, each order in a transaction where the server has them.
type bareTill struct {
	*shelf
	orders, carts, products, counters *mongo.Collection

	of           []models.Product
	order        bson.D // one as the engine has stored it, without what only the engine needs
	transactions bool
}

// bareTill brings the products, and an order that was placed, to the bare side.
func (t *till) bareTill(ctx context.Context, s *shelf) (*bareTill, error) {
	bare := &bareTill{
		shelf: s, of: t.products, orders: s.bare.Collection("orders"), carts: s.bare.Collection("carts"),
		products: s.bare.Collection("products"), counters: s.bare.Collection("counters"),
	}
	_, err := t.placingRound(ctx, 1, false)
	if err == nil {
		bare.order, err = t.storedOrder(ctx, s)
	}
	if err != nil {
		return nil, err
	}
	var docs []bson.D
	for _, p := range t.products {
		docs = append(docs, bareProduct(p))
	}
	err = atFirst(func() error { _, err := bare.products.InsertMany(ctx, docs); return err })
	if err != nil {
		return nil, err
	}
	err = atFirst(func() error {
		_, err := bare.counters.InsertOne(ctx, bson.D{{Key: "_id", Value: "orders"}, {Key: "last", Value: 0}})
		return err
	})
	if err != nil {
		return nil, err
	}
	err = atFirst(func() error {
		_, err := bare.orders.Indexes().CreateMany(ctx, []mongo.IndexModel{
			{Keys: bson.D{{Key: "number", Value: 1}}, Options: options.Index().SetUnique(true)},
			{Keys: bson.D{{Key: "linkHash", Value: 1}}},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, err := bare.round(ctx, 1, false); err != nil { // makes the collections, which no transaction does
		return nil, err
	}
	bare.transactions = true
	if _, err := bare.round(ctx, 1, false); err != nil {
		bare.transactions = false
		t.log.Warn("the server has no transactions: the bare orders are written without", "err", err)
	}
	return bare, nil
}

// storedOrder is the document of the order that was placed.
func (t *till) storedOrder(ctx context.Context, s *shelf) (order bson.D, err error) {
	page, err := t.shop.Orders(ctx, shop.Machine, shop.OrderQuery{Limit: 1})
	if err != nil {
		return nil, err
	}
	orders := s.client.Database(s.name).Collection("orders")
	// A step is brought forward into documents a moment after its commit.
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(10 * time.Millisecond) {
		err = orders.FindOne(ctx, bson.D{{Key: "_id", Value: bson.ObjectID(page.Orders[0].ID)}}).Decode(&order)
		if !errors.Is(err, mongo.ErrNoDocuments) {
			break
		}
	}
	return slices.DeleteFunc(order, func(e bson.E) bool { return e.Key == "_id" || e.Key == "pulperia" }), err
}

// round makes carts, and then has each ordered once.
func (t *bareTill) round(ctx context.Context, n int, hot bool) (round, error) {
	carts, docs := make([]bson.ObjectID, n), make([]bson.D, n)
	for i := range carts {
		carts[i] = bson.NewObjectID()
		item := bson.D{{Key: "product", Value: t.product(i, hot)}, {Key: "quantity", Value: 1}}
		docs[i] = bson.D{{Key: "_id", Value: carts[i]}, {Key: "products", Value: bson.A{item}}}
	}
	if err := atFirst(func() error { _, err := t.carts.InsertMany(ctx, docs); return err }); err != nil {
		return round{}, err
	}
	return countedRound(ctx, n, func(ctx context.Context, i int) error {
		if !t.transactions {
			return t.place(ctx, carts[i])
		}
		return t.inTransaction(ctx, func(ctx context.Context) error { return t.place(ctx, carts[i]) })
	})
}

func (s *shelf) inTransaction(ctx context.Context, do func(context.Context) error) error {
	session, err := s.client.StartSession()
	if err != nil {
		return err
	}
	defer session.EndSession(ctx)
	_, err = session.WithTransaction(ctx, func(ctx context.Context) (any, error) { return nil, do(ctx) })
	return err
}

func (t *bareTill) product(i int, hot bool) bson.ObjectID {
	if hot {
		i = 0
	}
	return bson.ObjectID(t.of[i%len(t.of)].ID)
}

// errSoldOut is of what there is no more.
var errSoldOut = errors.New("there is no more of it")

// place looks at the cart, takes its pieces where there are enough, counts, keeps the order and
// empties the cart.
func (t *bareTill) place(ctx context.Context, cart bson.ObjectID) error {
	var found struct {
		Products []struct {
			Product  bson.ObjectID
			Quantity int64
		}
	}
	if err := t.carts.FindOne(ctx, bson.D{{Key: "_id", Value: cart}}).Decode(&found); err != nil {
		return err
	}
	for _, item := range found.Products {
		enough := bson.D{
			{Key: "_id", Value: item.Product}, {Key: "status", Value: true},
			{Key: "stock", Value: bson.D{{Key: "$gte", Value: item.Quantity}}},
		}
		moved := bson.D{{Key: "stock", Value: -item.Quantity}, {Key: "held", Value: item.Quantity}}
		taken := bson.D{{Key: "$inc", Value: moved}}
		switch err := t.products.FindOneAndUpdate(ctx, enough, taken).Err(); {
		case errors.Is(err, mongo.ErrNoDocuments):
			return errSoldOut
		case err != nil:
			return err
		}
	}
	var counter struct{ Last int64 }
	next := bson.D{{Key: "$inc", Value: bson.D{{Key: "last", Value: 1}}}}
	after := options.FindOneAndUpdate().SetReturnDocument(options.After)
	if err := t.counters.FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: "orders"}}, next, after).Decode(&counter); err != nil {
		return err
	}
	order := append(bson.D{{Key: "_id", Value: bson.NewObjectID()}}, t.order...)
	for i := range order {
		if order[i].Key == "number" {
			order[i].Value = counter.Last
		}
	}
	if _, err := t.orders.InsertOne(ctx, order); err != nil {
		return err
	}
	empty := bson.D{{Key: "$set", Value: bson.D{{Key: "products", Value: bson.A{}}}}}
	_, err := t.carts.UpdateOne(ctx, bson.D{{Key: "_id", Value: cart}}, empty)
	return err
}
