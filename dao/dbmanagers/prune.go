package dbmanagers

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// tidyEvery is the time between two looks whether meta is as it was, and rareEvery the number of them
// between two whether something is to be pruned, made again or counted.
const (
	tidyEvery = 15 * time.Second
	rareEvery = 20
)

// tidy does until ctx is done what need not be done often.
func (e *engine) tidy(ctx context.Context) {
	for n := 0; ctx.Err() == nil; {
		pause := tidyEvery
		if e.feed.waiting.Load() == 0 && time.Since(e.feed.tail.state().activeSince) > 2*tidyEvery {
			pause *= 2
		}
		if e.sweepEvery > 0 {
			pause = e.sweepEvery
		}
		sleep(ctx, pause)
		e.note(ctx, "look at meta", e.bounded(ctx, e.feed.refresh))
		if time.Since(e.feed.tail.state().activeSince) < 2*tidyEvery { // something has happened
			e.note(ctx, "see to the indexes", e.seeToIndexes(ctx))
		}
		e.note(ctx, "repeat deletes", e.dig(ctx))
		if n++; n%rareEvery != 0 {
			continue
		}
		e.note(ctx, "count documents", e.bounded(ctx, e.count))
		e.note(ctx, "prune the feed", e.bounded(ctx, e.feed.prune))
		e.note(ctx, "see to the indexes", e.seeToIndexes(ctx))
	}
}

// dig deletes once more what was deleted, when no write can arrive late any more: a create that came
// after the delete made the document again. What is there again later, another program put back. Who
// decides by a look that is a third of the memory old may have his write arrive a quarter of it later.
func (e *engine) dig(ctx context.Context) error {
	at := e.feed.tail.state()
	if e.mutant == "no-graves" {
		return nil
	}
	var deletes []*change
	var done []*entry
	for _, one := range e.feed.tail.from(0) {
		if one.end() > at.applied || time.Since(one.seen) < e.memory*2/3 {
			break
		}
		if !one.dug.Load() {
			done, deletes = append(done, one), append(deletes, one.Changes...)
		}
	}
	again, err := e.deleteAgain(ctx, deletes)
	if again > 0 {
		e.Log.Warn("documents were there again that the shop had deleted, and are deleted: writes that came late, or another program "+
			"put them back within ten minutes of that; let it do so again", "documents", again)
	}
	if err != nil {
		return err
	}
	for _, one := range done {
		one.dug.Store(true)
	}
	return nil
}

// deleteAgain repeats the deletes among some changes, of values that are still deleted, and returns how
// many documents there were.
func (e *engine) deleteAgain(ctx context.Context, list []*change) (again int64, err error) {
	keys := map[*collection]bson.A{}
	for _, c := range list {
		of := e.byKind(c.Kind)
		if c.Op != opDelete || of == nil || e.feed.tail.last(valueKey{c.Kind, c.id()}) != c.offset {
			continue
		}
		keys[of] = append(keys[of], bson.D{{Key: "_id", Value: c.key()}, {Key: stampField, Value: bson.D{{Key: "$lt", Value: c.offset}}}})
	}
	for of, list := range keys {
		for some := range slices.Chunk(list, 200) {
			filter := bson.D{{Key: "$or", Value: some}, {Key: markField, Value: e.mark()}}
			if err := e.bounded(ctx, func(ctx context.Context) error {
				n, err := of.table().write(ctx, true, write{deleteMany, filter, nil})
				again += n
				return err
			}); err != nil {
				return again, err
			}
		}
	}
	return again, nil
}

// refresh takes in what happened to meta: another process has pruned the feed or begun an epoch, the
// store goes by another identity, or somebody has dropped it.
func (f *feed) refresh(ctx context.Context) error {
	meta, err := f.readMeta(ctx)
	gone := errors.Is(err, mongo.ErrNoDocuments)
	if err != nil && !gone {
		return err
	}
	at := f.tail.state()
	if gone || meta.Epoch != at.epoch {
		if err := f.learning.take(ctx); err != nil {
			return err
		}
		defer f.learning.give()
		return f.beginAnew(at)
	}
	err = f.identify(ctx, &meta)
	f.tail.mu.Lock()
	defer f.tail.mu.Unlock()
	f.tail.meta.Base = max(f.tail.meta.Base, meta.Base)
	f.tail.meta.Identity = meta.Identity
	return err
}

// prune removes the oldest entries when there are a tenth more than are to be kept: those that are
// applied by the word of the head, which others read, too, and that are older than the memory. The
// base comes first: whoever reads meanwhile must not take a gap for the beginning.
func (f *feed) prune(ctx context.Context) error {
	meta, err := f.readMeta(ctx)
	at := f.tail.state()
	if err != nil || meta.Epoch != at.epoch {
		return err
	}
	keep := int64(f.Keep)
	if keep == 0 || at.end-meta.Base <= keep+max(keep/10, 100) {
		return nil
	}
	base, err := f.wholeUpTo(ctx, f.prunable(min(at.end-keep, at.head.Applied, at.head.First-1)))
	if err != nil || base <= meta.Base {
		return err
	}
	update := bson.D{{Key: "$max", Value: bson.D{{Key: "base", Value: base}}}}
	if done, err := f.setMeta(ctx, bson.D{{Key: "epoch", Value: at.epoch}}, update); err != nil || !done {
		return err
	}
	f.at("pruning")
	f.raiseBase(base)
	_, err = f.coll.write(ctx, true, write{deleteMany, entriesUpTo(base), nil})
	return err
}

// prunable returns the end of the last entry up to an offset that this process has known for long
// enough. What it does not know any more is older.
func (f *feed) prunable(upTo int64) (base int64) {
	f.tail.mu.Lock()
	defer f.tail.mu.Unlock()
	base = f.tail.entries[0].First - 1
	for _, e := range f.tail.entries {
		if e.end() > upTo || time.Since(e.seen) < f.remember && f.mutant != "prune-young" {
			break
		}
		base = e.end()
	}
	return min(base, max(upTo, 0))
}

// wholeUpTo returns the end of the last entry that is whole up to an offset.
func (f *feed) wholeUpTo(ctx context.Context, offset int64) (int64, error) {
	next, err := f.entries(ctx, query{
		filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$lte", Value: offset + 1}}}}, sort: by("-_id"), limit: 1,
	})
	if err != nil || len(next) == 0 {
		return 0, err
	}
	return next[0].First - 1, nil
}

func (f *feed) raiseBase(base int64) {
	f.tail.mu.Lock()
	defer f.tail.mu.Unlock()
	f.tail.meta.Base = max(f.tail.meta.Base, base)
}

// count asks how many documents there are.
func (e *engine) count(ctx context.Context) error {
	for _, c := range e.collections {
		n, err := c.table().count(ctx, nil)
		if err != nil {
			return err
		}
		e.figures.values.Store(c.Kind, n)
	}
	return nil
}
