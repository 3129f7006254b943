package dbmanagers

import (
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

func (p *place) foreignDelete(coll string, filter bson.M) {
	p.Helper()
	_, err := p.db.Collection(coll).DeleteMany(p.ctx, filter)
	p.ok("delete", err)
}

// What another program deletes is told of once, as a delete, to the followers of all processes,
// under the epoch that there was. Made anew, by it or by us, it comes after that.
func TestPatrolFindsDeletes(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(quickSweep), p.open(quickSweep)
	p.stocked(one, 4, 1)
	_, _, err := one.Carts.Create(p.ctx, models.Cart{ID: number(1), Products: []models.Item{{Product: number(1), Quantity: 1}}})
	p.ok("create", err)
	for i := range 2 {
		message := aMessage("hola")
		message.ID = number(i + 1)
		_, _, err = one.Messages.Append(p.ctx, message)
		p.ok("append", err)
	}
	p.settled()
	f := two.follow(one.feed.last())
	p.foreignDelete("messages", bson.M{"_id": objectID(number(2))})
	p.foreignDelete("products", bson.M{"_id": bson.M{"$ne": objectID(number(4))}})
	p.foreignDelete("carts", bson.M{})
	told := make(map[valueKey]dao.Change)
	p.await("five deletes are told of", func() bool {
		all, _ := f.heard()
		for _, c := range all {
			told[valueKey{c.Kind, c.ID}] = c
		}
		return len(told) == 5
	})
	for name, c := range told {
		want := map[dao.Kind]int64{dao.KindProduct: 3, dao.KindCart: 2, dao.KindMessage: 2}[name.kind]
		if c.Op != dao.OpDelete || c.Rev != want {
			t.Errorf("told: %+v, want a delete at revision %d", c, want)
		}
	}
	one.sound()
	_, err = p.db.Collection("products").InsertOne(p.ctx, foreignProduct(number(1), "again"))
	p.ok("insert", err)
	f.revised(number(1), 4)
	again := aProduct("also again")
	again.ID = number(2)
	got, _, err := one.Products.Create(p.ctx, again)
	p.ok("create", err)
	if got.Rev != 4 {
		t.Errorf("made anew at revision %d, want 4", got.Rev)
	}
	one.sound()
	p.goesOn(one, two)
}

// Who makes a value anew while a process is about to tell that it is missing comes before or after
// that, and the feed is true in the end.
func TestMadeAnewWhileMissing(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(Options{sweepEvery: time.Millisecond}), p.open(Options{sweepEvery: time.Millisecond})
	p.stocked(one, 1, 1)
	for i := range 30 {
		for _, s := range []process{one, two} { // what is not brought forward yet nobody can delete
			p.ok("bring forward", errors.Join(s.lookNow(), s.applier.bring(p.ctx, s.feed.tail.state().end)))
		}
		p.foreignDelete("products", bson.M{})
		time.Sleep(time.Duration(p.random.IntN(20)) * time.Millisecond)
		product := aProduct(number(i).String())
		product.ID = number(1)
		_, _, err := []process{one, two}[i%2].Products.Create(p.ctx, product)
		p.ok("create", err)
	}
	p.settled()
	p.await("the feed tells of the last", func() bool {
		raw := p.document("products", objectID(number(1)))
		p.ok("catch up", one.lookNow())
		told := one.feed.tail.of(valueKey{dao.KindProduct, number(1)})
		return told[len(told)-1].Rev == revOf(raw)
	})
	one.sound()
}

// A document that another program has put back from an old copy, and that we change before anybody
// has noticed, is told of above all that was told; and so is its delete.
func TestOldCopyChanged(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: time.Hour})
	p.stocked(s, 1, 1)
	backup := p.copied("products")
	p.restock(s, 1, 5)
	p.settled()
	p.putBack(backup)
	got, receipt, err := s.Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Title = "Otra"; return nil })
	p.ok("update", err)
	if got.Rev != 9 || got.Stock != 6 || receipt.Position != s.feed.last() {
		t.Errorf("%+v at %s, want revision 9, after that of the copy, with its stock, at the head", got, receipt.Position)
	}
	s.sound()
	p.putBack(backup)
	_, _, err = s.Products.Delete(p.ctx, number(1))
	p.ok("delete", err)
	s.sound()
}
