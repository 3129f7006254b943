package api

import (
	"pulperia/routes/document"
	"pulperia/routes/fields"
)

func (keyRoutes) describeList(op *document.Operation) {
	op.Is("listKeys", "keys", "The keys", "The oldest first, without their texts.")
	op.AnswersPrivately(200, "All of them.", document.List(op.Schemas, fields.Key))
}

func (keyRoutes) describeCreate(op *document.Operation) {
	op.Is("addKey", "keys", "Make a key", "Programs send it as `Authorization: Bearer plp_…`.")
	op.Takes(document.Create(op.Schemas, fields.Key), true)
	op.AnswersPrivately(201, "The key, with its text.", document.One(op.Schemas, fields.Key))
}

func (keyRoutes) describeRemove(op *document.Operation) {
	op.Is("revokeKey", "keys", "Revoke a key", "It is none from then on, in open connections too.")
	op.AnswersPrivately(200, "The key, as it was.", document.One(op.Schemas, fields.Key))
}
