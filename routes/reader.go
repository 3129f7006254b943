package routes

import (
	"encoding/json"

	"pulperia/dao/models"
)

// ReadProduct reads a new product from the JSON of an object, as POST /api/products does: for
// another way into the shop. What is wrong with it is models.Invalid, with every bad field.
func (s *Site) ReadProduct(text []byte) (models.Product, error) {
	var wrong models.Invalid
	body := object{wrong: &wrong}
	if json.Unmarshal(text, &body.fields) != nil || body.fields == nil {
		wrong.Add("body", models.NotObject, nil, shown(text))
		return models.Product{}, wrong
	}
	merge(&wrong, models.CheckNames(text))
	return readNewProduct(body)
}

// readNewProduct reads a product that is not there yet. Where something is wrong whoever sent it
// gets to know all of that.
func readNewProduct(body object) (models.Product, error) {
	product := models.Product{Status: true}
	body.id("_id", &product.ID)
	readProductFields(body, &product)
	body.require("price", "stock") // a text that is absent is empty, which no rule allows
	if len(*body.wrong) == 0 {
		return product, nil
	}
	product.Normalize()
	merge(body.wrong, product.Check())
	arrange(*body.wrong, productOrder()...)
	return models.Product{}, body.wrong.Err()
}
