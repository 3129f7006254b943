package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
)

// errNotRead ends the reading back of a store that was made: to read ten million messages once more
// would take longer than to make them, and check reads them anyway.
var errNotRead = errors.New("not to be read back")

// make fills a new store's folded files as a migration does, without a journal.
func (b *bench) make(ctx context.Context, name string, fill func(put func(dao.Batch) error) error) (dir string, err error) {
	dir = filepath.Join(b.dir, name)
	options := filemanagers.Options{Log: slog.New(slog.DiscardHandler)}
	r, err := filemanagers.Restore(ctx, dir, options, "the benchmark", name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := fill(func(batch dao.Batch) error { return r.Put(ctx, batch) }); err != nil {
		return "", err
	}
	if _, err := r.Dump(ctx, func(dao.Batch) error { return errNotRead }); err != nil && !errors.Is(err, errNotRead) {
		return "", err
	}
	return dir, r.Finish(ctx)
}

// batchSize is how many values a store that is made gets at once, and someSize of how many of them
// is known how to ask for them.
const batchSize, someSize = 5_000, 2_000

// makeProducts makes a store of n products, and returns some of them.
func (b *bench) makeProducts(ctx context.Context, n int) (dir string, some []models.Product, err error) {
	at := time.Now().Add(-time.Hour)
	dir, err = b.make(ctx, fmt.Sprintf("products-%d", n), func(put func(dao.Batch) error) error {
		batch := make([]models.Product, 0, batchSize)
		for i := range n {
			batch = append(batch, shelved(b.product(i), b.idAfter(at, i), at))
			if i%(n/someSize+1) == 0 {
				some = append(some, batch[len(batch)-1])
			}
			if len(batch) < batchSize && i < n-1 {
				continue
			}
			if err := put(dao.Batch{Products: batch}); err != nil {
				return err
			}
			batch = batch[:0]
		}
		return nil
	})
	return dir, some, err
}

// makeMessages makes a store of n messages, one a second up to now, and returns the ids of some of
// them. Few texts are drawn, as the store neither compares nor compresses them.
func (b *bench) makeMessages(ctx context.Context, n int) (dir string, some []models.ID, err error) {
	texts := make([]models.Message, 1_000)
	for i := range texts {
		texts[i] = b.message()
	}
	from := time.Now().Add(-time.Duration(n) * time.Second)
	dir, err = b.make(ctx, fmt.Sprintf("messages-%d", n), func(put func(dao.Batch) error) error {
		batch := make([]models.Message, 0, batchSize)
		for i := range n {
			at := from.Add(time.Duration(i) * time.Second)
			m := texts[i%len(texts)]
			m.ID, m.CreatedAt = b.id(at), models.TimeOf(at)
			batch = append(batch, m)
			if i%(n/someSize+1) == 0 {
				some = append(some, m.ID)
			}
			if len(batch) < batchSize && i < n-1 {
				continue
			}
			if err := put(dao.Batch{Messages: batch}); err != nil {
				return err
			}
			batch = batch[:0]
		}
		return nil
	})
	return dir, some, err
}

// idAfter makes ids that grow with i, as a store keeps its products by them.
func (g *generator) idAfter(at time.Time, i int) models.ID {
	id := g.id(at)
	binary.BigEndian.PutUint32(id[4:8], uint32(i))
	return id
}

// catalogue makes n products, by their ids, as a store has them.
func (b *bench) catalogue(n int) []models.Product {
	at := time.Now().Add(-time.Hour)
	products := make([]models.Product, n)
	for i := range products {
		products[i] = shelved(b.product(i), b.idAfter(at, i), at)
	}
	return products
}

// shelved is what a store has of a product.
func shelved(p item, id models.ID, at time.Time) models.Product {
	return models.Product{
		ID: id, Title: p.Title, Description: p.Description, Code: p.Code, Price: p.Price, Status: p.Status,
		Stock: int64(p.Stock), Category: p.Category, Thumbnails: p.Thumbnails,
		CreatedAt: models.TimeOf(at), UpdatedAt: models.TimeOf(at), Rev: 1,
	}
}
