package dbmanagers

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// storeID is the _id of the one document in meta that speaks of the store.
const storeID = "store"

// formatVersion is that of the shape of our documents.
const formatVersion = 1

// storeMeta is what the store is known by, and the feed is counted by.
type storeMeta struct {
	ID       string `bson:"_id"`
	Version  int    `bson:"version"`
	Identity string `bson:"identity,omitempty"` // of the store, in all its epochs
	Epoch    string `bson:"epoch"`
	Base     int64  `bson:"base"` // the last offset that is no longer in the feed

	Kinds []string `bson:"kinds,omitempty"` // the plurals of those that not every shop has, and of which this one has or had values
}

// load reads where the feed stands. Where there is no feed yet, or one that is not the store's (it
// is gone, cut back, or from another time than the documents that it has told of), it is begun
// anew, in an epoch of its own: make says whether that may be written. Documents that are missing
// or older than the feed are no reason: that is what other programs did, and the patrol tells of
// it.
func (f *feed) load(ctx context.Context, make bool) error {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	meta, err := f.readMeta(ctx)
	fresh := errors.Is(err, mongo.ErrNoDocuments)
	if err != nil && !fresh {
		return f.readError(ctx, "read meta", err)
	}
	if err := meta.wantKnown(); err != nil {
		return err
	}
	before, _, err := f.findHead(ctx, meta)
	if err != nil {
		return err
	}
	stamped, err := f.lastStamp(ctx, before) // before the head: stamps follow announcements
	if err != nil {
		return err
	}
	head, whole, err := f.findHead(ctx, meta)
	if err != nil {
		return err
	}
	known := f.last()
	whole = whole && (known.Epoch != meta.Epoch || known.Offset <= head)
	if fresh || !whole || stamped > head {
		if !fresh {
			then := "a new epoch begins"
			if !make {
				then = "a new epoch begins when a shop opens it"
			}
			f.Log.Warn("the feed is not the one that the documents were told in, as after a restore: "+then,
				"feed", head, "documents", stamped, "epoch", meta.Epoch)
		}
		return f.begin(ctx, meta, max(head, stamped, known.Offset), make)
	}
	if make {
		if err := f.identify(ctx, &meta); err != nil {
			return err
		}
	}
	return f.set(ctx, meta, head)
}

// identify gives the store an identity where it has none: it, or who began the feed, is of a
// pulperia that knew of none. Of several processes that do so at once, one does it.
func (f *feed) identify(ctx context.Context, meta *storeMeta) error {
	if meta.Identity != "" {
		return nil
	}
	none := bson.M{"_id": storeID, "identity": bson.M{"$exists": false}}
	given := bson.M{"$set": bson.M{"identity": cmp.Or(f.known(), dao.NewIdentity())}}
	_, err := f.meta.UpdateOne(ctx, none, given)
	if err == nil {
		*meta, err = f.readMeta(ctx)
	}
	return f.readError(ctx, "give the store an identity", err)
}

// known is the identity as this process knows it.
func (f *feed) known() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.identity
}

// noteKind says in meta that the store has values of a kind that not every shop has, before it has
// one: a program which does not know the kind leaves the store alone then.
func (c *collection) noteKind(ctx context.Context) error {
	if c.Always || c.noted.Load() {
		return nil
	}
	result, err := c.meta.UpdateOne(ctx, bson.M{"_id": storeID}, bson.M{"$addToSet": bson.M{"kinds": c.Plural}})
	c.noted.Store(err == nil && result.MatchedCount == 1)
	return c.readError(ctx, "note the kind "+string(c.Kind), err)
}

// noteKinds does so for all of which there are values, in case that meta was lost, also under an
// open shop.
func (e *engine) noteKinds(ctx context.Context) error {
	for _, c := range e.collections {
		if c.Always {
			continue
		}
		c.noted.Store(false)
		err := c.coll.FindOne(ctx, bson.M{revField: bson.M{"$exists": true}}).Err()
		if errors.Is(err, mongo.ErrNoDocuments) {
			continue
		}
		if err == nil {
			err = c.noteKind(ctx)
		}
		if err != nil {
			return c.readError(ctx, "read "+c.coll.Name(), err)
		}
	}
	return nil
}

func (f *feed) readMeta(ctx context.Context) (meta storeMeta, err error) {
	err = f.meta.FindOne(ctx, bson.M{"_id": storeID}).Decode(&meta)
	return meta, err
}

// set makes a feed the one that this process follows.
func (f *feed) set(ctx context.Context, meta storeMeta, head int64) error {
	words, err := f.recall(ctx, meta.Base, head)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.identity, f.epoch, f.base, f.head, f.tail, f.words = meta.Identity, meta.Epoch, meta.Base, head, nil, words
	f.wake()
	return nil
}

// begin makes an empty feed that goes on after the given offset. Of several processes that do so at
// once, one does it, and only that one removes the old feed; what it does not get to is below the
// base and does not count.
func (f *feed) begin(ctx context.Context, old storeMeta, after int64, write bool) error {
	meta := storeMeta{ID: storeID, Version: formatVersion, Identity: old.Identity, Epoch: newEpoch(), Base: after, Kinds: old.Kinds}
	if !write {
		return f.set(ctx, meta, after)
	}
	meta.Identity = cmp.Or(old.Identity, dao.NewIdentity())
	filter := bson.M{"_id": storeID, "epoch": old.Epoch}
	if old.Epoch == "" {
		filter = bson.M{"_id": storeID, "epoch": bson.M{"$exists": false}}
	}
	err := untilMade(ctx, func() error {
		_, err := f.meta.ReplaceOne(ctx, filter, meta, options.Replace().SetUpsert(true))
		return err
	})
	if mongo.IsDuplicateKeyError(err) { // another process was first
		return f.adopt(ctx)
	}
	if err != nil {
		return f.readError(ctx, "begin the feed", err)
	}
	if err := f.set(ctx, meta, after); err != nil {
		return err
	}
	if _, err := f.coll.DeleteMany(ctx, entries(bson.M{"_id": bson.M{"$lte": after}})); err != nil {
		return f.readError(ctx, "empty the feed", err)
	}
	return nil
}

// adopt makes the feed that another process has begun the one that this process follows.
func (f *feed) adopt(ctx context.Context) error {
	meta, err := f.readMeta(ctx)
	if err != nil {
		return f.readError(ctx, "read meta", err)
	}
	if err := f.identify(ctx, &meta); err != nil {
		return err
	}
	head, _, err := f.findHead(ctx, meta)
	if err != nil {
		return err
	}
	return f.set(ctx, meta, head)
}

func newEpoch() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// lastStamp returns the highest offset above the given one that a document bears, or 0.
func (f *feed) lastStamp(ctx context.Context, above int64) (last int64, err error) {
	for _, c := range f.collections {
		var doc bson.Raw
		err := c.coll.FindOne(ctx, bson.M{stampField: bson.M{"$gt": above}}, options.FindOne().SetSort(bson.M{stampField: -1})).Decode(&doc)
		if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
			return 0, f.readError(ctx, "read "+c.coll.Name(), err)
		}
		last = max(last, recordOf(doc).stamp)
	}
	return last, nil
}

// findHead returns the last offset of the feed, and whether none is missing between the base and
// it.
func (f *feed) findHead(ctx context.Context, meta storeMeta) (head int64, whole bool, err error) {
	var last entry
	err = f.coll.FindOne(ctx, bson.M{}, options.FindOne().SetSort(bson.M{"_id": -1})).Decode(&last)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return meta.Base, true, nil
	}
	if err != nil {
		return 0, false, f.readError(ctx, "read the feed", err)
	}
	n, err := f.coll.CountDocuments(ctx, bson.M{"_id": bson.M{"$gt": meta.Base, "$lte": last.Offset}})
	return max(meta.Base, last.Offset), n == max(0, last.Offset-meta.Base), f.readError(ctx, "read the feed", err)
}

// lastRev returns the revision of the last change that was told of a value, or 0.
func (f *feed) lastRev(ctx context.Context, kind dao.Kind, id models.ID) (int64, error) {
	var last entry
	filter := bson.M{"kind": kind, "id": objectID(id)}
	err := f.coll.FindOne(ctx, filter, options.FindOne().SetSort(bson.M{"rev": -1})).Decode(&last)
	known := f.lastWord(kind, id).rev
	if errors.Is(err, mongo.ErrNoDocuments) {
		return known, nil
	}
	return max(last.Rev, known), f.readError(ctx, "read the feed", err)
}

// puts returns what the feed tells of a value, but for deletes, the last first.
func (f *feed) puts(ctx context.Context, kind dao.Kind, id models.ID) (list []entry, err error) {
	filter := bson.M{"kind": kind, "id": objectID(id), "op": dao.OpPut}
	cursor, err := f.coll.Find(ctx, filter, options.Find().SetSort(bson.M{"rev": -1}))
	if err == nil {
		err = cursor.All(ctx, &list)
	}
	return list, err
}

// lastRevs raises revisions to the highest of the changes that a filter selects, by kind and id.
func (f *feed) lastRevs(ctx context.Context, filter bson.M, last map[changeKey]int64) error {
	names := options.Find().SetProjection(bson.M{"kind": 1, "id": 1, "rev": 1})
	cursor, err := f.coll.Find(ctx, filter, names)
	if err != nil {
		return f.readError(ctx, "read the feed", err)
	}
	var found []entry
	if err := cursor.All(ctx, &found); err != nil {
		return f.readError(ctx, "read the feed", err)
	}
	for _, e := range found {
		name := changeKey{kind: e.Kind, id: models.ID(e.ID)}
		last[name] = max(last[name], e.Rev)
	}
	return nil
}
