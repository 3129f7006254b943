package dbmanagers

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao/dbmanagers/mongotest"
)

// everyWay are the ways into a database, but those that dao/dbmanagers has for its own scratch.
var everyWay = map[string]func(p *place) error{
	"open":  func(p *place) error { s, err := Open(p.ctx, p.url, Options{}); return closed(s, err) },
	"read":  func(p *place) error { s, err := OpenReadOnly(p.ctx, p.url, Options{}); return closed(s, err) },
	"check": func(p *place) error { _, err := Check(p.ctx, p.url, Options{}); return err },
	"restore": func(p *place) error {
		r, err := Restore(p.ctx, p.url, Options{}, "a store", "its content")
		return closed(r, err)
	},
	"discard": func(p *place) error { return Discard(p.ctx, p.url, Options{}) },
}

func closed(s interface{ Close() error }, err error) error {
	if err == nil {
		err = s.Close()
	}
	return err
}

// A collection of another program under one of our names is not touched, whatever its documents
// look like, and the shop does not open.
func TestForeignCollections(t *testing.T) {
	for name, docs := range map[string]struct {
		coll string
		doc  bson.D
	}{
		"feed by number":      {"feed", bson.D{{Key: "_id", Value: 7}, {Key: "title", Value: "noticias"}}},
		"feed by ObjectID":    {"feed", bson.D{{Key: "_id", Value: objectID(number(1))}, {Key: "kind", Value: "product"}}},
		"meta by number":      {"meta", bson.D{{Key: "_id", Value: 1}, {Key: "schema", Value: 3}}},
		"meta of a store":     {"meta", bson.D{{Key: "_id", Value: "store"}, {Key: "name", Value: "Mi tienda"}}},
		"meta of a migration": {"meta", bson.D{{Key: "_id", Value: "migration"}, {Key: "version", Value: 12}}},
		"meta with a load":    {"meta", bson.D{{Key: "_id", Value: "cpu"}, {Key: "load", Value: 0.5}}},
		"presence by text":    {"presence", bson.D{{Key: "_id", Value: "ana"}, {Key: "seq", Value: 4}}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			mongotest.Insert(p, p.db.Collection(docs.coll), docs.doc)
			p.refusesEveryWay(docs.coll)
		})
	}
	t.Run("empty with an index", func(t *testing.T) {
		p := newPlace(t)
		_, err := p.db.Collection("presence").Indexes().CreateOne(p.ctx, mongo.IndexModel{Keys: bson.D{{Key: "employee", Value: 1}}})
		p.ok("make an index", err)
		p.refusesEveryWay("presence")
	})
}

// refusesEveryWay fails unless each way says whose collection it is, and the database is left as it
// was.
func (p *place) refusesEveryWay(coll string) {
	p.Helper()
	before := p.contents()
	for way, take := range everyWay {
		if found, is := errors.AsType[foreign](take(p)); found.coll != coll {
			p.Errorf("%s: another program's is %q (%v), want %s", way, found.coll, is, coll)
		}
		if diff := cmp.Diff(before, p.contents()); diff != "" {
			p.Errorf("%s changed the database:\n%s", way, diff)
		}
	}
}

// contents returns all documents and the indexes of all collections, by collection.
func (p *place) contents() map[string][]string {
	p.Helper()
	names, err := p.db.ListCollectionNames(p.ctx, bson.M{})
	p.ok("list collections", err)
	all := map[string][]string{}
	for _, name := range names {
		cursor, err := p.db.Collection(name).Find(p.ctx, bson.M{})
		p.ok("read "+name, err)
		var docs []bson.Raw
		p.ok("read "+name, cursor.All(p.ctx, &docs))
		indexes, err := p.db.Collection(name).Indexes().ListSpecifications(p.ctx)
		p.ok("list indexes", err)
		for _, index := range indexes {
			all[name] = append(all[name], "index "+index.Name)
		}
		for _, doc := range docs {
			all[name] = append(all[name], doc.String())
		}
	}
	return all
}

// Another program that puts its documents into a feed that the shop has open keeps them, whatever
// becomes of the feed.
func TestForeignDocumentsInTheFeed(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{Keep: 10})
	p.chat(1, s)
	mongotest.Insert(p, p.db.Collection("feed"), bson.D{{Key: "_id", Value: 1_000_000}, {Key: "title", Value: "noticias"}})
	_, err := p.db.Collection("meta").DeleteMany(p.ctx, bson.M{})
	p.ok("drop meta", err)
	p.await("another epoch", func() bool {
		s.feed.refresh(p.ctx)
		return p.howMany("meta", bson.M{"_id": storeID}) == 1
	})
	p.await("an empty feed", func() bool { return p.howMany("feed", bson.M{"_id": bson.M{"$lt": 1_000}}) == 0 })
	if p.howMany("feed", bson.M{"title": "noticias"}) != 1 {
		t.Error("the document of the other program is gone")
	}
	p.chat(1, s)
	_, err = OpenReadOnly(p.ctx, p.url, Options{})
	if found, _ := errors.AsType[foreign](err); !found.mixed || !strings.Contains(err.Error(), "another program uses the collection feed of the shop: it has a document 1000000") {
		t.Error(err)
	}
}

// What was made by an interrupted start of ours is ours.
func TestOurOwnLeftovers(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	p.chat(1, s)
	p.ok("close", s.Close())
	_, err := p.db.Collection("meta").DeleteMany(p.ctx, bson.M{})
	p.ok("drop meta", err)
	p.chat(1, p.open(Options{}))
}
