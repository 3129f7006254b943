package dbmanagers

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// foreignSet changes fields of a document as another program would.
func (p *place) foreignSet(coll string, id models.ID, fields bson.M) {
	p.Helper()
	result, err := p.db.Collection(coll).UpdateOne(p.ctx, bson.M{"_id": objectID(id)}, bson.M{"$set": fields})
	p.ok("set", err)
	if result.MatchedCount != 1 {
		p.Fatalf("no %s in %s", id, coll)
	}
}

// revised waits until the feed has told of a revision of a value, and returns what it told.
func (f *follower) revised(id models.ID, rev int64) (change dao.Change) {
	f.Helper()
	f.await("the feed tells of revision "+fmt.Sprint(rev), func() bool {
		all, _ := f.heard()
		for _, c := range all {
			if c.ID == id && c.Rev >= rev {
				change = c
				return true
			}
		}
		return false
	})
	return change
}

// foreignChanges are changes of other programs, one after the other, with a listing that shows the
// product then, and one that does not.
var foreignChanges = []struct {
	fields     bson.M
	finds, not models.ProductQuery
}{

	{bson.M{"title": "Bombilla", "description": "De alpaca"}, models.ProductQuery{Text: "bombilla"}, models.ProductQuery{Text: "yerba"}},
	{bson.M{"price": 99.5}, models.ProductQuery{MinPrice: new(models.Money(99500))}, models.ProductQuery{MaxPrice: new(models.Money(99490))}},
	{bson.M{"price": "7"}, models.ProductQuery{MaxPrice: new(models.Money(7000))}, models.ProductQuery{MinPrice: new(models.Money(7010))}},
	{bson.M{"category": "otra"}, models.ProductQuery{Category: "otra"}, models.ProductQuery{Category: "mate"}},
	{bson.M{"stock": 0}, models.ProductQuery{}, models.ProductQuery{Available: true}},
	{bson.M{"code": "b"}, models.ProductQuery{Codes: []string{"b"}}, models.ProductQuery{Codes: []string{"a"}}},
}

// What another program changes in our documents is found, told of once as the next revision, and
// listed by its new values.
func TestPatrolFindsChanges(t *testing.T) {
	p := newPlace(t)
	quick := Options{sweepEvery: 50 * time.Millisecond}
	s, two := p.open(quick), p.open(quick)
	f := two.follow(two.feed.last())
	product := aProduct("a")
	product.ID = number(1)
	_, _, err := s.Products.Create(p.ctx, product)
	p.ok("create", err)
	cart := models.Cart{ID: number(2), Products: []models.Item{{Product: number(1), Quantity: 1}}}
	_, _, err = s.Carts.Create(p.ctx, cart)
	p.ok("create", err)
	for i, change := range foreignChanges {
		p.foreignSet("products", number(1), change.fields)
		told := f.revised(number(1), int64(i+2))
		change.finds.Limit, change.not.Limit = 10, 10
		page, err := s.Products.List(p.ctx, change.finds)
		p.ok("list", err)
		if len(page.Products) != 1 || string(models.JSON(page.Products[0])) != string(told.Doc) || told.Rev != int64(i+2) {
			t.Errorf("after %v: listed %+v, told %s", change.fields, page.Products, told.Doc)
		}
		page, err = s.Products.List(p.ctx, change.not)
		p.ok("list", err)
		if page.Total != 0 {
			t.Errorf("after %v: still listed by %+v", change.fields, change.not)
		}
	}
	p.foreignSet("carts", number(2), bson.M{"products.0.quantity": 5})
	f.revised(number(2), 2)
	got, err := two.Carts.Get(p.ctx, number(2))
	p.ok("get", err)
	if want := []models.Item{{Product: number(1), Quantity: 5}}; !cmp.Equal(got.Products, want) {
		t.Errorf("the cart holds %v, want %v", got.Products, want)
	}
	if feed := s.sound(); len(feed) != 9 {
		t.Errorf("%d changes, want 9", len(feed))
	}
}

// A document that another program replaced by one of its own is taken in anew, above the last
// revision that the feed knows.
func TestPatrolFindsReplacements(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: 50 * time.Millisecond})
	f := s.follow(s.feed.last())
	product := aProduct("a")
	product.ID = number(1)
	_, _, err := s.Products.Create(p.ctx, product)
	p.ok("create", err)
	for range 3 {
		_, _, err = s.Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Stock++; return nil })
		p.ok("update", err)
	}
	s.sound()
	_, err = p.db.Collection("products").ReplaceOne(p.ctx, bson.M{"_id": objectID(number(1))}, foreignProduct(number(1), "b"))
	p.ok("replace", err)
	if told := f.revised(number(1), 5); told.Rev != 5 {
		t.Errorf("told at revision %d, want 5", told.Rev)
	}
	_, _, err = s.Products.Create(p.ctx, aProduct("a"))
	p.ok("create with the code that it had", err)
	_, _, err = s.Products.Create(p.ctx, aProduct("b"))
	p.fails("create with its code", err, dao.ErrConflict)
	s.sound()
}

// The code that another program takes from a product is free, and the one it gives is guarded: at
// once, before any patrol passes there.
func TestPatrolledCodes(t *testing.T) {
	for name, change := range map[string]func(*models.Product) error{
		"without a change of ours": nil,
		"after a change of ours":   func(p *models.Product) error { p.Title = "Otra"; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			s := p.open(Options{sweepEvery: time.Hour})
			product := aProduct("old")
			product.ID = number(1)
			_, _, err := s.Products.Create(p.ctx, product)
			p.ok("create", err)
			s.sound()
			p.foreignSet("products", number(1), bson.M{"code": "new"})
			if change != nil {
				got, _, err := s.Products.Update(p.ctx, number(1), change)
				p.ok("update", err)
				if got.Code != "new" || got.Rev != 3 {
					t.Errorf("updated: %+v, want the new code at revision 3, after that of the other program", got)
				}
			}
			_, _, err = s.Products.Create(p.ctx, aProduct("old"))
			p.ok("create with the code that is free", err)
			_, _, err = s.Products.Create(p.ctx, aProduct("new"))
			p.fails("create with the code that it has now", err, dao.ErrConflict)
			s.sound()
		})
	}
}

// When another program gives a product the code of another one, that is told of, with a warning,
// and the code stays guarded.
func TestPatrolWarnsOfDuplicates(t *testing.T) {
	p := newPlace(t)
	var notes notebook
	s := p.open(Options{sweepEvery: 50 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&notes, nil))})
	f := s.follow(s.feed.last())
	for i, code := range []string{"a", "b", "c"} {
		product := aProduct(code)
		product.ID = number([]int{1, 2, 9}[i])
		_, _, err := s.Products.Create(p.ctx, product)
		p.ok("create", err)
	}
	s.sound()
	p.foreignSet("products", number(2), bson.M{"code": "a"})
	f.revised(number(2), 2)
	p.await("a warning with both", func() bool { return notes.has("WARN", number(1).String(), number(2).String()) })
	_, _, err := s.Products.Create(p.ctx, aProduct("b"))
	p.ok("create with the code that is free", err)
	_, _, err = s.Products.Delete(p.ctx, number(1))
	p.ok("delete", err)
	p.guarded(s, "a")
	s.sound()
}
