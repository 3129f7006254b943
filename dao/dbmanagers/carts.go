package dbmanagers

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Carts = dao.Collection[models.Cart]{}

func cartForm() form {
	f := typed[models.Cart]{cartDoc, readCart, cartChange, cartKeys}.form()
	f.dirt = cartDirt
	// Of what another program has brought or changed, its own dates tell less than that we see it
	// now.
	f.met = func(_ models.Value, at bson.DateTime) bson.D { return bson.D{{Key: "seen", Value: int64(at)}} }
	f.blend = []string{"products"}
	f.mixed = func(before models.Value) bson.D { // others may keep more in an item
		items := cartDoc(*before.(*models.Cart))
		return bson.D{{Key: "products", Value: items[1].Value}}
	}
	f.inner = func(note func(string, []bson.RawElement, ...string), doc bson.Raw) []string {
		for _, e := range entriesOf(doc) {
			item, _ := e.value.DocumentOK()
			note("products[].", elementsOf(e.value), "_id", "product", "variant", "quantity")
			note("products[].product.", elementsOf(item.Lookup("product")), "_id", "__v", "$ref", "$id", "$db")
		}
		return nil
	}
	return f
}

func cartKeys(c models.Cart) bson.D {
	return bson.D{{Key: "created", Value: int64(c.CreatedAt)}, {Key: "updated", Value: int64(c.UpdatedAt)}}
}
