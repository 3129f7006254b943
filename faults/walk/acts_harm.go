package walk

import (
	"fmt"
	"net/http"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers/mongotest"
)

// guestHarm is what another program, or who looks after the database, does to whole collections.
var guestHarm = []act{
	{name: "dropFeed", weight: 2, fits: onMongoDB, do: dropFeed, restless: true},
	{name: "dropMeta", weight: 2, fits: onMongoDB, do: dropMeta, restless: true},
	{name: "dropIndexes", weight: 3, fits: guestHasRoom, do: dropIndexes, restless: true},
	{name: "openWithDoubles", weight: 2, fits: guestHasRoom, do: openWithDoubles},
	{name: "dropProducts", weight: 2, fits: guestHasGoods, do: dropProducts, restless: true},
	{name: "copyDatabase", weight: 1, fits: onMongoDB, do: copyDatabase},
	{name: "putDatabaseBack", weight: 3, fits: func(w *walk) bool { return onMongoDB(w) && w.kept != nil }, do: putDatabaseBack, restless: true},
	{name: "openOnOthersFeed", weight: 1, fits: onMongoDB, do: openOnOthersFeed},
}

// dropFeed takes the shop's past away under it: it begins another one, unless it had none.
func dropFeed(w *walk) {
	was := w.model.epoch
	n, err := w.collection("feed").CountDocuments(w.Context(), bson.D{})
	if err != nil {
		w.Fatal(err)
	}
	w.drop("feed")
	if n > 0 {
		w.settle(was)
	}
}

// dropMeta takes away what says which past the feed is. The shop writes it anew, and may begin
// another one.
func dropMeta(w *walk) {
	w.drop("meta")
	for end := time.Now().Add(w.Patience); ; time.Sleep(50 * time.Millisecond) {
		n, err := w.collection("meta").CountDocuments(w.Context(), bson.D{})
		if err == nil && n > 0 {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("meta was dropped under the open shop, and it does not come back (%v)", err)
		}
	}
}

func (w *walk) drop(name string) {
	w.Helper()
	if err := w.collection(name).Drop(w.Context()); err != nil {
		w.Fatal(err)
	}
	w.acted, w.model.epoch = nil, ""
}

// settle waits until the shops have noticed that their past is gone, and tell of another one.
func (w *walk) settle(was string) {
	w.Helper()
	for end := time.Now().Add(w.Patience); ; time.Sleep(50 * time.Millisecond) {
		epochs := map[string]bool{}
		for _, s := range w.shops() {
			if a, err := s.send("GET", "/api/products?limit=1", ""); err == nil {
				epochs[epochOf(a)] = true
			}
		}
		if len(epochs) == 1 && !epochs[was] {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("after %s the shop does not begin another past: it was %s, and is %v", w.last(), was, epochs)
		}
	}
}

// dropIndexes takes them all away under an open shop. Meanwhile no code may be given twice, and
// soon they are back.
func dropIndexes(w *walk) {
	for _, name := range []string{"products", "feed"} {
		if err := w.collection(name).Indexes().DropAll(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
	oneCodeAtOnce(w)
	for end := time.Now().Add(w.Patience); !w.hasIndexes(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatal("indexes that were dropped under the open shop do not come back")
		}
	}
}

// openWithDoubles opens the shop on products of which two have one code, and no index: it opens,
// shows both, and guards new ones.
func openWithDoubles(w *walk) {
	first, second := w.newProduct(), w.newProduct()
	second.Code = first.Code
	w.api(w.shop, http.StatusCreated, "POST", "/products", first)
	w.model.put(first)
	w.close(syscall.SIGTERM)
	if err := w.collection("products").Indexes().DropAll(w.Context()); err != nil {
		w.Fatal(err)
	}
	w.insert("products", second.ID, w.productDoc(second))
	w.model.put(second)
	w.open()
	w.acted = nil
	w.ask()
	takenCode(w)
	oneCodeAtOnce(w)
	w.erase("products", second.ID)
	w.remove(second.ID)
}

// hasIndexes says whether the collections have others than that of _id.
func (w *walk) hasIndexes() bool {
	w.Helper()
	for _, name := range []string{"products", "feed"} {
		list, err := w.collection(name).Indexes().ListSpecifications(w.Context())
		if err != nil || len(list) < 2 {
			return false
		}
	}
	return true
}

// dropProducts drops the whole catalogue and seeds it anew, as the course's projects do before a
// demonstration.
func dropProducts(w *walk) {
	coll := w.collection("products")
	if err := coll.Drop(w.Context()); err != nil {
		w.Fatal(err)
	}
	var docs []any
	for _, id := range keys(w.model.products) {
		p := w.model.products[id]
		doc := w.productDoc(p)
		docs = append(docs, doc)
		w.guests["products "+id] = &guest{coll: "products", id: id, doc: doc}
	}
	mongotest.Insert(w.TB, coll, docs...)
	w.acted = nil
}

// copyDatabase makes a backup of all collections while the shop is stopped.
func copyDatabase(w *walk) {
	w.close(syscall.SIGTERM)
	w.kept, w.was = w.everything(), w.model.clone()
}

// putDatabaseBack has the shop go on from the backup. Nobody may sleep over it, as with a folder.
func putDatabaseBack(w *walk) {
	readerWakes(w)
	w.close(syscall.SIGTERM)
	db := w.database(w.store)
	for name := range w.everything() {
		if err := db.Collection(name).Drop(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
	for name, docs := range w.kept {
		for _, doc := range docs {
			mongotest.Insert(w.TB, db.Collection(name), doc)
		}
	}
	w.guests = map[string]*guest{}
	w.comeBack()
}

// openOnOthersFeed opens a shop on a database in which a collection that the shop would have is
// another program's. Whether it opens or not, all that is there stays.
func openOnOthersFeed(w *walk) {
	store := w.newStore("mongodb")
	name := []string{"feed", "meta", "presence"}[w.random.IntN(3)]
	coll := w.database(store).Collection(name)
	news := bson.D{{Key: "_id", Value: 1 + w.random.Int64N(1<<w.random.IntN(42))}, {Key: "text", Value: "la feria del domingo"}}
	mongotest.Insert(w.TB, coll, news)
	said := ""
	if s, err := w.start(store); err == nil {
		a, err := s.send("POST", "/api/products", text(w.newProduct()))
		time.Sleep(2 * window) // it may tidy up
		w.end(s, syscall.SIGTERM)
		said = fmt.Sprintf("it opens, and a write is answered %d (%v)\n%s", a.StatusCode, err, s.Log.Tail())
	} else {
		said = err.Error()
	}
	var is bson.D
	if err := coll.FindOne(w.Context(), bson.D{{Key: "text", Value: news[1].Value}}).Decode(&is); err != nil {
		w.Fatalf("another program's collection %s has lost its document: %v\n%s", name, err, said)
	}
	if err := differs(fmt.Sprint(news), fmt.Sprint(is)); err != nil {
		w.Fatalf("another program's collection %s: %v\n%s", name, err, said)
	}
}
