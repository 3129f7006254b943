package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// JSONFault says what is wrong with a text that is not JSON, and at which of its bytes; with one
// that is JSON nothing, at -1. The words are ours: people read them, and those of encoding/json are
// others in each version of Go.
func JSONFault(text []byte) (at int, wrong string) {
	syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(append(bytes.Clone(text), ' '), new(json.RawMessage)))
	if !ok {
		return -1, ""
	}
	at = int(syntax.Offset) - 1
	if at >= len(text) { // it asks for more than the blank behind the end
		return len(bytes.TrimRight(text, " \t\r\n")), "is not closed: its end is missing"
	}
	for at > 0 && !utf8.RuneStart(text[at]) { // some versions of Go name the last byte of a character
		at--
	}
	found, _ := utf8.DecodeRune(text[at:])
	return at, fmt.Sprintf("%q is out of place%s", found, guess(bytes.TrimRight(text[:at], " \t\r\n"), found))
}

// guess asks after the two mistakes that are made most when somebody writes JSON by hand.
func guess(before []byte, found rune) string {
	if len(before) == 0 {
		return ""
	}
	opens := bytes.ContainsRune([]byte(`"{[`), found)
	switch last := before[len(before)-1]; {
	case opens && bytes.IndexByte([]byte(`"}]`), last) >= 0, opens && '0' <= last && last <= '9', opens && last == 'e':
		return ": is a comma missing before it?"
	case last == ',':
		return ": is the comma before it one too many?"
	}
	return ""
}

// Misfit says why a value does not fit into one of ours, again in our words, where encoding/json
// has found that out; other errors are ours.
func Misfit(err error) string {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
			return "there is no field " + field + " here"
		}
		return err.Error()
	}
	return fmt.Sprintf("a JSON %s does not fit here", wrong.Value)
}
