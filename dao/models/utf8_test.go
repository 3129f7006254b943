package models_test

import (
	"testing"

	"pulperia/dao/models"
)

// Of broken bytes and of half a surrogate pair encoding/json makes a replacement character without
// a word.
func TestIsUTF8(t *testing.T) {
	for text, want := range map[string]bool{
		"\"Ca\xf1a\"":             false,
		`"plain"`:                 true,
		`"\u00f1"`:                true,
		`"\ud83e\uddc9"`:          true,
		`"\uD83E\uDDC9"`:          true,
		`"\ud83e\uddc9\ud83e"`:    false,
		`"\ud800"`:                false,
		`"\udc00"`:                false,
		`"\udc00\ud800"`:          false,
		`"\ud800\ud800\udc00"`:    false,
		`"\ud800\n"`:              false,
		`"\ud800x"`:               false,
		`"\\ud800"`:               true,
		`"\\\ud800"`:              false,
		`"\"\ud83e\uddc9\\ud800"`: true,
		`"\ufffd"`:                true,
	} {
		if got := models.IsUTF8([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
