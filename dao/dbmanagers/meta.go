package dbmanagers

import (
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

// storeMeta is what the feed is counted by.
type storeMeta struct {
	ID      string `bson:"_id"`
	Version int    `bson:"version"`
	Epoch   string `bson:"epoch"`
	Base    int64  `bson:"base"` // the last offset that is no longer in the feed
}

// load reads where the feed stands. Where there is no feed yet, or one that does not belong to the documents (they were
// restored without it, or it without them), it is begun anew, in an epoch of its own: make says whether that may be written.
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
	older := false
	if !fresh && whole && stamped <= head {
		if older, err = f.documentsOlder(ctx, meta.Base, head, true); err != nil {
			return err
		}
	}
	if fresh || !whole || stamped > head || older {
		if !fresh {
			then := "a new epoch begins"
			if !make {
				then = "a new epoch begins when a shop opens it"
			}
			f.Log.Warn("feed and documents are not of one time, as after a restore: "+then,
				"feed", head, "documents", stamped, "epoch", meta.Epoch)
		}
		return f.begin(ctx, meta, max(head, stamped, known.Offset), make)
	}
	f.set(meta, head)
	return nil
}

func (f *feed) readMeta(ctx context.Context) (meta storeMeta, err error) {
	err = f.meta.FindOne(ctx, bson.M{"_id": storeID}).Decode(&meta)
	return meta, err
}

// set makes a feed the one that this process follows.
func (f *feed) set(meta storeMeta, head int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.epoch, f.base, f.head, f.tail = meta.Epoch, meta.Base, head, nil
	f.wake()
}

// begin makes an empty feed that goes on after the given offset. Of several processes that do so at once, one does it, and only that one
// removes the old feed; what it does not get to is below the base and does not count.
func (f *feed) begin(ctx context.Context, old storeMeta, after int64, write bool) error {
	meta := storeMeta{storeID, formatVersion, newEpoch(), after}
	if !write {
		f.set(meta, after)
		return nil
	}
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
	f.set(meta, after)
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
	head, _, err := f.findHead(ctx, meta)
	if err == nil {
		f.set(meta, head)
	}
	return err
}

func newEpoch() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// lastStamp returns the highest offset above the given one that a document bears, or 0.
func (f *feed) lastStamp(ctx context.Context, above int64) (last int64, err error) {
	for _, c := range f.collections() {
		var doc bson.Raw
		err := c.coll.FindOne(ctx, bson.M{stampField: bson.M{"$gt": above}}, options.FindOne().SetSort(bson.M{stampField: -1})).Decode(&doc)
		if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
			return 0, f.readError(ctx, "read "+c.coll.Name(), err)
		}
		last = max(last, recordOf(doc).stamp)
	}
	return last, nil
}

// findHead returns the last offset of the feed, and whether none is missing between the base and it.
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

// documentsOlder says whether the documents are older than the feed: one of those that changed last has an older revision than
// the feed told of. A document is changed before the feed tells of it, so that otherwise it is at least as new. strictly says that it is
// a sign, too, when one is missing; but another program may have deleted it.
func (f *feed) documentsOlder(ctx context.Context, base, head int64, strictly bool) (bool, error) {
	const look = 100
	changes, err := f.read(ctx, max(head-look, base), look)
	if err != nil {
		return false, f.readError(ctx, "read the feed", err)
	}
	last := map[valueKey]dao.Change{}
	for _, change := range changes {
		last[valueKey{change.Kind, change.ID}] = change
	}
	for _, c := range f.collections() {
		var put []models.ID
		for key, change := range last {
			if key.kind == c.kind && change.Op == dao.OpPut {
				put = append(put, key.id)
			}
		}
		found, err := c.lookUpMany(ctx, put)
		if err != nil {
			return false, err
		}
		for _, id := range put {
			rec, there := found[id]
			if there && (!rec.ours || rec.rev >= last[valueKey{c.kind, id}].Rev) || !there && !strictly {
				continue
			}
			deleted, err := f.lastRev(ctx, c.kind, id) // it may have gone meanwhile
			if err != nil {
				return false, err
			}
			if deleted <= last[valueKey{c.kind, id}].Rev {
				return true, nil
			}
		}
	}
	return false, nil
}

// lastRev returns the revision of the last change of a value that the feed holds, or 0.
func (f *feed) lastRev(ctx context.Context, kind dao.Kind, id models.ID) (int64, error) {
	var last entry
	filter := bson.M{"kind": kind, "id": objectID(id)}
	err := f.coll.FindOne(ctx, filter, options.FindOne().SetSort(bson.M{"rev": -1})).Decode(&last)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil
	}
	return last.Rev, f.readError(ctx, "read the feed", err)
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
