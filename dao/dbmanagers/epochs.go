package dbmanagers

import (
	"cmp"
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"golang.org/x/sync/errgroup"

	"pulperia/dao"
)

const (
	// doubtful is how many times on end the feed must look damaged before it is begun anew: a server
	// that has just become the primary may show for a moment what was there before.
	doubtful = 3

	// between is how long nobody writes after an epoch has begun.
	between = 2 * time.Second

	// learnTimeouts is how many times as long as one operation it may take to learn the feed.
	learnTimeouts = 6

	// apart is how far above all that was seen an epoch begins: what others still insert into the old
	// one does not count.
	apart = 1 << 20
)

// load learns the feed from the database. Where there is none yet, or one that is not the store's
// (it is gone, cut back, or from another time than the documents that it has told of), it is begun
// anew, in an epoch of its own: write says whether that may be done. Documents that are missing or
// older than the feed are no reason: that is what other programs did.
func (f *feed) load(ctx context.Context, write bool) error {
	ctx, cancel := context.WithTimeout(ctx, learnTimeouts*f.Timeout)
	defer cancel()
	for doubts := 0; ; {
		meta, err := f.readMeta(ctx)
		none := errors.Is(err, mongo.ErrNoDocuments)
		if err == nil || none {
			err = meta.wantKnown()
		}
		if err != nil {
			return f.readError(ctx, "read meta", err)
		}
		if none {
			meta.Mark, err = f.recoverMark(ctx)
			if err != nil {
				return err
			}
		}
		asked := time.Now()
		list, whole, err := f.loadTail(ctx, meta)
		if err != nil {
			return f.readError(ctx, "read the feed", err)
		}
		end := meta.Base
		if len(list) > 0 {
			end = list[len(list)-1].end()
		}
		stamped, err := f.lastStamp(ctx, meta, end)
		if err != nil {
			return err
		}
		known := f.known()
		cut := known.epoch == meta.Epoch && known.end > end
		lost := none && (stamped > 0 || len(list) > 0 || known.epoch != "") // others may still insert into what was
		damaged := lost || !whole && (meta.Begun || len(list) > 0) || stamped > end || cut
		switch {
		case damaged && doubts < doubtful:
			doubts++
			sleep(ctx, 50*time.Millisecond)
			if err := ctx.Err(); err != nil {
				return err
			}
		case damaged || none || len(list) == 0:
			begun, err := f.begin(ctx, meta, none, damaged, max(end, stamped, known.end), write)
			if err != nil || begun {
				return err
			}
		default:
			return f.take(ctx, meta, list, asked, write)
		}
	}
}

// take makes what was read the feed that this process follows.
func (f *feed) take(ctx context.Context, meta storeMeta, list []*entry, asked time.Time, write bool) error {
	if write {
		if !meta.Begun {
			if _, err := f.setMeta(ctx, bson.D{{Key: "epoch", Value: meta.Epoch}}, set("begun", true)); err != nil {
				return f.readError(ctx, "begin the feed", err)
			}
		}
		if err := f.identify(ctx, &meta); err != nil {
			return err
		}
	}
	if known := f.known(); known.epoch != "" && known.epoch != meta.Epoch {
		f.quiet.Store(time.Now().Add(between).UnixNano())
	}
	for _, c := range f.collections {
		c.name(meta)
	}
	f.tail.set(meta, list, asked)
	return nil
}

func set(field string, value any) bson.D {
	return bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}}
}

// begin begins the feed, or an epoch: the record first, so that one process decides, then the first
// entry, which tells of nothing. begun says that this process only reads and takes it for begun.
func (f *feed) begin(ctx context.Context, meta storeMeta, none, damaged bool, after int64, make bool) (begun bool, err error) {
	if damaged {
		then := "a new epoch begins"
		if !make {
			then = "a new epoch begins when a shop opens it"
		}
		f.Log.Warn("the feed is not the one that the documents were told in, as after a restore: "+then, "up to", after, "epoch", meta.Epoch)
	}
	switch {
	case !make:
		if meta.Base = max(meta.Base, after); damaged || none { // made up, but once
			f.madeUp = cmp.Or(f.madeUp, newEpoch())
			meta.Epoch = f.madeUp
		}
		f.tail.set(meta, []*entry{{First: meta.Base, N: 1}}, time.Now())
		return true, nil
	case none && !damaged:
		return false, f.readError(ctx, "begin the store", f.makeMeta(ctx, 0, meta.Mark))
	case none:
		err := f.makeMeta(ctx, after+apart, meta.Mark)
		if err == nil {
			_, err = f.coll.write(ctx, true, write{deleteMany, entriesUpTo(after), nil})
		}
		return false, f.readError(ctx, "begin an epoch", err)
	case damaged:
		f.at("epoch")
		next := bson.D{{Key: "$set", Value: bson.D{
			{Key: "epoch", Value: newEpoch()}, {Key: "base", Value: after + apart}, {Key: "begun", Value: false},
		}}}
		won, err := f.setMeta(ctx, bson.D{{Key: "epoch", Value: meta.Epoch}}, next)
		if err == nil && won { // what is left of the old one is below the base and does not count
			_, err = f.coll.write(ctx, true, write{deleteMany, entriesUpTo(after), nil})
		}
		return false, f.readError(ctx, "begin an epoch", err)
	}
	err = untilMade(ctx, func() error { return f.coll.insert(ctx, []bson.Raw{marshal(rootAt(meta.Base))}, true) })
	if mongo.IsDuplicateKeyError(err) { // another process was first
		err = nil
	}
	return false, f.readError(ctx, "begin the feed", err)
}

// rootAt is the first entry of an epoch.
func rootAt(base int64) entry {
	return entry{First: base, N: 1, Step: bson.NewObjectID(), At: bson.NewDateTimeFromTime(time.Now()), Applied: base, Changes: []*change{}}
}

// entriesUpTo selects entries: whatever else lies in the feed is another program's.
func entriesUpTo(offset int64) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$type", Value: "number"}, {Key: "$lte", Value: offset}}}, {Key: "step", Value: bson.D{{Key: "$type", Value: "objectId"}}}}
}

// recoverMark returns what the documents of a store are stamped by whose record is lost.
func (f *feed) recoverMark(ctx context.Context) (mark string, err error) {
	if mark = f.mark(); mark != "" {
		return mark, nil
	}
	raw, last, err := f.stampedLast(ctx, bson.D{{Key: stampField, Value: bson.D{{Key: "$gt", Value: 0}}}, {Key: markField, Value: bson.D{{Key: "$type", Value: "string"}}}})
	if last > 0 {
		mark = textOf(ownField(raw, "store"))
	}
	return mark, err
}

// lastStamp returns the highest offset above the given one that a document of this store bears, or
// 0.
func (f *feed) lastStamp(ctx context.Context, meta storeMeta, above int64) (last int64, err error) {
	_, last, err = f.stampedLast(ctx, bson.D{{Key: stampField, Value: bson.D{{Key: "$gt", Value: above}}}, {Key: markField, Value: meta.Mark}})
	return last, err
}

// stampedLast returns the document of a query that bears the highest offset, and that. All kinds are
// asked at once: there are many, and one after the other would take as many round trips.
func (f *feed) stampedLast(ctx context.Context, filter bson.D) (raw bson.Raw, last int64, err error) {
	found := make([]bson.Raw, len(f.collections))
	all, asking := errgroup.WithContext(ctx)
	for i, c := range f.collections {
		all.Go(func() (err error) {
			found[i], err = findOne(asking, c.table(), query{filter: filter, sort: by("-" + stampField)})
			return f.readError(ctx, "read "+c.table().name(), err)
		})
	}
	if err := all.Wait(); err != nil {
		return nil, 0, err
	}
	for _, one := range found {
		if one == nil {
			continue
		}
		if stamp, _ := ownField(one, "feed").AsInt64OK(); stamp > last {
			raw, last = one, stamp
		}
	}
	return raw, last, nil
}

// known is where this process stands; the zero state before it has read anything.
func (f *feed) known() tailState {
	f.tail.mu.Lock()
	empty := len(f.tail.entries) == 0
	f.tail.mu.Unlock()
	if empty {
		return tailState{}
	}
	return f.tail.state()
}

// Head returns the last position known: at most as far behind other processes as the last look is
// old, and never behind a write of this one.
func (f *feed) Head(ctx context.Context) (dao.Position, error) { return f.last(), ctx.Err() }

// Fresh is Head after a look that is young enough for reading.
func (f *feed) Fresh(ctx context.Context) (dao.Position, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return dao.Position{}, err
	}
	defer leave()
	if err := f.freshen(ctx, fresh); err != nil {
		return dao.Position{}, f.readError(ctx, "look at the feed", err)
	}
	return f.last(), nil
}
