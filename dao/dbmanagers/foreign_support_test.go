package dbmanagers

import (
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
)

// foreignProduct is a product as a mongoose application of the same assignment inserts it.
func foreignProduct(id models.ID, code string) bson.D {
	return bson.D{
		{Key: "_id", Value: objectID(id)},
		{Key: "title", Value: "Mate de calabaza"},
		{Key: "description", Value: "Curado a mano"},
		{Key: "code", Value: code},
		{Key: "price", Value: 25},
		{Key: "status", Value: true},
		{Key: "stock", Value: 3},
		{Key: "category", Value: "mates"},
		{Key: "thumbnails", Value: bson.A{}},
		{Key: "createdAt", Value: bson.NewDateTimeFromTime(time.UnixMilli(1_700_000_000_000))},
		{Key: "updatedAt", Value: bson.NewDateTimeFromTime(time.UnixMilli(1_700_000_000_000))},
		{Key: "__v", Value: 0},
	}
}

// foreignDocuments are what other programs insert, as they should and as they should not, by
// collection.
func foreignDocuments() map[string][]bson.D {
	odd := func(n int, changes ...bson.E) bson.D {
		doc := foreignProduct(number(n), "foreign "+number(n).String())
		for _, change := range changes {
			doc = slices.DeleteFunc(doc, func(field bson.E) bool { return field.Key == change.Key })
			if change.Value != nil {
				doc = append(doc, change)
			}
		}
		return doc
	}
	item := func(product any) bson.D { return bson.D{{Key: "product", Value: product}, {Key: "quantity", Value: 2}} }
	return map[string][]bson.D{
		"products": {
			odd(1),
			odd(2, bson.E{Key: "price", Value: "12.50"}),
			odd(3, bson.E{Key: "thumbnail", Value: "/a.png"}, bson.E{Key: "thumbnails"}),
			odd(4, bson.E{Key: "status"}),
			odd(5, bson.E{Key: "code"}),
			odd(6, bson.E{Key: "code", Value: "the same"}),
			odd(7, bson.E{Key: "code", Value: "the same"}),
			odd(8, bson.E{Key: "createdAt"}, bson.E{Key: "updatedAt"}),
			odd(9, bson.E{Key: "_id", Value: "text"}),
			odd(10, bson.E{Key: "_id", Value: 17}),
			odd(11, bson.E{Key: "_id", Value: number(1).String()}), // not the ObjectID of the same digits
			odd(12, bson.E{Key: "pulperia", Value: "ours?"}),
			odd(13, bson.E{Key: "pulperia", Value: bson.D{{Key: "rev", Value: "one"}}}),
			{{Key: "_id", Value: objectID(number(14))}},
		},
		"carts": {
			{{Key: "_id", Value: objectID(number(1))}, {Key: "products", Value: bson.A{item(objectID(number(1)))}}, {Key: "__v", Value: 0}},
			{{Key: "_id", Value: objectID(number(2))}, {Key: "products", Value: bson.A{item(number(2).String())}}},
			{{Key: "_id", Value: "text"}},
		},
		"messages": {
			{{Key: "_id", Value: objectID(number(1))}, {Key: "user", Value: "bea@example.com"}, {Key: "message", Value: "hola"}, {Key: "__v", Value: 0}},
			{{Key: "_id", Value: "text"}, {Key: "user", Value: "bea"}, {Key: "message", Value: 5}},
		},
	}
}
