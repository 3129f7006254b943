package dao

import (
	"fmt"
	"strconv"

	"pulperia/dao/models"
)

// The kinds of a shop.
const (
	KindProduct Kind = "product"
	KindCart    Kind = "cart"
	KindMessage Kind = "message"
)

// Product describes products. How they are listed is more than a sort: see [Products].
var Product = Describe[models.Product](Schema{
	Kind: KindProduct, Plural: "products", Shared: true, Always: true,
	Unique: []Unique{AndMore(
		UniqueBy("code", func(p *models.Product) string { return p.Code }), "variants.code", (*models.Product).VariantCodes)},
	Refs: RefsOf(func(p *models.Product) []Ref { return imageRefs(p.PictureNames()) }),
	Example: ExampleBy(func(n int) models.Product {
		number := strconv.Itoa(n)
		return models.Product{Title: "Yerba " + number, Description: "con palo", Code: "Y-" + number, Price: 1000, Status: true, Stock: int64(n), Category: "almacén", Thumbnails: []string{}}
	}),
}).quickly(models.DecodeProduct, func() models.Product { return models.Product{Status: true} })

// Cart describes carts: whoever has the id of one may use it, and hear of it.
var Cart = Describe[models.Cart](Schema{
	Kind: KindCart, Plural: "carts", Shared: true, Always: true, Topic: TopicByID,
	Example: ExampleBy(func(n int) models.Cart {
		return models.Cart{Products: []models.Item{{Product: models.ID{11: 1}, Quantity: int64(n%models.MaxQuantity) + 1}}}
	}),
	Refs: RefsOf(func(c *models.Cart) (refs []Ref) {
		for i := range c.Products {
			refs = append(refs, Ref{KindProduct, &c.Products[i].Product})
		}
		return refs
	}),
})

// Message describes the messages of the chat.
var Message = Describe[models.Message](Schema{
	Kind: KindMessage, Plural: "messages", History: true, Shared: true, Always: true,
	Example: ExampleBy(func(n int) models.Message {
		m := models.Message{User: "ana@example.com", Message: "hola " + strconv.Itoa(n)}
		if n%2 == 1 {
			m.User, m.By = "Ana", fmt.Sprintf("visitor:%08x", n)
		}
		return m
	}),
}).quickly(models.DecodeMessage, nil)
