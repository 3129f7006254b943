package dbmanagers

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// A cart of another program expires by when the shop has seen it come and change, also where it
// says that it is older; by its own date where that is later.
func TestForeignCartsExpireByWhatIsKnown(t *testing.T) {
	p := newPlace(t)
	coll := p.db.Collection("carts")
	old := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	cart := func(n int, more ...bson.E) bson.D {
		id := number(n)
		return append(bson.D{{Key: "_id", Value: objectID(id)}, {Key: "products", Value: bson.A{}}}, more...)
	}
	later := time.Now().Add(time.Hour)
	mongotest.Insert(p, coll, cart(1), cart(2, bson.E{Key: "updatedAt", Value: old}), cart(3), cart(4, bson.E{Key: "updatedAt", Value: later}))
	before := now()
	s := p.open(Options{})
	p.await("they are claimed", func() bool { return p.howMany("carts", bson.M{seenField: bson.M{"$gte": int64(before)}}) == 4 })
	p.settled()
	expire := func(since models.Time, want int) {
		t.Helper()
		if n, err := s.Carts.Expire(p.ctx, since); n != want || err != nil {
			t.Errorf("%d carts expire, want %d (%v)", n, want, err)
		}
	}
	expire(before, 0)
	seen := now() + 1
	push := bson.M{"$push": bson.M{"products": bson.D{{Key: "product", Value: objectID(number(9))}, {Key: "quantity", Value: 1}}}}
	_, err := coll.UpdateOne(p.ctx, bson.M{"_id": objectID(number(3))}, push)
	p.ok("change a cart as mongoose does", err)
	p.await("it is noticed", func() bool { return p.howMany("carts", bson.M{seenField: bson.M{"$gte": int64(seen)}}) == 1 })
	p.settled()
	expire(seen, 2)
	p.settled() // what is deleted is removed
	for n, there := range map[int]bool{1: false, 2: false, 3: true, 4: true} {
		if (p.document("carts", objectID(number(n))) != nil) != there {
			t.Errorf("cart %d is there: %v, want %v", n, !there, there)
		}
	}
}

// A cart that another program has changed a moment ago does not expire, whoever notices that first.
func TestForeignCartInUse(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: time.Hour})
	cart, _, err := s.Carts.Create(p.ctx, models.Cart{})
	p.ok("create", err)
	p.settled()
	push := bson.M{"$push": bson.M{"products": bson.D{{Key: "product", Value: objectID(number(9))}, {Key: "quantity", Value: 1}}}}
	_, err = p.db.Collection("carts").UpdateOne(p.ctx, bson.M{"_id": objectID(cart.ID)}, push)
	p.ok("change it as mongoose does", err)
	if n, err := s.Carts.Expire(p.ctx, now()+1); n != 0 || err != nil {
		t.Errorf("%d carts expire (%v)", n, err)
	}
}

// Of processes that note at once that the shop was open, each is right or does not know; together
// they know it in the end.
func TestAttendAtOnce(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(Options{}), p.open(Options{})
	for _, s := range []process{one, two, one} {
		since, err := s.Attend(p.ctx, time.Hour, 30*time.Minute)
		p.ok("attend", err)
		if since == 0 {
			t.Error("nobody else was at it, and it does not know")
		}
	}
	var known attendance
	p.ok("read", p.db.Collection("meta").FindOne(p.ctx, bson.M{"_id": attendanceID}).Decode(&known))
	if len(known.Spans) != 1 {
		t.Errorf("of one time there are %d spans", len(known.Spans))
	}
	other := bson.M{"$set": bson.M{"turn": bson.NewObjectID()}}
	e := one.engine
	e.at = func(step string) {
		if step == "attending" {
			_, err := p.db.Collection("meta").UpdateOne(p.ctx, bson.M{"_id": attendanceID}, other)
			p.ok("be faster", err)
		}
	}
	if since, err := one.Attend(p.ctx, time.Hour, 30*time.Minute); since != 0 || err != nil {
		t.Errorf("another process was faster, and it knows of %v (%v)", since, err)
	}
}
