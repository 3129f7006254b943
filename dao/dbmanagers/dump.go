package dbmanagers

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Dump hands out the store as it was at one position. No server is asked for that, for not every one
// can tell: collections are read one after the other into memory, and what the feed tells of that
// time is laid over them. Histories come last, and need none.
func (e *engine) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	return e.dump(ctx, visit, func(*collection, *record) {})
}

// dump is Dump that shows every document that it reads.
func (e *engine) dump(ctx context.Context, visit func(dao.Batch) error, look func(*collection, *record)) (dao.Position, error) {
	leave, err := e.enter(ctx)
	if err != nil {
		return dao.Position{}, err
	}
	defer leave()
	d := &dumping{engine: e, visit: visit, look: look, values: map[*collection][]packed{}, later: map[valueKey]dao.Change{}}
	if !e.readOnly {
		if err := e.claimAll(ctx); err != nil {
			return dao.Position{}, e.readError(ctx, "look for documents of other programs", err)
		}
	}
	if err := e.feed.look(ctx); err != nil {
		return dao.Position{}, e.readError(ctx, "read the feed", err)
	}
	d.at = e.feed.last()
	for _, c := range e.collections {
		if _, err = c.settled(ctx); err == nil && !c.History {
			err = d.scan(ctx, c)
		}
		if err != nil {
			return dao.Position{}, err
		}
	}
	if err := d.follow(ctx); err != nil {
		return dao.Position{}, err
	}
	for _, c := range e.collections {
		give := d.giveScanned
		if c.History {
			give = d.giveHistory
		}
		if err := give(ctx, c); err != nil {
			return d.at, err
		}
	}
	return d.at, nil
}

// dumping is a dump on its way.
type dumping struct {
	*engine
	visit  func(dao.Batch) error
	look   func(*collection, *record)
	batch  dao.Batch
	values map[*collection][]packed
	at     dao.Position
	later  map[valueKey]dao.Change // the last changes since the dump began
}

// packed is a value that was read, as JSON: values take ten times as much.
type packed struct {
	id   models.ID
	text []byte
}

// scan reads a collection. What this process only reads is corrected by the tail, since it brings
// nothing forward.
func (d *dumping) scan(ctx context.Context, c *collection) error {
	applied, n := c.feed.tail.state().applied, 0
	seen := map[models.ID]bool{}
	q := query{sort: by("_id")}
	err := c.each(ctx, q, func(rec *record) error {
		if !rec.ours && !c.Shared {
			return nil
		}
		if n++; n%pageSize == 0 { // before what it needs is pruned
			if err := d.follow(ctx); err != nil {
				return err
			}
		}
		seen[rec.id] = true
		now, doubt := c.resolve(rec.id, fetched{rec: rec, applied: applied})
		if doubt != sure { // the feed's last word is laid over it
			now.value = c.value(rec)
		}
		if now.value == nil {
			return nil
		}
		v := c.Clone(now.value) // it may be the feed's
		head := v.GetHead()
		head.Rev = max(head.Rev, 1)
		v.SetHead(head)
		d.look(c, rec)
		d.values[c] = append(d.values[c], packed{rec.id, models.JSON(v)})
		return nil
	})
	if err != nil {
		return c.readError(ctx, "read "+c.Plural, err)
	}
	if d.readOnly { // what is not in the documents yet
		for _, e := range c.feed.tail.from(applied + 1) {
			d.over(e.told())
		}
	}
	return nil
}

// over lays changes over what was read.
func (d *dumping) over(changes []dao.Change) {
	for _, change := range changes {
		d.at.Offset = max(d.at.Offset, change.Offset)
		if s := dao.SchemaOf(change.Kind); s != nil && !s.History {
			key := valueKey{change.Kind, change.ID}
			if d.later[key].Offset < change.Offset {
				d.later[key] = change
			}
		}
	}
}

// follow takes in what has changed, and moves the dump's position there.
func (d *dumping) follow(ctx context.Context) error {
	if err := d.feed.look(ctx); err != nil {
		return d.readError(ctx, "read the feed", err)
	}
	for {
		changes, err := d.feed.Since(ctx, d.at, pageSize)
		if err != nil {
			return fmt.Errorf("dump: %w", err)
		}
		if len(changes) == 0 {
			return nil
		}
		d.over(changes)
	}
}

// giveScanned hands out a collection in the order of ids, as the feed says that it was in the end.
func (d *dumping) giveScanned(_ context.Context, c *collection) error {
	list := d.values[c]
	known := make(map[models.ID]bool, len(list))
	for _, one := range list {
		known[one.id] = true
	}
	for key := range d.later {
		if key.kind == c.Kind && !known[key.id] {
			list = append(list, packed{id: key.id})
		}
	}
	slices.SortFunc(list, func(a, b packed) int { return a.id.Compare(b.id) })
	for _, one := range list {
		text := one.text
		if change, changed := d.later[valueKey{c.Kind, one.id}]; changed {
			if text = change.Doc; change.Op == dao.OpDelete {
				continue
			}
		}
		v, err := c.Decode(text)
		if err != nil {
			return fmt.Errorf("dump: %s %s: %w", c.Kind, one.id, err)
		}
		if err := d.add(v); err != nil {
			return err
		}
	}
	return d.give()
}

// giveHistory hands out the values of a history up to the dump's position, in the order of the feed;
// those that nobody has told of come last.
func (d *dumping) giveHistory(ctx context.Context, c *collection) error {
	if !d.readOnly { // all that the dump is about
		if err := c.applier.bring(ctx, c.feed.tail.state().end); err != nil {
			return c.readError(ctx, "bring documents forward", err)
		}
	}
	given := map[models.ID]bool{}
	applied := c.feed.tail.state().applied
	give := func(rec *record) error {
		if rec.stamp > d.at.Offset && rec.ours {
			return nil
		}
		now, doubt := c.resolve(rec.id, fetched{rec: rec, applied: max(applied, d.at.Offset)})
		if doubt == sure && now.value == nil {
			return nil
		}
		given[rec.id] = true
		d.look(c, rec)
		return d.add(c.value(rec))
	}
	// In ranges of offsets: see collection.before.
	for from := int64(0); from <= d.at.Offset; from += 10 * pageSize {
		q := query{sort: by(stampField), filter: bson.D{
			{Key: stampField, Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: from + 10*pageSize}}}, {Key: markField, Value: c.mark()},
		}}
		if err := c.each(ctx, q, give); err != nil {
			return c.readError(ctx, "read "+c.Plural, err)
		}
	}
	if d.readOnly {
		for _, e := range c.feed.tail.from(applied + 1) {
			for _, change := range e.Changes {
				if change.Kind != c.Kind || given[change.id()] || change.after() == nil || c.feed.tail.last(valueKey{c.Kind, change.id()}) != change.offset {
					continue
				}
				if err := d.add(c.Clone(change.after())); err != nil {
					return err
				}
			}
		}
		theirs := query{sort: by("_id"), filter: bson.D{{Key: markField, Value: bson.D{{Key: "$ne", Value: c.mark()}}}}}
		if err := c.each(ctx, theirs, give); err != nil {
			return c.readError(ctx, "read "+c.Plural, err)
		}
	}
	return d.give()
}

// add hands out a value.
func (d *dumping) add(v models.Value) error {
	if d.batch.Add(v); d.batch.Len() < pageSize {
		return nil
	}
	return d.give()
}

func (d *dumping) give() error {
	full := d.batch
	if d.batch = (dao.Batch{}); full.Len() == 0 {
		return nil
	}
	return d.visit(full)
}
