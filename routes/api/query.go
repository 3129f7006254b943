package api

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"pulperia/dao/models"
)

// query reads the parameters of a URL's query. One that is there says something: an empty one is
// refused, as one that is given twice is, for either might pass for "all".
type query struct {
	values url.Values
	wrong  *models.Invalid
}

func readQuery(r *http.Request, wrong *models.Invalid) query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		*wrong = append(*wrong, models.Problem{Field: "query", Rule: models.NotText, Detail: err.Error()})
	}
	return query{values, wrong}
}

// text returns "" when the parameter is absent or wrong.
func (q query) text(name string) string {
	given := q.values[name]
	switch {
	case len(given) == 0:
	case len(given) > 1:
		q.wrong.Add(name, models.Twice, nil, "")
	case !utf8.ValidString(given[0]):
		q.wrong.Add(name, models.NotUTF8, nil, shown([]byte(given[0])))
	case strings.TrimSpace(given[0]) == "":
		q.wrong.Add(name, models.Empty, nil, "")
	default:
		return strings.TrimSpace(given[0])
	}
	return ""
}

func (q query) whole(name string, least, most, absent int) int {
	text := q.text(name)
	if text == "" {
		return absent
	}
	n := int64(absent)
	readNumber(q.wrong, name, text, quoted, int64(most), &n)
	switch {
	case q.wrong.Has(name):
	case n < int64(least):
		q.wrong.Add(name, models.TooSmall, least, strconv.FormatInt(n, 10))
	case n > int64(most):
		q.wrong.Add(name, models.TooLarge, most, strconv.FormatInt(n, 10))
	}
	return int(n)
}

// flag returns nil when the value is absent.
func (q query) flag(name string) *bool {
	text := q.text(name)
	if text == "" {
		return nil
	}
	value := text == "true"
	if !value && text != "false" {
		q.wrong.Add(name, models.NotBool, nil, quoted([]byte(text)))
	}
	return &value
}

// money returns nil when the value is absent.
func (q query) money(name string) *models.Money {
	text := q.text(name)
	if text == "" {
		return nil
	}
	var amount models.Money
	readMoney(q.wrong, name, text, quoted, &amount)
	return &amount
}

// id returns the zero id when the value is absent.
func (q query) id(name string) (id models.ID) {
	if text := q.text(name); text != "" {
		id = readID(q.wrong, name, text)
	}
	return id
}

// idInPath reads an id in the path.
func idInPath(r *http.Request, name string, wrong *models.Invalid) models.ID {
	return readID(wrong, name, r.PathValue(name))
}

func readID(wrong *models.Invalid, field, text string) models.ID {
	id, err := models.ParseID(text)
	if err != nil {
		wrong.Add(field, models.NotID, nil, quoted([]byte(text)))
	}
	return id
}

// readMoney reads a number as models.ParseMoney does, and notes which rule it breaks, with the text
// as show shows it.
func readMoney(wrong *models.Invalid, field, text string, show func([]byte) string, into *models.Money) {
	amount, err := models.ParseMoney(text)
	if err == nil {
		*into = amount
		return
	}
	got := show([]byte(text))
	switch size, rule := magnitude(text); {
	case rule != "":
		wrong.Add(field, rule, nil, got)
	case size >= float64(models.MaxPrice/models.One):
		wrong.Add(field, models.TooLarge, models.MaxPrice, got)
	case size <= -float64(models.MaxPrice/models.One):
		wrong.Add(field, models.TooSmall, 0, got)
	default:
		wrong.Add(field, models.Decimals, models.PricePlaces, got)
	}
}

// mostMoney is where an amount ends that models.ParseMoney reads: 10^18 of the smallest.
const mostMoney = 1e18 / float64(models.One)

// readNumber reads a number whose value is whole, however it is written: 7, 7.0 and 70e-1 are the
// same number.
func readNumber(wrong *models.Invalid, field, text string, show func([]byte) string, most int64, into *int64) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && text[0] != '+' {
		*into = n
		return
	}
	amount, err := models.ParseMoney(text)
	if err == nil && amount%models.One == 0 {
		*into = int64(amount / models.One)
		return
	}
	got := show([]byte(text))
	switch size, rule := magnitude(text); {
	case rule != "":
		wrong.Add(field, rule, nil, got)
	case size >= mostMoney:
		wrong.Add(field, models.TooLarge, most, got)
	case size <= -mostMoney:
		wrong.Add(field, models.TooSmall, 0, got)
	default:
		wrong.Add(field, models.NotWhole, nil, got)
	}
}

// magnitude says how large a number is that could not be kept, or that it is none as JSON writes
// them.
func magnitude(text string) (size float64, rule models.Rule) {
	size, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(size, 0) || !json.Valid([]byte(text)) {
		return 0, models.NotNumber
	}
	return size, ""
}
