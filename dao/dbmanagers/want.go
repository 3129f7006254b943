package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
)

// What a database must be, or must not be, before anything is made in it or read from it.

// refuseNewer is wantKnown for who has not read meta yet.
func (e *engine) refuseNewer(ctx context.Context) error {
	meta, err := e.readMeta(ctx)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return e.readError(ctx, "read meta", err)
	}
	return meta.wantKnown()
}

// wantStore returns an error when no shop has opened the database and no other program has put
// anything into it: then its name is wrong.
func (e *engine) wantStore(ctx context.Context) error {
	_, err := e.readMeta(ctx)
	for _, c := range e.collections {
		if !errors.Is(err, mongo.ErrNoDocuments) {
			break
		}
		doc, failed := findOne(ctx, c.table(), query{fields: bson.D{{Key: "_id", Value: 1}}})
		if failed != nil || doc != nil {
			err = failed
		}
	}
	if errors.Is(err, mongo.ErrNoDocuments) {
		return fmt.Errorf("there is no store in it (a shop's meta, products, carts or messages): %w", fs.ErrNotExist)
	}
	return e.readError(ctx, "look for a store", err)
}

// refuseUnfinished returns an error while a restoration is not finished.
func (e *engine) refuseUnfinished(ctx context.Context) error {
	there, err := e.unfinished(ctx)
	if err != nil || there == nil {
		return err
	}
	return fmt.Errorf("a migration from %s into it was not finished (%d values are in): "+
		"run the same pulperia migrate again to go on, or with --restart to begin anew", there.Source, there.Done)
}

// wantEmpty returns an error when there are documents that a filter selects, of ours or of another
// program.
func (e *engine) wantEmpty(ctx context.Context, filter bson.M) error {
	if err := e.refuseNewer(ctx); err != nil {
		return err
	}
	counts := dao.Counts{}
	for _, c := range e.collections {
		n, err := c.table().count(ctx, filter)
		if err != nil {
			return e.readError(ctx, "count "+c.Plural, err)
		}
		counts[c.Kind] = int(n)
	}
	if counts.Total() > 0 {
		return fmt.Errorf("it holds %s: name a database that is empty", counts)
	}
	return nil
}
