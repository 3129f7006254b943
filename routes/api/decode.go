package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/routes/document"
	"pulperia/routes/frame"
)

// object is a JSON object whose fields are read one by one. What is wrong with any of them goes to
// one list, so that an answer names every bad field at once. encoding/json alone would take "PRICE"
// for "price", null for absent and broken text for a replacement character; here these are unknown,
// a wrong type and refused.
type object struct {
	fields map[string]json.RawMessage
	prefix string // of the names of the fields, such as "products[2]."
	wrong  *models.Invalid
}

// readObject reads the body of a request. A body that is no JSON object is an error at once, with
// what wrong already holds. An empty one is an object without fields where it may be absent.
func readObject(r *http.Request, required bool, wrong *models.Invalid) (object, error) {
	body, err := io.ReadAll(r.Body)
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return object{}, tooLarge
	} else if err != nil {
		return object{}, frame.Problem{Status: 400, Code: "invalid", Message: "The body could not be read to its end."}
	}
	o := object{wrong: wrong}
	if len(bytes.TrimSpace(body)) == 0 {
		if required {
			wrong.Add("body", models.Required, nil, "")
		}
		return o, wrong.Err()
	}
	if fields, is, err := readForm(r.Header, body, wrong); is {
		o.fields = fields
		return o, err
	}
	if !isJSON(r.Header) {
		return object{}, frame.Problem{Status: 415, Code: "unsupported_media_type",
			Message: "The body must be JSON in UTF-8, and its Content-Type application/json, or what a form sends."}
	}
	err = json.Unmarshal(body, &o.fields)
	if o.fields != nil && err == nil {
		merge(wrong, models.CheckNames(body))
		return o, nil
	}
	if _, malformed := errors.AsType[*json.SyntaxError](err); malformed {
		*wrong = append(*wrong, models.Problem{Field: "body", Rule: models.NotJSON, Detail: fault(body)})
	} else {
		wrong.Add("body", models.NotObject, nil, shown(bytes.TrimSpace(body)))
	}
	return object{}, wrong.Err()
}

// fault says where a text ceases to be JSON.
func fault(text []byte) string {
	at, wrong := models.JSONFault(text)
	return "at byte " + strconv.Itoa(at) + ": " + wrong
}

// isJSON accepts application/json and types that end in +json, in UTF-8 and not compressed.
func isJSON(header http.Header) bool {
	mediaType, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || mediaType != document.JSONType && !strings.HasSuffix(mediaType, "+json") {
		return false
	}
	return isPlain(header, parameters)
}

func (o object) has(name string) bool {
	_, ok := o.fields[name]
	return ok
}

// require notes the fields that are absent. Where there is no object, that is noted already; a field
// of which something else is wrong, such as that a form gives it twice, is not absent.
func (o object) require(names ...string) {
	for _, name := range names {
		if o.fields != nil && !o.has(name) && !o.wrong.Has(o.prefix+name) {
			o.wrong.Add(o.prefix+name, models.Required, nil, "")
		}
	}
}

// text reads a string, when the field is there; so do the methods that follow with their types.
func (o object) text(name string, into *string) {
	if raw, ok := o.fields[name]; ok {
		o.readText(name, raw, into)
	}
}

func (o object) readText(name string, raw json.RawMessage, into *string) {
	switch {
	case raw[0] != '"':
		o.wrong.Add(o.prefix+name, models.NotText, nil, shown(raw))
	case !models.IsUTF8(raw):
		o.wrong.Add(o.prefix+name, models.NotUTF8, nil, shown(raw))
	default:
		json.Unmarshal(raw, into) // it is a string: the body was parsed as a whole
	}
}

// secret reads a string that no error shows.
func (o object) secret(name string, into *string) {
	raw, ok := o.fields[name]
	if ok && (raw[0] != '"' || !models.IsUTF8(raw)) {
		o.wrong.Add(o.prefix+name, models.NotText, nil, "")
		return
	}
	o.text(name, into)
}

func (o object) flag(name string, into *bool) {
	raw, ok := o.fields[name]
	if !ok {
		return
	}
	switch said := string(truth(raw)); said {
	case "true", "false":
		*into = said == "true"
	default:
		o.wrong.Add(o.prefix+name, models.NotBool, nil, shown(raw))
	}
}

func (o object) id(name string, into *models.ID) {
	raw, ok := o.fields[name]
	if !ok {
		return
	}
	var text string
	if raw[0] == '"' {
		json.Unmarshal(raw, &text)
	}
	id, err := models.ParseID(text)
	if err != nil || id.IsZero() { // all zeros are "none", and so can be nobody's id
		o.wrong.Add(o.prefix+name, models.NotID, nil, shown(raw))
		return
	}
	*into = id
}

// moment reads a time, or null for none.
func (o object) moment(name string, into *models.Time) {
	raw, ok := o.fields[name]
	if !ok {
		return
	}
	if *into = 0; string(raw) == "null" {
		return
	}
	if raw[0] != '"' || json.Unmarshal(raw, into) != nil {
		o.wrong.Add(o.prefix+name, models.NotTime, nil, shown(raw))
	}
}

func (o object) money(name string, into *models.Money) {
	if raw, ok := o.fields[name]; ok {
		readMoney(o.wrong, o.prefix+name, string(figure(raw)), shown, into)
	}
}

func (o object) whole(name string, most int64, into *int64) {
	if raw, ok := o.fields[name]; ok {
		readNumber(o.wrong, o.prefix+name, string(figure(raw)), shown, most, into)
	}
}

func (o object) list(name string) (entries []json.RawMessage) {
	if raw, ok := o.fields[name]; ok && (raw[0] != '[' || json.Unmarshal(raw, &entries) != nil) {
		o.wrong.Add(o.prefix+name, models.NotList, nil, shown(raw))
	}
	return entries
}

// entry reads one entry of a list as an object.
func (o object) entry(list string, i int, raw json.RawMessage) object {
	name := o.prefix + list + "[" + strconv.Itoa(i) + "]"
	child := object{prefix: name + ".", wrong: o.wrong}
	if raw[0] != '{' || json.Unmarshal(raw, &child.fields) != nil {
		o.wrong.Add(name, models.NotObject, nil, shown(raw))
		child.fields = nil
	}
	return child
}

// merge adds the rules that a value breaks to what is wrong already, each field once: a price of
// the wrong type must not also be called too small.
func merge(wrong *models.Invalid, err error) {
	broken, _ := errors.AsType[models.Invalid](err)
	for _, p := range broken {
		whole, _, _ := strings.Cut(p.Field, ".")
		if !wrong.Has(p.Field) && !wrong.Has(whole) {
			*wrong = append(*wrong, p)
		}
	}
}

// arrange puts problems in the order of the fields. Those of other names, which stand in the path,
// come first.
func arrange(wrong models.Invalid, fields ...string) {
	at := func(p models.Problem) int { return slices.Index(fields, baseOf(p.Field)) }
	slices.SortStableFunc(wrong, func(a, b models.Problem) int { return at(a) - at(b) })
}

// baseOf returns the field of the value that a problem is in: "thumbnails" of "thumbnails[2]".
func baseOf(field string) string {
	base, _, _ := strings.Cut(field, "[")
	return base
}

// shown is JSON as an error shows it: shortened, and always text.
func shown(raw []byte) string {
	const most = 60
	cut := raw[:min(len(raw), 4*most)]
	runes := []rune(strings.ToValidUTF8(string(cut), "\uFFFD"))
	if len(runes) > most {
		runes = append(runes[:most], '…')
	}
	return string(runes)
}

// quoted is a value of a query as an error shows it.
func quoted(raw []byte) string { return strconv.Quote(shown(raw)) }
