package app

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// On a database where another program has a collection that the shop would have for itself, every
// command says so and what to do, and not one document is written or removed: also not by a
// migration into it, nor by one that begins anew.
func TestCollectionOfAnotherProgram(t *testing.T) {
	t.Parallel()
	source := fillFiles(t, t.TempDir(), someBatch(3))
	for _, coll := range []string{"feed", "meta", "presence"} {
		t.Run(coll, func(t *testing.T) {
			store := database(t)
			mongotest.Insert(t, databaseOf(t, store).Collection(coll), bson.D{{Key: "_id", Value: 1}, {Key: "title", Value: "de otro programa"}})
			before := bytesOf(t, store)
			if s := startShop(t, store, "--demo"); s.Open(t.Context()) == nil {
				t.Errorf("the shop opens, and ends with %v", s.stop(t, syscall.SIGTERM))
			} else if !strings.Contains(s.Log.String(), "a collection "+coll+" that is not mine") {
				t.Errorf("the shop does not open: %s", &s.Log)
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

// forgotten are carts that were touched last when a shop was open long ago.
func forgotten(n int) (batch dao.Batch) {
	long := models.TimeOf(time.Now().AddDate(0, -3, 0))
	for range n {
		batch.Carts = append(batch.Carts, models.Cart{ID: models.NewID(long.Std()), CreatedAt: long, UpdatedAt: long, Rev: 1, Products: []models.Item{}})
	}
	return batch
}

// Nobody could touch the carts of a shop that was closed, of a backup, or of a store on its way to
// another engine: they are there when it opens, at every start and in every process, and expire
// when the shop has been open for long enough.
func TestCartsOfAClosedShopStay(t *testing.T) {
	t.Parallel()
	const carts = 40
	closed := fillFiles(t, t.TempDir(), forgotten(carts))
	backup := filepath.Join(t.TempDir(), "backup.jsonl")
	if out, code := execute(t, "export", backup, "--store", closed); code != 0 {
		t.Fatal(out)
	}
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		restored, migrated := newStore(), newStore()
		if !dbmanagers.IsURL(migrated) {
			migrated = filepath.Join(migrated, "new")
		}
		if out, code := execute(t, "import", backup, "--store", restored); code != 0 {
			t.Fatal(out)
		}
		migrate(t, closed, migrated)
		for _, store := range []string{restored, migrated} {
			for range 2 {
				wantCarts(t, store, carts)
			}
			c, err := parse(t, nil, "--store", store)
			if err != nil {
				t.Fatal(err)
			}
			s, err := c.openStore(t.Context(), store, storeOptions{log: quiet})
			if err != nil {
				t.Fatal(err)
			}
			for _, open := range []struct {
				so   time.Duration
				want int
			}{{time.Hour, 0}, {25 * time.Hour, carts}, {time.Hour, 0}} {
				if n, err := trade.New(s, trade.Options{}).ExpireCarts(t.Context(), open.so, 24*time.Hour); n != open.want || err != nil {
					t.Errorf("open for %v, %d carts expire, want %d (%v)", open.so, n, open.want, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// wantCarts opens the shop, in a database twice, and fails unless it has so many carts and goes on
// having them.
func wantCarts(t *testing.T, store string, want int) {
	t.Helper()
	shops := []*shop{startShop(t, store)}
	if dbmanagers.IsURL(store) {
		shops = append(shops, startShop(t, store))
	}
	for _, s := range shops {
		s.untilOpen(t)
	}
	time.Sleep(time.Second) // what removes carts when the shop opens has done so
	for _, s := range shops {
		var carts []models.Cart
		if s.get(t, "/api/carts?limit=100", &carts); len(carts) != want {
			t.Errorf("%d carts are there, want %d\n%s", len(carts), want, &s.Log)
		}
		if err := s.stop(t, syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}
}

// The carts of a mongoose application have no dates, and ids from when they were made. They are
// there after the first start on its database, with all that it wrote in them.
func TestCartsOfAnotherProgramStay(t *testing.T) {
	t.Parallel()
	store := database(t)
	coll := databaseOf(t, store).Collection("carts")
	var docs []any
	for i := range 40 {
		id := bson.NewObjectIDFromTimestamp(time.Now().AddDate(0, -i, 0))
		docs = append(docs, bson.D{{Key: "_id", Value: id}, {Key: "products", Value: bson.A{}}, {Key: "owner", Value: "ana"}, {Key: "__v", Value: 0}})
	}
	mongotest.Insert(t, coll, docs...)
	for range 2 {
		wantCarts(t, store, len(docs))
	}
	var after []bson.D
	cursor, err := coll.Find(t.Context(), bson.M{}, options.Find().SetProjection(bson.M{"pulperia": 0}).SetSort(bson.M{"_id": -1}))
	if err == nil {
		err = cursor.All(t.Context(), &after)
	}
	if err != nil || len(after) != len(docs) {
		t.Fatalf("%d carts, %v", len(after), err)
	}
	if after[0][2] != (bson.E{Key: "owner", Value: "ana"}) {
		t.Errorf("a cart is %v now", after[0])
	}
}
