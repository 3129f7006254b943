package dbmanagers

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
)

// storeID is the _id of the one document in meta that speaks of the store.
const storeID = "store"

// formatVersion is that of the shape of our documents. The first one announced changes after they
// were made: see forward.go.
const formatVersion = 2

// storeMeta is what the store is known by.
type storeMeta struct {
	ID       string `bson:"_id"`
	Version  int    `bson:"version"`
	Identity string `bson:"identity,omitempty"` // of the store, in all its epochs
	Epoch    string `bson:"epoch"`
	Base     int64  `bson:"base"`    // entries up to it do not count
	Applied  int64  `bson:"applied"` // up to which all is in the documents, as far as anybody has said
	Begun    bool   `bson:"begun"`   // the first entry of the epoch has been there
	Mark     string `bson:"mark"`    // what the documents of this database are stamped by: one copied from another store bears another

	Kinds []string          `bson:"kinds,omitempty"` // the plurals of those that not every shop has, and of which this one has or had values
	Names map[string]string `bson:"names,omitempty"` // of their collections, where another program had taken the plural
}

// wantKnown returns an error when a newer program has written the database, or one with other
// kinds.
func (m storeMeta) wantKnown() error {
	if m.Version > formatVersion {
		return fmt.Errorf("it was written by a newer pulperia (its format is %d, this program's is %d): use that one", m.Version, formatVersion)
	}
	for _, plural := range m.Kinds {
		if !slices.ContainsFunc(dao.Kinds(), func(s *dao.Schema) bool { return s.Plural == plural }) {
			return fmt.Errorf("it holds %s, which this program does not know: use a newer pulperia", plural)
		}
	}
	return nil
}

var storeFilter = bson.D{{Key: "_id", Value: storeID}}

// readMeta returns what the store is known by. It is mongo.ErrNoDocuments when it is none.
func (e *engine) readMeta(ctx context.Context) (meta storeMeta, err error) {
	raw, err := findOne(ctx, e.meta, query{filter: storeFilter})
	if err == nil && raw == nil {
		err = mongo.ErrNoDocuments
	}
	if err == nil {
		err = bson.Unmarshal(raw, &meta)
	}
	return meta, err
}

// setMeta changes the record of the store if it is as a filter says.
func (e *engine) setMeta(ctx context.Context, also bson.D, update bson.D) (done bool, err error) {
	filter := append(slices.Clone(storeFilter), also...)
	did, err := e.meta.write(ctx, true, write{updateOne, filter, update})
	return did == 1, err
}

// makeMeta makes the record of a store, unless another process is first.
func (e *engine) makeMeta(ctx context.Context, after int64, mark string) error {
	meta := storeMeta{
		ID: storeID, Version: formatVersion, Identity: cmp.Or(e.identity(), dao.NewIdentity()), Epoch: newEpoch(), Base: after, Mark: cmp.Or(mark, newEpoch()),
	}
	err := untilMade(ctx, func() error { return e.meta.insert(ctx, []bson.Raw{marshal(meta)}, true) })
	if mongo.IsDuplicateKeyError(err) {
		return nil
	}
	return err
}

// identify gives the store an identity where it has none. Of several processes that do so at once,
// one does it.
func (e *engine) identify(ctx context.Context, meta *storeMeta) error {
	if meta.Identity != "" {
		return nil
	}
	none := bson.D{{Key: "identity", Value: bson.D{{Key: "$exists", Value: false}}}}
	given := bson.D{{Key: "$set", Value: bson.D{{Key: "identity", Value: cmp.Or(e.identity(), dao.NewIdentity())}}}}
	_, err := e.setMeta(ctx, none, given)
	if err == nil {
		*meta, err = e.readMeta(ctx)
	}
	return e.readError(ctx, "give the store an identity", err)
}

// identity is that of the store as this process knows it.
func (e *engine) identity() string {
	e.feed.tail.mu.Lock()
	defer e.feed.tail.mu.Unlock()
	return e.feed.tail.meta.Identity
}

// mark is what documents of this store are stamped by.
func (e *engine) mark() string {
	e.feed.tail.mu.Lock()
	defer e.feed.tail.mu.Unlock()
	return e.feed.tail.meta.Mark
}

// noteKind says in meta that the store has values of a kind that not every shop has, before it has
// one: a program which does not know the kind leaves the store alone then. Its collection gets
// another name where another program has something in it.
func (c *collection) noteKind(ctx context.Context) error {
	if c.Always || c.noted.Load() {
		return nil
	}
	meta, err := c.readMeta(ctx)
	if errors.Is(err, mongo.ErrNoDocuments) { // it is lost: the feed begins anew, and this is done again
		return nil
	}
	if err != nil {
		return c.readError(ctx, "read meta", err)
	}
	set := bson.D{{Key: "$addToSet", Value: bson.D{{Key: "kinds", Value: c.Plural}}}}
	if !slices.Contains(meta.Kinds, c.Plural) {
		theirs, err := findOne(ctx, c.table(), query{filter: bson.D{{Key: markField, Value: bson.D{{Key: "$ne", Value: meta.Mark}}}}})
		if err != nil {
			return c.readError(ctx, "read "+c.Plural, err)
		}
		if theirs != nil {
			set = append(set, bson.E{Key: "$set", Value: bson.D{{Key: "names." + c.Plural, Value: "pulperia_" + c.Plural}}})
		}
	}
	undecided := bson.D{{Key: "kinds", Value: bson.D{{Key: "$ne", Value: c.Plural}}}} // once, by one process
	if _, err := c.setMeta(ctx, undecided, set); err != nil {
		return c.readError(ctx, "note the kind "+string(c.Kind), err)
	}
	if meta, err = c.readMeta(ctx); err != nil {
		return c.readError(ctx, "read meta", err)
	}
	c.name(meta)
	if c.Plural != c.table().name() {
		if err := c.makeIndexes(ctx, c.table()); err != nil {
			return err
		}
	}
	c.noted.Store(slices.Contains(meta.Kinds, c.Plural))
	return nil
}

// name has a kind kept where meta says.
func (c *collection) name(meta storeMeta) {
	t := c.server.table(cmp.Or(meta.Names[c.Plural], c.Plural))
	c.where.Store(&t)
}

// noteKinds does so for all of which there are values, in case that meta was lost, also under an
// open shop.
func (e *engine) noteKinds(ctx context.Context) error {
	mark := e.mark()
	for _, c := range e.collections {
		if c.Always {
			continue
		}
		c.noted.Store(false)
		raw, err := findOne(ctx, c.table(), query{filter: bson.D{{Key: markField, Value: mark}}})
		if err == nil && raw != nil {
			err = c.noteKind(ctx)
		}
		if err != nil {
			return c.readError(ctx, "read "+c.table().name(), err)
		}
	}
	return nil
}

func newEpoch() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
