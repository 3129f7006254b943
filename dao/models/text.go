package models

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// checkText lists what is wrong with a text that must be there. Lengths count code points.
func (v *Invalid) checkText(field, text string, most int, lines bool) {
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text):
		v.Add(field, NotUTF8, nil, quote(text))
	case strings.TrimSpace(text) == "":
		v.Add(field, Required, nil, "")
	case n > most:
		v.Add(field, TooLong, most, strconv.Itoa(n)+" characters")
	case strings.ContainsFunc(text, func(r rune) bool { return forbidden(r, lines) }):
		v.Add(field, Control, nil, quote(text))
	}
}

func forbidden(r rune, lines bool) bool {
	if lines && (r == '\n' || r == '\r' || r == '\t') {
		return false
	}
	return unicode.IsControl(r)
}

// Words returns the words of a text as a search compares them: letters and digits make words, all else separates
// them; accents and case are folded away ("Limón" gives "limon"). Both engines search by these words.
func Words(text string) []string {
	return strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func fold(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			return -1
		}
		return unicode.ToLower(unicode.ToUpper(r)) // by way of upper case, so that the two small sigmas are one
	}, norm.NFKD.String(text))
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
