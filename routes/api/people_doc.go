package api

import (
	"pulperia/routes/document"
	"pulperia/routes/fields"
)

type linkDoc struct {
	Link    string `json:"link" doc:"A path of the shop." example:"/join?token=…"`
	Expires string `json:"expires" format:"date-time" example:"2026-11-26T12:00:00.000Z"`
}

type linkAnswerDoc struct {
	Status  string  `json:"status" enum:"success"`
	Payload linkDoc `json:"payload"`
}

func (peopleRoutes) describeList(op *document.Operation) {
	op.Is("listPeople", "people", "The staff", "By their addresses.")
	op.AnswersPrivately(200, "All of them.", document.List(op.Schemas, fields.Person))
}

func (peopleRoutes) describeCreate(op *document.Operation) {
	op.Is("addPerson", "people", "Make somebody one of the staff", "")
	op.Takes(document.Create(op.Schemas, fields.Person), true)
	op.AnswersPrivately(201, "The person.", document.One(op.Schemas, fields.Person))
	op.Fails(409)
}

func (peopleRoutes) describeUpdate(op *document.Operation) {
	op.Is("changePerson", "people", "Change an address, a name or a role", "A role that is taken is none at once, in open connections too.")
	op.Takes(document.Update(op.Schemas, fields.Person), true)
	op.AnswersPrivately(200, "The person, as he is now.", document.One(op.Schemas, fields.Person))
	op.Fails(409)
}

func (peopleRoutes) describeRemove(op *document.Operation) {
	op.Is("removePerson", "people", "Take somebody's access", "His sessions and links are none from then on; keys that he has made stay.")
	op.AnswersPrivately(200, "The person, as he was.", document.One(op.Schemas, fields.Person))
	op.Fails(409)
}

func (peopleRoutes) describeLink(op *document.Operation) {
	op.Is("linkPerson", "people", "Make a link by which he gives himself a password", "It is good once, for three days, and is shown here alone.")
	op.AnswersPrivately(201, "The link.", linkAnswerDoc{})
}
