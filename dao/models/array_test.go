package models

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

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
