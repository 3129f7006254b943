package dbmanagers

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

func aShirt() models.Product {
	p := aProduct("a")
	p.ID, p.Price, p.Stock = number(1), 0, 0
	for i, value := range []string{"M", "L"} {
		p.Variants = append(p.Variants, models.Variant{
			ID: number(10 + i), Code: "a-" + value, Options: models.Options{{Name: "Talle", Value: value}, {Name: "Color", Value: "azul"}}, Price: 10000, Stock: int64(3 + i),
		})
	}
	return p
}

// A mongoose application sees price and stock of a product with variants in the fields that it
// knows; what it makes of them, its variants follow, it is told of once, and a step of ours goes on
// from there.
func TestOthersKnowNoVariants(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: 50 * time.Millisecond})
	f := s.follow(s.feed.last())
	_, _, err := s.Products.Create(p.ctx, aShirt())
	p.ok("create", err)
	s.sound()
	var doc bson.M
	p.ok("find", p.db.Collection("products").FindOne(p.ctx, bson.M{"_id": objectID(number(1))}).Decode(&doc))
	if doc["price"] != 10.0 || doc["stock"] != int32(7) || doc["code"] != "a" {
		t.Errorf("another program sees %v", doc)
	}
	stocks := func(p models.Product) []int64 { return []int64{p.Stock, p.Variants[0].Stock, p.Variants[1].Stock} }
	for i, one := range []struct {
		update bson.M
		stocks []int64
		price  models.Money
	}{
		{bson.M{"$inc": bson.M{"stock": -2}}, []int64{5, 1, 4}, 10 * models.One},
		{bson.M{"$set": bson.M{"stock": 9, "price": 12.5}}, []int64{9, 5, 4}, 12500},
		{bson.M{"$set": bson.M{"title": "Otra"}}, []int64{9, 5, 4}, 12500},
	} {
		_, err := p.db.Collection("products").UpdateOne(p.ctx, bson.M{"_id": objectID(number(1))}, one.update)
		p.ok("update", err)
		f.revised(number(1), int64(i+2))
		got, err := s.Products.Get(p.ctx, number(1))
		p.ok("get", err)
		if !cmp.Equal(stocks(got), one.stocks) || got.Price != one.price || got.Rev != int64(i+2) {
			t.Errorf("after %v: %v at %s, revision %d", one.update, stocks(got), got.Price, got.Rev)
		}
	}
	got, _, err := s.Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Variants[1].Stock--; return nil })
	p.ok("update", err)
	if want := []int64{8, 5, 3}; !cmp.Equal(stocks(got), want) {
		t.Errorf("%v, want %v", stocks(got), want)
	}
	s.sound()
	again, err := s.Products.Get(p.ctx, number(1))
	p.ok("get", err)
	if !again.Same(got) {
		t.Errorf("%+v is read as %+v", got, again)
	}
}

// What others changed between a step and its document stays, and so does what the step did.
func TestVariantsMeetOthers(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	_, _, err := s.Products.Create(p.ctx, aShirt())
	p.ok("create", err)
	s.sound()
	for range 5 {
		_, err = p.db.Collection("products").UpdateOne(p.ctx, bson.M{"_id": objectID(number(1))}, bson.M{"$inc": bson.M{"stock": 2}, "$set": bson.M{"theirs": true}})
		p.ok("update", err)
		_, _, err = s.Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Variants[1].Stock--; p.Vendor = "Ana"; return nil })
		p.ok("update", err)
		_, _, err = s.Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Variants[1].Stock++; p.Vendor = ""; return nil })
		p.ok("update", err)
	}
	s.settled() // what others did while a step was on its way to the document, the next one meets
	_, _, err = s.Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Title = "Otra"; return nil })
	p.ok("update", err)
	s.sound()
	var doc bson.M
	p.ok("find", p.db.Collection("products").FindOne(p.ctx, bson.M{"_id": objectID(number(1))}).Decode(&doc))
	if _, has := doc["vendor"]; has || doc["theirs"] != true || doc["stock"] != int32(17) {
		t.Errorf("the document is %v", doc)
	}
}

// Who knows variants and changes these alone is believed: price and stock follow, whatever the
// document says of them, which is put right, while all else in the variants stays; and then price and
// stock count again for who changes these.
func TestOthersChangeVariants(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: 50 * time.Millisecond})
	f := s.follow(s.feed.last())
	_, _, err := s.Products.Create(p.ctx, aShirt())
	p.ok("create", err)
	s.sound()
	added := variantDoc(models.Variant{ID: number(12), Code: "a-S", Options: models.Options{{Name: "Talle", Value: "S"}, {Name: "Color", Value: "azul"}}, Price: 3000, Stock: 9})
	type figures struct{ Price, Stock, First, FirstStock int64 }
	rev := int64(1)
	for i, one := range []struct {
		update bson.M
		want   figures
	}{
		{bson.M{"$set": bson.M{"variants.0.stock": 1, "variants.0.note": "theirs"}}, figures{10000, 5, 10000, 1}},
		{bson.M{"$set": bson.M{"variants.0.price": 4.0}}, figures{4000, 5, 4000, 1}},
		{bson.M{"$set": bson.M{"variants.0.price": 90.0}}, figures{10000, 5, 90000, 1}},
		{bson.M{"$push": bson.M{"variants": added}}, figures{3000, 14, 90000, 1}},
		{bson.M{"$pull": bson.M{"variants": bson.M{"code": "a-S"}}}, figures{10000, 5, 90000, 1}},
		// of these a step of ours takes one
		{bson.M{"$set": bson.M{"variants.1.stock": 3}}, figures{10000, 3, 90000, 1}},
		{bson.M{"$inc": bson.M{"stock": 2}}, figures{10000, 5, 90000, 3}},
	} {
		_, err := p.db.Collection("products").UpdateOne(p.ctx, bson.M{"_id": objectID(number(1))}, one.update)
		p.ok("update", err)
		if rev++; i == 5 {
			_, _, err := s.Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Variants[1].Stock--; return nil })
			p.ok("update", err)
			rev++
		}
		f.revised(number(1), rev)
		got, err := s.Products.Get(p.ctx, number(1))
		p.ok("get", err)
		is := figures{int64(got.Price), got.Stock, int64(got.Variants[0].Price), got.Variants[0].Stock}
		if is != one.want || got.Rev != rev {
			t.Errorf("after %v: %+v, revision %d", one.update, is, got.Rev)
		}
		s.sound()
		var doc struct {
			Price    float64
			Stock    int64
			Variants []bson.M
		}
		p.ok("find", p.db.Collection("products").FindOne(p.ctx, bson.M{"_id": objectID(number(1))}).Decode(&doc))
		if doc.Price != float64(is.Price)/1000 || doc.Stock != is.Stock || doc.Variants[0]["note"] != "theirs" {
			t.Errorf("after %v the document is %v", one.update, doc)
		}
	}
}

// A product that another program inserts with variants and nothing else said costs what these do.
func TestVariantsInserted(t *testing.T) {
	p := newPlace(t)
	shirt := aShirt()
	doc := slices.DeleteFunc(productDoc(shirt), func(e bson.E) bool { return e.Key == "price" || e.Key == "stock" })
	_, err := p.db.Collection("products").InsertOne(p.ctx, doc)
	p.ok("insert", err)
	s := p.open(Options{})
	got, err := s.Products.Get(p.ctx, number(1))
	p.ok("get", err)
	if got.Price != 10000 || got.Stock != 7 || !models.SameVariants(got.Variants, shirt.Variants) {
		t.Errorf("read %+v", got)
	}
}

// A product of another program with variants is met: what that program changes of these alone is
// believed, and so is what somebody changes then who knows price and stock.
func TestVariantsOfOthersAreMet(t *testing.T) {
	p := newPlace(t)
	table, shirt := p.db.Collection("products"), aShirt()
	shirt.Price, shirt.Stock = 10000, 7
	s := p.open(Options{sweepEvery: 50 * time.Millisecond})
	f := s.follow(s.feed.last())
	_, err := table.InsertOne(p.ctx, productDoc(shirt))
	p.ok("insert", err)
	rev := int64(1)
	f.revised(number(1), rev)
	s.sound()
	is := func(price, stock int64) {
		t.Helper()
		got, err := s.Products.Get(p.ctx, number(1))
		p.ok("get", err)
		if int64(got.Price) != price || got.Stock != stock || len(got.Variants) != 1 || int64(got.Variants[0].Price) != price || got.Variants[0].Stock != stock {
			t.Errorf("read %+v", got)
		}
	}
	for _, one := range []struct {
		update       bson.M
		price, stock int64
	}{
		{bson.M{"$pop": bson.M{"variants": 1}}, 10000, 3},
		{bson.M{"$set": bson.M{"variants.0.stock": 9}}, 10000, 9},
		{bson.M{"$set": bson.M{"price": 20, "stock": 8}}, 20000, 8},
	} {
		_, err := table.UpdateByID(p.ctx, objectID(number(1)), one.update)
		p.ok("update", err)
		rev++
		f.revised(number(1), rev)
		s.sound()
		is(one.price, one.stock)
	}
}

// A document that another program has inserted, figures and all, is believed in the same way.
func TestOthersChangeVariantsOfTheirs(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: 50 * time.Millisecond})
	f := s.follow(s.feed.last())
	shirt := aShirt()
	shirt.Derive()
	_, err := p.db.Collection("products").InsertOne(p.ctx, productDoc(shirt))
	p.ok("insert", err)
	f.revised(number(1), 1)
	s.sound()
	_, err = p.db.Collection("products").UpdateOne(p.ctx, bson.M{"_id": objectID(number(1))}, bson.M{"$set": bson.M{"variants.1.stock": 9}})
	p.ok("update", err)
	f.revised(number(1), 2)
	got, err := s.Products.Get(p.ctx, number(1))
	p.ok("get", err)
	if got.Stock != 12 || got.Variants[0].Stock != 3 || got.Variants[1].Stock != 9 {
		t.Errorf("read %+v", got)
	}
}

// Subdocuments of mongoose without _id, one whose _id is that of another or a text, and codes that are
// numbers: each variant has an id of its own, the same whatever is changed beside it, and what others
// keep in them stays.
func TestVariantsWithoutIDs(t *testing.T) {
	p := newPlace(t)
	variant := func(code any, size string, more ...bson.E) bson.D {
		return append(bson.D{{Key: "code", Value: code}, {Key: "options", Value: bson.M{"Talle": size}}, {Key: "stock", Value: 3}, {Key: "note", Value: size}}, more...)
	}
	theirs := append(foreignProduct(number(1), "a"), bson.E{Key: "variants", Value: bson.A{
		variant("a-S", "S"), variant(38, "M"), variant("a-L", "L", bson.E{Key: "_id", Value: objectID(number(7))}),
		variant("a-XL", "XL", bson.E{Key: "_id", Value: objectID(number(7))}), variant("a-XXL", "XXL", bson.E{Key: "_id", Value: "xxl"}),
	}})
	_, err := p.db.Collection("products").InsertOne(p.ctx, theirs)
	p.ok("insert", err)
	s := p.open(Options{})
	first, err := s.Products.Get(p.ctx, number(1))
	p.ok("get", err)
	ids := map[models.ID]string{}
	for _, v := range first.Variants {
		ids[v.ID] = v.Code
	}
	if len(ids) != 5 || len(first.Variants) != 5 || first.Variants[1].Code != "38" || first.Variants[2].ID != number(7) || first.Variants[0].Price != first.Price {
		t.Fatalf("read %+v", first)
	}
	for _, change := range []func(p *models.Product){
		func(p *models.Product) { p.Variants[0].Stock++ },
		func(p *models.Product) { p.Variants[0].Code = "otro" },
		func(p *models.Product) { p.Variants[4].Price++ },
		func(p *models.Product) { p.Variants = slices.Delete(p.Variants, 2, 3) },
	} {
		want, _, err := s.Products.Update(p.ctx, number(1), func(p *models.Product) error { change(p); return nil })
		p.ok("update", err)
		s.sound()
		got, err := s.Products.Get(p.ctx, number(1))
		p.ok("get", err)
		var doc struct{ Variants []bson.M }
		p.ok("find", p.db.Collection("products").FindOne(p.ctx, bson.M{"_id": objectID(number(1))}).Decode(&doc))
		for i, v := range got.Variants {
			if v.ID != want.Variants[i].ID || ids[v.ID] == "" || doc.Variants[i]["note"] != v.Options[0].Value {
				t.Errorf("%+v, in the document %v", v, doc.Variants[i])
			}
		}
		if !got.Same(want) {
			t.Errorf("%+v is read as %+v", want, got)
		}
	}
}

// What is shown is what is sold: counted of a product is what its variants make of it, and who sets a
// stock where none is counted has it counted, while pieces that are taken of the million say nothing.
func TestOthersAndWhatIsCounted(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	_, _, err := s.Products.Create(p.ctx, aShirt())
	p.ok("create", err)
	yerba := aProduct("y")
	yerba.ID, yerba.Uncounted = number(2), true
	_, _, err = s.Products.Create(p.ctx, yerba)
	p.ok("create", err)
	s.sound()
	set := func(id models.ID, update bson.M) models.Product {
		t.Helper()
		_, err := p.db.Collection("products").UpdateOne(p.ctx, bson.M{"_id": objectID(id)}, update)
		p.ok("update", err)
		got, err := s.Products.Get(p.ctx, id)
		p.ok("get", err)
		return got
	}
	if got := set(number(1), bson.M{"$set": bson.M{"counted": false}}); bool(got.Uncounted) || got.Stock != 7 || got.Variants[0].Stock != 3 {
		t.Errorf("counted of variants: %+v", got)
	}
	if got := set(number(2), bson.M{"$inc": bson.M{"stock": -1}}); !bool(got.Uncounted) || got.Stock != models.UncountedStock {
		t.Errorf("sold of what is not counted: %+v", got)
	}
	if got := set(number(2), bson.M{"$set": bson.M{"stock": 4}}); bool(got.Uncounted) || got.Stock != 4 {
		t.Errorf("counted again: %+v", got)
	}
	for _, one := range []struct {
		stock, want int64
		uncounted   models.Uncounted
	}{{3, 3, false}, {0, models.UncountedStock, true}, {10, 10, false}} {
		_, _, err := s.Products.Update(p.ctx, number(2), func(p *models.Product) error { p.Stock, p.Uncounted = one.stock, one.uncounted; return nil })
		p.ok("update", err)
		s.sound()
		if got, err := s.Products.Get(p.ctx, number(2)); err != nil || got.Stock != one.want || got.Uncounted != one.uncounted {
			t.Errorf("%+v: %+v (%v)", one, got, err)
		}
	}
}

// A migration loses nothing of what a product has, and names what others keep in its variants.
func TestUnknownInVariants(t *testing.T) {
	shirt := aShirt()
	shirt.Tags, shirt.Vendor, shirt.Barcode, shirt.CompareAt = []string{"lino"}, "Ana", "779", 9000
	if got := forms[dao.KindProduct].unknownFields(dao.Product.Schema, marshal(productDoc(shirt))); len(got) != 0 {
		t.Errorf("unknown of ours: %q", got)
	}
	theirs := append(variantDoc(shirt.Variants[0]), bson.E{Key: "note", Value: "x"})
	got := forms[dao.KindProduct].unknownFields(dao.Product.Schema, marshal(bson.D{{Key: "_id", Value: objectID(number(1))}, {Key: "variants", Value: bson.A{theirs}}}))
	if !slices.Equal(got, []string{"variants[].note"}) {
		t.Errorf("unknown: %q", got)
	}
}

// Variants that another program keeps by this name are its own.
func TestVariantsOfOthers(t *testing.T) {
	p := newPlace(t)
	theirs := foreignProduct(number(1), "a")
	theirs = append(theirs, bson.E{Key: "variants", Value: bson.A{"rojo", "azul"}})
	_, err := p.db.Collection("products").InsertOne(p.ctx, theirs)
	p.ok("insert", err)
	s := p.open(Options{})
	got, _, err := s.Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Stock++; return nil })
	p.ok("update", err)
	s.sound()
	var doc bson.M
	p.ok("find", p.db.Collection("products").FindOne(p.ctx, bson.M{"_id": objectID(number(1))}).Decode(&doc))
	if list, _ := doc["variants"].(bson.A); len(got.Variants) != 0 || len(list) != 2 {
		t.Errorf("%+v, in the document %v", got, doc)
	}
}

// The code of a variant in a document that nobody has claimed yet is taken.
func TestVariantsOfUnclaimed(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	shirt := aShirt()
	shirt.Derive()
	_, err := p.db.Collection("products").InsertOne(p.ctx, productDoc(shirt))
	p.ok("insert", err)
	_, _, err = s.Products.Create(p.ctx, aProduct("a-L"))
	p.fails("create with the code of a variant", err, dao.ErrConflict)
}

// Whatever a product has of ours is known in its document, and what another program has by the same
// names is its own: a migration that said otherwise of ours would be refused.
func TestMoreOfProductIsKnown(t *testing.T) {
	p := models.Product{
		ID: number(1), Title: "a", Description: "d", Code: "a", Category: "c", Price: 1000, CompareAt: 5000, Held: 3, Tax: "IVA",
		Vendor: "v", Barcode: "771", Tags: []string{"x"}, Uncounted: true, Stock: models.UncountedStock,
	}
	if names := unknownFields("product", rawOf(t, productDoc(p))); names != nil {
		t.Errorf("unknown in what we write: %q", names)
	}
	p.Variants = []models.Variant{{ID: number(2), Code: "a-S", Options: models.Options{{Name: "Talle", Value: "S"}}, Price: 1000, Stock: 2, Held: 2}}
	p.Normalize()
	p.Derive()
	if names := unknownFields("product", rawOf(t, productDoc(p))); names != nil {
		t.Errorf("unknown in what we write: %q", names)
	}
	theirs := append(productDoc(models.Product{ID: number(1), Title: "a", Code: "a", Price: 1000}),
		bson.E{Key: "variants", Value: bson.A{"S", "M"}}, bson.E{Key: "held", Value: "by Ana"}, bson.E{Key: "tax", Value: 21})
	if names := unknownFields("product", rawOf(t, theirs)); len(names) != 3 {
		t.Errorf("theirs: %q", names)
	}
}
