package catalogue

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"pulperia/dao/models"
)

// loose reads fields as other systems write them, and notes those that it cannot make sense of. A field that is absent
// or null reads as zero. Numbers go from their digits to integers, never through a float.
type loose struct{ bad models.Invalid }

// text reads a text, or a number as its digits.
func (l *loose) text(field string, raw json.RawMessage) string {
	text, isText := scalar(raw)
	switch {
	case absent(raw):
	case !isText && !strings.ContainsAny(string(raw[:1]), "-0123456789"):
		l.bad.Add(field, models.NotText, nil, shown(raw))
	case !models.IsUTF8(raw):
		l.bad.Add(field, models.NotUTF8, nil, shown(raw))
	default:
		return text
	}
	return ""
}

// money reads "1234.5", and "1234,5" as it is written in Spanish. A separator of thousands is refused, because "1.234" has two
// meanings.
func (l *loose) money(field string, raw json.RawMessage) models.Money {
	text := l.number(field, raw)
	if text == "" {
		return 0
	}
	amount, err := models.ParseMoney(strings.Replace(text, ",", ".", 1))
	if err != nil {
		l.bad = append(l.bad, models.Problem{Field: field, Rule: models.NotNumber, Detail: "with at most two decimals, like 1234.5", Got: shown(raw)})
	}
	return amount
}

// whole reads a whole number, also when it is written as 12.0.
func (l *loose) whole(field string, raw json.RawMessage) int64 {
	text := l.number(field, raw)
	if text == "" {
		return 0
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	hundredfold, err := models.ParseMoney(text)
	if err != nil || hundredfold%100 != 0 {
		l.bad.Add(field, models.NotWhole, nil, shown(raw))
	}
	return int64(hundredfold / 100)
}

// number returns the text of a number that must be there, or notes that it is not.
func (l *loose) number(field string, raw json.RawMessage) string {
	text, _ := scalar(raw)
	text = strings.TrimSpace(text)
	if absent(raw) || text == "" {
		l.bad.Add(field, models.Required, nil, "")
		return ""
	}
	return text
}

// states are the texts that other systems write for "on sale" and for "not".
var states = map[string]bool{
	"true": true, "1": true, "yes": true, "si": true, "sí": true, "active": true, "activo": true, "available": true, "disponible": true,
	"false": false, "0": false, "no": false, "inactive": false, "inactivo": false, "draft": false, "archived": false, "unlisted": false,
}

// state reads whether a product is on sale; without a word about it, it is.
func (l *loose) state(field string, raw json.RawMessage) bool {
	text, _ := scalar(raw)
	text = strings.ToLower(strings.TrimSpace(text))
	if absent(raw) || text == "" {
		return true
	}
	on, known := states[text]
	if !known {
		l.bad.Add(field, models.NotBool, nil, shown(raw))
	}
	return on
}

// pictures reads a list of texts, or one text.
func (l *loose) pictures(field string, raw json.RawMessage) []string {
	if absent(raw) {
		return nil
	}
	if !models.IsUTF8(raw) {
		l.bad.Add(field, models.NotUTF8, nil, shown(raw))
		return nil
	}
	var list []string
	if one, isText := scalar(raw); isText {
		list = []string{one}
	} else if json.Unmarshal(raw, &list) != nil {
		l.bad.Add(field, models.NotList, nil, shown(raw))
		return nil
	}
	for i, picture := range list {
		list[i] = pictureOf(strings.TrimSpace(picture))
	}
	return slices.DeleteFunc(list, func(picture string) bool { return picture == "" })
}

// pictureOf mends what is common: words that say that there is none, and paths that are relative to the shop's root. All
// else stays as it is, for the rule to judge.
func pictureOf(text string) string {
	switch strings.ToLower(text) {
	case "sin imagen", "sin imágenes", "sin foto", "no image", "none", "null", "n/a", "-":
		return ""
	}
	switch strings.ToLower(path.Ext(text)) {
	case ".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".svg":
		if u, err := url.Parse(text); err == nil && u.Scheme == "" && u.Host == "" && !strings.HasPrefix(text, ".") && !strings.HasPrefix(text, "/") {
			return "/" + text
		}
	}
	return text
}

// id reads an id of our own.
func (l *loose) id(field string, raw json.RawMessage) models.ID {
	text, _ := scalar(raw)
	id, err := models.ParseID(text)
	if !absent(raw) && err != nil {
		l.bad.Add(field, models.NotID, nil, shown(raw))
	}
	return id
}

// requiredID is id for one that must be there.
func (l *loose) requiredID(field string, raw json.RawMessage) models.ID {
	if absent(raw) {
		l.bad.Add(field, models.Required, nil, "")
	}
	return l.id(field, raw)
}

// time reads a time of our own.
func (l *loose) time(field string, raw json.RawMessage) models.Time {
	var t models.Time
	if text, _ := scalar(raw); !absent(raw) && t.UnmarshalText([]byte(text)) != nil {
		l.bad = append(l.bad, models.Problem{Field: field, Rule: models.NotText, Detail: "a time like 2026-11-23T12:00:00.000Z", Got: shown(raw)})
	}
	return t
}

// fieldOrder is the order in which bad fields are named, whether they could not be read or break a rule.
var fieldOrder = []string{"_id", "title", "description", "code", "price", "status", "stock", "category", "thumbnails", "createdAt", "updatedAt", "rev"}

func orderOf(problem models.Problem) int {
	field, _, _ := strings.Cut(problem.Field, "[")
	return slices.Index(fieldOrder, field)
}

// with adds the rules that a value breaks, but for the fields that could not be read, and returns all problems together.
func (l *loose) with(check error) error {
	broken, _ := errors.AsType[models.Invalid](check)
	unreadable := l.bad
	for _, problem := range broken {
		if field, _, _ := strings.Cut(problem.Field, "["); !unreadable.Has(field) && !unreadable.Has(problem.Field) {
			l.bad = append(l.bad, problem)
		}
	}
	slices.SortStableFunc(l.bad, func(a, b models.Problem) int { return cmp.Compare(orderOf(a), orderOf(b)) })
	return l.bad.Err()
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// scalar returns a JSON text as what it says and anything else as it is written.
func scalar(raw json.RawMessage) (text string, isText bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return string(raw), false
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) { // the usual, and twice as fast
		return string(inner), true
	}
	return text, json.Unmarshal(raw, &text) == nil
}

// shown is a value of unknown length and content in an error.
func shown(raw json.RawMessage) string {
	const most = 60
	text, isText := scalar(raw)
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	if isText || !utf8.ValidString(text) || strings.ContainsAny(text, "\r\n") {
		return strconv.Quote(text)
	}
	return text
}
