package dbmanagers

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
)

// doubtful is in how many sweeps on end the feed must look damaged before it is begun anew: a
// server that has just become the primary may show for a moment what was there before.
const doubtful = 3

// refresh looks whether the feed is still the one that this process follows: another process may
// have begun it anew or pruned it, and somebody may have dropped or restored what it lies in.
func (f *feed) refresh(ctx context.Context) error {
	damaged := true
	err := f.bounded(ctx, func(ctx context.Context) (err error) { damaged, err = f.look(ctx); return err })
	if err != nil {
		return err
	}
	if f.doubts++; !damaged {
		f.doubts = 0
	}
	if f.doubts < doubtful {
		return nil
	}
	f.doubts = 0
	if err = f.load(ctx, true); err == nil {
		err = f.makeIndexes(ctx) // it may have been dropped with all of them
	}
	if err == nil {
		err = f.noteKinds(ctx)
	}
	return err
}

// look takes in what happened to the feed, and says whether it is damaged.
func (f *feed) look(ctx context.Context) (damaged bool, err error) {
	meta, err := f.readMeta(ctx)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if head := f.last(); meta.Epoch != head.Epoch || meta.Base > head.Offset || meta.Identity != f.known() { // begun anew, or pruned while this process slept
		if err := f.adopt(ctx); err != nil {
			return false, err
		}
		return false, f.noteKinds(ctx)
	}
	f.raiseBase(meta.Base)
	return f.torn(ctx, meta)
}

func (f *feed) raiseBase(base int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if base > f.base {
		f.base = base
		f.forget(base)
	}
}

// torn says whether the feed's first change is missing, or the last one that this process knows, or
// one that others follow on.
func (f *feed) torn(ctx context.Context, meta storeMeta) (bool, error) {
	head := f.last().Offset
	first := bson.M{"_id": bson.M{"$in": bson.A{meta.Base + 1, head}}}
	n, err := f.coll.CountDocuments(ctx, first)
	if err != nil || head > meta.Base && n < min(2, head-meta.Base) {
		return err == nil, err
	}
	var next entry
	after := options.FindOne().SetSort(bson.M{"_id": 1}).SetProjection(bson.M{"_id": 1})
	err = f.coll.FindOne(ctx, bson.M{"_id": bson.M{"$gt": head}}, after).Decode(&next)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	return next.Offset > head+1, err
}

// prune removes the oldest changes when there are a tenth more than are to be kept. It is called at
// the end of a sweep with the head of its beginning, and removes none that came after the last
// sweep but one: what is removed has been seen to be stamped.
func (f *feed) prune(ctx context.Context, swept dao.Position) error {
	sure := f.sure[0]
	f.sure[0], f.sure[1] = f.sure[1], swept
	base, head := f.bounds()
	keep := int64(f.Keep)
	if keep == 0 || head-base <= keep+max(keep/10, 100) || sure.Epoch != swept.Epoch || sure.Offset <= base {
		return nil
	}
	base = min(head-keep, sure.Offset)
	// The base first: whoever reads meanwhile must not take a gap for the beginning.
	filter := bson.M{"_id": storeID, "epoch": swept.Epoch}
	if _, err := f.meta.UpdateOne(ctx, filter, bson.M{"$max": bson.M{"base": base}}); err != nil {
		return err
	}
	f.raiseBase(base)
	_, err := f.coll.DeleteMany(ctx, entries(bson.M{"_id": bson.M{"$lte": base}}))
	return err
}
