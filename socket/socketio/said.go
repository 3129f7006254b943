package socketio

import (
	"bytes"
	"encoding/json"

	"pulperia/dao/models"
)

// Words is a message as a client has sent it.
type Words struct {
	ID   models.ID // zero where the client has made none
	User string    // "" where it says nobody
	Text string
}

// The fields by which clients say the same.
var (
	userFields = []string{"user", "email", "username", "name", "usuario", "nombre"}
	textFields = []string{"message", "text", "body", "mensaje", "texto"}
	idFields   = []string{"_id", "id"}
)

// ReadWords reads what a client says: an object, or only the text.
func ReadWords(args []json.RawMessage) (w Words, err error) {
	var wrong models.Invalid
	fields := fieldsOf(args, &wrong)
	if fields == nil {
		w.Text = textOf("message", first(args), &wrong)
		return w, wrong.Err()
	}
	w.User = pick(fields, userFields, &wrong)
	w.Text = pick(fields, textFields, &wrong)
	if raw, is := fields["_id"]; is {
		w.ID = idOf("_id", raw, &wrong)
	}
	return w, wrong.Err()
}

// ReadUser reads who a client says that it is: an object, or only the text.
func ReadUser(args []json.RawMessage) (user string, asObject bool, err error) {
	var wrong models.Invalid
	fields := fieldsOf(args, &wrong)
	if fields == nil {
		user = textOf("user", first(args), &wrong)
	} else {
		user = pick(fields, userFields, &wrong)
	}
	return user, fields != nil, wrong.Err()
}

// ReadID reads which product a client means: an id, or an object that has it.
func ReadID(args []json.RawMessage) (id models.ID, err error) {
	var wrong models.Invalid
	fields := fieldsOf(args, &wrong)
	if fields == nil {
		return idOf("id", first(args), &wrong), wrong.Err()
	}
	for _, name := range idFields {
		if raw, is := fields[name]; is {
			return idOf(name, raw, &wrong), wrong.Err()
		}
	}
	wrong.Add("id", models.Required, nil, "")
	return id, wrong.Err()
}

// ReadObject reads what a client sends as an object, which is all of its JSON.
func ReadObject(args []json.RawMessage) ([]byte, error) {
	var wrong models.Invalid
	raw := first(args)
	if fieldsOf(args, &wrong) == nil {
		wrong.Add("product", models.NotObject, nil, shown(raw))
	}
	return raw, wrong.Err()
}

func first(args []json.RawMessage) json.RawMessage {
	if len(args) == 0 {
		return json.RawMessage("null")
	}
	return bytes.TrimSpace(args[0])
}

// fieldsOf returns the fields of the first argument, nil where it is no object. A name that is there
// twice is wrong.
func fieldsOf(args []json.RawMessage, wrong *models.Invalid) (fields map[string]json.RawMessage) {
	raw := first(args)
	if raw[0] != '{' || json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	if twice, _ := models.CheckNames(raw).(models.Invalid); len(twice) > 0 {
		*wrong = append(*wrong, twice...)
	}
	return fields
}

// pick returns the text of the first of the names that has one: pages send what they do not use as
// "" or null.
func pick(fields map[string]json.RawMessage, names []string, wrong *models.Invalid) string {
	for _, name := range names {
		if raw, is := fields[name]; is && string(raw) != "null" && string(raw) != `""` {
			return textOf(name, raw, wrong)
		}
	}
	return ""
}

func textOf(field string, raw json.RawMessage, wrong *models.Invalid) (text string) {
	switch {
	case string(raw) == "null":
	case raw[0] != '"':
		wrong.Add(field, models.NotText, nil, shown(raw))
	case !models.IsUTF8(raw):
		wrong.Add(field, models.NotUTF8, nil, shown(raw))
	default:
		json.Unmarshal(raw, &text) // it is a string: all was parsed as a whole
	}
	return text
}

func idOf(field string, raw json.RawMessage, wrong *models.Invalid) models.ID {
	id, err := models.ParseID(textOf(field, raw, wrong))
	if (err != nil || id.IsZero()) && !wrong.Has(field) {
		wrong.Add(field, models.NotID, nil, shown(raw))
	}
	return id
}

// shown is JSON as an error shows it.
func shown(raw []byte) string {
	const most = 60
	return string(bytes.ToValidUTF8(raw[:min(len(raw), most)], []byte("\uFFFD")))
}
