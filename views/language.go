package views

import "golang.org/x/text/language"

// Language is one that the shop speaks, as an HTML lang attribute names it.
type Language string

// The languages.
const (
	Spanish Language = "es"
	English Language = "en"
)

// Languages returns all of them, the one for whoever speaks none of them first.
func Languages() []Language { return []Language{Spanish, English} }

// ParseLanguage says whether the shop speaks a language.
func ParseLanguage(text string) (Language, bool) {
	for _, known := range Languages() {
		if text == string(known) {
			return known, true
		}
	}
	return "", false
}

// Negotiator chooses the language of an answer.
type Negotiator struct{ matcher language.Matcher }

// NewNegotiator returns one that knows all languages of the shop.
func NewNegotiator() *Negotiator {
	tags := make([]language.Tag, 0, len(Languages()))
	for _, known := range Languages() {
		tags = append(tags, language.Make(string(known)))
	}
	return &Negotiator{matcher: language.NewMatcher(tags)}
}

// Choose returns the language that suits an Accept-Language header best (RFC 9110, section 12.5.4),
// and otherwise the given one. What it cannot read counts as absent.
func (n *Negotiator) Choose(acceptLanguage string, otherwise Language) Language {
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return otherwise
	}
	_, i, confidence := n.matcher.Match(wanted...)
	if confidence == language.No {
		return otherwise
	}
	return Languages()[i]
}
