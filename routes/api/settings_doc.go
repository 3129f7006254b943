package api

import (
	"pulperia/routes/document"
)

// SettingsFields is exported for the sake of reflection: huma passes over embedded types that are
// not.
type SettingsFields struct {
	Name       string `json:"name" required:"false" maxLength:"60" doc:"Of the shop." example:"Lo de Ana"`
	Logo       string `json:"logo" required:"false" maxLength:"24" doc:"A short text." example:"Ana"`
	Language   string `json:"language" required:"false" enum:"es,en," doc:"Of visitors whose browser asks for none that the shop speaks."`
	Currency   string `json:"currency" required:"false" maxLength:"3" doc:"Its three letters (ISO 4217)." example:"ARS"`
	TimeZone   string `json:"timeZone" required:"false" doc:"Of the tz database." example:"America/Argentina/Buenos_Aires"`
	Welcome    string `json:"welcome" required:"false" maxLength:"2000"`
	About      string `json:"about" required:"false" maxLength:"2000"`
	Place      string `json:"place" required:"false" maxLength:"2000"`
	Hours      string `json:"hours" required:"false" maxLength:"2000" example:"Lunes a sábado de 9 a 20"`
	WhatsApp   string `json:"whatsapp" required:"false" doc:"Digits with the country's code." example:"5491122334455"`
	RoomClosed bool   `json:"roomClosed" required:"false" doc:"Nobody can write in the chat."`
}

type settingsDoc struct {
	ID        string `json:"_id" pattern:"^[0-9a-f]{24}$"`
	Rev       int64  `json:"rev" minimum:"0" doc:"0 as long as nobody has said anything."`
	CreatedAt string `json:"createdAt" format:"date-time"`
	UpdatedAt string `json:"updatedAt" format:"date-time"`
	SettingsFields
}

type settingsUpdateDoc struct {
	_ struct{} `json:"-" additionalProperties:"true"`
	SettingsFields
	Rev int64 `json:"rev" required:"false" doc:"Change them only if this is still their rev." example:"1"`
}

type settingsAnswerDoc struct {
	Status  string      `json:"status" enum:"success"`
	Payload settingsDoc `json:"payload"`
}

func (settingsRoutes) describeGet(op *document.Operation) {
	op.Is("getSettings", "settings", "What the shop says of itself", "What is empty is not said.")
	op.Answers(200, "All of it.", settingsAnswerDoc{})
}

func (settingsRoutes) describeUpdate(op *document.Operation) {
	op.Is("changeSettings", "settings", "Change what the shop says of itself", "Any subset of the fields.")
	op.Changes()
	op.Takes(settingsUpdateDoc{}, true)
	op.Answers(200, "All of it, as it is now.", settingsAnswerDoc{})
	op.Fails(409)
}
