package dbmanagers

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// word is the last that was told of a value. A process knows those of the changes that the feed
// keeps, and of the documents that its patrol has met. Nobody inserts above a change that he has
// not seen, so they are complete at each insert: by them an announcement is known to be new, and a
// document to be older than what was told of it, or missing.
type word struct {
	rev    int64
	offset int64 // in the feed; 0 when only a document says so
	met    int32 // the last walk of the patrol that met the document
	gone   bool  // it was deleted
}

// words are by kind and id: there may be a million.
type words map[dao.Kind]map[models.ID]word

func newWords() words {
	w := words{}
	for _, s := range dao.Kinds() {
		w[s.Kind] = map[models.ID]word{}
	}
	return w
}

// lastWord returns the last word of a value; the zero word where none is known.
func (f *feed) lastWord(kind dao.Kind, id models.ID) word {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.words[kind][id]
}

// hear takes in what a change tells. The caller holds the lock.
func (f *feed) hear(c dao.Change) {
	of := f.words[c.Kind]
	if of == nil { // no change of ours
		return
	}
	w := of[c.ID]
	if w.rev <= c.Rev {
		w.rev, w.gone = c.Rev, c.Op == dao.OpDelete
	}
	w.offset = c.Offset
	of[c.ID] = w
}

// recall returns the last words of the changes between two offsets.
func (f *feed) recall(ctx context.Context, after, to int64) (words, error) {
	recalled := feed{words: newWords()}
	find := options.Find().SetProjection(bson.M{"kind": 1, "op": 1, "id": 1, "rev": 1}).SetSort(bson.M{"_id": 1}).SetBatchSize(10 * pageSize)
	cursor, err := f.coll.Find(ctx, bson.M{"_id": bson.M{"$gt": after, "$lte": to}}, find)
	if err != nil {
		return nil, f.readError(ctx, "read the feed", err)
	}
	defer f.closeCursor(cursor)
	for cursor.Next(ctx) {
		var one entry
		if err := cursor.Decode(&one); err != nil {
			return nil, f.readError(ctx, "read the feed", err)
		}
		recalled.hear(one.change())
	}
	return recalled.words, f.readError(ctx, "read the feed", cursor.Err())
}

// forget drops the words that nobody can ask for again when the feed is pruned: of what is deleted,
// and of histories, which are too many. The caller holds the lock.
func (f *feed) forget(base int64) {
	for kind, of := range f.words {
		maps.DeleteFunc(of, func(_ models.ID, w word) bool {
			return w.offset <= base && (w.gone || dao.SchemaOf(kind).History)
		})
	}
}

// meet notes that a walk of the patrol has met a document, and says whether it is older than what
// was told of it.
func (f *feed) meet(rec record, kind dao.Kind, walk int32) (older bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w, known := f.words[kind][rec.id]
	announced := rec.ours && rec.stamp > 0
	if !known && !announced {
		return false
	}
	if !known {
		w.rev = rec.rev
	}
	w.met = walk
	f.words[kind][rec.id] = w
	return announced && rec.rev < w.rev
}

// unmet returns the values of a kind that are there, as was told up to an offset, and that a walk
// has not met.
func (f *feed) unmet(kind dao.Kind, walk int32, upTo int64) (ids []models.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, w := range f.words[kind] {
		if !w.gone && w.met != walk && w.offset <= upTo {
			ids = append(ids, id)
		}
	}
	return ids
}

// outOfDate says whether the feed knows a change already, or a later one of the same value.
func (r *announcer) outOfDate(a *announcement) bool {
	last := r.feed.lastWord(a.change.Kind, a.change.ID)
	if a.missing {
		return last.gone || last.rev != a.change.Rev-1
	}
	return !a.loaded && last.rev >= a.change.Rev
}

// sift takes those out of a batch that the feed knows already, and lifts the others above what it
// has told: their documents were older than that when they were changed, as one that another
// program put back.
func (r *announcer) sift(ctx context.Context, batch []*announcement) (left []*announcement, err error) {
	var late []*announcement
	for _, a := range batch {
		if r.outOfDate(a) {
			late = append(late, a)
		}
	}
	if len(late) == 0 {
		return batch, nil
	}
	unsettled, err := r.findAnnounced(ctx, late, r.feed.last(), true)
	settled := make(map[*announcement]bool, len(late))
	for _, a := range late {
		settled[a] = !slices.Contains(unsettled, a)
	}
	for _, a := range unsettled {
		if err == nil {
			settled[a], err = r.lift(ctx, a)
		}
	}
	for _, a := range batch {
		if !settled[a] {
			left = append(left, a)
		}
	}
	return left, err
}

// lift gives a change, and the document that it stands in, the next revision after the last that
// was told. There is nothing to tell when the document has been changed on, by whoever announced it
// first, or is gone.
func (r *announcer) lift(ctx context.Context, a *announcement) (settled bool, err error) {
	if !r.outOfDate(a) { // by now it is not
		return false, nil
	}
	var raw bson.Raw
	next := r.feed.lastWord(a.change.Kind, a.change.ID).rev + 1
	if err = mongo.ErrNoDocuments; !a.missing {
		filter := bson.M{"_id": a.key, revField: a.change.Rev}
		update := bson.M{"$set": bson.M{revField: next, stampField: nil}}
		after := options.FindOneAndUpdate().SetReturnDocument(options.After)
		raw, err = a.coll.coll.FindOneAndUpdate(ctx, filter, update, after).Raw()
	}
	if errors.Is(err, mongo.ErrNoDocuments) {
		head := r.feed.last()
		a.change.Offset, a.epoch = head.Offset, head.Epoch
		r.settle(a)
		return true, nil
	}
	if err != nil {
		return false, err
	}
	r.rename(a, next)
	if a.change.Op == dao.OpPut {
		a.change.Doc = a.coll.doc(raw, next)
	}
	return false, nil
}

// rename has an announcement known by another revision.
func (r *announcer) rename(a *announcement, rev int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, a.knownAs())
	a.change.Rev = rev
	if r.known[a.knownAs()] == nil {
		r.known[a.knownAs()] = a
	}
}

// is says whether a change of the feed is the one that is to be announced. One of a load is named
// by that.
func (a *announcement) is(told dao.Change) bool {
	return a.loaded || told.Op == a.change.Op && bytes.Equal(told.Doc, a.change.Doc)
}
