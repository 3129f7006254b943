package dbmanagers

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

// A server that fails to make the indexes of a new collection, loses it meanwhile, or gives up for
// another who makes them too, is asked again; one that never does it is believed in the end, and
// one that does not allow it at once.
func TestIndexesAtTheNextAttempt(t *testing.T) {
	for name, c := range map[string]struct {
		code     int32
		refusals int32
		ok       bool
	}{
		"not found twice":  {codeNamespaceNotFound, 2, true},
		"not made twice":   {codeInternalError, 2, true},
		"in the way twice": {codeDeadlock, 2, true},
		"never found":      {codeNamespaceNotFound, 1_000, false},
		"not allowed once": {codeUnauthorized, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t)
			var asked atomic.Int32
			server.answer = func(command string) bson.D {
				if command == "createIndexes" && asked.Add(1) <= c.refusals {
					return refuse("createIndexes", c.code)("createIndexes")
				}
				return nil
			}
			db := dialed(t, "mongodb://"+server.address, Options{})
			e := newEngine(driven{db.Client(), db}, Options{})
			err := e.makeIndexes(t.Context(), e.of(dao.Cart.Schema).table())
			if (err == nil) != c.ok || asked.Load() > 10 {
				t.Errorf("%v after %d attempts", err, asked.Load())
			}
		})
	}
}

// So is everything else that may be the first on a collection.
func TestFirstAtTheNextAttempt(t *testing.T) {
	doc, err := bson.Marshal(bson.M{"_id": 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, first := range map[string]struct {
		command string
		do      func(context.Context, *engine) error
	}{
		"begin a feed": {"insert", func(ctx context.Context, e *engine) error { return e.makeMeta(ctx, 0, "") }},
		"tell who is present": {"update", func(ctx context.Context, e *engine) error {
			return e.presence.Set(ctx, "node", dao.Visitors{People: []string{"ana"}})
		}},
		"begin a migration": {"insert", func(ctx context.Context, e *engine) error { return (&Restoration{engine: e}).begin(ctx) }},
		"migrate into it": {"insert", func(ctx context.Context, e *engine) error {
			return (&Restoration{engine: e}).insert(ctx, e.of(dao.Product.Schema), []bson.Raw{doc})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t)
			var asked atomic.Int32
			server.answer = func(command string) bson.D {
				if command == first.command && asked.Add(1) <= 2 {
					return refuse(command, codeInternalError)(command)
				}
				return nil
			}
			db := dialed(t, "mongodb://"+server.address, Options{})
			if err := first.do(t.Context(), newEngine(driven{db.Client(), db}, Options{})); err != nil || asked.Load() != 3 {
				t.Errorf("%v after %d attempts", err, asked.Load())
			}
		})
	}
}

// A store that another process begins while this one looks whose the database is counts as ours, and
// no other document does.
func TestBegunMeanwhile(t *testing.T) {
	begun := bson.D{{Key: "_id", Value: storeID}, {Key: "version", Value: 1}, {Key: "epoch", Value: "0123abcd"}}
	for name, c := range map[string]struct {
		record bson.A // what is found when it is asked for our own once more
		ok     bool
	}{
		"by a shop":          {bson.A{begun}, true},
		"by another program": {bson.A{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t)
			var asked atomic.Int32
			found := func(docs bson.A) bson.D {
				cursor := bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: "ecommerce.meta"}, {Key: "firstBatch", Value: docs}}
				return bson.D{{Key: "cursor", Value: cursor}, {Key: "ok", Value: 1}}
			}
			server.answer = func(command string) bson.D {
				if command != "find" {
					return nil
				}
				find := server.last(t, "find")
				filter, _ := find.Lookup("filter").DocumentOK()
				_, err := filter.LookupErr("$or")
				switch coll, _ := find.Lookup("find").StringValueOK(); {
				case coll != "meta":
					return nil
				case err != nil: // whatever is there
					return found(bson.A{begun})
				case asked.Add(1) == 1:
					return nil
				}
				return found(c.record)
			}
			db := dialed(t, "mongodb://"+server.address, Options{})
			err := newEngine(driven{db.Client(), db}, Options{}).wantOurs(t.Context())
			if _, refused := errors.AsType[foreign](err); refused == c.ok || c.ok && err != nil {
				t.Error(err)
			}
		})
	}
}
