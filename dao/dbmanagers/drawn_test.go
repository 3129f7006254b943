package dbmanagers

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// Random values: valid ones of models, and documents such as any program may have written.

func rawOf(t rapid.TB, doc any) bson.Raw {
	t.Helper()
	raw, err := bson.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

var (
	validID = rapid.Custom(func(t *rapid.T) (id models.ID) {
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 12, 12).Draw(t, "id"))
		id[11] |= 1 // not the zero id
		return id
	})
	validLine = rapid.Custom(func(t *rapid.T) string {
		runes := rapid.RuneFrom([]rune("aZ9 ,.$"), unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
		line := rapid.StringOfN(runes, 0, 20, -1).Draw(t, "line")
		line = strings.Map(func(r rune) rune {
			if unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) || r == '\u2800' {
				return 'ñ' // no name may hide such a character
			}
			return r
		}, line)
		return models.NormalName("x" + line + "x")
	})
	validText    = rapid.Map(rapid.SliceOfN(validLine, 1, 3), func(lines []string) string { return strings.Join(lines, "\n\t") })
	validTime    = rapid.Map(rapid.OneOf(rapid.Int64Range(int64(minTime), int64(maxTime)), rapid.Just(int64(0))), func(ms int64) models.Time { return models.Time(ms) })
	validPicture = rapid.OneOf(rapid.StringMatching(`/[a-z0-9./_-]{1,9}[a-z]`), rapid.StringMatching(`https?://[a-z]{1,5}\.com(/[a-z0-9]{1,9})?(\?a=b)?`)).
			Filter(func(text string) bool { return !strings.HasPrefix(text, "//") })
	validProduct = rapid.Custom(func(t *rapid.T) models.Product {
		return models.Product{
			ID: validID.Draw(t, "id"), Title: validLine.Draw(t, "title"), Description: validText.Draw(t, "description"), Code: validLine.Draw(t, "code"),
			Price: models.Money(rapid.Int64Range(0, int64(models.MaxPrice)).Draw(t, "cents")), Status: rapid.Bool().Draw(t, "status"),
			Stock: rapid.Int64Range(0, models.MaxStock).Draw(t, "stock"), Category: validLine.Draw(t, "category"),
			Thumbnails: append([]string{}, rapid.SliceOfN(validPicture, 0, 3).Draw(t, "thumbnails")...),
			CreatedAt:  validTime.Draw(t, "createdAt"), UpdatedAt: validTime.Draw(t, "updatedAt"), Rev: rapid.Int64Range(1, math.MaxInt64).Draw(t, "rev"),
		}
	})
	validCart = rapid.Custom(func(t *rapid.T) models.Cart {
		c := models.Cart{
			ID: validID.Draw(t, "id"), Products: []models.Item{},
			CreatedAt: validTime.Draw(t, "createdAt"), UpdatedAt: validTime.Draw(t, "updatedAt"), Rev: rapid.Int64Range(1, math.MaxInt64).Draw(t, "rev"),
		}
		for _, id := range rapid.SliceOfNDistinct(validID, 0, 5, rapid.ID[models.ID]).Draw(t, "products") {
			c.Products = append(c.Products, models.Item{Product: id, Quantity: rapid.Int64Range(1, models.MaxQuantity).Draw(t, "quantity")})
		}
		return c
	})
	validMessage = rapid.Custom(func(t *rapid.T) models.Message {
		user := rapid.StringMatching(`[a-z]{1,9}(\.[a-z]{1,9})?@[a-z]{1,9}\.com`).Draw(t, "user")
		return models.Message{ID: validID.Draw(t, "id"), User: user, Message: validText.Draw(t, "message"), CreatedAt: validTime.Draw(t, "createdAt"), By: rapid.SampledFrom([]string{"", "visitor:0123abcd"}).Draw(t, "by")}
	})
)

// Few products, so that a cart names one twice, and in several forms.
var fewIDs = []bson.ObjectID{{1}, {2, 0xAB}, {3, 0xCD}, {}}

var anyText = rapid.OneOf(rapid.String(), validLine, rapid.SampledFrom([]string{
	"", " ", " a ", "\xff\xfea\xff", "\x00", "true", "False", "no", "0", "12.50", " 12,50 ", "1,234", "-1.115", "1e3", "1e99999", "-", ".", "NaN",
	"/a.png", "2026-11-23T12:00:00.000Z", "9999-12-31T23:59:59-01:00", "01AB00000000000000000000", "02ab00000000000000000000",
}))

var anyNumber = rapid.OneOf(
	rapid.Map(rapid.Float64(), func(f float64) any { return f }),
	rapid.Map(rapid.Int64(), func(n int64) any { return n }),
	rapid.Map(rapid.Int32Range(-2, 20), func(n int32) any { return n }),
	rapid.SampledFrom([]any{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0.5, 12.345, 1.115, 1e15, 999999999999999.995, 1e300, 5e-324, 2.5e9}),
	rapid.Custom(func(t *rapid.T) any {
		return bson.NewDecimal128(rapid.Uint64().Draw(t, "high"), rapid.Uint64().Draw(t, "low"))
	}),
	rapid.Custom(func(t *rapid.T) any {
		number, _ := bson.ParseDecimal128(rapid.SampledFrom([]string{"12.50", "-1.115", "1E+3", "0E-9", "NaN", "-Infinity", "99999999999999999.5"}).Draw(t, "decimal"))
		return number
	}),
)

func anyValue(depth int) *rapid.Generator[any] {
	kinds := []*rapid.Generator[any]{
		anyNumber,
		rapid.Map(anyText, func(text string) any { return text }),
		rapid.Map(rapid.Int64(), func(ms int64) any { return bson.DateTime(ms) }),
		rapid.Map(rapid.SampledFrom(fewIDs), func(id bson.ObjectID) any { return id }),
		rapid.SampledFrom([]any{
			nil, true, false, bson.Undefined{}, bson.Null{}, bson.MinKey{}, bson.MaxKey{}, bson.Symbol("s"), bson.JavaScript("f()"), bson.Timestamp{T: 1},
			bson.Regex{Pattern: "a", Options: "i"}, bson.Binary{Subtype: 2, Data: []byte{1}}, bson.DBPointer{DB: "d", Pointer: fewIDs[0]},
			bson.CodeWithScope{Code: "c", Scope: bson.D{{Key: "x", Value: 1}}},
		}),
	}
	if depth > 0 {
		kinds = append(kinds, rapid.Map(rapid.SliceOfN(anyValue(depth-1), 0, 3), func(list []any) any { return bson.A(list) }),
			rapid.Map(anyDoc(depth-1, "_id", "$id", "product", "quantity", "a.b"), func(doc bson.D) any { return doc }))
	}
	return rapid.OneOf(kinds...)
}

// anyDoc holds some of the named fields, in any order, with any values.
func anyDoc(depth int, names ...string) *rapid.Generator[bson.D] {
	return rapid.Custom(func(t *rapid.T) bson.D {
		doc := bson.D{}
		for _, name := range names {
			if rapid.IntRange(0, 3).Draw(t, name+" is there") > 0 {
				doc = append(doc, bson.E{Key: name, Value: anyValue(depth).Draw(t, name)})
			}
		}
		return rapid.Permutation(doc).Draw(t, "order")
	})
}

// dirtyDoc is a document of which each field may be as we write it, or anything.
func dirtyDoc(ours func(t *rapid.T) bson.D, more ...string) *rapid.Generator[bson.D] {
	return rapid.Custom(func(t *rapid.T) bson.D {
		clean := ours(t)
		names := append([]string{"__v", "color", "pulperia"}, more...)
		kept := bson.D{}
		for _, field := range clean {
			if rapid.Bool().Draw(t, field.Key+" is clean") {
				kept = append(kept, field)
			} else {
				names = append(names, field.Key)
			}
		}
		doc := append(kept, anyDoc(2, names...).Draw(t, "dirt")...)
		for i := range doc {
			if doc[i].Key == "pulperia" && rapid.Bool().Draw(t, "our notes are ours") {
				doc[i].Value = bson.D{{Key: "rev", Value: int64(7)}, {Key: "created", Value: rapid.Int64().Draw(t, "created")}}
			}
		}
		return slices.Clip(doc)
	})
}

var (
	dirtyProduct = dirtyDoc(func(t *rapid.T) bson.D { return productDoc(validProduct.Draw(t, "product")) }, "thumbnail")
	dirtyMessage = dirtyDoc(func(t *rapid.T) bson.D { return messageDoc(validMessage.Draw(t, "message")) })
	dirtyCart    = dirtyDoc(func(t *rapid.T) bson.D {
		doc := cartDoc(validCart.Draw(t, "cart"))
		doc[1].Value = bson.A(rapid.SliceOfN(dirtyItem, 0, 8).Draw(t, "items"))
		return doc
	})
	dirtyItem = rapid.Custom(func(t *rapid.T) any {
		if rapid.IntRange(0, 5).Draw(t, "sort of item") == 0 {
			return anyValue(1).Draw(t, "item")
		}
		var product any = rapid.SampledFrom(fewIDs).Draw(t, "product")
		switch id := product.(bson.ObjectID); rapid.IntRange(0, 4).Draw(t, "form") {
		case 0:
			product = strings.ToUpper(id.Hex())
		case 1:
			product = bson.D{{Key: "title", Value: "t"}, {Key: "_id", Value: id}}
		case 2:
			product = bson.D{{Key: "$ref", Value: "products"}, {Key: "$id", Value: id}}
		}
		item := bson.D{{Key: "product", Value: product}}
		if n := rapid.Int32Range(0, 9).Draw(t, "quantity"); n > 0 {
			item = append(item, bson.E{Key: "quantity", Value: n})
		}
		return append(item, anyDoc(1, "_id", "color").Draw(t, "more")...)
	})
)
