package api

import (
	"github.com/danielgtaylor/huma/v2"

	"pulperia/routes/document"
	"pulperia/routes/fields"
)

type messageDoc struct {
	ID        string `json:"_id" pattern:"^[0-9a-f]{24}$" example:"665f1c2ab0e84d3f9a7c1e54"`
	User      string `json:"user" doc:"The name, of an e-mail address its first word of letters; under --open, as it was given." example:"ana"`
	Mark      string `json:"mark" required:"false" doc:"Tells people of one name apart. Not under --open." example:"k7"`
	Staff     bool   `json:"staff" required:"false" doc:"It is the shop that writes. Not under --open."`
	Message   string `json:"message" example:"¿Tienen yerba?"`
	CreatedAt string `json:"createdAt" format:"date-time" example:"2026-11-23T12:00:00.000Z"`
	Email     string `json:"email" required:"false" doc:"The address that was given for a name: for who has people.read." example:"ana@example.com"`
}

type messageAnswerDoc struct {
	Status  string     `json:"status" enum:"success"`
	Payload messageDoc `json:"payload"`
}

type messageListDoc struct {
	Status  string       `json:"status" enum:"success"`
	Payload []messageDoc `json:"payload" nullable:"false"`
}

func (messageRoutes) describeList(op *document.Operation) {
	op.Is("listMessages", "messages", "The newest messages", "In the order of the feed, the oldest of them first.")
	op.Query("limit", "The most messages.", document.Whole(1, maxMessages, defaultMessages))
	op.Query("before", "The id of a message: the newest of those before it.", document.ID())
	op.Answers(200, "The messages.", messageListDoc{})
	op.Fails(404)
}

func (messageRoutes) describeCreate(op *document.Operation) {
	op.Is("createMessage", "messages", "Say something", "The same id with the same content again from the same visit, person or key (without any, from the same network) adds nothing. From anybody else it is 409, whatever it says.")
	op.Parameter("header", storeHeader, "Say it only in this store: `store` of the line's `welcome`.", &huma.Schema{Type: huma.TypeString})
	op.Takes(document.Create(op.Schemas, fields.Message), true)
	op.Answers(201, "The message, as it is stored.", messageAnswerDoc{})
	op.Answers(200, "It was there already, with this id and this content.", messageAnswerDoc{})
	op.Fails(409)
}
