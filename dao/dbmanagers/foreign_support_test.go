package dbmanagers

import (
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
