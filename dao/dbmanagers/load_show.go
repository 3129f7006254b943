package dbmanagers

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// showLoad makes the documents of a committed load like others that are not announced yet. Nobody
// else announces them before the record is gone, so that they are announced in their order.
func (e *engine) showLoad(ctx context.Context, name string) error {
	for _, c := range e.collections {
		update := bson.M{"$set": bson.M{stampField: nil}}
		if !c.History {
			update["$rename"] = bson.M{hiddenField: createdField}
		}
		err := e.inParts(ctx, c, bson.M{loadField: name, stampField: loading}, func(ctx context.Context, part bson.M) error {
			_, err := c.coll.UpdateMany(ctx, part, update)
			return err
		})
		if err != nil {
			return err
		}
	}
	e.at("shown")
	return e.bounded(ctx, func(ctx context.Context) error {
		_, err := e.meta.DeleteOne(ctx, bson.M{"_id": name})
		return err
	})
}

// inParts does something to all documents that a filter selects, until it selects none: so many at
// a time that each part is done within the deadline of one operation.
func (e *engine) inParts(ctx context.Context, c *collection, filter bson.M, do func(ctx context.Context, part bson.M) error) error {
	const most = 5_000
	only := options.Find().SetProjection(bson.M{"_id": 1}).SetLimit(most)
	for n := most; n == most; {
		err := e.bounded(ctx, func(ctx context.Context) error {
			keys := bson.A{}
			if err := c.each(ctx, filter, only, func(rec record) error { keys = append(keys, rec.key); return nil }); err != nil {
				return err
			}
			part := bson.M{"_id": bson.M{"$in": keys}}
			for field, value := range filter {
				part[field] = value
			}
			if n = len(keys); n == 0 {
				return nil
			}
			return do(ctx, part)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// announceLoad tells the feed, and returns the last offset.
func (e *engine) announceLoad(ctx context.Context, name string, docs []loaded) (last dao.Position, err error) {
	list := make([]*announcement, len(docs))
	for i, one := range docs {
		a := one.coll.announcement(bson.RawValue{}, one.id, one.rev, dao.OpPut, models.JSON(one.value))
		a.loaded = true
		list[i] = e.announcer.submit(a)
	}
	inRow := true
	for i, a := range list {
		ctx, cancel := context.WithTimeout(ctx, e.Timeout) // for each: while some come, the others will
		offset, err := a.wait(ctx)
		cancel()
		if err != nil {
			e.announcer.forget(list) // the sweeper stamps them
			return last, err
		}
		if offset >= last.Offset {
			last = a.place()
		}
		inRow = inRow && offset == list[0].change.Offset+int64(i)
	}
	if !inRow { // others wrote meanwhile
		e.stamper.queue.put(list...)
		return last, nil
	}
	counted, err := e.feed.counted(ctx, list)
	if err == nil && len(counted) == len(list) { // else the sweeper does it
		e.at("stamp")
		err = e.stampLoad(ctx, name, list[0].change.Offset)
	}
	e.note(ctx, "stamp a load", err)
	e.announcer.forget(list)
	return last, nil
}

// stampLoad stamps the documents of a load whose offsets follow on one another: a thousandth of the
// work of stamping each.
func (e *engine) stampLoad(ctx context.Context, name string, first int64) error {
	stamp := bson.A{
		bson.M{"$set": bson.M{stampField: bson.M{"$add": bson.A{first, "$" + placeField}}}},
		bson.M{"$unset": bson.A{loadField, placeField}},
	}
	for _, c := range e.collections {
		err := e.inParts(ctx, c, bson.M{loadField: name, stampField: nil}, func(ctx context.Context, part bson.M) error {
			_, err := c.coll.UpdateMany(ctx, part, stamp)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
