package dbmanagers

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
)

// A database of the first format is brought forward before it is opened. There a change was made in
// its document first (its stamp null), and announced in a feed of single changes then; a load was
// documents that nobody saw (their stamp -1) until its record was committed. All of that counts as it
// stands: what was changed is changed, what was loaded and committed is there, and a new epoch begins
// above all offsets that were given. Each part may be done again, and by several processes at once,
// until the record of the store says that it is done.

const (
	firstFormat = 1

	loadOpen      = "open"
	loadCommitted = "committed"
	loadUndone    = "undone"
)

// oldFeedIndex was that of the first format: every second step of ours would break it.
var oldFeedIndex = []string{"kind", "id", "rev"}

// bringForward brings a database of the first format forward.
func (e *engine) bringForward(ctx context.Context) error {
	meta, err := e.readMeta(ctx)
	if errors.Is(err, mongo.ErrNoDocuments) || err == nil && meta.Version >= formatVersion && meta.Mark != "" {
		return nil
	}
	if err != nil {
		return e.readError(ctx, "read meta", err)
	}
	if err := meta.wantKnown(); err != nil {
		return err
	}
	e.Log.Info("the database is of an older pulperia: it is brought forward, once; that one will not open it any more",
		"format", meta.Version, "becomes", formatVersion)
	// First of all the old program must not open it any more.
	mark := bson.D{{Key: "$set", Value: bson.D{{Key: "version", Value: formatVersion}, {Key: "next", Value: newEpoch()}}}}
	if _, err := e.setMeta(ctx, bson.D{{Key: "next", Value: bson.D{{Key: "$exists", Value: false}}}}, mark); err != nil {
		return e.readError(ctx, "bring it forward", err)
	}
	raw, err := findOne(ctx, e.meta, query{filter: storeFilter})
	if err != nil {
		return e.readError(ctx, "bring it forward", err)
	}
	f := forwardOld{engine: e, mark: textOf(raw.Lookup("next"))}
	for _, part := range []func(context.Context) error{f.findBase, f.endLoads, f.stampAll, f.dropIndexes, f.finish} {
		if err := part(ctx); err != nil {
			return e.readError(ctx, "bring it forward", err)
		}
		e.at("forward")
	}
	return nil
}

// forwardOld is a database of the first format that is brought forward.
type forwardOld struct {
	*engine
	mark string
	base int64 // the highest offset that was given
}

// findBase looks for the highest offset that was given.
func (f *forwardOld) findBase(ctx context.Context) error {
	last, err := findOne(ctx, f.feed.coll, query{sort: by("-_id")})
	if err != nil {
		return err
	}
	f.base, _ = last.Lookup("_id").AsInt64OK()
	for _, c := range f.collections {
		raw, err := findOne(ctx, c.table(), query{filter: bson.M{stampField: bson.M{"$gt": int64(0)}}, sort: by("-" + stampField)})
		if err != nil {
			return err
		}
		f.base = max(f.base, c.recordOf(raw).stamp)
	}
	meta, err := f.readMeta(ctx)
	f.base = max(f.base, meta.Base)
	return err
}

// endLoads removes what loads have brought that were not committed, and the records of all.
func (f *forwardOld) endLoads(ctx context.Context) error {
	committed := bson.A{}
	err := f.meta.find(ctx, query{filter: bson.M{"load": loadCommitted}}, func(raw bson.Raw) error {
		committed = append(committed, raw.Lookup("_id"))
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range f.collections {
		_, err := c.table().write(ctx, true,
			write{deleteMany, bson.M{stampField: int64(-1), "pulperia.load": bson.M{"$nin": committed}}, nil},
			write{updateMany, bson.M{stampField: int64(-1)}, bson.M{"$set": bson.M{stampField: nil}}},
			write{deleteMany, bson.M{"pulperia.gone": true}, nil})
		if err != nil {
			return err
		}
	}
	_, err = f.meta.write(ctx, true, write{deleteMany, bson.M{"load": bson.M{"$exists": true}}, nil})
	return err
}

// stampAll writes what is ours in the documents of ours as it stands there now, histories in their
// order. Documents of other programs stay unclaimed.
func (f *forwardOld) stampAll(ctx context.Context) error {
	for _, c := range f.collections {
		old := bson.M{
			"$or":     bson.A{bson.M{revField: bson.M{"$type": "number"}}, bson.M{"pulperia.born": bson.M{"$type": "number"}}},
			markField: bson.M{"$ne": f.mark},
		}
		var list []bson.Raw
		err := c.table().find(ctx, query{filter: old}, func(raw bson.Raw) error { list = append(list, raw); return nil })
		if err != nil {
			return err
		}
		slices.SortStableFunc(list, func(a, b bson.Raw) int { return compareOld(a, b) })
		for some := range slices.Chunk(list, pageSize) {
			writes := make([]write, len(some))
			for i, raw := range some {
				writes[i] = f.stamp(c, raw)
			}
			if _, err := c.table().write(ctx, true, writes...); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareOld puts announced values first, in their order, then those of loads and the others.
func compareOld(a, b bson.Raw) int {
	key := func(raw bson.Raw) [2]int64 {
		stamp, announced := ownField(raw, "feed").AsInt64OK()
		place, loaded := ownField(raw, "place").AsInt64OK()
		if !announced {
			stamp = 1 << 62
		}
		if !loaded {
			place = 1 << 62
		}
		return [2]int64{stamp, place}
	}
	x, y := key(a), key(b)
	return slices.Compare(x[:], y[:])
}

// stamp is the write that makes a document of ours one of this format.
func (f *forwardOld) stamp(c *collection, raw bson.Raw) write {
	stamp, announced := ownField(raw, "feed").AsInt64OK()
	if !announced {
		f.base++
		stamp = f.base
	}
	rev := max(1, revOf(raw))
	ours := c.ours(&change{Rev: rev, offset: stamp, value: c.valueAt(raw, rev)})
	for i := range ours {
		if ours[i].Key == "store" {
			ours[i].Value = f.mark
		}
	}
	for _, name := range []string{"id", "seen", "created"} {
		if there := ownField(raw, name); !there.IsZero() && !slices.ContainsFunc(ours, func(e bson.E) bool { return e.Key == name }) {
			ours = append(ours, bson.E{Key: name, Value: there})
		}
	}
	was := raw.Lookup("pulperia")
	return write{updateOne, bson.D{{Key: "_id", Value: raw.Lookup("_id")}, {Key: "pulperia", Value: was}}, set("pulperia", ours)}
}

// dropIndexes drops what this format must not have, or has no use for.
func (f *forwardOld) dropIndexes(ctx context.Context) error {
	for _, t := range append([]table{f.feed.coll}, f.tables()...) {
		list, err := t.indexes(ctx)
		if err != nil {
			return err
		}
		for _, one := range list {
			if !f.isOld(t, one) {
				continue
			}
			if err := t.dropIndex(ctx, one.name()); err != nil && code(err) != codeIndexNotFound {
				return err
			}
		}
	}
	return nil
}

func (e *engine) tables() (list []table) {
	for _, c := range e.collections {
		list = append(list, c.table())
	}
	return list
}

func (f *forwardOld) isOld(t table, one index) bool {
	var fields []string
	for _, key := range one.keys {
		fields = append(fields, key.Key)
	}
	if t.name() == f.feed.coll.name() {
		return slices.Equal(fields, oldFeedIndex)
	}
	return len(fields) == 1 && (fields[0] == "pulperia.load" || len(fields[0]) >= len("pulperia.unique") && fields[0][:len("pulperia.unique")] == "pulperia.unique")
}

// finish begins the new epoch.
func (f *forwardOld) finish(ctx context.Context) error {
	meta, err := f.readMeta(ctx)
	if err != nil {
		return err
	}
	update := bson.D{{Key: "$set", Value: bson.D{
		{Key: "mark", Value: f.mark}, {Key: "epoch", Value: newEpoch()}, {Key: "base", Value: f.base + apart}, {Key: "begun", Value: false},
	}}}
	if meta.Identity == "" {
		update[0].Value = append(update[0].Value.(bson.D), bson.E{Key: "identity", Value: dao.NewIdentity()})
	}
	won, err := f.setMeta(ctx, bson.D{{Key: "epoch", Value: meta.Epoch}}, update)
	if err == nil && won {
		_, err = f.feed.coll.write(ctx, true, write{deleteMany, bson.M{"_id": bson.M{"$type": "number"}, "step": bson.M{"$exists": false}}, nil})
	}
	return err
}
