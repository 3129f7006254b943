package models

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Option is a choice between the variants of a product, and what one of them has of it: Talle, M.
type Option struct{ Name, Value string }

// Options are those of one variant. In JSON they are an object, whose order counts.
type Options []Option

func (o Options) index(name string) int {
	return slices.IndexFunc(o, func(option Option) bool { return option.Name == name })
}

// Value returns what there is of an option; "" for one that there is not.
func (o Options) Value(name string) string {
	if i := o.index(name); i >= 0 {
		return o[i].Value
	}
	return ""
}

// key is the same for the same choice.
func (o Options) key() string {
	var b strings.Builder
	for _, option := range o {
		b.WriteString(strconv.Quote(option.Name) + strconv.Quote(option.Value))
	}
	return b.String()
}

func (o Options) append(b []byte) []byte {
	b = append(b, '{')
	for i, option := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(appendText(b, option.Name), ':'), option.Value)
	}
	return append(b, '}')
}

// MarshalJSON writes an object in the order of the options.
func (o Options) MarshalJSON() ([]byte, error) { return o.append(nil), nil }

// UnmarshalJSON reads an object of texts, and keeps its order.
func (o *Options) UnmarshalJSON(text []byte) error {
	*o = nil
	if string(text) == "null" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	var whole map[string]string // or else the error of a text that is none
	if err := json.Unmarshal(text, &whole); err != nil {
		return err
	}
	decoder.Token() // the brace
	for decoder.More() {
		name, _ := decoder.Token()
		value, _ := decoder.Token()
		option := Option{Name: name.(string)}
		option.Value, _ = value.(string)
		*o = append(*o, option)
	}
	return nil
}

// Uncounted says of stock that nobody counts it: it can always be bought. In JSON it stands the
// other way round: "counted": false.
type Uncounted bool

// MarshalJSON says whether stock is counted.
func (u Uncounted) MarshalJSON() ([]byte, error) { return u.append(nil), nil }

func (u Uncounted) append(b []byte) []byte { return strconv.AppendBool(b, !bool(u)) }

// UnmarshalJSON reads whether stock is counted.
func (u *Uncounted) UnmarshalJSON(text []byte) error {
	var counted bool
	err := json.Unmarshal(text, &counted)
	if err == nil && string(text) != "null" {
		*u = Uncounted(!counted)
	}
	return err
}
