package models

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// IsUTF8 says whether JSON text holds only what UTF-8 can hold: neither broken bytes nor the escape
// of half a surrogate pair (RFC 8259, section 8.2). encoding/json takes both, and makes U+FFFD of
// them, which is lost text that looks valid.
func IsUTF8(raw []byte) bool { return utf8.Valid(raw) && !hasLoneSurrogate(raw) }

func hasLoneSurrogate(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		first := escaped(raw[i:])
		if i++; first < 0 { // another escape: pass over what it escapes
			continue
		}
		i += 4
		if !utf16.IsSurrogate(first) {
			continue
		}
		if utf16.DecodeRune(first, escaped(raw[i+1:])) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escaped returns the code unit of a \uXXXX at the beginning of raw, or -1.
func escaped(raw []byte) rune {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(unit)
}
