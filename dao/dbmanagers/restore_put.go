package dbmanagers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

// insert is a batch on its way into a collection.
type insert struct {
	values int64
	done   chan error
}

// Put adds the next values in the order of a dump. The batch is the restoration's own from now on.
// It may return before they are in: Done counts those that are.
func (r *Restoration) Put(ctx context.Context, batch dao.Batch) error {
	for _, c := range r.engine.collections {
		if err := r.put(ctx, c, slices.Collect(batch.Of(c.Schema))); err != nil {
			return r.failed(err)
		}
	}
	return nil
}

// put has values inserted, and waits while as many batches are on their way as may be. With the
// first of a history all that comes before it is in.
func (r *Restoration) put(ctx context.Context, c *collection, values []models.Value) error {
	if len(values) == 0 {
		return nil
	}
	if c.History && r.indexed == nil {
		if err := r.beginIndexes(ctx); err != nil {
			return err
		}
	}
	for len(r.inserts) == insertsAtOnce {
		if err := r.settle(ctx); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // a batch that has begun is finished, so that Done is true
	next := insert{int64(len(values)), make(chan error, 1)}
	before := r.last
	r.last += next.values
	r.inserts = append(r.inserts, next)
	go func() {
		docs := make([]bson.Raw, len(values))
		for i, v := range values {
			docs[i] = marshal(c.entire(v, r.ours(c, v, before+int64(i)+1)))
		}
		next.done <- r.insert(ctx, c, docs)
	}()
	return nil
}

// ours is what stands in pulperia of a value, as if a change of this offset had brought it.
func (r *Restoration) ours(c *collection, v models.Value, offset int64) bson.D {
	ours := c.ours(&change{Rev: v.GetHead().Rev, offset: offset, value: v})
	for i := range ours {
		if ours[i].Key == "store" {
			ours[i].Value = r.record.Mark
		}
	}
	return ours
}

// settle waits for the oldest insert and notes that its values are in.
func (r *Restoration) settle(ctx context.Context) error {
	oldest := r.inserts[0]
	r.inserts = r.inserts[1:]
	if err := <-oldest.done; err != nil {
		return err
	}
	done := r.record.Done + oldest.values
	err := r.engine.bounded(context.WithoutCancel(ctx), func(ctx context.Context) error {
		did, err := r.engine.meta.write(ctx, true, write{updateOne, r.mine(), set("done", done)})
		if err == nil && did == 0 {
			return errTakenOver
		}
		return err
	})
	if errors.Is(err, errTakenOver) {
		return err
	}
	if err != nil {
		return writeError("note what is in", err)
	}
	r.record.Done = done
	r.engine.at("noted")
	return nil
}

// settleAll waits for all inserts. After a failure it notes no more: what comes later is not
// without a gap.
func (r *Restoration) settleAll(ctx context.Context) (err error) {
	for len(r.inserts) > 0 && err == nil {
		err = r.settle(ctx)
	}
	for _, one := range r.inserts {
		<-one.done
	}
	r.inserts = nil
	return err
}

// errTakenOver says that the record is no longer this process's.
var errTakenOver = errors.New("another process has taken over or cleared it")

// mine selects the record as long as no other process has taken over.
func (r *Restoration) mine() bson.M { return bson.M{"_id": restoreID, "owner": r.record.Owner} }

// insert inserts documents. Those that are there already, from before a cut, count as inserted.
func (r *Restoration) insert(ctx context.Context, c *collection, docs []bson.Raw) error {
	ctx, cancel := context.WithTimeout(ctx, insertTimeout)
	defer cancel()
	err := untilMade(ctx, func() error { return c.table().insert(ctx, docs, false) })
	r.engine.at("inserted")
	bulk, ok := errors.AsType[mongo.BulkWriteException](err)
	if !ok || bulk.WriteConcernError != nil {
		return writeError("insert into "+c.Plural, err)
	}
	for _, one := range bulk.WriteErrors {
		if !one.HasErrorCode(duplicateKey) {
			return writeError("insert into "+c.Plural, err)
		}
	}
	return c.wantThere(ctx, docs)
}

// wantThere returns an error unless all of the documents are there just as they are.
func (c *collection) wantThere(ctx context.Context, docs []bson.Raw) error {
	missing := make(map[models.ID]bson.Raw, len(docs))
	ids := make(bson.A, len(docs))
	for i, doc := range docs {
		rec := c.recordOf(doc)
		missing[rec.id], ids[i] = doc, rec.key
	}
	err := c.each(ctx, query{filter: bson.M{"_id": bson.M{"$in": ids}}}, func(rec *record) error {
		if bytes.Equal(rec.raw, missing[rec.id]) {
			delete(missing, rec.id)
		}
		return nil
	})
	for id := range missing {
		if err == nil {
			err = fmt.Errorf("%s %s: %w, with other content: somebody else writes into the database", c.Kind, id, dao.ErrConflict)
		}
	}
	return err
}
