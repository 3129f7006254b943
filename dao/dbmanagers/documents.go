package dbmanagers

import (
	"crypto/sha256"
	"reflect"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Documents as we write them, whole and without the sub-document pulperia. Their fields have the
// names, the types and the order that a mongoose application gives them.

// idOf returns the id by which we know the document that has value for its _id. An ObjectID is the
// id as it is; whatever else (text, number, nothing) becomes a hash of its BSON bytes, the same at
// every reading. So does a text of 24 hex digits: an ObjectID of the same digits may stand beside
// it, and two documents must not share an id. And so does the ObjectID of zeros, since the zero id
// means "none".
func idOf(value bson.RawValue) models.ID {
	if id, ok := value.ObjectIDOK(); ok && !id.IsZero() {
		return models.ID(id)
	}
	sum := sha256.Sum256(append([]byte{byte(value.Type)}, value.Value...))
	return models.ID(sum[:12])
}

func objectID(id models.ID) bson.ObjectID { return bson.ObjectID(id) }

// inIDs is the condition that an id is one of these.
func inIDs(ids []models.ID) bson.D {
	list := make(bson.A, len(ids))
	for i, id := range ids {
		list[i] = objectID(id)
	}
	return bson.D{{Key: "$in", Value: list}}
}

func productDoc(p models.Product) bson.D {
	doc := bson.D{
		{Key: "_id", Value: objectID(p.ID)},
		{Key: "title", Value: p.Title},
		{Key: "description", Value: p.Description},
		{Key: "code", Value: p.Code},
		{Key: "price", Value: numberOf(p.Price)},
		{Key: "status", Value: p.Status},
		{Key: "stock", Value: wholeNumber(p.Stock)},
		{Key: "category", Value: p.Category},
		{Key: "thumbnails", Value: append([]string{}, p.Thumbnails...)}, // never nil: that would be written as null
	}
	doc = append(doc, moreOfProduct(p)...)
	return append(doc, bson.D{
		{Key: "createdAt", Value: bson.DateTime(p.CreatedAt)},
		{Key: "updatedAt", Value: bson.DateTime(p.UpdatedAt)},
	}...)
}

func cartDoc(c models.Cart) bson.D {
	items := make(bson.A, len(c.Products))
	for i, item := range c.Products {
		items[i] = itemDoc(item)
	}
	return bson.D{
		{Key: "_id", Value: objectID(c.ID)},
		{Key: "products", Value: items},
		{Key: "createdAt", Value: bson.DateTime(c.CreatedAt)},
		{Key: "updatedAt", Value: bson.DateTime(c.UpdatedAt)},
	}
}

func itemDoc(item models.Item) bson.D {
	doc := bson.D{{Key: "product", Value: objectID(item.Product)}}
	if !item.Variant.IsZero() {
		doc = append(doc, bson.E{Key: "variant", Value: objectID(item.Variant)})
	}
	return append(doc, bson.E{Key: "quantity", Value: wholeNumber(item.Quantity)})
}

func messageDoc(m models.Message) bson.D {
	return bson.D{
		{Key: "_id", Value: objectID(m.ID)},
		{Key: "user", Value: m.User},
		{Key: "message", Value: m.Message},
		{Key: "createdAt", Value: bson.DateTime(m.CreatedAt)},
	}
}

// wholeNumber has 32 bits where they are enough, as the drivers of JavaScript write it.
func wholeNumber(n int64) any {
	if n == int64(int32(n)) {
		return int32(n)
	}
	return n
}

// productKeys is what listing and searching in the server need of a product, in the form in which
// we read it: a foreign document may hold it in any other.
func productKeys(p models.Product) bson.D {
	words := p.Words()
	slices.Sort(words)
	return bson.D{
		{Key: "code", Value: textsKey(dao.Product.Unique[0], &p)},
		{Key: "category", Value: p.Category},
		{Key: "cents", Value: centsKey(p.Price)},
		{Key: "status", Value: p.Status},
		{Key: "available", Value: p.Available()},
		{Key: "created", Value: int64(p.CreatedAt)}, // milliseconds since 1970
		{Key: "words", Value: append([]string{}, slices.Compact(words)...)},
	}
}

// productChange is what makes of doc, which is read as old, one that is read as new. It names only
// the fields that differ, and updatedAt, so that all else survives: unknown fields, and badly
// written ones that the change does not touch.
func productChange(old, new models.Product, doc bson.Raw) (set, unset bson.D) {
	set, unset = changedFields(productDoc(old), productDoc(new))
	for i := range set {
		if set[i].Key == "variants" {
			set[i].Value = changedVariants(new, doc)
		}
	}
	if slices.Equal(old.Thumbnails, new.Thumbnails) {
		return set, unset
	}
	// From thumbnail the pictures came, or they would come back from it once the list is empty.
	if _, from := picturesOf(doc); from != "thumbnails" || len(new.Thumbnails) == 0 {
		if len(picturesIn(doc.Lookup(thumbnailField))) > 0 {
			unset = append(unset, bson.E{Key: thumbnailField, Value: ""})
		}
	}
	return set, unset
}

// cartChange is what makes of doc, which is read as old, one that is read as new: products, when
// they differ, and updatedAt.
func cartChange(old, new models.Cart, doc bson.Raw) (set, unset bson.D) {
	set, _ = changedFields(cartDoc(old), cartDoc(new))
	for i := range set {
		if set[i].Key == "products" {
			set[i].Value = changedItems(new.Products, doc)
		}
	}
	return set, nil
}

// changedFields returns the fields in which two documents of ours differ, and updatedAt; and those
// that the new one does not have.
func changedFields(old, new bson.D) (set, unset bson.D) {
	was := make(map[string]any, len(old))
	for _, field := range old {
		was[field.Key] = field.Value
	}
	for _, field := range new {
		if field.Key == "updatedAt" || field.Key != "_id" && !reflect.DeepEqual(field.Value, was[field.Key]) {
			set = append(set, field)
		}
		delete(was, field.Key)
	}
	for name := range was {
		unset = append(unset, bson.E{Key: name, Value: ""})
	}
	return set, unset
}

// changedItems writes the items of a cart from those that doc has. One whose quantity stays is kept
// byte by byte (where the product stands there twice, both are), of one whose quantity changes all
// other fields are. What cannot be read as an item follows the others: it is not ours to throw
// away.
func changedItems(items []models.Item, doc bson.Raw) bson.A {
	entries := make(map[models.Choice][]cartEntry, len(items))
	list := make(bson.A, 0, len(items))
	var unreadable bson.A
	for _, e := range entriesOf(doc) {
		if e.readable {
			entries[e.item.Choice()] = append(entries[e.item.Choice()], e)
		} else {
			unreadable = append(unreadable, e.value)
		}
	}
	for _, item := range items {
		var was models.Cart
		for _, e := range entries[item.Choice()] {
			was.Add(e.item.Choice(), e.item.Quantity)
		}
		switch same := entries[item.Choice()]; {
		case len(same) == 0:
			list = append(list, itemDoc(item))
		case was.Products[0] == item:
			for _, e := range same {
				list = append(list, e.value)
			}
		default:
			list = append(list, withQuantity(same[0].value, item.Quantity))
		}
	}
	return append(list, unreadable...)
}

func withQuantity(value bson.RawValue, n int64) (item bson.D) {
	quantity, there := bson.E{Key: "quantity", Value: wholeNumber(n)}, false
	for _, field := range elementsOf(value) {
		if field.Key() == quantity.Key {
			item, there = append(item, quantity), true
			continue
		}
		item = append(item, bson.E{Key: field.Key(), Value: field.Value()})
	}
	if !there {
		item = append(item, quantity)
	}
	return item
}
