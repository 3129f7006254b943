package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

// What the shop writes into the collections that it shares with nobody. Whoever has one of the same
// name has documents of another shape.
var (
	ourStore     = bson.M{"_id": storeID, "version": bson.M{"$type": "number"}, "epoch": bson.M{"$regex": "^[0-9a-f]{8}$"}}
	ourMigration = bson.M{"_id": restoreID, "content": bson.M{"$type": "string"}, "done": bson.M{"$type": "number"}}
	ourHours     = bson.M{"_id": attendanceID, "epoch": bson.M{"$type": "string"}, "turn": bson.M{"$type": "objectId"}}
	ourLoad      = bson.M{"_id": bson.M{"$regex": "^load "}, "load": bson.M{"$in": bson.A{loadOpen, loadCommitted, loadUndone}}} // of the first format
	ourSaying    = bson.M{"made": bson.M{"$type": "objectId"}, "seq": bson.M{"$type": "number"}, "digest": bson.M{"$type": "string"}}
)

// ourEntry selects steps, and changes of the first format.
func ourEntry() bson.M {
	var kinds bson.A
	for _, s := range dao.Kinds() {
		kinds = append(kinds, s.Kind)
	}
	step := bson.M{"_id": bson.M{"$type": "number"}, "n": bson.M{"$type": "number"}, "step": bson.M{"$type": "objectId"}}
	change := bson.M{
		"_id": bson.M{"$type": "number"}, "kind": bson.M{"$in": kinds},
		"op": bson.M{"$in": bson.A{dao.OpPut, dao.OpDelete}}, "id": bson.M{"$type": "objectId"}, "rev": bson.M{"$type": "number"},
	}
	return bson.M{"$or": bson.A{step, change}}
}

// foreign is a collection under one of our names that is another program's, or that another program
// has put something into.
type foreign struct {
	coll, why string
	mixed     bool // it has documents of ours, too
}

func (f foreign) Error() string {
	const touched = "nothing in it was touched. Name another database (behind the hosts in the URL), or "
	if f.mixed {
		return fmt.Sprintf("another program uses the collection %s of the shop: it has %s, which no pulperia made; %stake that out of it", f.coll, f.why, touched)
	}
	return fmt.Sprintf("the database has a collection %s that is not mine: it has %s, which no pulperia made; %sgive that collection another name", f.coll, f.why, touched)
}

// wantOurs returns an error when a collection that the shop would have for itself belongs to
// another program. It comes before everything else that is done with a database.
func (e *engine) wantOurs(ctx context.Context) error {
	ourRecord := func() (bool, error) {
		doc, err := findOne(ctx, e.meta, query{filter: bson.M{"$or": bson.A{ourStore, ourMigration, ourHours, ourLoad}}})
		return doc != nil, err
	}
	known, err := ourRecord()
	if err != nil {
		return e.readError(ctx, "read meta", err)
	}
	if known { // what a newer program wrote is none of another's
		if err := e.refuseNewer(ctx); err != nil {
			return err
		}
	}
	for _, one := range []struct {
		coll table
		ours bson.M
	}{
		{e.feed.coll, ourEntry()}, {e.presence.docs, ourSaying}, {e.meta, nil},
	} {
		if known && one.ours == nil { // it has our record, whatever stands beside it
			continue
		}
		err := e.wantOurOwn(ctx, one.coll, one.ours)
		if err == nil && !known {
			err = e.wantNoIndexes(ctx, one.coll)
		}
		if _, is := errors.AsType[foreign](err); is && !known {
			if begun, _ := ourRecord(); begun {
				return e.wantOurs(ctx) // another process has begun the store just now
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wantOurOwn returns an error when a collection holds a document of another shape than ours. With
// none of ours, any is.
func (e *engine) wantOurOwn(ctx context.Context, coll table, ours bson.M) error {
	filter := bson.M{}
	if ours != nil {
		filter["$nor"] = bson.A{ours}
	}
	doc, err := findOne(ctx, coll, query{filter: filter})
	if err != nil || doc == nil {
		return e.readError(ctx, "read "+coll.name(), err)
	}
	var some bson.Raw
	if ours != nil {
		some, _ = findOne(ctx, coll, query{filter: ours})
	}
	return foreign{coll.name(), "a document " + show(doc.Lookup("_id")), some != nil}
}

// wantNoIndexes returns an error when a collection has an index that we do not make: one that is
// empty may be another program's as well.
func (e *engine) wantNoIndexes(ctx context.Context, coll table) error {
	found, err := coll.indexes(ctx)
	if err != nil {
		return e.readError(ctx, "read the indexes of "+coll.name(), err)
	}
	for _, one := range found {
		var fields []string
		for _, key := range one.keys {
			fields = append(fields, key.Key)
		}
		ours := coll.name() == e.feed.coll.name() && (slices.Equal(fields, feedIndex) || slices.Equal(fields, oldFeedIndex))
		if !ours && !slices.Equal(fields, []string{"_id"}) {
			return foreign{coll: coll.name(), why: "an index " + one.name()}
		}
	}
	return nil
}
