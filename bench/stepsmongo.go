package main

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao/models"
)

// stepsInMongoDB measures steps of the engine of MongoDB.
func (b *bench) stepsInMongoDB(ctx context.Context, r *report, server string) error {
	return b.withShelf(ctx, server, "", func(s *shelf) error {
		w, err := b.openWorkshop(ctx, s.Store)
		if err != nil {
			return err
		}
		bare, err := w.bareSteps(ctx, b, s)
		if err != nil {
			return err
		}
		for _, hot := range []bool{false, true} {
			if err := w.step(ctx, 0, hot); err != nil {
				return err
			}
			if bare.entry, err = newest(ctx, s); err != nil {
				return err
			}
			d, err := b.turns(func() (round, error) { return w.round(ctx, b, hot) }, func() (round, error) { return bare.round(ctx, b, hot) })
			if err != nil {
				return err
			}
			b.addStepDuel(r, "MongoDB: a step, "+ofValues(hot), "steps", bare.says(hot), d, leastSteps)
		}
		return nil
	})
}

// newest is the entry of the last step in the feed, without its place.
func newest(ctx context.Context, s *shelf) (entry bson.D, err error) {
	last := options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}})
	err = s.client.Database(s.name).Collection("feed").FindOne(ctx, bson.D{}, last).Decode(&entry)
	return slices.DeleteFunc(entry, func(e bson.E) bool { return e.Key == "_id" }), err
}

// bareSteps is what somebody would write who has only the driver: what is told of a step, as large
// as the engine's entry, the cart that it makes, and all products that it changes in one bulk.
type bareSteps struct {
	*shelf
	*workshop
	entry                 bson.D
	feed, carts, products *mongo.Collection
	place                 atomic.Int64
	transactions          bool
}

// bareSteps brings the same products to the bare side.
func (w *workshop) bareSteps(ctx context.Context, b *bench, s *shelf) (*bareSteps, error) {
	bare := &bareSteps{
		shelf: s, workshop: w, feed: s.bare.Collection("feed"), carts: s.bare.Collection("carts"), products: s.bare.Collection("products"),
	}
	var docs []bson.D
	for _, p := range w.products {
		docs = append(docs, bareProduct(p))
	}
	if err := atFirst(func() error { _, err := bare.products.InsertMany(ctx, docs); return err }); err != nil {
		return nil, err
	}
	// The first write makes the collections, which no transaction does.
	if err := atFirst(func() error { return bare.write(ctx, 0, false) }); err != nil {
		return nil, err
	}
	err := s.inTransaction(ctx, func(ctx context.Context) error { return bare.write(ctx, 0, false) })
	if bare.transactions = err == nil; err != nil {
		b.log.Warn("the server has no transactions: the bare steps are written without", "err", err)
	}
	return bare, nil
}

func (t *bareSteps) says(hot bool) string {
	entry, err := bson.Marshal(t.entry)
	if err != nil {
		panic(err) // it was read from the server
	}
	products := fmt.Sprintf("%d products", updatesInStep)
	if hot {
		products = "the one product"
	}
	calls := number("inserts of %d bytes and of a cart, with ", len(entry)) + products + " changed in a bulk,"
	if t.transactions {
		calls += " in a transaction,"
	}
	return calls
}

// round has all writers do the same as steps do.
func (t *bareSteps) round(ctx context.Context, b *bench, hot bool) (round, error) {
	return b.ownRound(ctx, stepWriters, func(ctx context.Context, writer int) func() error {
		return func() error {
			if !t.transactions {
				return t.write(ctx, writer, hot)
			}
			return t.inTransaction(ctx, func(ctx context.Context) error { return t.write(ctx, writer, hot) })
		}
	})
}

func (t *bareSteps) write(ctx context.Context, writer int, hot bool) error {
	ids := t.of(writer, hot)
	entry := append(bson.D{{Key: "_id", Value: t.place.Add(1)}}, t.entry...)
	if _, err := t.feed.InsertOne(ctx, entry); err != nil {
		return err
	}
	item := bson.D{{Key: "product", Value: bson.ObjectID(ids[0])}, {Key: "quantity", Value: 1}}
	now := time.Now()
	if _, err := t.carts.InsertOne(ctx, bson.D{
		{Key: "products", Value: bson.A{item}}, {Key: "createdAt", Value: now}, {Key: "updatedAt", Value: now},
	}); err != nil {
		return err
	}
	_, err := t.products.BulkWrite(ctx, taken(ids, hot))
	return err
}

// taken takes a piece from each product; from the one, all at once.
func taken(ids [updatesInStep]models.ID, hot bool) (all []mongo.WriteModel) {
	of, pieces := ids[:], -1
	if hot {
		of, pieces = of[:1], -updatesInStep
	}
	for _, id := range of {
		less := bson.D{{Key: "$inc", Value: bson.D{{Key: "stock", Value: pieces}}}}
		all = append(all, mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: bson.ObjectID(id)}}).SetUpdate(less))
	}
	return all
}
