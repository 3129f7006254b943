package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// A survey hands out what a dump does, counts the fields that would be lost, and the documents that
// are taken for what they most likely mean. It counts nothing of our own and nothing of what
// mongoose writes by the assignment's schemas.
func TestSurvey(t *testing.T) {
	url := mongotest.URI(t)
	if err := restoreAll(t.Context(), url, Options{}); err != nil {
		t.Fatal(err)
	}
	s, err := OpenReadOnly(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	survey := func() (Findings, string) {
		t.Helper()
		var all dao.Batch
		found, err := Survey(t.Context(), s, func(b dao.Batch) error {
			all.Products, all.Carts, all.Messages = append(all.Products, b.Products...), append(all.Carts, b.Carts...), append(all.Messages, b.Messages...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found, string(models.JSON(all))
	}
	found, values := survey()
	if diff := cmp.Diff(Findings{Unknown: map[string]int{}}, found); diff != "" || values != wantRestored() {
		t.Errorf("of ours: %s; it gives\n%s, not\n%s", diff, values, wantRestored())
	}
	e := s.Engine.(*engine)
	insert := func(c *collection, doc bson.M) {
		t.Helper()
		if _, err := e.bare(c.Plural).InsertOne(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
	}
	product := bson.M{"title": "T", "description": "D", "price": 12, "status": true, "stock": 3, "category": "x", "thumbnails": bson.A{}, "__v": 0, "code": "1"}
	insert(e.of(dao.Product.Schema), product)
	product["code"], product["color"], product["_id"] = "2", "rojo", "abc"
	insert(e.of(dao.Product.Schema), product)
	insert(e.of(dao.Message.Schema), bson.M{"user": "ana@example.com", "message": 5, "color": "rojo"})
	insert(e.of(dao.Cart.Schema), bson.M{"products": bson.A{bson.M{"product": bson.NewObjectID(), "quantity": 1, "note": "x", "_id": bson.NewObjectID()}}})
	found, values = survey()
	want := Findings{Unknown: map[string]int{"products.color": 1, "messages.color": 1, "carts.products[].note": 1}, Guessed: 2}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
	if values != dumped(t, s) || strings.Count(values, `"code"`) != 7 {
		t.Errorf("it gives\n%s, and a dump\n%s", values, dumped(t, s))
	}
}

// A dump is in the order of ids, also where a document's _id is none and sorts elsewhere in the
// server.
func TestDumpOrderOfForeignIDs(t *testing.T) {
	url := mongotest.URI(t)
	e, err := open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for i := range 20 {
		mongotest.Insert(t, e.bare("carts"), bson.M{"_id": []any{i, fmt.Sprint("c", i), bson.NewObjectID(), bson.ObjectID{11: byte(i - 3)}}[i%4], "products": bson.A{}})
	}
	s, err := OpenReadOnly(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var last models.ID
	n := 0
	if _, err := s.Dump(t.Context(), func(b dao.Batch) error {
		for _, c := range b.Carts {
			if n++; c.ID.Compare(last) <= 0 {
				t.Errorf("%s stands after %s", c.ID, last)
			}
			last = c.ID
		}
		return nil
	}); err != nil || n != 20 {
		t.Fatal(n, err)
	}
}

// A database that no shop has opened is counted, and has no epoch yet: the next check would make up
// another one.
func TestCheckUnopened(t *testing.T) {
	url := mongotest.URI(t)
	if _, err := Check(t.Context(), url, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("with nothing in it: %v", err)
	}
	if _, err := dialed(t, url, Options{}).Collection("carts").InsertOne(t.Context(), bson.M{"products": bson.A{}}); err != nil {
		t.Fatal(err)
	}
	report, err := Check(t.Context(), url, Options{})
	if err != nil || report.Head != (dao.Position{}) || report.First != 1 || report.Counts[dao.KindCart] != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	s, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	head, _ := s.Feed.Head(t.Context())
	if report, err := Check(t.Context(), url, Options{}); err != nil || report.Head.Epoch != head.Epoch {
		t.Fatalf("%+v, %v, not at %v", report, err, head)
	}
}

// Two URLs of one database are known by their hosts and its name, whatever else they say.
func TestSameDatabase(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"mongodb://h/", "mongodb://H:27017/ecommerce?appName=x", true},
		{"mongodb://ana:secreto@h/shop", "mongodb://bea@h/shop?authSource=admin", true},
		{"mongodb://a,b,c/shop", "mongodb://c:27017/shop", true},
		{"mongodb://localhost/shop", "mongodb://127.0.0.1:27017/shop", true},
		{"mongodb://[::1]:9/shop", "mongodb://localhost:9/shop", true},
		{"mongodb+srv://cluster.example/shop", "mongodb+srv://CLUSTER.example/shop?w=1", true},
		{"mongodb://h/shop", "mongodb://h/Shop", false},
		{"mongodb://h/shop", "mongodb://h:27018/shop", false},
		{"mongodb://h/shop", "mongodb://g/shop", false},
	} {
		if SameDatabase(test.a, test.b) != test.same || SameDatabase(test.b, test.a) != test.same {
			t.Errorf("%s and %s: not %v", test.a, test.b, test.same)
		}
	}
}

// A password is for the URL that waits for one: a migration may have another beside it that does
// not.
func TestNeedsPassword(t *testing.T) {
	for url, needs := range map[string]bool{
		"mongodb://ana:<password>@h/":                    true,
		"mongodb://ana:%3Cdb_password%3E@h/":             true,
		"mongodb://ana@h/":                               true,
		"mongodb://ana:secreto@h/":                       false,
		"mongodb://h/":                                   false,
		"mongodb://CN=ana@h/?authMechanism=MONGODB-X509": false,
		"data": false,
	} {
		if NeedsPassword(url) != needs {
			t.Errorf("%s: not %v", url, needs)
		}
	}
}

// A database that a newer program has written is refused before anything is made in it.
func TestNewerFormatIsLeft(t *testing.T) {
	url := mongotest.URI(t)
	db := dialed(t, url, Options{})
	if _, err := db.Collection("meta").InsertOne(t.Context(), bson.M{"_id": storeID, "version": formatVersion + 1, "epoch": "9f2c61ab", "base": int64(0)}); err != nil {
		t.Fatal(err)
	}
	for _, open := range []func(context.Context, string, Options) (dao.Store, error){Open, OpenReadOnly} {
		if _, err := open(t.Context(), url, Options{}); err == nil || !strings.Contains(err.Error(), "newer pulperia") {
			t.Errorf("%v", err)
		}
	}
	if names, err := db.ListCollectionNames(t.Context(), bson.M{}); err != nil || len(names) != 1 {
		t.Errorf("there are %q (%v)", names, err)
	}
}
