package app

import (
	"strings"
	"syscall"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers/mongotest"
)

// On a database where another program has a collection that the shop would have for itself, every command says so and what to do, and not one
// document is written or removed: also not by a migration into it, nor by one that begins anew.
func TestCollectionOfAnotherProgram(t *testing.T) {
	source := fillFiles(t, t.TempDir(), someBatch(3))
	for _, coll := range []string{"feed", "meta", "presence"} {
		t.Run(coll, func(t *testing.T) {
			store := mongotest.URI(t)
			mongotest.Insert(t, databaseOf(t, store).Collection(coll), bson.D{{Key: "_id", Value: 1}, {Key: "title", Value: "de otro programa"}})
			before := bytesOf(t, store)
			if s := startShop(t, store, "--demo"); <-s.opened != "" {
				t.Errorf("the shop opens, and ends with %v", s.stop(t, syscall.SIGTERM))
			} else if <-s.end; !strings.Contains(s.log.String(), "a collection "+coll+" that is not mine") {
				t.Errorf("the shop does not open: %s", s.log)
			}
			for _, args := range [][]string{
				{"import", "--store", store, source + "/products.json"},
				{"export", "-", "--store", store},
				{"check", "--store", store},
				{"migrate", "--from", source, "--to", store},
				{"migrate", "--from", source, "--to", store, "--restart"},
			} {
				out, code := execute(t, args...)
				if code != 1 || !strings.Contains(out, "a collection "+coll+" that is not mine") || !strings.Contains(out, "Name another database") {
					t.Errorf("%v: exit %d: %s", args, code, out)
				}
			}
			if after := bytesOf(t, store); after != before {
				t.Errorf("the database was\n%s\nand is\n%s", before, after)
			}
		})
	}
}
