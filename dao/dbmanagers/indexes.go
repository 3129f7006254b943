package dbmanagers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

// index is one that the engine needs, or that there is. Ours are over fields of ours, or have _id
// with them, so that they never meet an index of another program.
type index struct {
	coll   table
	keys   bson.D
	called string // its name, where that is not what drivers call it
	unique bool
	sparse bool // documents without the field are not in it
}

// feedIndex finds what the feed tells of a value.
var feedIndex = []string{"changes.id"}

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
		add := func(i index) { i.coll = c.table(); list = append(list, i) }
		for _, unique := range c.Unique {
			add(index{keys: by("pulperia." + unique.Field)})
			if c.Shared {
				add(index{keys: by(unique.Field, "_id")}) // not code_1, as mongoose applications name one of theirs
			}
			if c.Shared && unique.Inner != "" {
				add(index{keys: by(unique.Inner), sparse: true})
			}
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
			list = append(list, productIndexes(c.table())...)
		}
		add(index{keys: by(stampField, "_id")}) // what nobody has claimed in the order in which it was made
		if c.Shared {
			add(index{keys: by(idField), sparse: true})
		}
	}
	return append(list, index{coll: e.feed.coll, keys: by(feedIndex...)})
}

// productIndexes are those of [products.List].
func productIndexes(coll table) []index {
	return []index{
		{coll: coll, keys: by(centsField, createdField, "_id")},
		{coll: coll, keys: by("-"+centsField, createdField, "_id")},
		{coll: coll, keys: by("pulperia.category", centsField, createdField, "_id")}, // the other orders sort one category
		{coll: coll, keys: by(wordsField)},
		{coll: coll, keys: by("stock", "_id")}, // what is sold out, or soon will be
	}
}

// name is what drivers call it.
func (i index) name() string {
	if i.called != "" {
		return i.called
	}
	var parts []string
	for _, key := range i.keys {
		parts = append(parts, fmt.Sprint(key.Key, "_", key.Value))
	}
	return strings.Join(parts, "_")
}

// seeToIndexes makes them again when another program has dropped some.
func (e *engine) seeToIndexes(ctx context.Context) error {
	there := make(map[string][]string)
	for _, one := range e.indexes() {
		coll := one.coll.name()
		if there[coll] == nil {
			err := e.bounded(ctx, func(ctx context.Context) error {
				found, err := one.coll.indexes(ctx)
				there[coll] = []string{}
				for _, index := range found {
					there[coll] = append(there[coll], index.name())
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		if !slices.Contains(there[coll], one.name()) {
			e.Log.Warn("somebody has dropped an index that the shop needs: it is made again", "collection", coll, "index", one.name())
			return e.makeIndexes(ctx)
		}
	}
	return nil
}

// makeIndexes makes those that are missing, of the given collections or of all. It takes as long as
// it takes: on a large collection of another program that may be minutes.
func (e *engine) makeIndexes(ctx context.Context, of ...table) error {
	var colls []table // the feed is the last: whoever sees its index knows that the others are there
	lists := make(map[string][]index)
	for _, one := range e.indexes() {
		name := one.coll.name()
		if len(of) > 0 && !slices.ContainsFunc(of, func(t table) bool { return t.name() == name }) {
			continue
		}
		if lists[name] == nil {
			colls = append(colls, one.coll)
		}
		lists[name] = append(lists[name], one)
	}
	for _, coll := range colls {
		err := untilMade(ctx, func() error { return coll.makeIndexes(ctx, lists[coll.name()]) })
		switch code(err) {
		case codeIndexOptions, codeIndexKeys:
			err = fmt.Errorf("%w: somebody has made another one of this name or over these fields: drop it, the shop makes its own", err)
		}
		if err != nil {
			return fmt.Errorf("make the indexes of %s: %w", coll.name(), err)
		}
	}
	return nil
}

// warnOfIndexes names the unique indexes of other programs that may refuse what the shop writes.
func (e *engine) warnOfIndexes(ctx context.Context) {
	for _, c := range e.shared() {
		list, err := c.table().indexes(ctx)
		if err != nil {
			continue
		}
		for _, one := range list {
			if one.unique && one.name() != "_id_" {
				e.Log.Warn("another program has made a unique index over documents of the shop: what that refuses cannot be written there",
					"collection", c.table().name(), "index", one.name())
			}
		}
	}
}
