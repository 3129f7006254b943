package dbmanagers

import (
	"context"
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// What became twice while an index was gone keeps it from being made again. It is settled first,
// and reported.

// twice returns the lowest and the highest _id of each group of documents that have the same value.
func twice(ctx context.Context, coll *mongo.Collection, match bson.M, value any) (groups []struct{ Low, High bson.RawValue }, err error) {
	cursor, err := coll.Aggregate(ctx, bson.A{
		bson.M{"$match": match},
		bson.M{"$group": bson.M{"_id": value, "n": bson.M{"$sum": 1}, "low": bson.M{"$min": "$_id"}, "high": bson.M{"$max": "$_id"}}},
		bson.M{"$match": bson.M{"n": bson.M{"$gt": 1}}},
	})
	if err == nil {
		err = cursor.All(ctx, &groups)
	}
	return groups, err
}

// settleTexts leaves a unique text that several values have to one of them as the only one, as
// where another program wrote it twice: all are shown, and no new one gets it.
func (c *collection) settleTexts(ctx context.Context) error {
	for i := range c.Unique {
		if err := c.settleText(ctx, c.field(onlyField, i)); err != nil {
			return c.readError(ctx, "look for "+c.Unique[i].Field+"s that are given twice", err)
		}
	}
	return nil
}

func (c *collection) settleText(ctx context.Context, field string) error {
	groups, err := twice(ctx, c.coll, bson.M{field: bson.M{"$exists": true}}, "$"+field)
	for _, group := range groups {
		if err != nil {
			break
		}
		var first record
		if first.raw, err = c.coll.FindOne(ctx, bson.M{"_id": group.Low}).Raw(); errors.Is(err, mongo.ErrNoDocuments) {
			err = nil
			continue
		}
		others := bson.M{field: first.raw.Lookup(strings.Split(field, ".")...), "_id": bson.M{"$ne": group.Low}}
		var list []record
		if err == nil {
			err = c.each(ctx, others, nil, func(rec record) error { list = append(list, rec); return nil })
		}
		if err == nil {
			_, err = c.coll.UpdateMany(ctx, others, bson.M{"$unset": bson.M{field: ""}})
		}
		for i := range list {
			c.warnTwice(ctx, &list[i])
		}
	}
	return err
}

// settleDoubles prunes the feed beyond the changes that stand in it twice, from a time when its
// index was gone: whoever has not read them loads afresh.
func (f *feed) settleDoubles(ctx context.Context) error {
	groups, err := twice(ctx, f.coll, entries(bson.M{}), bson.M{"kind": "$kind", "id": "$id", "rev": "$rev"})
	var last int64
	for _, group := range groups {
		high, _ := group.High.AsInt64OK()
		last = max(last, high)
	}
	if err == nil && last > 0 {
		f.Log.Warn("changes stand in the feed twice, since somebody had dropped its index: they are removed, with those before them", "doubled", len(groups), "up to", last)
		_, err = f.meta.UpdateOne(ctx, bson.M{"_id": storeID}, bson.M{"$max": bson.M{"base": last}})
	}
	if err == nil {
		_, err = f.coll.DeleteMany(ctx, entries(bson.M{"_id": bson.M{"$lte": last}}))
	}
	return f.readError(ctx, "look for changes that are told twice", err)
}
