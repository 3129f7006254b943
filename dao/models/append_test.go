package models

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pieces are what texts are made of, and what is none.
var pieces = []string{
	"a", "kilo", "yerba mate", "ñ", "ción", "<&>", `"`, `\`, "\n", "\t\r", "\x00", "\x1f\x7f", "€", "🧉", "\u0080", "\u07ff", "\u0800",
	"\u2028\u2029", "\ufffd", "\U0010ffff", "\x80", "\xbf\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe2\x80", "\xed\xa0\x80",
	"\xf5\x80\x80\x80", "\xff\xfe",
}

// AppendJSON is a second writer of the form that the API, the files and the feed share, so it must
// never differ from the first.
func TestAppendJSONIsJSON(t *testing.T) {
	pieces := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOf(rapid.SampledFrom(pieces)).Draw(t, "pieces"), "")
	})
	text := rapid.OneOf(rapid.String(), pieces)
	rapid.Check(t, func(t *rapid.T) {
		p := Product{
			Title: text.Draw(t, "title"), Description: text.Draw(t, "description"), Code: text.Draw(t, "code"),
			Price: Money(rapid.Int64Range(-1_000_000, 1_000_000_000_000).Draw(t, "price")), Status: rapid.Bool().Draw(t, "status"),
			Stock: rapid.Int64().Draw(t, "stock"), Category: text.Draw(t, "category"),
			Thumbnails: rapid.SliceOf(text).Draw(t, "thumbnails"),
			CreatedAt:  Time(rapid.Int64Range(-80_000_000_000_000, 300_000_000_000_000).Draw(t, "createdAt")), Rev: rapid.Int64().Draw(t, "rev"),
		}
		p.CompareAt, p.Uncounted = Money(rapid.Int64Range(0, 2).Draw(t, "compareAt")), Uncounted(rapid.Bool().Draw(t, "uncounted"))
		p.Tax = text.Draw(t, "tax")
		p.Tags, p.Vendor, p.Barcode = rapid.SliceOfN(text, 0, 2).Draw(t, "tags"), text.Draw(t, "vendor"), text.Draw(t, "barcode")
		p.Variants = rapid.SliceOfN(drawnVariant(text), 0, 3).Draw(t, "variants")
		copy(p.ID[:], rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "id"))
		if rapid.Bool().Draw(t, "no list") {
			p.Thumbnails = nil
		}
		if got, want := string(p.AppendJSON([]byte("x"))), "x"+string(encode(p)); got != want {
			t.Fatalf("\ngot  %s\nwant %s", got, want)
		}
		c := Cart{ID: p.ID, Products: rapid.SliceOf(rapid.Custom(func(t *rapid.T) Item {
			return Item{ID{11: rapid.Byte().Draw(t, "product")}, ID{11: rapid.Byte().Draw(t, "variant")}, rapid.Int64().Draw(t, "quantity")}
		})).Draw(t, "items"), CreatedAt: p.CreatedAt, UpdatedAt: p.CreatedAt + 1, Rev: p.Rev}
		if rapid.Bool().Draw(t, "no items") {
			c.Products = nil
		}
		if got, want := string(c.AppendJSON([]byte("x"))), "x"+string(encode(c)); got != want {
			t.Fatalf("\ngot  %s\nwant %s", got, want)
		}
		m := Message{ID: p.ID, User: p.Code, Message: p.Title, CreatedAt: p.CreatedAt, By: p.Category}
		if got, want := string(m.AppendJSON([]byte("x"))), "x"+string(encode(m)); got != want {
			t.Fatalf("\ngot  %s\nwant %s", got, want)
		}
	})
}

func drawnVariant(text *rapid.Generator[string]) *rapid.Generator[Variant] {
	return rapid.Custom(func(t *rapid.T) Variant {
		return Variant{
			ID: ID{11: rapid.Byte().Draw(t, "id")}, Code: text.Draw(t, "code"), Price: Money(rapid.Int64Range(0, 1_000_000).Draw(t, "price")),
			Options: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Option { return Option{text.Draw(t, "name"), text.Draw(t, "value")} }), 0, 3).Draw(t, "options"),
			Stock:   rapid.Int64().Draw(t, "stock"), Uncounted: Uncounted(rapid.Bool().Draw(t, "uncounted")),
			Thumbnail: text.Draw(t, "thumbnail"), Barcode: text.Draw(t, "barcode"),
		}
	})
}

// Texts are looked at eight bytes at a time, so each piece must be seen wherever it stands in them,
// and between two of them.
func TestAppendTextSeesEveryPlace(t *testing.T) {
	for _, piece := range pieces {
		for before := range 17 {
			for after := range 17 {
				text := strings.Repeat("a", before) + piece + strings.Repeat("b", after)
				if got, want := string(appendText(nil, text)), string(encode(text)); got != want {
					t.Errorf("%q: got %s, want %s", text, got, want)
				}
			}
		}
	}
}
