package dbmanagers

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// shapes are the documents that have every field of our shape.
var shapes = map[dao.Kind]bson.D{
	dao.KindProduct: productDoc(models.Product{}),
	dao.KindCart:    cartDoc(models.Cart{}),
	dao.KindMessage: messageDoc(models.Message{}),
}

// unknownFields returns the names of the fields that the JSON form has no place for, sorted: what a
// migration to files would lose. Those inside a cart's items are written products[].color, and
// those of a product that a populated item holds products[].product.title. An item's _id is
// mongoose's own, and so is __v.
func unknownFields(kind dao.Kind, doc bson.Raw) []string {
	var names []string
	note := func(prefix string, fields []bson.RawElement, known ...string) {
		for _, field := range fields {
			if name := strings.ToValidUTF8(field.Key(), "\uFFFD"); !slices.Contains(known, name) {
				names = append(names, prefix+name)
			}
		}
	}
	known := []string{"__v", "pulperia"}
	for _, field := range shapes[kind] {
		known = append(known, field.Key)
	}
	switch kind {
	case dao.KindProduct:
		if _, from := picturesOf(doc); from == thumbnailField {
			known = append(known, thumbnailField)
		}
	case dao.KindCart:
		for _, e := range entriesOf(doc) {
			item, _ := e.value.DocumentOK()
			note("products[].", elementsOf(e.value), "_id", "product", "quantity")
			note("products[].product.", elementsOf(item.Lookup("product")), "_id", "__v", "$ref", "$id", "$db")
		}
	}
	fields, _ := doc.Elements()
	note("", fields, known...)
	slices.Sort(names)
	return slices.Compact(names)
}
