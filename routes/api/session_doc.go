package api

import (
	"pulperia/routes/document"
)

type signInDoc struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	Email    string   `json:"email" example:"ana@example.com"`
	Password string   `json:"password" example:"diez caracteres o más"`
}

type passwordDoc struct {
	_   struct{} `json:"-" additionalProperties:"true"`
	Old string   `json:"old" example:"la de antes"`
	New string   `json:"new" minLength:"10" maxLength:"200" example:"diez caracteres o más"`
}

type sessionAnswerDoc struct {
	Status  string      `json:"status" enum:"success"`
	Payload signedInDoc `json:"payload"`
}

type signedInDoc struct {
	Person signedPersonDoc `json:"person"`
	Rights []string        `json:"rights" nullable:"false" doc:"What he may do." example:"catalogue.write"`
}

type signedPersonDoc struct {
	ID    string `json:"_id" pattern:"^[0-9a-f]{24}$" example:"665f1c2ab0e84d3f9a7c1e55"`
	Email string `json:"email" example:"ana@example.com"`
	Name  string `json:"name" example:"Ana"`
	Role  string `json:"role" enum:"owner,manager,helper"`
}

func (sessionRoutes) describeSignIn(op *document.Operation) {
	op.Is("signIn", "session", "Sign in", "The session is a cookie. Whatever was wrong, the answer is 401 and the same.")
	op.Takes(signInDoc{}, true)
	op.AnswersPrivately(200, "Who has signed in.", sessionAnswerDoc{})
	op.Fails(401)
}

func (sessionRoutes) describeGet(op *document.Operation) {
	op.Is("getSession", "session", "Who is signed in", "")
	op.AnswersPrivately(200, "Who it is, and what he may do.", sessionAnswerDoc{})
}

func (sessionRoutes) describeSignOut(op *document.Operation) {
	op.Is("signOut", "session", "Sign out", "")
	op.Query("all", "true: in all browsers.", document.OneOf("true", "false"))
	op.AnswersPrivately(200, "Who it was.", sessionAnswerDoc{})
}

func (sessionRoutes) describeChangePassword(op *document.Operation) {
	op.Is("changePassword", "session", "Change one's password", "It ends all sessions, and begins one anew.")
	op.Takes(passwordDoc{}, true)
	op.AnswersPrivately(200, "Who it is, and what he may do.", sessionAnswerDoc{})
}
