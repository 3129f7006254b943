package views

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// texts are what the shop says in one language, by key. They stand in texts/<language>.json.
type texts map[string]text

// text has one form, or two where it counts something: {"one": "{n} producto", "other": "{n}
// productos"}.
type text struct{ one, other string }

// UnmarshalJSON reads a string, or an object with both forms.
func (t *text) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte{'"'}) {
		t.one = ""
		return json.Unmarshal(data, &t.other)
	}
	var forms struct{ One, Other string }
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&forms); err != nil {
		return err
	}
	if forms.One == "" || forms.Other == "" {
		return fmt.Errorf("%s needs both forms, one and other", data)
	}
	t.one, t.other = forms.One, forms.Other
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (t text) MarshalJSON() ([]byte, error) {
	if t.one == "" {
		return json.Marshal(t.other)
	}
	return json.Marshal(map[string]string{"one": t.one, "other": t.other})
}

func readTexts(language Language) (texts, error) {
	name := "texts/" + string(language) + ".json"
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	all := texts{}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("read views/%s: %w", name, err)
	}
	return all, nil
}

// Say returns the text of a key with its arguments in the places that name them: {name}. A whole
// number is written as the language groups its digits, and the number n chooses between one and
// many. An unknown key is its own text.
func (v *Voice) Say(key string, args map[string]any) string {
	t, known := v.texts[key]
	if !known {
		return key
	}
	form := t.other
	if n, counts := whole(args["n"]); counts && n == 1 && t.one != "" {
		form = t.one
	}
	if len(args) == 0 {
		return form
	}
	return v.fill(form, args)
}

// Knows says whether there is a text of a key.
func (v *Voice) Knows(key string) bool { _, known := v.texts[key]; return known }

// fill walks the text once, so that an argument which itself looks like a place stays as it is.
func (v *Voice) fill(form string, args map[string]any) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(form, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if n, isWhole := whole(args[name]); isWhole {
			b.WriteString(v.Number(n))
		} else {
			fmt.Fprint(&b, args[name])
		}
		form = after
	}
}

func whole(value any) (int64, bool) {
	switch n := value.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}
