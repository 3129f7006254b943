package models

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NormalText is a text as it is kept: without white space around it, and in Unicode's composed form
// (NFC), so that two texts which look the same are the same, whichever keyboard or program wrote
// them.
func NormalText(text string) string {
	if isComposed(text) {
		return strings.TrimSpace(text)
	}
	return strings.TrimSpace(norm.NFC.String(text))
}

// isComposed says whether a text is surely in the composed form: it has no character from U+0300 on,
// which are the first that join others. Texts of western languages are, and one look at each byte
// takes a tenth of the time of asking for the form of each character.
func isComposed(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] >= 0xCC {
			return false
		}
	}
	return true
}

// NormalName is NormalText for what is compared as a whole, as codes and categories are: the spaces
// in it are plain ones.
func NormalName(text string) string {
	text = NormalText(text)
	const other = "\u00a0" // the one space below U+0300 that is not plain
	if isComposed(text) && utf8.ValidString(text) && !strings.Contains(text, other) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, text)
}

// checkName is checkText for a line that is compared as a whole: a hidden character in it would
// make another one that looks the same.
func (v *Invalid) checkName(field, text string) {
	before := len(*v)
	if v.checkText(field, text, MaxLine, false); len(*v) == before && hasHidden(text) {
		v.Add(field, Hidden, nil, quote(text))
	}
}

// Shows says whether all that a text has can be seen, spaces beside something else included.
func Shows(text string) bool {
	return utf8.ValidString(text) && !hasControl(text, false) && !hasHidden(text) && (text == "" || strings.ContainsFunc(text, isSeen))
}

// hasHidden says whether a text has characters that leave nothing to see, other than spaces and
// what belongs to an emoji sequence or to how letters of a script join that has such joiners.
func hasHidden(text string) bool {
	joined := false // whether what stands before may be joined to something
	for _, r := range text {
		switch {
		case r == ' ' || r > ' ' && r < 0x7F:
			joined = false
		case isSeen(r):
			joined = unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
		case !joined || !unicode.In(r, unicode.Variation_Selector, unicode.Join_Control) && (r < '\U000E0020' || r > '\U000E007F'):
			return true
		}
	}
	return false
}

// checkText lists what is wrong with a text that must be there. Lengths count code points.
func (v *Invalid) checkText(field, text string, most int, lines bool) {
	if len(text) <= most && isPlainText(text) {
		return
	}
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text):
		v.Add(field, NotUTF8, nil, quote(text))
	case strings.TrimSpace(text) == "":
		v.Add(field, Required, nil, "")
	case !strings.ContainsFunc(text, isSeen):
		v.Add(field, Unseen, nil, quoteHidden(text))
	case n > most:
		v.Add(field, TooLong, most, strconv.Itoa(n)+" characters")
	case hasControl(text, lines):
		v.Add(field, Control, nil, quote(text))
	}
}

// isPlainText says whether a text surely breaks no rule but perhaps that of its length: one line
// with something to see. Almost all are, and one look takes half of the time of asking each rule.
func isPlainText(text string) bool {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	seen := false
	for i := 0; i < len(text); {
		if i+8 <= len(text) { // of ASCII, as plain looks at it
			w := binary.LittleEndian.Uint64([]byte(text[i : i+8]))
			odd := (w | (w - each*' ') | ((w ^ each*0x7F) - each)) & highest
			n := bits.TrailingZeros64(odd) / 8
			seen = seen || (w^each*' ')<<(64-8*n) != 0 // of the first n
			if i += n; n == 8 {
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r < ' ' || r >= 0x7F && r <= 0x9F || r == utf8.RuneError {
			return false
		}
		seen = seen || r > ' ' && r < 0x7F
		i += size
	}
	return seen
}

// isSeen says whether a character leaves something to see: neither white space nor a control, nor
// one that only changes how others are shown or that no font shows (Unicode's
// Default_Ignorable_Code_Point), nor the empty Braille pattern. In an emoji sequence another is
// seen.
func isSeen(r rune) bool {
	if r > ' ' && r < 0x7F {
		return true
	}
	return r != '\u2800' && !unicode.In(r, unicode.White_Space, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) &&
		(!unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Prepended_Concatenation_Mark, r))
}

// hasControl says whether a text has a control character (Unicode's class Cc) besides, where lines
// may break, those of a line.
func hasControl(text string, lines bool) bool {
	for _, r := range text {
		if r >= ' ' && r < 0x7F || r > 0x9F || lines && (r == '\n' || r == '\r' || r == '\t') {
			continue
		}
		return true
	}
	return false
}

// Words returns the words of a text as a search compares them: letters and digits make words, all
// else separates them; accents and case are folded away ("Limón" gives "limon"). Both engines
// search by these words.
func Words(text string) []string {
	if folded, done := foldLatin(text); done {
		return asciiWords(folded)
	}
	return anyWords(foldAny(text))
}

// Fold is a text as it is compared without regard to case and accents.
func Fold(text string) string {
	if folded, done := foldLatin(text); done {
		return folded
	}
	return foldAny(text)
}

func anyWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// asciiWords is anyWords for what foldLatin gives.
func asciiWords(text string) []string {
	words := make([]string, 0, len(text)/6)
	begin := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (text[i]-'a' < 26 || text[i]-'0' < 10) {
			continue
		}
		if i > begin {
			words = append(words, text[begin:i])
		}
		begin = i + 1
	}
	return words
}

func foldAny(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			return -1
		}
		return unicode.ToLower(unicode.ToUpper(r)) // by way of upper case, so that the two small sigmas are one
	}, norm.NFKD.String(strings.ToValidUTF8(text, "\uFFFD"))) // norm leaves alone what stands near bytes that are no text
}

// latin is what the characters from U+00C0 to U+00FF fold to; a dot where it is not one ASCII
// letter.
const latin = "aaaaaa.ceeeeiiii.nooooo..uuuuy..aaaaaa.ceeeeiiii.nooooo..uuuuy.y"

// foldLatin is fold for texts of ASCII, those characters and the punctuation of Spanish prose, at a
// tenth of the time: they are what most shops write. Of punctuation it makes spaces.
func foldLatin(text string) (folded string, done bool) {
	b := make([]byte, 0, len(text))
	for _, r := range text {
		switch {
		case 'A' <= r && r <= 'Z':
			b = append(b, byte(r)+'a'-'A')
		case r < utf8.RuneSelf:
			b = append(b, byte(r))
		case 0xC0 <= r && r <= 0xFF && latin[r-0xC0] != '.':
			b = append(b, latin[r-0xC0])
		case r == '¡' || r == '¿' || r == '«' || r == '»' || r == '°' || r == '·' || 0x2010 <= r && r <= 0x2027: // dashes, quotes, dots
			b = append(b, ' ')
		default:
			return "", false
		}
	}
	return string(b), true
}
