package dbmanagers

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// index is one that the engine needs. All are over fields of ours, so that they never meet an index of another program.
type index struct {
	coll   *mongo.Collection
	keys   bson.D
	unique bool
	sparse bool // documents without the field are not in it
}

// feedIndex is what names a change: the feed holds each once.
var feedIndex = []string{"kind", "id", "rev"}

func by(fields ...string) (keys bson.D) {
	for _, field := range fields {
		direction := 1
		if field[0] == '-' {
			field, direction = field[1:], -1
		}
		keys = append(keys, bson.E{Key: field, Value: direction})
	}
	return keys
}

func (e *engine) indexes() []index {
	products, carts, messages := e.products.coll, e.carts.coll, e.messages.coll
	return []index{
		{coll: products, keys: by(uniqueField), unique: true, sparse: true},
		{coll: products, keys: by(createdField, "_id")},
		{coll: products, keys: by(centsField, createdField, "_id")},
		{coll: products, keys: by("-"+centsField, createdField, "_id")},
		{coll: products, keys: by("pulperia.category", centsField, createdField, "_id")}, // the other orders sort one category
		{coll: products, keys: by(codeField)},
		{coll: products, keys: by(wordsField)},
		{coll: carts, keys: by(createdField, "_id")},
		{coll: carts, keys: by(updatedField)},
		{coll: products, keys: by(stampField)},
		{coll: carts, keys: by(stampField)},
		{coll: messages, keys: by(stampField)},
		{coll: products, keys: by(idField), sparse: true},
		{coll: carts, keys: by(idField), sparse: true},
		{coll: messages, keys: by(idField), sparse: true},
		{coll: products, keys: by(loadField), sparse: true},
		{coll: carts, keys: by(loadField), sparse: true},
		{coll: messages, keys: by(loadField), sparse: true},
		{coll: e.feed.coll, keys: by(feedIndex...), unique: true},
	}
}

// makeIndexes makes those that are missing, of the given collections or of all. It takes as long as it takes: on a large collection of
// another program that may be minutes.
func (e *engine) makeIndexes(ctx context.Context, of ...*mongo.Collection) error {
	var colls []*mongo.Collection // the feed is the last: whoever sees its index knows that the others are there
	lists := make(map[*mongo.Collection][]mongo.IndexModel)
	for _, one := range e.indexes() {
		if len(of) > 0 && !slices.Contains(of, one.coll) {
			continue
		}
		o := options.Index()
		if one.unique {
			o.SetUnique(true)
		}
		if one.sparse {
			o.SetSparse(true)
		}
		if lists[one.coll] == nil {
			colls = append(colls, one.coll)
		}
		lists[one.coll] = append(lists[one.coll], mongo.IndexModel{Keys: one.keys, Options: o})
	}
	for _, coll := range colls {
		err := untilMade(ctx, func() error { _, err := coll.Indexes().CreateMany(ctx, lists[coll]); return err })
		if err != nil {
			return fmt.Errorf("make the indexes of %s: %w: may the user create indexes, and has nobody made others of the same name?", coll.Name(), err)
		}
	}
	return nil
}
