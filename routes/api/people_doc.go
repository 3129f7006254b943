package api

import (
	"pulperia/routes/document"
)

type personDoc struct {
	ID        string `json:"_id" pattern:"^[0-9a-f]{24}$" example:"665f1c2ab0e84d3f9a7c1e55"`
	Rev       int64  `json:"rev" minimum:"1" example:"1"`
	CreatedAt string `json:"createdAt" format:"date-time" example:"2026-11-23T12:00:00.000Z"`
	UpdatedAt string `json:"updatedAt" format:"date-time" example:"2026-11-23T12:00:00.000Z"`
	Email     string `json:"email" example:"ana@example.com"`
	Name      string `json:"name" example:"Ana"`
	Role      string `json:"role" enum:"owner,manager,helper"`
	Joined    bool   `json:"joined" doc:"false of who was invited and has no password yet."`
}

type personCreateDoc struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	Email    string   `json:"email" minLength:"1" maxLength:"254" doc:"A bare e-mail address; unique." example:"ana@example.com"`
	Name     string   `json:"name" minLength:"1" maxLength:"60" example:"Ana"`
	Role     string   `json:"role" enum:"owner,manager,helper" doc:"At most what you may do yourself."`
	Password string   `json:"password" required:"false" minLength:"10" maxLength:"200" doc:"Without it he gives himself one, by a link."`
}

type personUpdateDoc struct {
	_     struct{} `json:"-" additionalProperties:"true"`
	Email string   `json:"email" required:"false" minLength:"1" maxLength:"254" example:"ana@example.com"`
	Name  string   `json:"name" required:"false" minLength:"1" maxLength:"60" example:"Ana"`
	Role  string   `json:"role" required:"false" enum:"owner,manager,helper"`
	Rev   int64    `json:"rev" required:"false" doc:"Change it only if this is still its rev." example:"1"`
}

type personAnswerDoc struct {
	Status  string    `json:"status" enum:"success"`
	Payload personDoc `json:"payload"`
}

type personListDoc struct {
	Status  string      `json:"status" enum:"success"`
	Payload []personDoc `json:"payload" nullable:"false"`
}

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
	op.AnswersPrivately(200, "All of them.", personListDoc{})
}

func (peopleRoutes) describeCreate(op *document.Operation) {
	op.Is("addPerson", "people", "Make somebody one of the staff", "")
	op.Takes(personCreateDoc{}, true)
	op.AnswersPrivately(201, "The person.", personAnswerDoc{})
	op.Fails(409)
}

func (peopleRoutes) describeUpdate(op *document.Operation) {
	op.Is("changePerson", "people", "Change an address, a name or a role", "A role that is taken is none at once, in open connections too.")
	op.Takes(personUpdateDoc{}, true)
	op.AnswersPrivately(200, "The person, as he is now.", personAnswerDoc{})
	op.Fails(409)
}

func (peopleRoutes) describeRemove(op *document.Operation) {
	op.Is("removePerson", "people", "Take somebody's access", "His sessions and links are none from then on; keys that he has made stay.")
	op.AnswersPrivately(200, "The person, as he was.", personAnswerDoc{})
	op.Fails(409)
}

func (peopleRoutes) describeLink(op *document.Operation) {
	op.Is("linkPerson", "people", "Make a link by which he gives himself a password", "It is good once, for three days, and is shown here alone.")
	op.AnswersPrivately(201, "The link.", linkAnswerDoc{})
}
