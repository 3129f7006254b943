package mongotest

import (
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Insert puts documents into a collection of which they may be the first. FerretDB sometimes fails
// to make a collection (1: internal error), or does not find the one that it has just made (26:
// namespace not found), and has written nothing then; it is asked again.
func Insert(t testing.TB, coll *mongo.Collection, docs ...any) {
	t.Helper()
	for tries := 1; ; tries++ {
		_, err := coll.InsertMany(t.Context(), docs)
		server, answered := errors.AsType[mongo.ServerError](err)
		switch {
		case err == nil:
			return
		case !answered || !server.HasErrorCode(1) && !server.HasErrorCode(26) || tries == 5:
			t.Fatalf("insert into %s: %v", coll.Name(), err)
		}
		time.Sleep(time.Duration(tries) * 20 * time.Millisecond)
	}
}
