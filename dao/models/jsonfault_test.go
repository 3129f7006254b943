package models

import (
	"encoding/json"
	"strings"
	"testing"
)

// What is wrong with a text is said in the same words whatever version of Go reads it, and where a
// person would mend it.
func TestJSONFault(t *testing.T) {
	for text, want := range map[string]struct {
		at    int
		wrong string
	}{
		`[{"a":1} {}]`:                   {9, `'{' is out of place: is a comma missing before it?`},
		`{"stock": 3 "code": "a"}`:       {12, `'"' is out of place: is a comma missing before it?`},
		`{"status": true "code": "a"}`:   {16, `'"' is out of place: is a comma missing before it?`},
		"[1, 2,\n]":                      {7, `']' is out of place: is the comma before it one too many?`},
		`{"a":1,}`:                       {7, `'}' is out of place: is the comma before it one too many?`},
		`{'a':1}`:                        {1, `'\'' is out of place`},
		`[“a”]`:                          {1, `'“' is out of place`},
		"[\"a\nb\"]":                     {3, `'\n' is out of place`},
		`hola`:                           {0, `'h' is out of place`},
		`[1] []`:                         {4, `'[' is out of place: is a comma missing before it?`},
		`[1, 2`:                          {5, "is not closed: its end is missing"},
		`[{"title":"A"},{"tit`:           {20, "is not closed: its end is missing"},
		`[tru`:                           {4, "is not closed: its end is missing"},
		"[1,\n2\n\n":                     {5, "is not closed: its end is missing"},
		`{"a"`:                           {4, "is not closed: its end is missing"},
		``:                               {0, "is not closed: its end is missing"},
		`{"a": "what the reader wants"}`: {-1, ""},
	} {
		if at, wrong := JSONFault([]byte(text)); at != want.at || wrong != want.wrong {
			t.Errorf("%s: byte %d: %s; want byte %d: %s", text, at, wrong, want.at, want.wrong)
		}
	}
}

func TestMisfit(t *testing.T) {
	for text, want := range map[string]string{
		`{"stock": "3"}`:     "a JSON string does not fit here",
		`{"stock": 1.5}`:     "a JSON number 1.5 does not fit here",
		`{"price": "1,555"}`: `"\"1,555\"" is not a number`,
	} {
		if got := Misfit(json.Unmarshal([]byte(text), new(Product))); got != want {
			t.Errorf("%s: %s; want %s", text, got, want)
		}
	}
	strict := json.NewDecoder(strings.NewReader(`{"other":1}`))
	strict.DisallowUnknownFields()
	if got, want := Misfit(strict.Decode(new(Message))), `there is no field "other" here`; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}
