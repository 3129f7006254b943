package dbmanagers

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The fields of ours that the protocol needs, in documents of all kinds.
const (
	revField   = "pulperia.rev"   // long, of the value
	stampField = "pulperia.feed"  // long, the offset of the last change that is in the document
	markField  = "pulperia.store" // the store whose feed that is: see storeMeta
	sumField   = "pulperia.sum"   // long, of what that change told: see sumOf
	idField    = "pulperia.id"    // the id that we know it by, when its _id is no ObjectID
)

// collection is the documents of one kind.
type collection struct {
	*engine
	*dao.Schema
	form
	where   atomic.Pointer[table]
	noted   atomic.Bool // meta knows that there are such values
	odd     atomic.Bool // there may be documents whose _id is no ObjectID,
	oddKeys sync.Map    // and these are known: their _ids by the ids that we know them by
	fetches fetches
	refused sync.Map // ids of documents that cannot bear what is ours
	walk    walk

	remembered sync.Map // revisions by the ids of values that were there and that no round has met
}

// table is where they are.
func (c *collection) table() table { return *c.where.Load() }

// of returns the collection of a kind.
func (e *engine) of(s *dao.Schema) *collection {
	for _, c := range e.collections {
		if c.Schema == s {
			return c
		}
	}
	panic("the " + s.Plural + " were described after the store was opened")
}

// record is a document as it stands in the database.
type record struct {
	raw   bson.Raw
	key   bson.RawValue // its _id
	id    models.ID
	rev   int64
	stamp int64 // the offset of the last change that is in it
	sum   int64
	ours  bool // a step of this store has made or claimed it
}

func (c *collection) recordOf(raw bson.Raw) *record {
	rec := &record{raw: raw, key: raw.Lookup("_id")}
	rec.id = idOf(rec.key)
	if rec.odd() {
		c.oddKeys.Store(rec.id, rec.key)
		c.odd.Store(true)
	}
	inner, ok := raw.Lookup("pulperia").DocumentOK()
	if !ok {
		return rec
	}
	var stamped bool
	rec.rev, rec.ours = inner.Lookup("rev").AsInt64OK()
	rec.stamp, stamped = inner.Lookup("feed").AsInt64OK()
	rec.sum, _ = inner.Lookup("sum").AsInt64OK()
	mark, _ := inner.Lookup("store").StringValueOK()
	rec.ours = rec.ours && stamped && mark == c.mark()
	return rec
}

// odd says whether the document's _id is no ObjectID.
func (r *record) odd() bool {
	return !slices.Equal(r.key.Value, r.id[:]) || r.key.Type != bson.TypeObjectID
}

// each visits the documents of a query.
func (c *collection) each(ctx context.Context, q query, visit func(*record) error) error {
	return c.table().find(ctx, q, func(raw bson.Raw) error { return visit(c.recordOf(raw)) })
}
