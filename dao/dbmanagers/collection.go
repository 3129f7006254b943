package dbmanagers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The fields of ours that the protocol needs, in documents of all kinds.
const (
	revField   = "pulperia.rev"   // long
	bornField  = "pulperia.born"  // long, by chance: it is ours, but has no revision yet
	stampField = "pulperia.feed"  // long, the offset of the last change; null: not announced; loading: not there yet
	goneField  = "pulperia.gone"  // true: deleted, to be removed once that is announced
	loadField  = "pulperia.load"  // the id of the load that brought it, and
	placeField = "pulperia.place" // its place in that
	idField    = "pulperia.id"    // the id that we know it by, when its _id is no ObjectID
)

// loading is the stamp of a document that a load under way has brought: it does not exist for
// anybody else yet.
const loading = int64(-1)

// collection is the documents of one kind.
type collection struct {
	*engine
	*dao.Schema
	form
	coll  *mongo.Collection
	locks locks       // of those who want to change one document
	noted atomic.Bool // meta knows that there are such values
}

// doc is what the feed tells of a document at a revision.
func (c *collection) doc(raw bson.Raw, rev int64) json.RawMessage {
	return models.JSON(c.valueAt(raw, rev))
}

// record is a document as it stands in the database.
type record struct {
	raw   bson.Raw
	key   bson.RawValue // its _id
	id    models.ID
	rev   int64
	born  int64 // it is ours and waits for its revision; or 0
	stamp int64 // the offset of its last change, 0 when that is not announced, or loading
	ours  bool  // it has been claimed, at least
	gone  bool
	load  string // that brought it; or ""
	place int64  // in its load
}

func recordOf(raw bson.Raw) record {
	rec := record{raw: raw, key: raw.Lookup("_id")}
	rec.id = idOf(rec.key)
	inner, ok := raw.Lookup("pulperia").DocumentOK()
	if !ok {
		return rec
	}
	rec.rev, rec.ours = inner.Lookup("rev").AsInt64OK()
	rec.born, _ = inner.Lookup("born").AsInt64OK()
	rec.stamp, _ = inner.Lookup("feed").AsInt64OK()
	rec.gone, _ = inner.Lookup("gone").BooleanOK()
	rec.load, _ = inner.Lookup("load").StringValueOK()
	rec.place, _ = inner.Lookup("place").AsInt64OK()
	return rec
}

// exists says whether readers see the document.
func (r record) exists() bool { return !r.gone && r.stamp != loading }

// foreign says whether a document is another program's, in a collection that is not shared with
// any: it does not count.
func (c *collection) foreign(rec record) bool { return !c.Shared && !rec.ours && rec.born == 0 }

// find returns a document that readers see, or dao.ErrNotFound.
func (c *collection) find(ctx context.Context, id models.ID) (record, error) {
	rec, err := c.lookUp(ctx, id)
	if err == nil && (!rec.exists() || c.foreign(rec)) {
		err = c.Absent(id)
	}
	return rec, err
}

// lookUp returns a document in whatever state it is, or dao.ErrNotFound.
func (c *collection) lookUp(ctx context.Context, id models.ID) (record, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	raw, err := c.coll.FindOne(ctx, bson.M{"_id": objectID(id)}).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		raw, err = c.coll.FindOne(ctx, bson.M{idField: objectID(id)}).Raw()
	}
	if errors.Is(err, mongo.ErrNoDocuments) {
		return record{}, c.Absent(id)
	}
	if err != nil {
		return record{}, c.readError(ctx, fmt.Sprintf("read %s %s", c.Kind, id), err)
	}
	return recordOf(raw), nil
}

// lookUpMany returns those of the documents that are there, in whatever state.
func (c *collection) lookUpMany(ctx context.Context, ids []models.ID) (map[models.ID]record, error) {
	found := make(map[models.ID]record, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	list := make([]bson.ObjectID, len(ids))
	for i, id := range ids {
		list[i] = objectID(id)
	}
	filter := bson.M{"$or": bson.A{bson.M{"_id": bson.M{"$in": list}}, bson.M{idField: bson.M{"$in": list}}}}
	return found, c.each(ctx, filter, nil, func(rec record) error { found[rec.id] = rec; return nil })
}

// each visits the documents that a filter selects.
func (c *collection) each(ctx context.Context, filter any, o *options.FindOptionsBuilder, visit func(record) error) error {
	if o == nil {
		o = options.Find()
	}
	cursor, err := c.coll.Find(ctx, filter, o)
	if err != nil {
		return c.readError(ctx, "read "+c.coll.Name(), err)
	}
	defer c.closeCursor(cursor)
	for cursor.Next(ctx) {
		if err := visit(recordOf(append(bson.Raw(nil), cursor.Current...))); err != nil {
			return err
		}
	}
	return c.readError(ctx, "read "+c.coll.Name(), cursor.Err())
}

// closeCursor tells the server that a cursor is not needed any more, if it does not know that.
func (e *engine) closeCursor(cursor *mongo.Cursor) {
	e.bounded(context.Background(), cursor.Close)
}

// mutation is what a write does to one document.
type mutation struct {
	set, unset bson.D                          // fields of the document
	keys       bson.D                          // derived values; those that are not named stay
	gone       bool                            // it is deleted
	keeps      func(context.Context) error     // nil when it may keep its values, now that it has them; may be missing
	tell       func(rev int64) json.RawMessage // what the feed tells, at the revision that the change gets; none of a delete
}

// update is read-change-write: alter says what to do with the document as it is, nil for nothing,
// and is asked again when somebody else was faster. Those of this process who want the same
// document take turns.
func (c *collection) update(ctx context.Context, id models.ID, alter func(record) (*mutation, error)) (dao.Receipt, error) {
	release, err := c.locks.acquire(ctx, id)
	if err != nil {
		return dao.Receipt{}, fmt.Errorf("change %s %s: %w: others are at it: %w", c.Kind, id, dao.ErrUnavailable, err)
	}
	defer release()
	for {
		rec, err := c.find(ctx, id)
		if err != nil {
			return dao.Receipt{}, err
		}
		offset, err := c.finish(ctx, &rec)
		if err != nil {
			return dao.Receipt{}, err
		}
		todo, err := alter(rec)
		if err != nil {
			return dao.Receipt{}, err
		}
		if todo == nil {
			_, head := c.feed.bounds()
			return dao.Receipt{Position: c.feed.position(max(offset, head)), Repeated: true}, nil
		}
		// What is older than what was told of it comes after that.
		rev := max(rec.rev, c.feed.lastWord(c.Kind, id).rev) + 1
		done, err := c.apply(ctx, rec, rev, todo)
		if collided(err) {
			continue
		}
		if err != nil {
			return dao.Receipt{}, writeError(fmt.Sprintf("change %s %s", c.Kind, id), err)
		}
		if done && todo.keeps != nil {
			if err := todo.keeps(ctx); err != nil {
				return dao.Receipt{}, c.takeBack(ctx, rec, rev, todo, err)
			}
		}
		if done {
			return c.announce(ctx, rec.key, id, rev, todo)
		}
	}
}

// apply changes a document that is announced, if it is still as it was read, and gives it a
// revision.
func (c *collection) apply(ctx context.Context, rec record, rev int64, todo *mutation) (done bool, err error) {
	filter := bson.M{"_id": rec.key, revField: rec.rev}
	set := append(bson.D{}, todo.set...)
	if todo.gone { // what stood in pulperia goes, and with it the document from all listings
		set = append(set, bson.E{Key: "pulperia", Value: bson.D{{Key: "rev", Value: rev}, {Key: "feed", Value: nil}, {Key: "gone", Value: true}}})
	} else {
		set = append(set, bson.E{Key: revField, Value: rev}, bson.E{Key: stampField, Value: nil})
		for _, key := range todo.keys {
			set = append(set, bson.E{Key: "pulperia." + key.Key, Value: key.Value})
		}
	}
	update, unset := bson.D{{Key: "$set", Value: set}}, todo.unset
	if rec.load != "" && !todo.gone { // what concerns the load as a whole does not concern this change
		unset = append(slices.Clone(unset), bson.E{Key: loadField, Value: ""}, bson.E{Key: placeField, Value: ""})
	}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	result, err := c.coll.UpdateOne(ctx, filter, update)
	if err != nil {
		return false, err
	}
	c.at("changed")
	return result.MatchedCount == 1, nil
}

// delete marks a document as deleted and announces it. meant says whether it is still to be
// deleted, and what is to be set so that its unique values are free.
func (c *collection) delete(ctx context.Context, id models.ID, meant func(record) (free bson.D, yes bool)) (was record, receipt dao.Receipt, err error) {
	receipt, err = c.update(ctx, id, func(rec record) (*mutation, error) {
		was = rec
		free, yes := meant(rec)
		if !yes {
			return nil, nil
		}
		return &mutation{set: free, gone: true}, nil
	})
	return was, receipt, err
}
