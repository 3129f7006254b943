package dbmanagers

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// A change of random fields of a dirty document is read as what was meant, names no field that
// stays, and leaves every other field as it was, to the byte.
func TestProductChangeLeavesTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := rawOf(t, dirtyProduct.Draw(t, "document"))
		old, drawn := readProduct(doc), validProduct.Draw(t, "new")
		new := old.Clone()
		was, is, from := reflect.ValueOf(old), reflect.ValueOf(&new).Elem(), reflect.ValueOf(drawn)
		changed := []string{"updatedAt"}
		for _, name := range []string{"Title", "Description", "Code", "Price", "Status", "Stock", "Category", "Thumbnails"} {
			if !rapid.Bool().Draw(t, name+" changes") {
				continue
			}
			is.FieldByName(name).Set(from.FieldByName(name))
			if !cmp.Equal(was.FieldByName(name).Interface(), is.FieldByName(name).Interface()) {
				changed = append(changed, strings.ToLower(name))
			}
		}
		new.UpdatedAt = drawn.UpdatedAt
		set, unset := productChange(old, new, doc)
		if diff := cmp.Diff(new, readProduct(applied(t, doc, set, unset))); diff != "" {
			t.Errorf("the change is read as (-want +got):\n%s", diff)
		}
		for _, field := range set {
			if !slices.Contains(changed, field.Key) {
				t.Errorf("the change sets %s, which stays", field.Key)
			}
		}
		if len(unset) > 0 && !slices.Contains(changed, "thumbnails") {
			t.Errorf("the change removes %v, and the pictures stay", unset)
		}
	})
}

// Pictures come from thumbnail when thumbnails has none. Whoever changes them must not see the old
// ones come back, and a thumbnail that nothing was read from stays.
func TestPicturesMove(t *testing.T) {
	var none without
	for _, c := range []struct {
		thumbnails, thumbnail any
		new                   []string
		unset                 bool
	}{
		{none, "/t", []string{"/n"}, true}, {none, "/t", nil, true}, {bson.A{}, bson.A{"/t"}, []string{"/n"}, true},
		{bson.A{"/a"}, "/t", []string{"/n"}, false}, {bson.A{"/a"}, "/t", nil, true},
		{bson.A{"/a"}, 5, nil, false}, {none, 5, []string{"/n"}, false}, {bson.A{"/a"}, none, nil, false},
		{none, "/t", []string{"/t"}, false}, // no change
	} {
		doc := fields(t, "thumbnails", c.thumbnails, "thumbnail", c.thumbnail)
		old := readProduct(doc)
		new := old.Clone()
		new.Thumbnails = append([]string{}, c.new...)
		set, unset := productChange(old, new, doc)
		if named(unset, "thumbnail") != c.unset || len(unset) > 1 {
			t.Errorf("%v and %v become %v: %v is removed", c.thumbnails, c.thumbnail, c.new, unset)
		}
		if got := readProduct(applied(t, doc, set, unset)).Thumbnails; !slices.Equal(got, c.new) {
			t.Errorf("%v and %v become %v and are read as %v", c.thumbnails, c.thumbnail, c.new, got)
		}
	}
}

// The same of carts, whose array keeps the entries that stay; of entries whose quantity changes all
// else, and what is no entry.
func TestCartChangeLeavesTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := rawOf(t, dirtyCart.Draw(t, "document"))
		old := readCart(doc)
		new := old.Clone()
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			id := models.ID(rapid.SampledFrom(append([]bson.ObjectID{{9}}, fewIDs[:3]...)).Draw(t, "product"))
			switch rapid.IntRange(0, 2).Draw(t, "change") {
			case 0:
				new.Set(models.Choice{Product: id}, rapid.Int64Range(1, 9).Draw(t, "quantity"))
			case 1:
				new.Remove(models.Choice{Product: id})
			case 2:
				new.Products = rapid.Permutation(new.Products).Draw(t, "order")
			}
		}
		new.Normalize() // a permutation of nothing is nil
		new.UpdatedAt = validTime.Draw(t, "updatedAt")
		set, _ := cartChange(old, new, doc)
		after := applied(t, doc, set, nil)
		if diff := cmp.Diff(new, readCart(after)); diff != "" {
			t.Errorf("the change is read as (-want +got):\n%s", diff)
		}
		if slices.Equal(old.Products, new.Products) && len(set) != 1 {
			t.Errorf("only the time changes, but %v is set", set)
		}
		if slices.Equal(old.Products, new.Products) {
			return // the array is untouched, and applied has seen to that
		}
		before, stands := entriesByProduct(doc), entriesByProduct(after)
		for _, item := range append(new.Products, models.Item{}) { // by the zero id stands what cannot be read
			a, b := before[item.Product], stands[item.Product]
			kept := slices.EqualFunc(a, b, func(a, b cartEntry) bool { return a.value.Equal(b.value) })
			if item.Product.IsZero() || slices.Contains(old.Products, item) {
				if !kept {
					t.Errorf("of %v, which stays, %v became %v", item, a, b)
				}
			} else if len(a) > 0 && (len(b) != 1 || !bytes.Equal(withoutQuantity(a[0]), withoutQuantity(b[0]))) {
				t.Errorf("of %v, of which only the quantity changes, %v became %v", item, a, b)
			}
		}
	})
}

func entriesByProduct(cart bson.Raw) map[models.ID][]cartEntry {
	entries := map[models.ID][]cartEntry{}
	for _, e := range entriesOf(cart) {
		if !e.readable {
			e.item.Product = models.ID{}
		}
		entries[e.item.Product] = append(entries[e.item.Product], e)
	}
	return entries
}

// One change of everything that an item may be.
func TestChangedItems(t *testing.T) {
	id := func(n byte) bson.ObjectID { return bson.ObjectID{11: n} }
	doc := fields(t, "products", bson.A{
		bson.D{{Key: "product", Value: id(1)}, {Key: "quantity", Value: "2"}},                                  // stays, as it is written
		bson.D{{Key: "_id", Value: id(9)}, {Key: "product", Value: id(2).Hex()}, {Key: "color", Value: "red"}}, // gets a quantity, and keeps its form
		"junk", // is kept
		bson.D{{Key: "quantity", Value: 5}, {Key: "product", Value: id(3)}, {Key: "color", Value: "blue"}},  // gets another quantity
		bson.D{{Key: "product", Value: id(4)}, {Key: "quantity", Value: 1}},                                 // goes
		bson.D{{Key: "product", Value: id(1)}, {Key: "quantity", Value: 1}, {Key: "color", Value: "green"}}, // stays, beside the first
		bson.D{{Key: "product", Value: id(3)}, {Key: "quantity", Value: 1}},                                 // is one with the other
	})
	old := readCart(doc)
	new := old.Clone()
	new.Set(models.Choice{Product: models.ID(id(2))}, 7)
	new.Set(models.Choice{Product: models.ID(id(3))}, 8)
	new.Remove(models.Choice{Product: models.ID(id(4))})
	new.Add(models.Choice{Product: models.ID(id(5))}, 1)
	set, _ := cartChange(old, new, doc)
	got, err := bson.MarshalExtJSON(bson.D{{Key: "set", Value: set}}, false, false)
	oid := func(n string) string { return `{"$oid":"00000000000000000000000` + n + `"}` }
	want := `{"set":{"products":[{"product":` + oid("1") + `,"quantity":"2"},{"product":` + oid("1") + `,"quantity":1,"color":"green"},` +
		`{"_id":` + oid("9") + `,"product":"000000000000000000000002","color":"red","quantity":7},{"quantity":8,"product":` + oid("3") + `,"color":"blue"},` +
		`{"product":` + oid("5") + `,"quantity":1},"junk"],"updatedAt":{"$date":"1970-01-01T00:00:00Z"}}}`
	if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func withoutQuantity(e cartEntry) (rest []byte) {
	for _, field := range elementsOf(e.value) {
		if field.Key() != "quantity" {
			rest = append(rest, field...)
		}
	}
	return rest
}

// applied is what a server does to a document, for fields that are not inside others. It checks
// that what is not named stays.
func applied(t rapid.TB, doc bson.Raw, set, unset bson.D) bson.Raw {
	var after bson.D
	fields, _ := doc.Elements()
	for _, field := range fields {
		if !named(unset, field.Key()) && !named(set, field.Key()) {
			after = append(after, bson.E{Key: field.Key(), Value: field.Value()})
		}
	}
	raw := rawOf(t, append(after, set...))
	for _, field := range fields {
		if !named(unset, field.Key()) && !named(set, field.Key()) && !bytes.Equal(field, element(raw, field.Key())) {
			t.Errorf("%s was %s and is %s", field.Key(), field, element(raw, field.Key()))
		}
	}
	return raw
}

func named(fields bson.D, name string) bool {
	return slices.ContainsFunc(fields, func(field bson.E) bool { return field.Key == name })
}

func element(doc bson.Raw, name string) bson.RawElement {
	fields, _ := doc.Elements()
	for _, field := range fields {
		if field.Key() == name {
			return field
		}
	}
	return nil
}
