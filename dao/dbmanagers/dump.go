package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Dump hands out the store as it was at one moment. No server is asked for that, for not every one
// can tell: collections are read one after the other into a spool, and what the feed tells of that
// time is laid over them. Histories come last, and need none.
func (e *engine) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	return e.dump(ctx, visit, func(*collection, record) {})
}

// dump is Dump that shows every document that it reads.
func (e *engine) dump(ctx context.Context, visit func(dao.Batch) error, look func(*collection, record)) (dao.Position, error) {
	leave, err := e.enter(ctx)
	if err != nil {
		return dao.Position{}, err
	}
	defer leave()
	if err := e.feed.catchUp(ctx); err != nil {
		return dao.Position{}, e.readError(ctx, "read the feed", err)
	}
	d, err := e.newDumping(visit, look)
	if err != nil {
		return dao.Position{}, err
	}
	defer d.close()
	for _, c := range e.collections {
		settle := func() error { return d.scan(ctx, c) }
		if c.History {
			settle = func() error { return c.settleHistory(ctx) }
		}
		if err := settle(); err != nil {
			return dao.Position{}, err
		}
	}
	if err := d.follow(ctx); err != nil {
		return dao.Position{}, err
	}
	for _, c := range e.collections {
		give := d.giveSpooled
		if c.History {
			give = d.giveHistory
		}
		if err := give(ctx, c); err != nil {
			return d.at, err
		}
	}
	return d.at, nil
}

// settleHistory returns when all values of a history have their place in the feed, and bear it.
func (c *collection) settleHistory(ctx context.Context) error {
	for more := !c.readOnly; more; {
		foreign, err := c.unannounced(ctx, bson.M{revField: bson.M{"$exists": false}})
		if err != nil {
			return err
		}
		list := make([]*record, len(foreign))
		for i := range foreign {
			list[i] = &foreign[i]
		}
		if err := c.finishAll(ctx, list); err != nil {
			return err
		}
		more = len(foreign) == pageSize
	}
	for !c.readOnly {
		placed, err := c.placeAll(ctx)
		if err != nil {
			return err
		}
		c.stamper.drain(ctx)
		if len(placed) < pageSize {
			return ctx.Err()
		}
	}
	return nil
}

// dumping is a dump on its way.
type dumping struct {
	*engine
	visit  func(dao.Batch) error
	look   func(*collection, record)
	batch  dao.Batch
	spools map[*collection]*spool
	at     dao.Position
	later  map[valueKey]dao.Change // the last changes since the dump began
}

// valueKey names a value.
type valueKey struct {
	kind dao.Kind
	id   models.ID
}

func (e *engine) newDumping(visit func(dao.Batch) error, look func(*collection, record)) (*dumping, error) {
	_, head := e.feed.bounds()
	d := &dumping{engine: e, visit: visit, look: look, at: e.feed.position(head), later: make(map[valueKey]dao.Change), spools: make(map[*collection]*spool)}
	for _, c := range e.collections {
		if c.History {
			continue
		}
		s, err := newSpool()
		if err != nil {
			d.close()
			return nil, fmt.Errorf("dump: %w", err)
		}
		d.spools[c] = s
	}
	return d, nil
}

func (d *dumping) close() {
	for _, s := range d.spools {
		s.close()
	}
}

// scan reads a collection into its spool. What is not announced gets its place in the feed, so that
// it is before or after the dump.
func (d *dumping) scan(ctx context.Context, c *collection) error {
	n := 0
	byID := options.Find().SetSort(bson.M{"_id": 1}).SetBatchSize(pageSize)
	return c.each(ctx, bson.M{}, byID, func(rec record) error {
		if rec.stamp == loading || c.foreign(rec) {
			return nil
		}
		if rec.stamp == 0 && !d.readOnly {
			if _, err := c.finish(ctx, &rec); errors.Is(err, dao.ErrNotFound) {
				return nil // another program has removed it
			} else if err != nil {
				return err
			}
		}
		if n++; n%pageSize == 0 { // before what it needs is pruned
			if err := d.follow(ctx); err != nil {
				return err
			}
		}
		if rec.gone {
			return nil
		}
		d.look(c, rec)
		if key, _ := rec.key.ObjectIDOK(); models.ID(key) != rec.id { // the order of _id is not that of ids here
			d.later[valueKey{c.Kind, rec.id}] = dao.Change{Kind: c.Kind, Op: dao.OpPut, ID: rec.id, Doc: c.doc(rec.raw, max(rec.rev, 1))}
			return nil
		}
		return d.spools[c].add(rec.raw)
	})
}

// follow takes in what has changed, and moves the dump's position there.
func (d *dumping) follow(ctx context.Context) error {
	if err := d.feed.catchUp(ctx); err != nil {
		return d.readError(ctx, "read the feed", err)
	}
	for {
		changes, err := d.feed.Since(ctx, d.at, pageSize)
		if err != nil {
			return fmt.Errorf("dump: %w", err)
		}
		for _, change := range changes {
			d.at.Offset = change.Offset
			if s := dao.SchemaOf(change.Kind); s != nil && !s.History {
				d.later[valueKey{change.Kind, change.ID}] = change
			}
		}
		if len(changes) < pageSize {
			return nil
		}
	}
}

// giveSpooled hands out a collection in the order of ids, as the feed says that it was in the end.
func (d *dumping) giveSpooled(_ context.Context, c *collection) error {
	fresh := d.madeLater(c.Kind)
	err := d.spools[c].each(func(raw bson.Raw) error {
		rec := recordOf(raw)
		for len(fresh) > 0 && fresh[0].ID.Compare(rec.id) < 0 {
			if err := d.addLater(fresh[0]); err != nil {
				return err
			}
			fresh = fresh[1:]
		}
		if len(fresh) > 0 && fresh[0].ID == rec.id {
			fresh = fresh[1:]
		}
		if change, changed := d.later[valueKey{c.Kind, rec.id}]; changed {
			return d.addLater(change)
		}
		return d.add(c, rec)
	})
	for _, change := range fresh {
		if err == nil {
			err = d.addLater(change)
		}
	}
	if err != nil {
		return err
	}
	return d.give()
}

// madeLater returns the last changes of one kind that left something, in the order of ids.
func (d *dumping) madeLater(kind dao.Kind) (list []dao.Change) {
	for key, change := range d.later {
		if key.kind == kind && change.Op == dao.OpPut {
			list = append(list, change)
		}
	}
	slices.SortFunc(list, func(a, b dao.Change) int { return a.ID.Compare(b.ID) })
	return list
}

// addLater hands out a value as a change left it.
func (d *dumping) addLater(change dao.Change) error {
	if change.Op == dao.OpDelete {
		return nil
	}
	v, err := dao.SchemaOf(change.Kind).Decode(change.Doc)
	if err != nil {
		return fmt.Errorf("dump: change %d: %w", change.Offset, err)
	}
	d.batch.Add(v)
	return d.giveFull()
}

// add hands out a value as it stands in its document; one of another program, which is not claimed,
// at its first revision.
func (d *dumping) add(c *collection, rec record) error {
	d.batch.Add(c.valueAt(rec.raw, max(rec.rev, 1)))
	return d.giveFull()
}

func (d *dumping) giveFull() error {
	if d.batch.Len() < pageSize {
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
