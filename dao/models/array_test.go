package models

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What is indented is what encoding/json makes of it, to the byte.
func TestIndented(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune(`aé"\/{}[]:,<>` + "\n\t\u2028")))
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		plain := rapid.OneOf(rapid.Map(text, func(s string) any { return s }), rapid.Just[any](nil), rapid.Just[any](-1.5e30), rapid.Just[any](true))
		if depth == 0 {
			return plain
		}
		return rapid.OneOf(plain, rapid.Map(rapid.SliceOfN(value(depth-1), 0, 3), func(list []any) any { return list }),
			rapid.Map(rapid.MapOfN(text, value(depth-1), 0, 3), func(object map[string]any) any { return object }))
	}
	rapid.Check(t, func(t *rapid.T) {
		compact := encode(value(3).Draw(t, "value"))
		var want bytes.Buffer
		if err := json.Indent(&want, compact, "  ", "  "); err != nil {
			t.Fatal(err)
		}
		if got := AppendIndented(nil, compact); !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%s\nnot %s", got, &want)
		}
	})
}

// An array that is written part by part is the one that is written at once, wherever it is cut.
func TestArrayParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		carts := make([]Cart, rapid.IntRange(0, 6).Draw(t, "carts"))
		for i := range carts {
			carts[i] = Cart{ID: ID{11: byte(i)}, Products: make([]Item, i%3)}
		}
		var whole bytes.Buffer
		if err := WriteArray(&whole, slices.Values(carts)); err != nil {
			t.Fatal(err)
		}
		var parts []byte
		for rest := carts; len(rest) > 0; {
			n := rapid.IntRange(0, len(rest)).Draw(t, "part")
			parts = append(parts, ArrayPart(rest[:n], len(rest) == len(carts))...)
			rest = rest[n:]
		}
		if parts = append(parts, ArrayEnd(len(carts) == 0)...); !bytes.Equal(parts, whole.Bytes()) {
			t.Fatalf("in parts\n%s\nat once\n%s", parts, &whole)
		}
	})
}
