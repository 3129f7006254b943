package api

import (
	"pulperia/routes/document"
)

type keyDoc struct {
	ID        string  `json:"_id" pattern:"^[0-9a-f]{24}$" example:"665f1c2ab0e84d3f9a7c1e56"`
	CreatedAt string  `json:"createdAt" format:"date-time" example:"2026-11-23T12:00:00.000Z"`
	Name      string  `json:"name" example:"till"`
	Role      string  `json:"role" enum:"owner,manager,helper"`
	Expires   *string `json:"expires" format:"date-time" doc:"null for never." example:"2027-11-23T12:00:00.000Z"`
	Seen      *string `json:"seen" format:"date-time" doc:"The day of its last use; null for none." example:"2026-11-23T00:00:00.000Z"`
	MadeBy    string  `json:"madeBy" doc:"Who made it." example:"person:665f1c2ab0e84d3f9a7c1e55"`
	Key       string  `json:"key,omitempty" doc:"The key itself, in the answer that makes it and nowhere else." example:"plp_…"`
}

type keyCreateDoc struct {
	_       struct{} `json:"-" additionalProperties:"true"`
	Name    string   `json:"name" minLength:"1" maxLength:"60" example:"till"`
	Role    string   `json:"role" enum:"owner,manager,helper" doc:"At most what you may do yourself."`
	Expires *string  `json:"expires" required:"false" format:"date-time" doc:"null, or absent, for never." example:"2027-11-23T12:00:00.000Z"`
}

type keyAnswerDoc struct {
	Status  string `json:"status" enum:"success"`
	Payload keyDoc `json:"payload"`
}

type keyListDoc struct {
	Status  string   `json:"status" enum:"success"`
	Payload []keyDoc `json:"payload" nullable:"false"`
}

func (keyRoutes) describeList(op *document.Operation) {
	op.Is("listKeys", "keys", "The keys", "The oldest first, without their texts.")
	op.AnswersPrivately(200, "All of them.", keyListDoc{})
}

func (keyRoutes) describeCreate(op *document.Operation) {
	op.Is("addKey", "keys", "Make a key", "Programs send it as `Authorization: Bearer plp_…`.")
	op.Takes(keyCreateDoc{}, true)
	op.AnswersPrivately(201, "The key, with its text.", keyAnswerDoc{})
}

func (keyRoutes) describeRemove(op *document.Operation) {
	op.Is("revokeKey", "keys", "Revoke a key", "It is none from then on, in open connections too.")
	op.AnswersPrivately(200, "The key, as it was.", keyAnswerDoc{})
}
