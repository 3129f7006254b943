package models

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A message is read as encoding/json reads it, whatever is in its texts and whatever becomes of its
// bytes.
func TestDecodeMessageIsJSON(t *testing.T) {
	for _, by := range []string{"", "visitor:0123abcd"} {
		if _, quick := decodePlain(JSON(Message{ID: ID{1, 11: 0xab}, User: "ana@example.com", Message: "¿Hay mate? 🧉", By: by})); !quick {
			t.Errorf("a plain message by %q does not take the quick way", by)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[ -~ñ🧉]{0,30}`), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		m := Message{ID: ID{1, 11: 0xab}, User: text.Draw(t, "user"), Message: text.Draw(t, "message"), CreatedAt: Time(rapid.Int64Range(-1e14, 1e15).Draw(t, "at")), By: rapid.SampledFrom([]string{"", "visitor:0123abcd", "\"x"}).Draw(t, "by")}
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
		want.Normalize()
		got, err := DecodeMessage(line)
		if (err == nil) != (wantErr == nil) || err == nil && got != want {
			t.Fatalf("%q: got %+v, %v; want %+v, %v", line, got, err, want, wantErr)
		}
	})
}

// So is a product, as it stands in a file.
func TestDecodeProductIsJSON(t *testing.T) {
	if _, quick := plainProduct(inFile(t, Product{ID: ID{1, 11: 0xab}, Title: "Yerba ñ", Code: "y", Price: 1250, Thumbnails: []string{"/y.svg"}, Rev: 1})); !quick {
		t.Error("a plain product does not take the quick way")
	}
	rapid.Check(t, func(t *rapid.T) {
		text, number := rapid.StringMatching(`[a-z ñ🧉]{0,12}`), rapid.Int64Range(0, 1200) // for which there is the quick way
		if rapid.Bool().Draw(t, "odd") {
			text = rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 4), func(list []string) string { return strings.Join(list, "") })
			number = rapid.Int64Range(-1e12, 1e12)
		}
		p := Product{
			ID: ID{1, 11: 0xab}, Title: text.Draw(t, "title"), Description: text.Draw(t, "description"), Code: text.Draw(t, "code"),
			Price: Money(number.Draw(t, "price")), Status: rapid.Bool().Draw(t, "status"), Stock: number.Draw(t, "stock"), Category: text.Draw(t, "category"),
			Thumbnails: rapid.SliceOfN(text, 0, 3).Draw(t, "thumbnails"), CreatedAt: 1_700_000_000_000,
			UpdatedAt: Time(rapid.Int64Range(-1e14, 1e15).Draw(t, "at")), Rev: number.Draw(t, "rev"),
		}
		if rapid.IntRange(0, 9).Draw(t, "no list") == 0 {
			p.Thumbnails = nil
		}
		wantDecodedAsJSON(t, inFile(t, p))
	})
}

// Whatever becomes of any of its bytes.
func TestDecodeDamagedProductIsJSON(t *testing.T) {
	for _, price := range []Money{5, 1210, 12300} {
		one := inFile(t, Product{
			ID: ID{1, 11: 0xab}, Title: "Yerba ñ", Code: "y", Price: price, Stock: 10, Thumbnails: []string{"/a.svg", "/b.svg"},
			CreatedAt: 1_700_000_000_000, UpdatedAt: 1_700_000_100_000, Rev: 12,
		})
		for place, was := range one {
			for _, other := range []byte(`09aAe-+.":,[]{}\ntx ` + "\x00\xc3\xff\n") {
				one[place] = other
				wantDecodedAsJSON(t, one)
			}
			one[place] = was
		}
	}
}

// inFile returns a product as it stands in products.json.
func inFile(t rapid.TB, p Product) []byte {
	var file bytes.Buffer
	if err := WriteArray(&file, slices.Values([]Product{p})); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(bytes.TrimPrefix(file.Bytes(), []byte("[\n  ")), []byte("\n]\n"))
}

func wantDecodedAsJSON(t rapid.TB, text []byte) {
	var want Product
	wantErr := json.Unmarshal(text, &want)
	want.Normalize()
	got, err := DecodeProduct(text)
	if (err == nil) != (wantErr == nil) || err == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: got %+v, %v; want %+v, %v", text, got, err, want, wantErr)
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
