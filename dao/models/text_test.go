package models_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// Most texts are normal without being looked at character by character; none gets another form by that.
func TestNormalTextIsNFC(t *testing.T) {
	one := rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune(" \t\u00a0\u2003éñÅ\u0301\u0340\u030A\u02FFaA\uFFFD")))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(one).Draw(t, "text") + rapid.SampledFrom([]string{"", "\xff", "\xc3", "\x80 ", " e\u0301"}).Draw(t, "end")
		want := strings.TrimSpace(norm.NFC.String(text))
		if got := models.NormalText(text); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
		want = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Zs, r) {
				return ' '
			}
			return r
		}, want)
		if got := models.NormalName(text); got != want {
			t.Errorf("%q is the name %q, not %q", text, got, want)
		}
	})
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		" \n-_.,;'\"🧉€+":               "",
		"Yerba mate, 1kg (con palo)":   "yerba mate 1kg con palo",
		"YM-1000/B_2":                  "ym 1000 b 2",
		"Lim\u00f3n limo\u0301n LIMÓN": "limon limon limon",
		"Ñandú pingüino Corazón":       "nandu pinguino corazon",
		"l'été e-mail":                 "l ete e mail",
		"Straße":                       "straße",
		"Σίσυφος ΣΊΣΥΦΟΣ":              "σισυφοσ σισυφοσ",
		"İstanbul Istanbul":            "istanbul istanbul",
		"\u0301 a \u0301b c\u0301":     "a b c", // marks that stand alone, begin and end a word
		"１２ ＡＢＣ ａ":                     "12 abc a",
		"٣ ४ Ⅷ":                        "٣ ४ viii",
		"\ufb01n x² ½ №5":              "fin x2 1 2 no5",
		"日本 東京、茶":                      "日本 東京 茶",
		"Привет ЁЛКА":                  "привет елка",
		"a\xffb":                       "a b", // bytes that are no text separate
		"a\u200bb a\u00a0b":            "a b a b",
	} {
		if diff := cmp.Diff(strings.Fields(want), models.Words(text), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("words of %q (-want +got):\n%s", text, diff)
		}
	}
}

// Over all of Unicode: a word is found by itself as it is shown in a search field, and by its other
// cases.
func TestWordsOfEveryCharacter(t *testing.T) {
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !unicode.IsGraphic(r) {
			continue // most of the code points stand for nothing
		}
		text := "a" + string(r)
		words := models.Words(text)
		if again := models.Words(strings.Join(words, " ")); !slices.Equal(again, words) {
			t.Errorf("%U: words %q fold again to %q", r, words, again)
		}
		if unicode.IsMark(r) {
			continue // folded away, though one has a letter for its upper case
		}
		for _, other := range []rune{unicode.ToLower(r), unicode.ToUpper(r), unicode.ToTitle(r)} {
			if other == r {
				continue
			}
			if got := models.Words("a" + string(other)); !slices.Equal(got, words) {
				t.Errorf("%U and %U differ by case only, but give %q and %q", r, other, words, got)
			}
		}
	}
}

// ASCII takes a shorter way; beside a character for which there is none the same text must give the
// same words.
func TestWordsOfASCII(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom(nil, &unicode.RangeTable{R16: []unicode.Range16{{Lo: 0, Hi: 127, Stride: 1}}})).Draw(t, "text")
		if got, want := models.Words(text+" ж"), append(models.Words(text), "ж"); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// Whatever the text is, its words hold nothing but folded letters and digits, and joining texts
// joins their words.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"Limón", "a\u0301", "\xff", "ﷺ", "ΣΊΣΥΦΟΣ", "İ"} {
		f.Add(text, "x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		words := slices.Concat(models.Words(a), models.Words(b))
		if got := models.Words(a + "\n" + b); !slices.Equal(got, words) {
			t.Fatalf("words of %q and %q: got %q together, %q apart", a, b, got, words)
		}
		for _, word := range words {
			if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				t.Fatalf("%q is no word", word)
			}
		}
	})
}
