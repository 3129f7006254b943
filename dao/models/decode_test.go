package models

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// A message is read as encoding/json reads it, whatever is in its texts and whatever becomes of its bytes.
func TestDecodeMessageIsJSON(t *testing.T) {
	quick := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[ -~ñ🧉]{0,30}`), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		m := Message{ID: ID{1, 11: 0xab}, User: text.Draw(t, "user"), Message: text.Draw(t, "message"), CreatedAt: Time(rapid.Int64Range(-1e14, 1e15).Draw(t, "at"))}
		line := JSON(m)
		if rapid.Bool().Draw(t, "folded") {
			line = append(fmt.Appendf(nil, `{"offset":%d,`, rapid.Int64Min(0).Draw(t, "offset")), line[1:]...)
		}
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			line[rapid.IntRange(0, len(line)-1).Draw(t, "place")] = rapid.SampledFrom([]byte(`09aA":,}{\ `+"\x00\xff\n")).Draw(t, "byte")
		}
		if rapid.Bool().Draw(t, "line break") {
			line = append(line, '\n')
		}
		var want Message
		wantErr := json.Unmarshal(line, &want)
		got, err := DecodeMessage(line)
		if (err == nil) != (wantErr == nil) || err == nil && got != want {
			t.Fatalf("%q: got %+v, %v; want %+v, %v", line, got, err, want, wantErr)
		}
		if _, ok := decodePlain(line); ok {
			quick++
		}
	})
	if quick == 0 {
		t.Error("nothing took the quick way")
	}
}

func BenchmarkDecodeMessage(b *testing.B) {
	line := JSON(Message{ID: ID{1, 11: 0xab}, User: "vecino01234@example.com", Message: "yerba mate de la paquete con litro sin aceituna gramos ñandú", CreatedAt: 1_700_000_000_000})
	for b.Loop() {
		if _, err := DecodeMessage(line); err != nil {
			b.Fatal(err)
		}
	}
}
