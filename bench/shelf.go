package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/models"
)

// shelf is a store on a MongoDB server, and beside it what somebody would write who has only the
// driver: in a database of its own, with the indexes that the same questions need.
type shelf struct {
	dao.Store
	client   *mongo.Client
	name     string // of the store's database
	url      string // of the same
	bare     *mongo.Database
	products []models.Product
	moved    string // the URL of a database that is not there yet
	drop     func() error
}

// openShelf makes both databases; part tells those from others that are there at the same time.
func (b *bench) openShelf(ctx context.Context, server, part string) (*shelf, error) {
	name := fmt.Sprintf("pulperia_bench_%d%s", os.Getpid(), part)
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
	s := &shelf{Store: store, client: client, name: name, url: at.String(), bare: client.Database(name + "_bare")}
	at.Path += "_moved"
	s.moved = at.String()
	s.drop = func() error {
		ctx := context.WithoutCancel(ctx)
		return errors.Join(store.Close(), client.Database(name).Drop(ctx), client.Database(name+"_moved").Drop(ctx), s.bare.Drop(ctx), client.Disconnect(ctx))
	}
	return s, nil
}

// withShelf has something done with databases that are dropped afterwards.
func (b *bench) withShelf(ctx context.Context, server, part string, do func(*shelf) error) error {
	s, err := b.openShelf(ctx, server, part)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.drop())
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

// fillBare brings products into the bare database, with the indexes that pages of them need.
func (s *shelf) fillBare(ctx context.Context, products []models.Product) error {
	bare := s.bare.Collection("products")
	for _, keys := range []bson.D{
		{{Key: "category", Value: 1}, {Key: "price", Value: 1}, {Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}},
		{{Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}},
	} {
		if err := atFirst(func() error { _, err := bare.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: keys}); return err }); err != nil {
			return err
		}
	}
	for chunk := range slices.Chunk(products, 5_000) {
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

// restore makes the store of products in the database that is not there yet, in bulk as a migration
// does.
func (s *shelf) restore(ctx context.Context, products []models.Product) (err error) {
	o := dbmanagers.Options{Log: slog.New(slog.DiscardHandler), Timeout: time.Minute}
	r, err := dbmanagers.Restore(ctx, s.moved, o, "the benchmark", s.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := r.Put(ctx, dao.Batch{Products: slices.Clone(products)}); err != nil {
		return err
	}
	if _, err := r.Dump(ctx, func(dao.Batch) error { return nil }); err != nil {
		return err
	}
	return r.Finish(ctx)
}

// bareProduct is a product as a mongoose application stores it.
func bareProduct(p models.Product) bson.D {
	return bson.D{
		{Key: "_id", Value: bson.ObjectID(p.ID)}, {Key: "title", Value: p.Title}, {Key: "description", Value: p.Description}, {Key: "code", Value: p.Code},
		{Key: "price", Value: float64(p.Price) / float64(models.One)}, {Key: "status", Value: p.Status}, {Key: "stock", Value: p.Stock}, {Key: "category", Value: p.Category},
		{Key: "thumbnails", Value: p.Thumbnails}, {Key: "createdAt", Value: p.CreatedAt.Std()}, {Key: "updatedAt", Value: p.CreatedAt.Std()},
	}
}
