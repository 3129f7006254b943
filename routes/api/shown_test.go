package api

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// What is shown of a value is short and is text, whatever was sent.
func TestShown(t *testing.T) {
	for _, raw := range []string{"", `"a"`, strings.Repeat("ñ", 1000), strings.Repeat("\xff", 1000), "a" + strings.Repeat("🧉", 100)} {
		got := shown([]byte(raw))
		if n := utf8.RuneCountInString(got); n > 61 || !utf8.ValidString(got) {
			t.Errorf("%d characters: %q", n, got)
		}
	}
}
