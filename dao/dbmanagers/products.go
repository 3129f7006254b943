package dbmanagers

import (
	"github.com/cespare/xxhash/v2"
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
	f := typed[models.Product]{productDoc, readProduct, productChange, ownKeys}.form()
	f.dirt = productDirt
	f.inner = func(_ func(string, []bson.RawElement, ...string), doc bson.Raw) []string {
		if _, from := picturesOf(doc); from == thumbnailField {
			return []string{thumbnailField}
		}
		return nil
	}
	return f
}

// ownKeys are the derived values of a product, with a sum by which a change that another program
// made is noticed.
func ownKeys(p models.Product) bson.D {
	keys := productKeys(p)
	p.Rev, p.CreatedAt, p.UpdatedAt = 0, 0, 0
	sum := xxhash.Sum64(models.JSON(p))
	return append(keys, bson.E{Key: "sum", Value: int64(sum)})
}
