package walk

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// moveIn makes the year-old database of a mongoose application of the course, in which the shop is
// to be a guest: documents with __v and without dates, prices that are text here and there, fields
// of its own, and collections of its own.
func (w *walk) moveIn() {
	w.random, w.act = w.stream(-1, 1), -1<<24 // ids of a year ago and more
	for i := range 8 {
		p := w.newProduct()
		p.Variants = nil
		doc := w.productDoc(p)
		if i%3 == 1 {
			set(doc, "price", p.Price.String())
		}
		if i%3 == 2 {
			set(doc, "stock", fmt.Sprint(p.Stock))
			doc = append(doc, bson.E{Key: "createdAt", Value: bson.NewDateTimeFromTime(time.Now().AddDate(-1, 0, i))})
		}
		w.insert("products", p.ID, doc)
		w.model.put(p)
	}
	for range 3 {
		c := cart{w.id(), []item{{Product: w.anyProduct().ID, Quantity: 2}}}
		w.insert("carts", c.ID, w.cartDoc(c))
		w.model.carts[c.ID] = c
	}
	for i := range 3 {
		m := message{w.id(), "bea@example.com", fmt.Sprint("hace un año ", i)}
		w.insert("messages", m.ID, bson.D{{Key: "_id", Value: w.objectID(m.ID)}, {Key: "user", Value: m.User},
			{Key: "message", Value: m.Message}, {Key: "__v", Value: int32(0)}})
		w.model.messages = append(w.model.messages, m)
	}
	slices.SortFunc(w.model.messages, func(a, b message) int { return cmp.Compare(a.ID, b.ID) })
	for _, name := range []string{"users", "tickets", "sessions"} {
		for i := range 3 {
			id := w.id()
			w.insert(name, id, bson.D{{Key: "_id", Value: w.objectID(id)}, {Key: "email", Value: fmt.Sprint(name, i, "@example.com")},
				{Key: "expires", Value: bson.NewDateTimeFromTime(time.Now().AddDate(-1, 0, 0))}, {Key: "__v", Value: int32(0)}})
		}
	}
}

func set(doc bson.D, name string, value any) {
	for i := range doc {
		if doc[i].Key == name {
			doc[i].Value = value
		}
	}
}
