package walk

import (
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// documents holds that what another program wrote is as it wrote it, apart from what the shop was
// told to change.
func documents(w *walk, _ *shop) error {
	if !w.onMongoDB() || len(w.guests) == 0 {
		return nil
	}
	all := map[string]bson.Raw{}
	for coll, docs := range w.everything() {
		for _, doc := range docs {
			id, _ := doc.Lookup("_id").ObjectIDOK()
			all[coll+" "+id.Hex()] = doc
		}
	}
	for key, g := range w.guests {
		if !w.model.holds(g) {
			continue
		}
		var is bson.D
		if err := bson.Unmarshal(all[key], &is); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		ignored := append([]string{"pulperia"}, g.changed...)
		without := func(doc bson.D) string {
			return fmt.Sprint(slices.DeleteFunc(slices.Clone(doc), func(e bson.E) bool { return slices.Contains(ignored, e.Key) }))
		}
		if err := differs(without(again(g.doc)), without(is)); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// again is a document as it comes back from a database.
func again(doc bson.D) (is bson.D) {
	raw, err := bson.Marshal(doc)
	if err == nil {
		err = bson.Unmarshal(raw, &is)
	}
	if err != nil {
		panic(err) // it was stored before
	}
	return is
}

// holds says whether the shop was not told to delete a document. Whatever is no value of the shop's
// nobody may delete.
func (m *model) holds(g *guest) bool {
	there := true
	switch g.coll {
	case "products":
		_, there = m.products[g.id]
	case "carts":
		_, there = m.carts[g.id]
	}
	return there
}
