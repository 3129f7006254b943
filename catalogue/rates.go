package catalogue

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"pulperia/dao/models"
)

// rate reads by which of the shop's rates something is taxed: its name, or the percentage that it has.
// Any other is left out and said. Kept, it would be taxed by the usual rate, and nobody be told.
func (l *loose) rate(field string, raw json.RawMessage) string {
	text, _ := scalar(raw)
	if absent(raw) || strings.TrimSpace(text) == "" {
		return ""
	}
	asked := rateKey(text)
	at := slices.IndexFunc(l.taxes, func(tax models.Tax) bool { return rateKey(tax.Name) == asked })
	if percent, err := models.ParseMoney(asked); at < 0 && err == nil {
		at = slices.IndexFunc(l.taxes, func(tax models.Tax) bool { return models.Money(tax.Points)*(models.One/100) == percent })
	}
	if at < 0 {
		l.note(0, noRate(shown(raw), l.taxes))
		return ""
	}
	l.say(field)
	return l.taxes[at].Name
}

// rateKey is what two spellings of a rate have in common: "IVA 10,5 %" and "iva 10.5%".
func rateKey(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ',':
			return '.'
		case r == '%', unicode.IsSpace(r):
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// noRate says, for the report, that a rate is none of those that the shop has.
func noRate(asked string, taxes []models.Tax) string {
	names := make([]string, len(taxes))
	for i, tax := range taxes {
		names[i] = tax.Name
	}
	has := "it has " + strings.Join(names, ", ")
	if len(names) == 0 {
		has = "it has none"
	}
	return fmt.Sprintf("tax must be a rate of the shop (%s); got %s: left out; add the rate at /admin/ways and import again", has, asked)
}
