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
			ID: number(10 + i), Code: "a-" + value, Options: models.Options{{Name: "Talle", Value: value}, {Name: "Color", Value: "azul"}}, Price: 1000, Stock: int64(3 + i),
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
		{bson.M{"$inc": bson.M{"stock": -2}}, []int64{5, 1, 4}, 1000},
		{bson.M{"$set": bson.M{"stock": 9, "price": 12.5}}, []int64{9, 5, 4}, 1250},
		{bson.M{"$set": bson.M{"title": "Otra"}}, []int64{9, 5, 4}, 1250},
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
	added := variantDoc(models.Variant{ID: number(12), Code: "a-S", Options: models.Options{{Name: "Talle", Value: "S"}, {Name: "Color", Value: "azul"}}, Price: 300, Stock: 9})
	type figures struct{ Price, Stock, First, FirstStock int64 }
	rev := int64(1)
	for i, one := range []struct {
		update bson.M
		want   figures
	}{
		{bson.M{"$set": bson.M{"variants.0.stock": 1, "variants.0.note": "theirs"}}, figures{1000, 5, 1000, 1}},
		{bson.M{"$set": bson.M{"variants.0.price": 4.0}}, figures{400, 5, 400, 1}},
		{bson.M{"$set": bson.M{"variants.0.price": 90.0}}, figures{1000, 5, 9000, 1}},
		{bson.M{"$push": bson.M{"variants": added}}, figures{300, 14, 9000, 1}},
		{bson.M{"$pull": bson.M{"variants": bson.M{"code": "a-S"}}}, figures{1000, 5, 9000, 1}},
		{bson.M{"$set": bson.M{"variants.1.stock": 3}}, figures{1000, 3, 9000, 1}}, // of which a step of ours takes one
		{bson.M{"$inc": bson.M{"stock": 2}}, figures{1000, 5, 9000, 3}},
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
		if doc.Price != float64(is.Price)/100 || doc.Stock != is.Stock || i < 5 && doc.Variants[0]["note"] != "theirs" {
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
	if got.Price != 1000 || got.Stock != 7 || !models.SameVariants(got.Variants, shirt.Variants) {
		t.Errorf("read %+v", got)
	}
}

// A product of another program with variants is met: what that program changes of these alone is
// believed, and so is what somebody changes then who knows price and stock.
func TestVariantsOfOthersAreMet(t *testing.T) {
	p := newPlace(t)
	table, shirt := p.db.Collection("products"), aShirt()
	shirt.Price, shirt.Stock = 1000, 7
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
		{bson.M{"$pop": bson.M{"variants": 1}}, 1000, 3},
		{bson.M{"$set": bson.M{"variants.0.stock": 9}}, 1000, 9},
		{bson.M{"$set": bson.M{"price": 20, "stock": 8}}, 2000, 8},
	} {
		_, err := table.UpdateByID(p.ctx, objectID(number(1)), one.update)
		p.ok("update", err)
		rev++
		f.revised(number(1), rev)
		s.sound()
		is(one.price, one.stock)
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
