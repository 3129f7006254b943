package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// mongoMigration times the program's migration of the large store, with the check of the source
// before and the proof at the end, and beside it the bare driver that bulk inserts the documents
// that came of it, and then makes the same indexes.
func (b *bench) mongoMigration(ctx context.Context, r *report, s *shelf) error {
	begin := time.Now()
	if out, err := command(ctx, b.program, "migrate", "--from", filepath.Join(b.dir, "large"), "--to", s.moved).CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w\n%s", err, out)
	}
	ours := time.Since(begin)
	var inserts, indexes time.Duration
	for _, name := range []string{"products", "carts", "messages"} {
		inserting, indexing, err := copyBare(ctx, s.client.Database(path.Base(s.moved)).Collection(name), s.bare.Collection("moved_"+name))
		if err != nil {
			return err
		}
		inserts, indexes = inserts+inserting, indexes+indexing
	}
	measured := fmt.Sprintf("%.2f s in all", ours.Seconds())
	b.add(r, ratioRow(row{key: mongoMigration, measured: measured, limit: fmt.Sprintf("%.2f s", inserts.Seconds())},
		inserts.Seconds()/ours.Seconds(), 0.5))
	whole := inserts + indexes
	b.add(r, ratioRow(row{key: mongoIndexed, measured: measured, limit: fmt.Sprintf("%.2f s", whole.Seconds())},
		whole.Seconds()/ours.Seconds(), 0.5))
	return nil
}

// copyBare copies a collection by bulk inserts, and times them and the making of its indexes, not
// the reading.
func copyBare(ctx context.Context, from, to *mongo.Collection) (inserting, indexing time.Duration, err error) {
	const atOnce = 1_000
	cursor, err := from.Find(ctx, bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetBatchSize(atOnce))
	if err != nil {
		return 0, 0, err
	}
	defer cursor.Close(ctx)
	var docs []bson.Raw
	insert := func() error {
		if len(docs) == 0 {
			return nil
		}
		begin := time.Now()
		err := atFirst(func() error { _, err := to.InsertMany(ctx, docs); return err })
		inserting += time.Since(begin)
		docs = docs[:0]
		return err
	}
	for cursor.Next(ctx) {
		if docs = append(docs, slices.Clone(cursor.Current)); len(docs) == atOnce {
			if err := insert(); err != nil {
				return 0, 0, err
			}
		}
	}
	if err := errors.Join(cursor.Err(), insert()); err != nil {
		return 0, 0, err
	}
	there, err := from.Indexes().ListSpecifications(ctx)
	if err != nil {
		return 0, 0, err
	}
	var same []mongo.IndexModel
	for _, one := range there {
		if one.Name != "_id_" {
			same = append(same, mongo.IndexModel{Keys: one.KeysDocument, Options: sameIndex(one)})
		}
	}
	begin := time.Now()
	err = atFirst(func() error { _, err := to.Indexes().CreateMany(ctx, same); return err })
	return inserting, time.Since(begin), err
}

// sameIndex returns the options of an index that is there.
func sameIndex(there mongo.IndexSpecification) *options.IndexOptionsBuilder {
	o := options.Index()
	if there.Unique != nil {
		o.SetUnique(*there.Unique)
	}
	if there.Sparse != nil {
		o.SetSparse(*there.Sparse)
	}
	return o
}
