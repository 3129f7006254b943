package main

import (
	"context"
	"errors"
	"net/url"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao/models"
)

// leastRead is what is required of pages and lists, as a share of the bare finds.
const leastRead = 0.6

// frontSize is how many products the front page shows.
const frontSize = 24

// catalogues are of how many products the shops are whose pages, and whose rest, are measured.
var catalogues = []int{frontSize, 2_000}

// pagesOnMongoDB measures what a shop answers over HTTP beside the finds that this needs.
func (b *bench) pagesOnMongoDB(ctx context.Context, r *report, server string) error {
	for _, n := range catalogues {
		if err := b.withShelf(ctx, server, "", func(s *shelf) error { return b.pagesOf(ctx, r, s, n) }); err != nil {
			return err
		}
	}
	return nil
}

// reading is something that is asked of a shop, and the finds of the same documents.
type reading struct {
	what, finds string
	targets     []string
	find        func(ctx context.Context, like models.Product) error
}

func (b *bench) pagesOf(ctx context.Context, r *report, s *shelf, n int) error {
	products := b.catalogue(n)
	if err := errors.Join(s.fillBare(ctx, products), s.restore(ctx, products)); err != nil {
		return err
	}
	shop, err := openShop(ctx, b.program, s.moved)
	if err != nil {
		return err
	}
	defer shop.stop()
	bare := s.bare.Collection("products")
	var lists []string
	for _, p := range products[:min(n, 200)] {
		lists = append(lists, "/api/products?"+url.Values{"category": {p.Category}}.Encode())
	}
	of := " of " + number("%d products", n)
	for _, one := range []reading{
		{"`GET /`, 24" + of, "finds of 24, a count and one by category,", []string{"/"},
			func(ctx context.Context, _ models.Product) error { return bareFront(ctx, bare) }},
		{"`GET /api/products?category=…`, 10" + of, "finds of 10 with a count", lists,
			func(ctx context.Context, like models.Product) error { return bareCategory(ctx, bare, like.Category) }},
	} {
		d, err := b.readingDuel(ctx, shop, products, one)
		if err != nil {
			return err
		}
		b.addStepDuel(r, "MongoDB: "+one.what, "requests", one.finds, d, leastRead)
	}
	return nil
}

// readingDuel lets the shop answer and the driver find in turn, as many at once.
func (b *bench) readingDuel(ctx context.Context, shop *process, products []models.Product, one reading) (duel, error) {
	requests := make([][]byte, len(one.targets))
	for i, target := range one.targets {
		requests[i] = request("GET", target, "")
	}
	return b.turns(func() (round, error) { return b.round(ctx, shop, requests) }, func() (round, error) {
		return b.ownRound(ctx, b.connections, func(ctx context.Context, worker int) func() error {
			next := worker * len(products) / b.connections
			return func() error { next++; return one.find(ctx, products[next%len(products)]) }
		})
	})
}

// bareFront asks for what stands on the front page: the oldest products, how many there are, and
// how many of each category.
func bareFront(ctx context.Context, products *mongo.Collection) error {
	grouped := make(chan error, 1)
	go func() {
		group := bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$category"}, {Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}}}}}
		cursor, err := products.Aggregate(ctx, mongo.Pipeline{group})
		if err == nil {
			var docs []bson.D
			err = cursor.All(ctx, &docs)
		}
		grouped <- err
	}()
	err := findPage(ctx, products, bson.D{}, oldestFirst(), frontSize)
	return errors.Join(err, <-grouped)
}

// bareCategory asks for the first ten of a category.
func bareCategory(ctx context.Context, products *mongo.Collection, category string) error {
	return findPage(ctx, products, bson.D{{Key: "category", Value: category}}, oldestFirst(), 10)
}

func oldestFirst() bson.D { return bson.D{{Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}} }
