package dbmanagers

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Products = products{}

// products is the collection of products, with what only these have: see listing.go.
type products struct {
	dao.Collection[models.Product]
	*collection
}

func productForm() form {
	f := typed[models.Product]{productDoc, readProduct, productChange, productKeys}.form()
	f.dirt, f.lines, f.linesIn, f.behind = productDirt, productLines, productLinesIn, productBehind
	f.over = func(v models.Value, doc bson.Raw) bson.D { return productOver(*v.(*models.Product), doc) }
	f.blend, f.quantities, f.absolute = []string{"thumbnails", "variants"}, []string{"stock"}, []string{"counted"}
	f.mixed = func(before models.Value) bson.D {
		variants := any(bson.D{{Key: "$exists", Value: false}})
		for _, field := range moreOfProduct(*before.(*models.Product)) {
			if field.Key == "variants" { // others may keep more in one
				variants = field.Value
			}
		}
		return bson.D{
			{Key: thumbnailField, Value: bson.D{{Key: "$exists", Value: false}}}, // from there the pictures may come
			{Key: "variants", Value: variants},
		}
	}
	f.inner = innerOfProduct
	return f
}

// notAlways are the fields that a document has only where there is something of them.
var notAlways = []string{"compareAt", "counted", "held", "tags", "tax", "vendor", "barcode"}

// isTheirs says whether what a document has by one of our names is another program's own.
func isTheirs(doc bson.Raw, name string) bool {
	value := doc.Lookup(name)
	switch {
	case value.IsZero():
		return false
	case name == "held":
		return heldOf(value) == 0
	case name == "tax":
		return value.Type != bson.TypeString
	}
	return false
}

func innerOfProduct(note func(string, []bson.RawElement, ...string), doc bson.Raw) []string {
	known := slices.DeleteFunc(slices.Clone(notAlways), func(name string) bool { return isTheirs(doc, name) })
	if len(variantsIn(doc)) > 0 {
		known = append(known, "variants")
		for _, one := range valuesOf(doc.Lookup("variants")) {
			note("variants[].", elementsOf(one), "_id", "code", "options", "price", "stock", "counted", "held", "thumbnail", "barcode")
		}
	}
	if _, from := picturesOf(doc); from == thumbnailField {
		return append(slices.Clone(known), thumbnailField)
	}
	return known
}
