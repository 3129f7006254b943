package dbmanagers

import (
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
	f.dirt, f.lines, f.behind = productDirt, productLines, productBehind
	f.blend, f.quantities = []string{"thumbnails"}, []string{"stock"}
	f.mixed = func(models.Value) bson.D { // from there they may come
		return bson.D{{Key: thumbnailField, Value: bson.D{{Key: "$exists", Value: false}}}}
	}
	f.inner = func(_ func(string, []bson.RawElement, ...string), doc bson.Raw) []string {
		if _, from := picturesOf(doc); from == thumbnailField {
			return []string{thumbnailField}
		}
		return nil
	}
	return f
}
