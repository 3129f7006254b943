package models

import (
	"net/mail"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Quick ways for what is usual must never differ from the general ones. (AppendJSON has a test of
// its own.)

// The quick look at an address accepts nothing that parsing it would refuse.
func TestPlainAddressIsAnAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("aZ0.-_@ +\"<")), 0, 12, -1).Draw(t, "text")
		if !isPlainAddress(text) {
			return
		}
		if address, err := mail.ParseAddress(text); err != nil || address.Address != text {
			t.Fatalf("%q is %v (%v)", text, address, err)
		}
	})
	if !isPlainAddress("ana.b@example.com") {
		t.Error("the usual address is not seen to be one")
	}
}

// The quick look at a text accepts nothing that a rule refuses, wherever it stands: texts are
// looked at eight bytes at a time.
func TestPlainTextBreaksNoRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SampledFrom([]string{" ", "       ", "a", "aaaaaaa", "ñ", "\n", "\x00", "\x1f", "\x7f", "\u0085", "\u00a0", "\u2003", "\ufffd", "😀", "\xff", "\xc3"})
		text := strings.Join(rapid.SliceOfN(some, 0, 6).Draw(t, "text"), "")
		if isPlainText(text) && (!utf8.ValidString(text) || strings.TrimSpace(text) == "" || hasControl(text, false)) {
			t.Fatalf("%q passes", text)
		}
	})
	for _, piece := range []string{"\n", "\x1f", "\x7f", "\u0080", "\u009f", "\xff", "\xc3"} {
		for before := range 17 {
			for after := range 17 {
				if text := strings.Repeat("a", before) + piece + strings.Repeat("a", after); isPlainText(text) {
					t.Errorf("%q passes", text)
				}
			}
		}
	}
	if !isPlainText("¿Tenés ñandú?") {
		t.Error("a usual text is not seen to be one")
	}
}

// What counts as a control character is what Unicode says.
func TestControlCharacters(t *testing.T) {
	for r := range rune(0x3000) {
		if got := hasControl(string(r), false); got != unicode.IsControl(r) {
			t.Errorf("%U: %v", r, got)
		}
	}
}

// A character that is taken the quick way makes the words, or the end of one, that it makes the
// general way.
func TestFoldLatin(t *testing.T) {
	taken := 0
	for r := range rune(0x3000) {
		text := "x" + string(r) + "y"
		quick, done := foldLatin(text)
		if !done {
			continue
		}
		taken++
		if got, want := asciiWords(quick), anyWords(foldAny(text)); !slices.Equal(got, want) {
			t.Errorf("%U: %q, not %q", r, got, want)
		}
	}
	if taken < 128+40+30 {
		t.Errorf("only %d characters are taken", taken)
	}
}
