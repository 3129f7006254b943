package dbmanagers

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
)

// with is a document of mongoose, clean by itself, in which one field is another; or is not there.
func with(t rapid.TB, doc bson.D, field string, value any) bson.Raw {
	var pairs []any
	there := false
	for _, e := range doc {
		if e.Key == field {
			e.Value, there = value, true
		}
		pairs = append(pairs, e.Key, e.Value)
	}
	if !there {
		pairs = append(pairs, field, value)
	}
	return fields(t, pairs...)
}

func mongooseProduct() bson.D {
	return bson.D{
		{Key: "_id", Value: bson.ObjectID{0x66, 11: 1}}, {Key: "title", Value: "Mate"}, {Key: "description", Value: "d"}, {Key: "code", Value: "M-1"},
		{Key: "price", Value: int32(12)}, {Key: "status", Value: true}, {Key: "stock", Value: 7.0}, {Key: "category", Value: "c"},
		{Key: "thumbnails", Value: bson.A{"/a.png"}}, {Key: "__v", Value: int32(0)},
	}
}

func mongooseCart() bson.D {
	return bson.D{{Key: "_id", Value: bson.ObjectID{0x66, 11: 2}}, {Key: "products", Value: bson.A{
		bson.D{{Key: "product", Value: bson.ObjectID{1}}, {Key: "quantity", Value: int32(2)}, {Key: "_id", Value: bson.ObjectID{2}}},
	}}, {Key: "__v", Value: int32(0)}}
}

func mongooseMessage() bson.D {
	return bson.D{
		{Key: "_id", Value: bson.ObjectID{0x66, 11: 3}}, {Key: "user", Value: "ana@example.com"}, {Key: "message", Value: "hi"}, {Key: "__v", Value: int32(0)},
	}
}

// What mongoose writes by the assignment's schemas is clean.
func TestMongooseIsClean(t *testing.T) {
	for what, dirt := range map[string][]string{
		"product": productDirt(rawOf(t, mongooseProduct())), "cart": cartDirt(rawOf(t, mongooseCart())), "message": messageDirt(rawOf(t, mongooseMessage())),
	} {
		if dirt != nil {
			t.Errorf("%s: %q", what, dirt)
		}
	}
}

// A sentence names the field, what stands there and what it is shown as; each field has one.
func TestProductDirt(t *testing.T) {
	var none without
	for _, c := range []struct {
		field string
		value any
		want  string
	}{
		{"_id", "abc", `_id is "abc": shown as aa864d023c9635afae102e16; createdAt is missing: shown as 1970-01-01T00:00:00.000Z`},
		{"title", int32(5), `title is 5: shown as "5"`},
		{"title", none, `title is missing: shown as ""`},
		{"title", nil, `title is null: shown as ""`},
		{"title", " a\xff ", `title is " a` + "\uFFFD" + ` ": shown as "a` + "\uFFFD" + `"`},
		{"title", "", `title is required: shown as it is`},
		{"code", strings.Repeat("ñ", 201), `code must have at most 200 characters; got 201 characters: shown as it is`},
		{"code", bson.D{{Key: "text", Value: strings.Repeat("ñ", 99)}}, `code is {"text": "` + strings.Repeat("ñ", 50) + `…: shown as ""`},
		{"price", "12,50", `price is "12,50": shown as 12.5`},
		{"price", "free", `price is "free": shown as 0`},
		{"price", 0.30000000000000004, `price is 0.30000000000000004: shown as 0.3`},
		{"price", 12.3456, `price is 12.3456: shown as 12.346`},
		{"price", decimal128(t, "12.5"), `price is {"$numberDecimal":"12.5"}: shown as 12.5`},
		{"price", -5.0, `price must be at least 0; got -5: shown as it is`},
		{"price", int64(5), ``},
		{"status", none, `status is missing: shown as true`},
		{"status", "no", `status is "no": shown as false`},
		{"stock", 2.5, `stock is 2.5: shown as 2`},
		{"stock", int64(2), ``},
		{"thumbnails", none, `thumbnails is missing: shown as []`},
		{"thumbnails", bson.A{"/a", int32(5)}, `thumbnails is ["/a",{"$numberInt":"5"}]: shown as ["/a"]`},
		{"thumbnails", bson.A{"ftp://a", nil}, `thumbnails is ["ftp://a",null]: shown as ["ftp://a"]`},
		{"thumbnails", bson.A{"ftp://a"}, `thumbnails[0] must be an absolute path or an http(s) URL of at most 2000 characters; got "ftp://a": shown as it is`},
		{"createdAt", "1970-01-01T00:00:00Z", `createdAt is "1970-01-01T00:00:00Z": shown as 1970-01-01T00:00:00.000Z`},
		{"updatedAt", int64(1), `updatedAt is 1: shown as 1970-01-01T00:00:00.001Z`},
		{"color", "red", ``}, // that is for unknownFields to say
	} {
		if got := strings.Join(productDirt(with(t, mongooseProduct(), c.field, c.value)), "; "); got != c.want {
			t.Errorf("%s %v:\ngot  %s\nwant %s", c.field, c.value, got, c.want)
		}
	}
	instead := with(t, mongooseProduct()[:8], "thumbnail", "/t")
	if got, want := productDirt(instead), []string{`thumbnails is missing but thumbnail is "/t": shown as ["/t"]`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	whole := rawOf(t, mongooseProduct())
	cut := strings.Join(productDirt(whole[:len(whole)-30]), "; ")
	if !strings.HasPrefix(cut, "the document is damaged") || !strings.HasSuffix(cut, "thumbnails is missing: shown as []") {
		t.Errorf("a document that was cut short: %s", cut)
	}
}

func TestCartDirt(t *testing.T) {
	id, other := bson.ObjectID{0xAB}, bson.ObjectID{0xCD}
	item := func(product, quantity any) bson.Raw { return fields(t, "product", product, "quantity", quantity) }
	for _, c := range []struct {
		products any
		want     []string
	}{
		{bson.A{}, nil},
		{without{}, []string{`products is missing: shown as an empty cart`}},
		{int32(5), []string{`products is 5: shown as an empty cart`}},
		{bson.A{item("AB0000000000000000000000", "2"), item(other, without{})}, []string{
			`products[0].product is "AB0000000000000000000000": shown as ab0000000000000000000000`,
			`products[0].quantity is "2": shown as 2`, `products[1].quantity is missing: shown as 1`}},
		{bson.A{int32(5), item("mate", 1), item(id, int32(2)), item(other, int32(1)), item(id, int32(3))}, []string{
			`products[0] is 5 and names no product: left out`, `products[1] is {"product": "mate","quantity": {"$numberInt":"1"}} and names no product: left out`,
			`products[4].product is the same as in products[2]: shown as one item of 5`}},
		{bson.A{item(id, int32(2)), item(id.Hex(), int32(2))}, []string{`products[1].product is the same as in products[0]: shown as one item of 4`}},
		{bson.A{nil, item(id, int32(0)), item(other, int32(models.MaxQuantity)), item(other, int32(1))}, []string{
			`products[0] is null and names no product: left out`, `products[3].product is the same as in products[2]: shown as one item of 1000001`,
			`products[1].quantity must be at least 1; got 0: shown as it is`, `products[2].quantity must be at most 1000000; got 1000001: shown as it is`}},
	} {
		if diff := cmp.Diff(c.want, cartDirt(with(t, mongooseCart(), "products", c.products))); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.products, diff)
		}
	}
}

func TestMessageDirt(t *testing.T) {
	for _, c := range []struct {
		field string
		value any
		want  string
	}{
		{"user", "Ana@", `user must be a bare e-mail address like ana@example.com; got "Ana@": shown as it is`},
		{"message", true, `message is true: shown as "true"`},
	} {
		if got := messageDirt(with(t, mongooseMessage(), c.field, c.value)); !slices.Equal(got, []string{c.want}) {
			t.Errorf("got %q, want %s", got, c.want)
		}
	}
}

// Every field that the JSON form has no place for is named, once, in order; what has one is not.
func TestUnknownFields(t *testing.T) {
	populated := bson.D{{Key: "_id", Value: bson.ObjectID{1}}, {Key: "title", Value: "t"}, {Key: "__v", Value: 0}}
	reference := bson.D{{Key: "$ref", Value: "products"}, {Key: "$id", Value: bson.ObjectID{1}}}
	for _, c := range []struct {
		kind dao.Kind
		doc  bson.Raw
		want string
	}{
		{dao.KindProduct, with(t, mongooseProduct(), "owner", "o"), "owner"},
		{dao.KindProduct, fields(t, "z", 1, "a\xff", 1, "__v", 1, "pulperia", 1, "a", nil, "rev", 1), "a a\uFFFD rev z"},
		{dao.KindProduct, with(t, mongooseProduct(), "thumbnail", "/t"), "thumbnail"}, // the pictures are those of thumbnails
		{dao.KindProduct, with(t, mongooseProduct()[:8], "thumbnail", "/t"), ""},
		{dao.KindProduct, with(t, mongooseProduct()[:8], "thumbnail", 5), "thumbnail"},
		{dao.KindMessage, with(t, mongooseMessage(), "updatedAt", 1), "updatedAt"},
		{dao.KindCart, rawOf(t, mongooseCart()), ""},
		{dao.KindCart, with(t, mongooseCart(), "products", bson.A{
			fields(t, "product", populated, "color", "red"), fields(t, "product", reference, "color", "red", "size", 5), fields(t, "note", "n"), 5,
		}), "products[].color products[].note products[].product.title products[].size"},
		{dao.KindCart, with(t, mongooseCart(), "user", "u"), "user"},
	} {
		if got := strings.Join(unknownFields(c.kind, c.doc), " "); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.kind, c.doc, got, c.want)
		}
	}
}
