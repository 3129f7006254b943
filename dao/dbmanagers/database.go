package dbmanagers

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// database is what the engine asks of a server, and no more: operations of which each is atomic on
// one document, so that the engine also runs over a model of a server (see the simulation).
// Errors are those of the driver.
type database interface {
	table(name string) table

	// unite finds documents in several tables with one command, a number of each at most. It is
	// errNotUnited where the server cannot.
	unite(ctx context.Context, tables []string, filter bson.D, limit int64, visit func(table string, doc bson.Raw)) error

	ping(context.Context) error
	close(context.Context) error
}

var errNotUnited = errors.New("the server does not unite collections")

// table is a collection.
type table interface {
	name() string

	// find visits documents, which stay the visitor's.
	find(ctx context.Context, q query, visit func(bson.Raw) error) error

	// insert inserts documents in order up to the first that fails, or all that do not.
	insert(ctx context.Context, docs []bson.Raw, ordered bool) error

	// write does several writes with one command, in order up to the first that fails, or all that
	// do not. It returns how many of them found what they are for.
	write(ctx context.Context, ordered bool, list ...write) (did int64, err error)

	count(ctx context.Context, filter any) (int64, error)

	// groups counts the documents of a filter by a text in them.
	groups(ctx context.Context, filter any, field string) (map[string]int, error)

	indexes(context.Context) ([]index, error)
	makeIndexes(context.Context, []index) error
	dropIndex(ctx context.Context, name string) error
}

// query is what to find. Zero values mean all, in no order.
type query struct {
	filter      any
	sort        bson.D
	skip, limit int64
	fields      bson.D // what of the documents is wanted
}

// write is one write of a document, or of many.
type write struct {
	kind           writeKind
	filter, update any // of a replacement the whole document; of an insert that alone
}

type writeKind int

const (
	updateOne writeKind = iota
	updateMany
	upsertOne
	replaceOne
	insertOne
	deleteOne
	deleteMany
)

// findOne returns the first document of a query; nil when there is none.
func findOne(ctx context.Context, t table, q query) (doc bson.Raw, err error) {
	q.limit = 1
	err = t.find(ctx, q, func(raw bson.Raw) error { doc = raw; return nil })
	return doc, err
}

// marshal writes what always has a BSON form: texts, numbers, dates, ids and lists of them.
func marshal(doc any) bson.Raw {
	raw, err := bson.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return raw
}
