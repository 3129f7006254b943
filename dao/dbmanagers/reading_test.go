package dbmanagers

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// Whatever bytes a document has, reading it gives values that every other part of the shop can
// show, store and read back.
func TestReadingNeverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := rawOf(t, rapid.OneOf(dirtyProduct, dirtyCart, dirtyMessage).Draw(t, "document"))
		checkReading(t, doc)
		for range rapid.IntRange(0, 4).Draw(t, "damages") {
			doc[rapid.IntRange(0, len(doc)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
			checkReading(t, doc)
		}
		checkReading(t, doc[:rapid.IntRange(0, len(doc)).Draw(t, "length")])
	})
}

func FuzzReading(f *testing.F) {
	for i := range 8 {
		for _, draw := range []*rapid.Generator[bson.D]{dirtyProduct, dirtyCart, dirtyMessage} {
			f.Add([]byte(rawOf(f, draw.Example(i))))
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte) { checkReading(t, doc) })
}

func checkReading(t rapid.TB, doc bson.Raw) {
	before := slices.Clone(doc)
	p, c, m := readProduct(doc), readCart(doc), readMessage(doc)
	if p.ID.IsZero() || c.ID != p.ID || m.ID != p.ID || c.Rev != p.Rev {
		t.Fatalf("the document is %s, %s and %s", p.ID, c.ID, m.ID)
	}
	readBack(t, p)
	readBack(t, c)
	readBack(t, m)
	again, cart, message := p.Clone(), c.Clone(), m
	again.Normalize()
	cart.Normalize()
	if message.Normalize(); !cmp.Equal(again, p) || !cmp.Equal(cart, c) || message != m {
		t.Fatalf("not normalized: %v, %v, %v", p, c, m)
	}
	productChange(p, models.Product{ID: p.ID, Thumbnails: []string{"/new"}}, doc)
	cartChange(c, models.Cart{ID: c.ID, Products: append(slices.Clone(c.Products), models.Item{Product: models.ID{9}, Quantity: 1})}, doc)
	productKeys(p)
	dirt := slices.Concat(productDirt(doc), cartDirt(doc), messageDirt(doc))
	for _, sentence := range slices.Concat(dirt, unknownFields("product", doc), unknownFields("cart", doc), unknownFields("message", doc)) {
		if !utf8.ValidString(sentence) {
			t.Fatalf("%q is no text", sentence)
		}
	}
	if productDirt(doc) == nil && p.Check() != nil || cartDirt(doc) == nil && c.Check() != nil || messageDirt(doc) == nil && m.Check() != nil {
		t.Fatalf("a rule is broken, and no dirt is seen: %v, %v, %v", p.Check(), c.Check(), m.Check())
	}
	if !slices.Equal(before, doc) {
		t.Fatal("reading changed the document")
	}
}

// readBack checks that a value's JSON form, which the feed and the files have of it, is read as the
// same value.
func readBack[T any](t rapid.TB, value T) {
	var got T
	if err := json.Unmarshal(models.JSON(value), &got); err != nil {
		t.Fatalf("%s cannot be read: %v", models.JSON(value), err)
	}
	if diff := cmp.Diff(value, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}
