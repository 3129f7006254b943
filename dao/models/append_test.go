package models

import (
	"testing"

	"pgregory.net/rapid"
)

// AppendJSON is a second writer of the form that the API, the files and the feed share, so it must never differ from the first.
func TestAppendJSONIsJSON(t *testing.T) {
	text := rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{"<&>", "\x00\x1f\x7f", "\xff\xfe", "\u2028\u2029", "a\"b\\c\nd\te\rf", "almacén 🧉", "\U0010ffff\ufffd"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		p := Product{
			Title: text.Draw(t, "title"), Description: text.Draw(t, "description"), Code: text.Draw(t, "code"),
			Price: Money(rapid.Int64Range(-1_000_000, 1_000_000_000_000).Draw(t, "price")), Status: rapid.Bool().Draw(t, "status"),
			Stock: rapid.Int64().Draw(t, "stock"), Category: text.Draw(t, "category"),
			Thumbnails: rapid.SliceOf(text).Draw(t, "thumbnails"),
			CreatedAt:  Time(rapid.Int64Range(-80_000_000_000_000, 300_000_000_000_000).Draw(t, "createdAt")), Rev: rapid.Int64().Draw(t, "rev"),
		}
		copy(p.ID[:], rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "id"))
		if rapid.Bool().Draw(t, "no list") {
			p.Thumbnails = nil
		}
		if got, want := string(p.AppendJSON([]byte("x"))), "x"+string(encode(p)); got != want {
			t.Fatalf("\ngot  %s\nwant %s", got, want)
		}
		m := Message{ID: p.ID, User: p.Code, Message: p.Title, CreatedAt: p.CreatedAt}
		if got, want := string(m.AppendJSON([]byte("x"))), "x"+string(encode(m)); got != want {
			t.Fatalf("\ngot  %s\nwant %s", got, want)
		}
	})
}
