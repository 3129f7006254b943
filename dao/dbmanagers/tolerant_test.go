package dbmanagers

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

func decimal128(t rapid.TB, text string) bson.Decimal128 {
	number, err := bson.ParseDecimal128(text)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// without is a field that is not there.
type without struct{}

func fields(t rapid.TB, pairs ...any) bson.Raw {
	doc := bson.D{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != any(without{}) {
			doc = append(doc, bson.E{Key: pairs[i].(string), Value: pairs[i+1]})
		}
	}
	return rawOf(t, doc)
}

// Each form that other programs give a field is read for what it most likely means.
func TestFieldForms(t *testing.T) {
	price := func(doc bson.Raw) any { return int64(readProduct(doc).Price) }
	stock := func(doc bson.Raw) any { return readProduct(doc).Stock }
	status := func(doc bson.Raw) any { return readProduct(doc).Status }
	title := func(doc bson.Raw) any { return readProduct(doc).Title }
	message := func(doc bson.Raw) any { return readMessage(doc).Message }
	created := func(doc bson.Raw) any { return int64(readMessage(doc).CreatedAt) }
	rev := func(doc bson.Raw) any { return readCart(doc).Rev }
	var none without
	for _, group := range []struct {
		field string
		read  func(bson.Raw) any
		forms []any // a form, what it is read as, and so on
	}{
		{"price", price, []any{
			12.5, 12500, int32(12), 12000, int64(12), 12000, decimal128(t, "12.50"), 12500, decimal128(t, "1.2E+3"), 1200_000,
			"12.50", 12500, " 12.5 ", 12500, "12,50", 12500, "12,5", 12500, "1e2", 100_000, "-3", -3000, "+3", 3000, ".5", 500, "5.", 5000, "007", 7000,
			12.345, 12345, 1.1115, 1112, 1.0005, 1001, -1.1115, -1112, "1.00049999999999999999999", 1000, 0.0004, 0, 0.30000000000000004, 300,
			none, 0, nil, 0, "", 0, "free", 0, "$12", 0, "12 pesos", 0, "1,234", 0, "1.234,50", 0, "0x10", 0, "1/2", 0, "1e", 0, ".", 0, "-", 0,
			strings.Repeat("0", 64) + "1", 0, math.NaN(), 0, math.Inf(1), 0, 1e300, 0, decimal128(t, "NaN"), 0, decimal128(t, "-Infinity"), 0,
			99999999999999.0, 99999999999999_000, "99999999999999.9999", 100_000_000_000_000_000, 1e14, 0, int64(math.MaxInt64), 0,
			"1e99999", 0, "1e-99999", 0, true, 0, bson.A{1}, 0, bson.D{{Key: "amount", Value: 5}}, 0,
		}},
		{"stock", stock, []any{
			int32(7), 7, int64(1 << 40), 1 << 40, 7.0, 7, 7.9, 7, -0.5, -1, -7.0, -7, decimal128(t, "7.9"), 7, "7", 7, " 7.9 ", 7, "-0.1", -1,
			int64(math.MinInt64), math.MinInt64, none, 0, nil, 0, "many", 0, math.NaN(), 0, math.Inf(-1), 0, 1e17, 0, true, 0, "", 0,
		}},
		{"status", status, []any{
			true, true, false, false, none, true, nil, true, "true", true, "TRUE", true, " false ", false, "False", false, "no", false, "yes", true,
			"0", false, "1", true, int32(0), false, int32(1), true, int64(0), false, 0.0, false, 0.5, true, decimal128(t, "0"), false,
			"", true, "sold", true, bson.A{}, true,
		}},
		{"title", title, []any{
			"Mate", "Mate", " Mate\n", "Mate", none, "", nil, "", int32(5), "5", int64(-5), "-5", 5.0, "5", 0.1, "0.1",
			7791234567890.0, "7791234567890", 1e21, "1e+21", 1e-7, "1e-07", math.NaN(), "NaN", decimal128(t, "12.50"), "12.50", true, "true", false, "false",
			"a\xffb", "a\uFFFDb", "\xff", "\uFFFD", bson.A{"Mate"}, "", bson.D{}, "", bson.ObjectID{1}, "",
		}},
		{"message", message, []any{" hi\n", "hi", int32(5), "5", nil, ""}},
		{"createdAt", created, []any{
			bson.DateTime(5), 5, bson.DateTime(-5), -5, "1970-01-01T00:00:01.5Z", 1500, " 1969-12-31T21:00:01-03:00 ", 1000,
			int64(5), 5, int32(5), 5, 5.9, 5, decimal128(t, "5"), 5, bson.DateTime(math.MaxInt64), 253402300799999,
			bson.DateTime(math.MinInt64), -62167219200000, "9999-12-31T23:59:59-01:00", 253402300799999,
			none, 7_000, nil, 7_000, "yesterday", 7_000, "1970-01-01", 7_000, "5", 7_000, math.NaN(), 7_000, true, 7_000,
		}},
		{"pulperia", rev, []any{
			bson.D{{Key: "rev", Value: int32(5)}}, 5, bson.D{{Key: "rev", Value: int64(5)}}, 5, bson.D{{Key: "rev", Value: 5.0}}, 5,
			bson.D{}, 0, none, 0, "rev", 0, bson.A{}, 0, bson.D{{Key: "rev", Value: "x"}}, 0,
		}},
	} {
		for i := 0; i < len(group.forms); i += 2 {
			doc := fields(t, "_id", bson.ObjectID{3: 7}, group.field, group.forms[i])
			if got, want := group.read(doc), group.forms[i+1]; fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s %T %v is read as %v, want %v", group.field, group.forms[i], group.forms[i], got, want)
			}
		}
	}
}

// The time of a document without one is what we noted at its adoption, else what its ObjectID
// tells; a change is as old as the document.
func TestTimesOfForeignDocuments(t *testing.T) {
	var none without
	noted := bson.D{{Key: "created", Value: int64(9)}}
	for _, c := range []struct {
		id, created, updated, pulperia any
		wantCreated, wantUpdated       models.Time
	}{
		{bson.ObjectID{3: 7}, none, none, none, 7_000, 7_000},
		{bson.ObjectID{3: 7}, none, none, noted, 9, 9},
		{bson.ObjectID{3: 7}, bson.DateTime(5), none, noted, 5, 5},
		{bson.ObjectID{3: 7}, bson.DateTime(5), "1970-01-01T00:00:00.006Z", noted, 5, 6},
		{bson.ObjectID{3: 7}, none, bson.DateTime(6), none, 7_000, 6},
		{bson.ObjectID{3: 7}, "soon", "late", none, 7_000, 7_000},
		{"abc", none, none, none, 0, 0},
		{"abc", none, none, noted, 9, 9},
		{none, none, none, none, 0, 0},
	} {
		doc := fields(t, "_id", c.id, "createdAt", c.created, "updatedAt", c.updated, "pulperia", c.pulperia)
		p, b, m := readProduct(doc), readCart(doc), readMessage(doc)
		if p.CreatedAt != c.wantCreated || b.CreatedAt != c.wantCreated || m.CreatedAt != c.wantCreated {
			t.Errorf("%s is of %d, %d, %d, want %d", doc, p.CreatedAt, b.CreatedAt, m.CreatedAt, c.wantCreated)
		}
		if p.UpdatedAt != c.wantUpdated || b.UpdatedAt != c.wantUpdated {
			t.Errorf("%s changed at %d, %d, want %d", doc, p.UpdatedAt, b.UpdatedAt, c.wantUpdated)
		}
	}
}

func TestPictures(t *testing.T) {
	var none without
	for _, c := range []struct {
		thumbnails, thumbnail any
		want                  string
	}{
		{bson.A{"/a", "/b"}, none, "/a /b"}, {bson.A{" /a ", 5, nil, bson.A{"/c"}, "", "/b"}, none, "/a /b"}, {"/a", none, "/a"},
		{none, "/t", "/t"}, {none, bson.A{"/t", "/u"}, "/t /u"}, {bson.A{}, "/t", "/t"}, {nil, "/t", "/t"}, {"", "/t", "/t"}, {bson.A{5}, "/t", "/t"},
		{bson.A{"/a"}, "/t", "/a"}, {nil, nil, ""}, {none, none, ""}, {none, 5, ""}, {bson.A{}, "", ""}, {bson.A{" "}, "/t", "/t"}, {bson.D{{Key: "0", Value: "/a"}}, none, ""},
	} {
		got := readProduct(fields(t, "thumbnails", c.thumbnails, "thumbnail", c.thumbnail)).Thumbnails
		if strings.Join(got, " ") != c.want || got == nil {
			t.Errorf("%v and %v are read as %q, want %s", c.thumbnails, c.thumbnail, got, c.want)
		}
	}
}

func TestCartItems(t *testing.T) {
	id, other := bson.ObjectID{0xAB}, bson.ObjectID{0xCD}
	var none without
	item := func(product, quantity any) bson.Raw { return fields(t, "product", product, "quantity", quantity) }
	for _, c := range []struct {
		products any
		want     []models.Item
	}{
		{bson.A{item(id, int32(2)), item(id.Hex(), "3"), item(other, 1)}, []models.Item{{Product: models.ID(id), Quantity: 5}, {Product: models.ID(other), Quantity: 1}}},
		{bson.A{item(strings.ToUpper(id.Hex()), none)}, []models.Item{{Product: models.ID(id), Quantity: 1}}},
		{bson.A{item(bson.D{{Key: "title", Value: "t"}, {Key: "_id", Value: id}}, 2.9)}, []models.Item{{Product: models.ID(id), Quantity: 2}}},
		{bson.A{item(bson.D{{Key: "_id", Value: id.Hex()}}, "some")}, []models.Item{{Product: models.ID(id), Quantity: 1}}},
		{bson.A{item(bson.D{{Key: "$ref", Value: "products"}, {Key: "$id", Value: id}}, nil)}, []models.Item{{Product: models.ID(id), Quantity: 1}}},
		{bson.A{item(id, 0), item(other, -3)}, []models.Item{{Product: models.ID(id), Quantity: 0}, {Product: models.ID(other), Quantity: -3}}},
		{bson.A{item(none, 1), item(bson.ObjectID{}, 1), item("mate", 1), item(bson.D{}, 1), item(bson.A{id}, 1), id, nil, 5, item(other, 1)},
			[]models.Item{{Product: models.ID(other), Quantity: 1}}},
		{none, nil}, {nil, nil}, {"x", nil}, {item(id, 1), nil},
	} {
		got := readCart(fields(t, "products", c.products)).Products
		if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" || got == nil {
			t.Errorf("%v (-want +got):\n%s", c.products, diff)
		}
	}
}

// Two documents of one collection never share an id, whatever their _id is, and none has the zero
// id.
func TestIDsOfForeignDocuments(t *testing.T) {
	id := bson.ObjectID{0xAB, 11: 1}
	if got := idOf(fields(t, "_id", id).Lookup("_id")); got != models.ID(id) || objectID(got) != id {
		t.Errorf("%s is known as %s", id, got)
	}
	seen := map[models.ID]any{models.ID(id): id, {}: "none"}
	for _, key := range []any{
		without{}, nil, "", "abc", id.Hex(), strings.ToUpper(id.Hex()), string(id[:]), int32(5), int64(5), 5.0, true,
		bson.ObjectID{}, bson.D{}, bson.A{}, bson.D{{Key: "a", Value: 1}},
	} {
		doc := fields(t, "_id", key, "title", "t")
		got := readProduct(doc).ID
		if other, taken := seen[got]; taken {
			t.Errorf("_id %v and %v are both %s", key, other, got)
		}
		if seen[got] = key; got != readMessage(slices.Clone(doc)).ID || got != readCart(doc).ID {
			t.Errorf("_id %v is not always %s", key, got)
		}
	}
	if got := idOf(fields(t, "_id", "abc").Lookup("_id")).String(); got != "aa864d023c9635afae102e16" {
		t.Errorf("a document that is known by its hash is now known as %s", got)
	}
}
