package dbmanagers

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao/models"
)

// errLookAgain says that what this process knows of the feed is too old to write by.
var errLookAgain = errors.New("it took too long since the last look at the feed")

// refusedAfter is how many times a write is tried that the database refuses: what stands in its way
// may be about to go.
const refusedAfter = 3

// settleAll brings documents forward that were not as the change before left them: each is read, and
// written if it is still as it was read, until that is so.
func (c *collection) settleAll(ctx context.Context, list []*forwarding) error {
	refusals := map[*forwarding]int{}
	for len(list) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if time.Since(c.feed.tail.state().lookAt) > c.memory/3 { // before every write
			return errLookAgain
		}
		var left []*forwarding
		for some := range slices.Chunk(list, pageSize) {
			rest, err := c.settleSome(ctx, some, refusals)
			if err != nil {
				return err
			}
			left = append(left, rest...)
		}
		list = left
	}
	return nil
}

// settleSome returns those that have to be read again.
func (c *collection) settleSome(ctx context.Context, list []*forwarding, refusals map[*forwarding]int) (left []*forwarding, err error) {
	found, err := c.readByKey(ctx, list)
	if err != nil {
		return nil, err
	}
	var writes []write
	var of []*forwarding
	for _, f := range list {
		if w, needed := f.fold(found[f.last().id()]); needed {
			writes, of = append(writes, w), append(of, f)
		}
	}
	if len(writes) == 0 {
		return nil, nil
	}
	err = c.bounded(ctx, func(ctx context.Context) error {
		return untilMade(ctx, func() error { _, err := c.table().write(ctx, false, writes...); return err })
	})
	bulk, ok := errors.AsType[mongo.BulkWriteException](err)
	if err != nil && (!ok || bulk.WriteConcernError != nil) {
		return nil, err
	}
	failed := map[int]error{}
	for _, one := range bulk.WriteErrors {
		failed[one.Index] = one
	}
	for i, f := range of { // all are read again: what is done is seen then
		if failed[i] != nil && !collided(failed[i]) {
			if refusals[f]++; refusals[f] >= refusedAfter {
				c.refuse(f, failed[i])
				continue
			}
		}
		left = append(left, f)
	}
	return left, nil
}

// refuse gives up a write that the database refuses for good, by an index or a validator of another
// program: what stands there counts, and is told as what another program did.
func (c *collection) refuse(f *forwarding, reason error) {
	id := f.last().id()
	c.Log.Warn("the database refuses a change of the shop, by an index or a validator that another program has made: "+
		"what stands there counts; remove that", "collection", c.table().name(), "id", id.String(), "error", reason)
	c.refused.Store(id, true)
	if f.last().Op != opNotice {
		c.refused.Delete(id)
		go c.noticeSome(c.life, []models.ID{id})
	}
}

// readByKey reads the documents of changes.
func (c *collection) readByKey(ctx context.Context, list []*forwarding) (map[models.ID]*record, error) {
	keys := make(bson.A, len(list))
	for i, f := range list {
		keys[i] = f.last().key()
	}
	found := make(map[models.ID]*record, len(list))
	return found, c.bounded(ctx, func(ctx context.Context) error {
		q := query{filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}}}
		return c.each(ctx, q, func(rec *record) error { found[rec.id] = rec; return nil })
	})
}

// fold says what is to be written into a document that was read, if anything.
func (f *forwarding) fold(rec *record) (w write, needed bool) {
	last, pending := f.last(), f.changes
	dead := f.dead()
	switch {
	case rec == nil:
		made := slices.ContainsFunc(f.changes, func(c *change) bool { return c.Op == opCreate })
		if !made && f.mutant != "upsert" || dead { // others' word is the last: what they deleted is not made again
			return write{}, false
		}
		return write{insertOne, nil, marshal(f.whole(last))}, true
	case !rec.ours:
		i := len(pending) - 1
		for i >= 0 && pending[i].Op != opNotice {
			i--
		}
		if i < 0 || dead {
			return write{}, false
		}
		pending = pending[i:]
	case rec.stamp >= last.offset:
		return write{}, false
	default:
		i, _ := slices.BinarySearchFunc(pending, rec.stamp+1, func(c *change, at int64) int { return int(c.offset - at) })
		pending = pending[i:]
	}
	switch {
	case last.Op == opGone: // what is there was put back
		return write{}, false
	case last.Op.removes():
		return write{deleteOne, f.as(rec), nil}, true
	case dead:
		return write{}, false
	case slices.ContainsFunc(pending, func(c *change) bool { return c.Op == opCreate }): // an older life that arrived late
		return write{replaceOne, f.as(rec), f.whole(last)}, true
	}
	return f.merge(rec, pending)
}

// as selects a document as it was read, as far as it is ours.
func (f *forwarding) as(rec *record) bson.D {
	inner := rec.raw.Lookup("pulperia")
	switch {
	case rec.ours:
		return bson.D{
			{Key: "_id", Value: rec.key}, {Key: markField, Value: f.mark()}, {Key: revField, Value: rec.rev}, {Key: stampField, Value: rec.stamp},
		}
	case inner.IsZero():
		return bson.D{{Key: "_id", Value: rec.key}, {Key: "pulperia", Value: bson.D{{Key: "$exists", Value: false}}}}
	}
	return bson.D{{Key: "_id", Value: rec.key}, {Key: "pulperia", Value: inner}}
}

// merge writes what some changes wrote over a document as it was read, and leaves all else in it.
func (f *forwarding) merge(rec *record, pending []*change) (write, bool) {
	last := f.last()
	names, inc := f.union(pending)
	old := f.read(rec.raw)
	merged, filter := f.write(old), f.as(rec)
	for _, name := range names { // a field that is left out now
		merged = withoutField(merged, name)
	}
	for _, field := range f.write(last.after()) {
		if slices.Contains(names, field.Key) {
			merged = append(merged, field)
		}
		if slices.Contains(names, field.Key) && slices.Contains(f.blend, field.Key) {
			filter = append(filter, unlessChanged(rec.raw, field.Key))
		}
	}
	addUp(merged, inc) // what else a document says may go by how much there is
	set, unset := f.change(old, f.read(marshal(merged)), rec.raw)
	for _, by := range inc {
		set = withoutField(set, by.Key)
	}
	if !slices.Contains(names, "updatedAt") { // nothing but what others did
		set = slices.DeleteFunc(set, func(e bson.E) bool { return e.Key == "updatedAt" })
	}
	inc = slices.DeleteFunc(inc, func(e bson.E) bool {
		if _, number := rec.raw.Lookup(e.Key).AsInt64OK(); number {
			return false
		}
		by, _ := asInt(e.Value) // a text, say: it becomes a number
		was, _ := wholeOf(rec.raw.Lookup(e.Key))
		set, filter = append(set, bson.E{Key: e.Key, Value: wholeNumber(was + by)}), append(filter, unlessChanged(rec.raw, e.Key))
		return true
	})
	over := overwrite{set, unset, inc, filter}
	lines := f.catchUp(&over, rec.raw, old, names)
	set, unset, inc, filter = over.set, over.unset, over.inc, over.filter
	if !rec.ours {
		ours := append(f.met(last, f.at), lines...)
		if pending[0].Key != nil && last.Key == nil {
			ours = append(ours, bson.E{Key: "id", Value: last.ID})
		}
		update := bson.D{{Key: "$set", Value: append(set, bson.E{Key: "pulperia", Value: ours})}}
		if len(inc) > 0 {
			update = append(update, bson.E{Key: "$inc", Value: inc})
		}
		if len(unset) > 0 {
			update = append(update, bson.E{Key: "$unset", Value: unset})
		}
		return write{updateOne, filter, update}, true
	}
	for _, key := range lines {
		set = append(set, bson.E{Key: "pulperia." + key.Key, Value: key.Value})
	}
	update := f.withOurs(set, unset, inc, last)
	if slices.ContainsFunc(pending, func(c *change) bool { return c.Op == opNotice }) && f.form.met != nil {
		for _, key := range f.form.met(last.after(), f.at) {
			update[0].Value = append(update[0].Value.(bson.D), bson.E{Key: "pulperia." + key.Key, Value: key.Value})
		}
	}
	return write{updateOne, filter, update}, true
}

// addUp adds differences to the quantities of a document.
func addUp(doc, inc bson.D) {
	for _, by := range inc {
		if i := slices.IndexFunc(doc, func(e bson.E) bool { return e.Key == by.Key }); i >= 0 {
			was, _ := asInt(doc[i].Value)
			more, _ := asInt(by.Value)
			doc[i].Value = wholeNumber(was + more)
		}
	}
}

// unlessChanged selects a document whose field is as it was read.
func unlessChanged(raw bson.Raw, field string) bson.E {
	if value := raw.Lookup(field); !value.IsZero() {
		return bson.E{Key: field, Value: value}
	}
	return bson.E{Key: field, Value: bson.D{{Key: "$exists", Value: false}}}
}
