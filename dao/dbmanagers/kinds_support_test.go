package dbmanagers

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
)

// unknownFields are those that a document of a kind has and our form of it has not.
func unknownFields(kind dao.Kind, doc bson.Raw) []string {
	s := dao.SchemaOf(kind)
	return formOf(s).unknownFields(s, doc)
}
