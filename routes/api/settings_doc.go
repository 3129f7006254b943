package api

import (
	"pulperia/routes/document"
	"pulperia/routes/fields"
)

func (settingsRoutes) describeGet(op *document.Operation) {
	op.Is("getSettings", "settings", "What the shop says of itself", "What is empty is not said; of how to pay and to deliver there is always a way.")
	op.Answers(200, "All of it.", document.One(op.Schemas, fields.Settings))
}

func (settingsRoutes) describeUpdate(op *document.Operation) {
	op.Is("changeSettings", "settings", "Change what the shop says of itself", "Any subset of the fields. Other `payments` need the right `payments.write`, and of who is signed in his `password` again.")
	op.Changes()
	op.Takes(document.Update(op.Schemas, fields.Settings), true)
	op.Answers(200, "All of it, as it is now.", document.One(op.Schemas, fields.Settings))
	op.Fails(409)
}
