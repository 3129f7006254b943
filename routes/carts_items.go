package routes

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// productsOf returns those of the items' products that there are, by id.
func productsOf(ctx context.Context, from dao.Products, items []models.Item) (map[models.ID]models.Product, error) {
	found := make(map[models.ID]models.Product, len(items))
	for some := range slices.Chunk(items, models.MaxLimit) {
		ids := make([]models.ID, len(some))
		for i, item := range some {
			ids[i] = item.Product
		}
		page, err := from.List(ctx, models.ProductQuery{IDs: ids, Limit: len(ids)})
		if err != nil {
			return nil, err
		}
		for _, product := range page.Products {
			found[product.ID] = product
		}
	}
	return found, nil
}

// goneProducts are the products that a request names and the catalogue does not have, by the field
// that names them.
type goneProducts []goneProduct

type goneProduct struct {
	field   string
	product models.ID
}

// gone looks for the products of items; field says where an item's product stands in the request.
func (c cartRoutes) gone(r *http.Request, items []models.Item, field func(i int) string) (gone goneProducts, err error) {
	products, err := productsOf(r.Context(), c.store.Products, items)
	for i, item := range items {
		if _, there := products[item.Product]; !there {
			gone = append(gone, goneProduct{field(i), item.Product})
		}
	}
	return gone, err
}

func itemField(i int) string { return "products[" + strconv.Itoa(i) + "].product" }

// allow refuses a change that brings in more of what is gone. What a cart has already may stay: a
// cart can always be sent back as it was read, and what is in it can become less.
func (g goneProducts) allow(old, changed models.Cart) error {
	var refused problem
	for _, one := range g {
		if changed.Quantity(one.product) <= old.Quantity(one.product) {
			continue
		}
		if refused.status == 0 {
			refused = errNotFound("product", one.product)
		}
		refused.details.Add(one.field, models.Gone, nil, one.product.String())
	}
	if refused.status == 0 {
		return nil
	}
	return refused
}

// readItems reads "products" and notes all that is wrong with it, by the places that the client
// gave.
func readItems(body object) []models.Item {
	entries := body.list("products")
	items := make([]models.Item, len(entries))
	for i, raw := range entries {
		entry := body.entry("products", i, raw)
		entry.require("product", "quantity")
		entry.id("product", &items[i].Product)
		entry.whole("quantity", models.MaxQuantity, &items[i].Quantity)
		merge(body.wrong, checkItem(items[i], entry.prefix))
	}
	merge(body.wrong, models.Cart{Products: items}.Check()) // what is left is their number
	return items
}

// checkQuantity checks the quantity of an item whose product is named by the path.
func checkQuantity(item models.Item) error {
	item.Product = models.ID{1} // whether there is such a product is another question
	return checkItem(item, "")
}

// checkItem checks an item by itself; prefix is where it stands.
func checkItem(item models.Item, prefix string) error {
	broken, _ := errors.AsType[models.Invalid](models.Cart{Products: []models.Item{item}}.Check())
	for i, p := range broken {
		broken[i].Field = prefix + strings.TrimPrefix(p.Field, "products[0].")
	}
	return broken.Err()
}
