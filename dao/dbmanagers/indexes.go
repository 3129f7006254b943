package dbmanagers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
)

// index is one that the engine needs. All are over fields of ours, so that they never meet an index
// of another program.
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

func (e *engine) indexes() (list []index) {
	for _, c := range e.collections {
		add := func(i index) { i.coll = c.coll; list = append(list, i) }
		for i := range c.Unique {
			add(index{keys: by(c.field(onlyField, i)), unique: true, sparse: true})
			add(index{keys: by(c.field(everyField, i))})
		}
		if !c.History {
			add(index{keys: by(createdField, "_id")})
		}
		if c.Kind != dao.KindProduct && !c.History { // products do not expire
			add(index{keys: by(updatedField)})
		}
		for _, sort := range c.Sorts {
			add(index{keys: by("pulperia."+sortKey(sort), createdField, "_id")})
		}
		if c.Kind == dao.KindProduct {
			list = append(list, productIndexes(c.coll)...)
		}
		add(index{keys: by(stampField)})
		add(index{keys: by(idField), sparse: true})
		add(index{keys: by(loadField), sparse: true})
	}
	return append(list, index{coll: e.feed.coll, keys: by(feedIndex...), unique: true})
}

// productIndexes are those of [products.List].
func productIndexes(coll *mongo.Collection) []index {
	return []index{
		{coll: coll, keys: by(centsField, createdField, "_id")},
		{coll: coll, keys: by("-"+centsField, createdField, "_id")},
		{coll: coll, keys: by("pulperia.category", centsField, createdField, "_id")}, // the other orders sort one category
		{coll: coll, keys: by(wordsField)},
	}
}

// name is what drivers call it.
func (i index) name() string {
	var parts []string
	for _, key := range i.keys {
		parts = append(parts, fmt.Sprint(key.Key, "_", key.Value))
	}
	return strings.Join(parts, "_")
}

// seeToIndexes makes them again when another program has dropped some.
func (e *engine) seeToIndexes(ctx context.Context) error {
	there := make(map[*mongo.Collection][]string)
	for _, one := range e.indexes() {
		if there[one.coll] == nil {
			err := e.bounded(ctx, func(ctx context.Context) error {
				specs, err := one.coll.Indexes().ListSpecifications(ctx)
				there[one.coll] = []string{}
				for _, spec := range specs {
					there[one.coll] = append(there[one.coll], spec.Name)
				}
				return err
			})
			if err != nil && code(err) != codeNamespaceNotFound {
				return err
			}
		}
		if !slices.Contains(there[one.coll], one.name()) {
			e.Log.Warn("somebody has dropped an index that the shop needs: it is made again", "collection", one.coll.Name(), "index", one.name())
			return e.makeIndexes(ctx)
		}
	}
	return nil
}

// makeIndexes makes those that are missing, of the given collections or of all. It takes as long as
// it takes: on a large collection of another program that may be minutes.
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
		err := e.makeIndexesOf(ctx, coll, lists[coll])
		switch code(err) {
		case codeIndexOptions, codeIndexKeys:
			err = fmt.Errorf("%w: somebody has made another one of this name or over these fields: drop it, the shop makes its own", err)
		}
		if err != nil {
			return fmt.Errorf("make the indexes of %s: %w", coll.Name(), err)
		}
	}
	return nil
}

// makeIndexesOf makes those of one collection.
func (e *engine) makeIndexesOf(ctx context.Context, coll *mongo.Collection, list []mongo.IndexModel) error {
	for tries := 0; ; tries++ {
		err := untilMade(ctx, func() error { _, err := coll.Indexes().CreateMany(ctx, list); return err })
		doubled := mongo.IsDuplicateKeyError(err) || code(err) == codeInternalError // FerretDB's word for it
		if !doubled || tries == 3 {
			return err
		}
		settle := e.feed.settleDoubles
		for _, c := range e.collections {
			if c.coll == coll {
				settle = c.settleTexts
			}
		}
		if err := settle(ctx); err != nil {
			return err
		}
	}
}
