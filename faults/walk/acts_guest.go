package walk

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"pulperia/dao/dbmanagers/mongotest"
)

// guestActs are what another program does to documents in the shop's database.
var guestActs = []act{
	{name: "guestAddsProduct", weight: 3, fits: guestHasRoom, do: guestAddsProduct},
	{name: "guestAddsCart", weight: 2, fits: guestHasGoods, do: guestAddsCart},
	{name: "guestSays", weight: 2, fits: onMongoDB, do: guestSays},
	{name: "guestChangesPrice", weight: 4, fits: guestHasGoods, do: guestChangesPrice},
	{name: "guestChangesCart", weight: 2, fits: guestHasCarts, do: guestChangesCart},
	{name: "guestPutsStaleProduct", weight: 3, fits: guestHasGoods, do: guestPutsStaleProduct, restless: true},
	{name: "guestDeletesProduct", weight: 4, fits: guestHasGoods, do: guestDeletesProduct, restless: true},
	{name: "guestTakesCode", weight: 2, fits: guestHasGoods, do: guestTakesCode},
	{name: "guestDeletesCart", weight: 2, fits: guestHasCarts, do: guestDeletesCart},
	{name: "guestDeletesMessage", weight: 2, fits: guestHasLetter, do: guestDeletesMessage},
}

// guest is a document of another program as it must stay, all but for the fields that the shop was
// told to change.
type guest struct {
	coll, id string
	doc      bson.D
	changed  []string
}

// changed says that the shop was told to change fields of a value; where the document is another
// program's, the rest must stay.
func (w *walk) changed(coll, id string, fields ...string) {
	if g := w.guests[coll+" "+id]; g != nil {
		g.changed = append(g.changed, append(fields, "updatedAt")...)
	}
}

// database is that of a store, for another program: without the line.
func (w *walk) database(store string) *mongo.Database {
	w.Helper()
	parsed, err := connstring.Parse(store)
	if err != nil {
		w.Fatal(err)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(store))
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { client.Disconnect(context.Background()) })
	return client.Database(parsed.Database)
}

func (w *walk) collection(name string) *mongo.Collection { return w.database(w.store).Collection(name) }

// insert has the other program add a document, and remembers it.
func (w *walk) insert(coll, id string, doc bson.D) {
	w.Helper()
	mongotest.Insert(w.TB, w.collection(coll), doc)
	w.guests[coll+" "+id] = &guest{coll: coll, id: id, doc: doc}
	w.acted = nil
}

// update has it change one, by an update of mongoose's.
func (w *walk) update(coll, id string, set bson.D) {
	w.Helper()
	result, err := w.collection(coll).UpdateByID(w.Context(), w.objectID(id), bson.D{{Key: "$set", Value: set}})
	if err != nil || result.MatchedCount != 1 {
		w.Fatalf("update %s %s: %v %v", coll, id, result, err)
	}
	if g := w.guests[coll+" "+id]; g != nil {
		for _, field := range set {
			g.changed = append(g.changed, field.Key)
		}
	}
	w.acted = nil
}

// broughtForward waits until all that the shop has written is in the documents, and all its processes
// can know: what another program does within that fifth of a second may be taken for what was there
// before. A shop that was killed does not get there.
func (w *walk) broughtForward() {
	w.Helper()
	steps, store := bson.D{{Key: "n", Value: bson.D{{Key: "$exists", Value: true}}}}, bson.D{{Key: "_id", Value: "store"}}
	last := options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}})
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var head struct {
			First int64 `bson:"_id"`
			N     int64 `bson:"n"`
		}
		var meta struct{ Applied, Base int64 }
		err := errors.Join(w.collection("feed").FindOne(w.Context(), steps, last).Decode(&head), w.collection("meta").FindOne(w.Context(), store).Decode(&meta))
		if err == nil && max(meta.Applied, meta.Base) >= head.First+head.N-1 {
			return
		}
	}
}

func (w *walk) erase(coll, id string) {
	w.Helper()
	w.broughtForward()
	result, err := w.collection(coll).DeleteOne(w.Context(), bson.D{{Key: "_id", Value: w.objectID(id)}})
	if err != nil || result.DeletedCount != 1 {
		w.Fatalf("delete %s %s: %v %v", coll, id, result, err)
	}
	delete(w.guests, coll+" "+id)
	w.acted = nil
}

// productDoc is a product as mongoose writes it by the course's schema.
func (w *walk) productDoc(p product) bson.D {
	price := any(float64(p.Price) / 100)
	if p.Price%100 == 0 {
		price = int32(p.Price / 100)
	}
	doc := bson.D{{Key: "_id", Value: w.objectID(p.ID)}, {Key: "title", Value: p.Title}, {Key: "description", Value: p.Description},
		{Key: "code", Value: p.Code}, {Key: "price", Value: price}, {Key: "status", Value: p.Status},
		{Key: "stock", Value: int32(p.Stock)}, {Key: "category", Value: p.Category}, {Key: "thumbnails", Value: p.Thumbnails},
		{Key: "supplier", Value: bson.D{{Key: "name", Value: "Don José"}}}, {Key: "__v", Value: int32(0)}}
	if len(p.Variants) > 0 {
		doc = append(doc, bson.E{Key: "variants", Value: w.variantDocs(p.Variants)})
	}
	return doc
}

// cartDoc has no dates and no variants: the course's schema has none.
func (w *walk) cartDoc(c cart) bson.D {
	items := bson.A{}
	for _, one := range c.Products {
		items = append(items, bson.D{{Key: "product", Value: w.objectID(one.Product)}, {Key: "quantity", Value: int32(one.Quantity)},
			{Key: "_id", Value: w.objectID(w.id())}})
	}
	return bson.D{{Key: "_id", Value: w.objectID(c.ID)}, {Key: "products", Value: items}, {Key: "__v", Value: int32(0)}}
}

func guestAddsProduct(w *walk) {
	p := w.newProduct()
	w.insert("products", p.ID, w.productDoc(p))
	w.model.put(p)
}

// guestAddsCart adds one whose id is of more than a year ago.
func guestAddsCart(w *walk) {
	c := cart{w.id(), []item{{Product: w.anyProduct().ID, Quantity: 2}}}
	w.insert("carts", c.ID, w.cartDoc(c))
	w.model.carts[c.ID] = c
}

func guestSays(w *walk) {
	m := w.newMessage()
	w.insert("messages", m.ID, bson.D{{Key: "_id", Value: w.objectID(m.ID)}, {Key: "user", Value: m.User},
		{Key: "message", Value: m.Message}, {Key: "__v", Value: int32(0)}})
	w.model.messages = append(w.model.messages, m)
}

func guestChangesPrice(w *walk) {
	p := w.anyProduct()
	p = p.priced(w.newPrice())
	w.changed("products", p.ID, p.figures()...)
	w.update("products", p.ID, bson.D{{Key: "price", Value: float64(p.Price) / 100}})
	w.model.put(p)
}

func guestChangesCart(w *walk) {
	c := w.anyCart()
	c = c.unvaried().with(choice{w.anyProduct().ID, ""}, int64(1+w.random.IntN(5)))
	w.update("carts", c.ID, w.cartDoc(c)[1:2])
	w.model.carts[c.ID] = c
}

// guestPutsStaleProduct saves a whole document that it has read before the shop has changed it.
func guestPutsStaleProduct(w *walk) {
	p := w.anyProduct()
	coll, filter := w.collection("products"), bson.D{{Key: "_id", Value: w.objectID(p.ID)}}
	stale, err := coll.FindOne(w.Context(), filter).Raw()
	if err != nil {
		w.Fatal(err)
	}
	for range 1 + w.random.IntN(2) {
		w.api(w.either(), 200, "PUT", "/products/"+p.ID, map[string]any{"price": w.newPrice(), "stock": 7})
	}
	w.broughtForward()
	if _, err := coll.ReplaceOne(w.Context(), filter, stale); err != nil {
		w.Fatal(err)
	}
	w.acted = nil
}

func guestDeletesProduct(w *walk) {
	p := w.anyProduct()
	w.erase("products", p.ID)
	w.remove(p.ID)
}

// guestTakesCode writes a code that a product has already: both are shown, nobody fights about it,
// and it can be taken back.
func guestTakesCode(w *walk) {
	p := w.newProduct()
	p.Code = w.anyCode()
	w.insert("products", p.ID, w.productDoc(p))
	w.model.put(p)
	w.ask()
	w.erase("products", p.ID)
	w.remove(p.ID)
}

func guestDeletesCart(w *walk) {
	c := w.anyCart()
	w.erase("carts", c.ID)
	delete(w.model.carts, c.ID)
}

// guestDeletesMessage removes a message that the feed tells of: of others nobody is told.
func guestDeletesMessage(w *walk) {
	at := w.random.IntN(len(w.model.messages))
	id := w.model.messages[at].ID
	told, err := w.collection("feed").CountDocuments(w.Context(), bson.M{"changes": bson.M{"$elemMatch": bson.M{"kind": "message", "id": w.objectID(id)}}})
	if err != nil {
		w.Fatal(err)
	}
	if told == 0 {
		return
	}
	w.erase("messages", id)
	w.model.messages = slices.Delete(slices.Clone(w.model.messages), at, at+1)
}
