package walk

import (
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers/mongotest"
)

// newStore returns a store that holds nothing.
func (w *walk) newStore(engine string) string {
	w.Helper()
	if engine == "files" {
		return w.TempDir()
	}
	return mongotest.URI(w.TB)
}

func isDatabase(store string) bool { return strings.Contains(store, "://") }

func (w *walk) onMongoDB() bool { return isDatabase(w.store) }

// through is the name of a store for a program: a database is reached over a line of the program's
// own.
func (w *walk) through(store string) (string, *mongotest.Line) {
	if !isDatabase(store) {
		return store, nil
	}
	l := mongotest.NewLine(w.TB, store, w.Delay)
	return l.URI, l
}

// id makes one that belongs to the act under way.
func (w *walk) id() string {
	return fmt.Sprintf("%08x%016x", 0x68000000+w.act, w.random.Uint64())
}

// objectID is an id as a database has it.
func (w *walk) objectID(id string) bson.ObjectID {
	oid, err := bson.ObjectIDFromHex(id)
	if err != nil {
		w.Fatal(err)
	}
	return oid
}
