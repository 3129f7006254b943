package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// createAtOnce has several people create a product of one code at the same moment, and returns how
// many were told that it is done.
func createAtOnce(t *testing.T, shops []*shop, code string) (done int) {
	t.Helper()
	answers := make(chan int)
	for i := range 8 {
		go func() {
			body := fmt.Sprintf(`{"title":"Nuevo %d","description":"d","code":%q,"price":1,"stock":1,"category":"c"}`, i, code)
			status, _, _ := shops[i%len(shops)].do(http.DefaultClient, "POST", "/api/products", body)
			answers <- status
		}()
	}
	for range 8 {
		switch status := <-answers; status {
		case http.StatusCreated:
			done++
		case http.StatusConflict:
		default:
			t.Errorf("a create is answered %d", status)
		}
	}
	return done
}

// Another program drops the collections' indexes, or a collection and fills it anew: no code is
// given twice and no change told twice, by one process or several, and the indexes come back.
func TestOthersDropIndexes(t *testing.T) {
	t.Parallel()
	store := database(t)
	db := databaseOf(t, store)
	shops := []*shop{openShop(t, store, "--requests-per-minute", "0"), openShop(t, store, "--requests-per-minute", "0")}
	shops[0].stocked(t)
	if err := db.Collection("products").Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	var seed []any
	for i := range 20 {
		seed = append(seed, bson.M{"title": fmt.Sprint("Semilla ", i), "description": "d", "code": fmt.Sprint("S", i), "price": 1, "stock": 1, "category": "c", "status": true, "thumbnails": bson.A{}})
	}
	if _, err := db.Collection("products").InsertMany(t.Context(), seed); err != nil {
		t.Fatal(err)
	}
	if err := db.Collection("feed").Indexes().DropAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	for round := range 5 {
		if n := createAtOnce(t, shops[:1+round%2], fmt.Sprint("N", round)); n != 1 {
			t.Errorf("%d of 8 parallel creates of one code are done", n)
		}
	}
	wantOnceInFeed(t, db)
	untilIndexed(t, db)
	if n := createAtOnce(t, shops, "S1"); n != 0 {
		t.Errorf("%d creates got a code that the other program had given", n)
	}
	for _, s := range shops {
		s.ends(t)
	}
	wantSound(t, store)

	// What became twice all the same, as under an older shop, keeps nobody from opening it.
	double(t, db, "S2", "S3")
	s := openShop(t, store)
	untilIndexed(t, db)
	if n := createAtOnce(t, []*shop{s}, "S2"); n != 0 {
		t.Errorf("%d creates got a code that is there twice", n)
	}
	var page []struct{ Code string }
	shown := 0
	s.get(t, "/api/products?limit=100", &page)
	for _, p := range page {
		if p.Code == "S2" {
			shown++
		}
	}
	if shown != 2 {
		t.Errorf("of two products with one code %d are shown", shown)
	}
	s.ends(t)
	if !strings.Contains(s.Log.String(), "two products have the same code") || !strings.Contains(s.Log.String(), "S2") {
		t.Errorf("nothing says that a code is there twice:\n%s", &s.Log)
	}
}

// double gives one product the code of another one, while there are no indexes.
func double(t *testing.T, db *mongo.Database, code, other string) {
	t.Helper()
	for _, coll := range []string{"products", "feed"} {
		if err := db.Collection(coll).Indexes().DropAll(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	update := bson.M{"$set": bson.M{"code": code, "pulperia.code": code}}
	if _, err := db.Collection("products").UpdateOne(t.Context(), bson.M{"code": other}, update); err != nil {
		t.Fatal(err)
	}
}

// wantOnceInFeed fails when the feed tells a change twice.
func wantOnceInFeed(t *testing.T, db *mongo.Database) {
	t.Helper()
	var entries []struct {
		Changes []struct {
			Kind string
			ID   bson.ObjectID `bson:"id"`
			Rev  int64
		}
	}
	cursor, err := db.Collection("feed").Find(t.Context(), bson.M{})
	if err == nil {
		err = cursor.All(t.Context(), &entries)
	}
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, e := range entries {
		for _, c := range e.Changes {
			name := fmt.Sprint(c.Kind, c.ID.Hex(), c.Rev)
			if times[name]++; times[name] == 2 {
				t.Errorf("revision %d of %s %s is told twice", c.Rev, c.Kind, c.ID.Hex())
			}
		}
	}
}

// untilIndexed waits until the shop has made the indexes again by which it finds who has a text, and
// what was told of a value.
func untilIndexed(t *testing.T, db *mongo.Database) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		made := 0
		for coll, name := range map[string]string{"products": "pulperia.code_1", "feed": "changes.id_1"} {
			specs, err := db.Collection(coll).Indexes().ListSpecifications(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range specs {
				if spec.Name == name {
					made++
				}
			}
		}
		if made == 2 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the indexes do not come back")
		}
	}
}
