package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Images = (*images)(nil)

// images keeps bytes outside the feed in a collection of that name, or in another one where that is
// another program's:
//
//	{_id: "<hash>/<part>", parts, bytes, pulperia: {at}}
//
// They come in parts, so that no document is large. Of two processes that put the same each writes
// what the other does; one that removes takes only what nobody has put meanwhile.
type images struct {
	*engine
	where    atomic.Pointer[table] // nil until it is known
	restores bool                  // it is part of a restoration, which is no store yet
}

const (
	imagesTable = "images"
	partSize    = 768 << 10
	atField     = "pulperia.at"
)

// ourImage is what only the shop writes: see ours.go.
var ourImage = bson.M{"_id": bson.M{"$regex": "^[0-9a-f]{64}/[0-9]$"}, "parts": bson.M{"$type": "number"}, atField: bson.M{"$type": "date"}}

// Put writes all parts, whatever is there.
func (m *images) Put(ctx context.Context, bytes []byte) (models.Hash, error) {
	ctx, leave, err := m.enterPut(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	hash := models.HashOf(bytes)
	what := "keep image " + string(hash)
	docs, err := m.table(ctx, true)
	if err != nil {
		return "", m.readError(ctx, what, err)
	}
	err = insist(ctx, func() error {
		_, err := docs.write(ctx, false, partsOf(hash, bytes)...)
		if mongo.IsDuplicateKeyError(err) { // another process was at it, too
			_, err = docs.write(ctx, false, partsOf(hash, bytes)...)
		}
		return err
	})
	return hash, writeError(what, err)
}

// enterPut is enterWrite, which a restoration needs not: it has the database for itself.
func (m *images) enterPut(ctx context.Context) (context.Context, func(), error) {
	if !m.restores {
		return m.enterWrite(ctx)
	}
	write, cancel := context.WithTimeout(context.WithoutCancel(ctx), insertTimeout)
	return write, cancel, ctx.Err()
}

// partsOf are the writes of all parts.
func partsOf(hash models.Hash, bytes []byte) (list []write) {
	parts := (len(bytes) + partSize - 1) / partSize
	for n := range parts {
		part := bytes[n*partSize : min((n+1)*partSize, len(bytes))]
		list = append(list, write{upsertOne, bson.M{"_id": partID(hash, n)}, bson.M{"$set": bson.M{
			"parts": parts, "bytes": bson.Binary{Data: part}, atField: time.Now(),
		}}})
	}
	return list
}

func partID(hash models.Hash, n int) string { return string(hash) + "/" + strconv.Itoa(n) }

// ofImage selects the parts of one: '0' comes after '/'.
func ofImage(hash models.Hash) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: string(hash) + "/"}, {Key: "$lt", Value: string(hash) + "0"}}}}
}

// Get puts the parts together, and holds the whole against its name.
func (m *images) Get(ctx context.Context, hash models.Hash) (bytes []byte, err error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	what := "read image " + string(hash)
	docs, err := m.table(ctx, false)
	if err != nil {
		return nil, m.readError(ctx, what, err)
	}
	err = m.bounded(ctx, func(ctx context.Context) error {
		return docs.find(ctx, query{filter: ofImage(hash), sort: by("_id")}, func(doc bson.Raw) error {
			_, part, _ := doc.Lookup("bytes").BinaryOK()
			bytes = append(bytes, part...)
			return nil
		})
	})
	switch {
	case err != nil:
		return nil, m.readError(ctx, what, err)
	case bytes == nil:
		return nil, dao.MissingImage(hash)
	case models.HashOf(bytes) != hash:
		return nil, fmt.Errorf("%s of the collection %s: %w: its content is not that of its name: upload the picture again, or bring it back from a backup", what, docs.name(), dao.ErrSpoilt)
	}
	return bytes, nil
}

// Each looks at all parts, since who was killed while it put or removed them may have left any.
func (m *images) Each(ctx context.Context, visit func(models.Hash) error) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	docs, err := m.table(ctx, false)
	if err != nil {
		return m.readError(ctx, "read images", err)
	}
	var visited error
	last := ""
	parts := query{filter: bson.M{"_id": ourImage["_id"]}, fields: bson.D{{Key: "_id", Value: 1}}, sort: by("_id")}
	err = docs.find(ctx, parts, func(doc bson.Raw) error {
		if hash, _, _ := strings.Cut(doc.Lookup("_id").StringValue(), "/"); hash != last {
			last, visited = hash, visit(models.Hash(hash))
		}
		return visited
	})
	if visited != nil {
		return visited
	}
	return m.readError(ctx, "read images", err)
}

// Remove asks the server to look at the date of each part.
func (m *images) Remove(ctx context.Context, hashes []models.Hash, before models.Time) (n int, err error) {
	ctx, leave, err := m.enterWrite(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	docs, err := m.table(ctx, false)
	if err != nil {
		return 0, m.readError(ctx, "remove images", err)
	}
	for _, hash := range hashes {
		old := append(ofImage(hash), bson.E{Key: atField, Value: bson.D{{Key: "$lt", Value: before.Std()}}})
		did, err := docs.write(ctx, true, write{deleteMany, old, nil})
		if err != nil {
			return n, writeError("remove image "+string(hash), err)
		}
		if did > 0 {
			n++
		}
	}
	return n, nil
}

// table returns the collection. It is decided once, before anything is in it, and kept in meta, so
// that all processes have the same.
func (m *images) table(ctx context.Context, decide bool) (table, error) {
	if known := m.where.Load(); known != nil {
		return *known, nil
	}
	meta, err := m.readMeta(ctx)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) { // a store that nobody has opened yet has none
		return nil, err
	}
	name := meta.Names[imagesTable]
	if name == "" {
		if name, err = m.freeTable(ctx); err != nil || !decide {
			return m.server.table(name), err
		}
		key := "names." + imagesTable
		undecided := bson.D{{Key: key, Value: bson.D{{Key: "$exists", Value: false}}}}
		if _, err := m.setMeta(ctx, undecided, set(key, name)); err != nil {
			return nil, err
		}
		if meta, err = m.readMeta(ctx); err != nil {
			return nil, err
		}
		name = meta.Names[imagesTable]
	}
	found := m.server.table(name)
	m.where.Store(&found)
	return found, nil
}

// freeTable names the collection in which another program has nothing.
func (m *images) freeTable(ctx context.Context) (string, error) {
	theirs, err := findOne(ctx, m.server.table(imagesTable), query{filter: bson.M{"$nor": bson.A{ourImage}}, fields: bson.D{{Key: "_id", Value: 1}}})
	if theirs != nil {
		return "pulperia_" + imagesTable, err
	}
	return imagesTable, err
}

// clear removes all that a restoration has put.
func (m *images) clear(ctx context.Context) error {
	for _, name := range []string{imagesTable, "pulperia_" + imagesTable} {
		if _, err := m.server.table(name).write(ctx, true, write{deleteMany, ourImage, nil}); err != nil {
			return writeError("clear "+name, err)
		}
	}
	return nil
}
