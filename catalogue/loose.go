package catalogue

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"pulperia/dao/models"
)

// loose reads fields as other systems write them. It notes which say something, those that it
// cannot make sense of, and what it left out or mended. A field that is absent, null or empty says
// nothing and reads as zero. Numbers go from their digits to integers, never through a float.
type loose struct {
	notation models.Notation // of the figures that are texts
	own      bool            // of our own export
	taxes    []models.Tax    // the shop's rates
	says     []string        // fields, in the order in which they were read
	bad      models.Invalid
	notes    []Note
	variants []saying // of each variant of a sheet
}

// say notes that a field says something.
func (l *loose) say(field string) {
	if !slices.Contains(l.says, field) {
		l.says = append(l.says, field)
	}
}

// note notes what is not as the file says, once.
func (l *loose) note(line int, text string) {
	if note := (Note{line, text}); !slices.Contains(l.notes, note) {
		l.notes = append(l.notes, note)
	}
}

// cell reads a text of a sheet. Bytes that are no text are left to the rules.
func (l *loose) cell(field, text string) string {
	if text != "" {
		l.say(field)
	}
	return text
}

// text reads a text, or a number as its digits.
func (l *loose) text(field string, raw json.RawMessage) string {
	text, isText := scalar(raw)
	switch {
	case absent(raw):
	case !isText && !strings.ContainsAny(string(raw[:1]), "-0123456789"):
		l.bad.Add(field, models.NotText, nil, shown(raw))
	case !models.IsUTF8(raw):
		l.bad.Add(field, models.NotUTF8, nil, shown(raw))
	case strings.TrimSpace(text) != "":
		l.say(field)
		return text
	}
	return ""
}

// money reads an amount: JSON's number, or a figure in a text as people write it.
func (l *loose) money(field string, raw json.RawMessage) (amount models.Money) {
	text, isText := l.number(field, raw)
	switch {
	case text == "":
	case isText:
		amount = l.notation.Money(&l.bad, field, text)
		l.decided(field, text, l.notation.Places())
	default:
		var err error
		places := l.notation.Places()
		if l.own {
			places = models.PricePlaces
		}
		if amount, err = models.ParseMoney(text); err != nil || !amount.Fits(places) {
			detail := fmt.Sprintf("with at most %d decimals, like 1234.5", places)
			l.bad = append(l.bad, models.Problem{Field: field, Rule: models.NotNumber, Detail: detail, Got: shown(raw)})
		}
	}
	return amount
}

// whole reads a whole number, also when it is written as 12.0.
func (l *loose) whole(field string, raw json.RawMessage) (n int64) {
	text, isText := l.number(field, raw)
	switch {
	case text == "":
	case isText:
		n = l.notation.Whole(&l.bad, field, text, models.MaxStock)
		l.decided(field, text, 0)
	default:
		var err error
		if n, err = strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
		amount, err := models.ParseMoney(text)
		if err != nil || amount%models.One != 0 {
			l.bad.Add(field, models.NotWhole, nil, shown(raw))
		}
		n = int64(amount / models.One)
	}
	return n
}

// number returns the text of a number that is there.
func (l *loose) number(field string, raw json.RawMessage) (text string, isText bool) {
	text, isText = scalar(raw)
	text = strings.TrimSpace(text)
	if absent(raw) || text == "" {
		return "", isText
	}
	l.say(field)
	return text, isText
}

// decided notes how a figure with two readings was read.
func (l *loose) decided(field, text string, places int) {
	switch {
	case l.bad.Has(field) || !models.HasTwoReadings(text, places) || l.notation.Blank():
	case l.notation.Comma:
		l.note(0, WithComma)
	default:
		l.note(0, WithPoint)
	}
}

// states are the texts that other systems write for "on sale" and for "not".
var states = map[string]bool{
	"true": true, "verdadero": true, "1": true, "yes": true, "si": true, "sí": true, "active": true, "activo": true, "available": true, "disponible": true,
	"false": false, "falso": false, "0": false, "no": false, "inactive": false, "inactivo": false, "draft": false, "archived": false, "unlisted": false,
}

// state reads whether a product is on sale; without a word about it, it is.
func (l *loose) state(field string, raw json.RawMessage) bool {
	text, _ := scalar(raw)
	text = strings.ToLower(models.NormalText(text))
	if absent(raw) || text == "" {
		return true
	}
	l.say(field)
	on, known := states[text]
	if !known {
		l.bad.Add(field, models.NotBool, nil, shown(raw))
	}
	return on
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

// fieldOrder is the order in which bad fields are named, whether they could not be read or break a
// rule.
var fieldOrder = []string{"_id", "title", "description", "code", "price", "status", "stock", "category", "thumbnails", "compareAt", "counted", "tax", "tags", "vendor", "barcode", "variants", "createdAt", "updatedAt", "rev"}

func orderOf(problem models.Problem) int { return slices.Index(fieldOrder, baseOf(problem)) }

// baseOf returns the field of the value that a problem is in: "thumbnails" of "thumbnails[2]".
func baseOf(problem models.Problem) string {
	field, _, _ := strings.Cut(problem.Field, "[")
	return field
}

// add takes in the rules that a value breaks, but for the fields that could not be read, and puts
// all problems in order.
func (l *loose) add(check error) {
	broken, _ := errors.AsType[models.Invalid](check)
	unreadable := l.bad
	for _, problem := range broken {
		if !unreadable.Has(baseOf(problem)) && !unreadable.Has(problem.Field) {
			l.bad = append(l.bad, problem)
		}
	}
	slices.SortStableFunc(l.bad, func(a, b models.Problem) int { return cmp.Compare(orderOf(a), orderOf(b)) })
}

// with is add, and returns all problems together.
func (l *loose) with(check error) error {
	l.add(check)
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
