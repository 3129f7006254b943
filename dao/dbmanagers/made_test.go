package dbmanagers

import (
	"context"
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
			e := newEngine(db.Client(), db, Options{}.withDefaults())
			err := e.makeIndexes(t.Context(), e.carts.coll)
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
		"begin a feed": {"update", func(ctx context.Context, e *engine) error { return e.feed.begin(ctx, storeMeta{}, 0, true) }},
		"tell who is present": {"update", func(ctx context.Context, e *engine) error {
			return e.presence.Set(ctx, "node", dao.Visitors{People: []string{"ana"}})
		}},
		"begin a migration": {"insert", func(ctx context.Context, e *engine) error { return (&Restoration{engine: e}).begin(ctx) }},
		"migrate into it": {"insert", func(ctx context.Context, e *engine) error {
			return (&Restoration{engine: e}).insert(ctx, e.products, []bson.Raw{doc})
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
			if err := first.do(t.Context(), newEngine(db.Client(), db, Options{}.withDefaults())); err != nil || asked.Load() != 3 {
				t.Errorf("%v after %d attempts", err, asked.Load())
			}
		})
	}
}
