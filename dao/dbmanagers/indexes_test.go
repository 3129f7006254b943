package dbmanagers

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// indexed waits until the shop has made its indexes anew.
func (p *place) indexed() {
	p.Helper()
	for coll, unique := range map[string]string{"products": uniqueField + "_1", "feed": "kind_1_id_1_rev_1"} {
		p.await("the indexes of "+coll+" are back", func() bool {
			specs, err := p.db.Collection(coll).Indexes().ListSpecifications(p.ctx)
			for _, spec := range specs {
				if spec.Name == unique && spec.Unique != nil && *spec.Unique {
					return err == nil
				}
			}
			return false
		})
	}
}

// While no index guards the codes, before any process has noticed that, none is given twice: not by
// creates, changes and loads of several processes at once.
func TestCodesWithoutIndex(t *testing.T) {
	p := newPlace(t)
	asleep := Options{sweepEvery: time.Hour}
	processes := []process{p.open(asleep), p.open(asleep)}
	for i := range 4 {
		product := aProduct("own " + number(i).String())
		product.ID = number(i + 1)
		_, _, err := processes[0].Products.Create(p.ctx, product)
		p.ok("create", err)
	}
	p.settled()
	p.ok("drop the indexes", p.db.Collection("products").Indexes().DropAll(p.ctx))
	for round := range 10 {
		code := number(round).String()
		var given atomic.Int32
		var all sync.WaitGroup
		try := func(write func() error) {
			all.Go(func() {
				switch err := write(); {
				case err == nil:
					given.Add(1)
				case !errors.Is(err, dao.ErrConflict):
					t.Error(err)
				}
			})
		}
		for i := range 8 {
			s := processes[i%2]
			try(func() error { _, _, err := s.Products.Create(p.ctx, aProduct(code)); return err })
		}
		for i := range 4 {
			s := processes[i%2]
			try(func() error {
				_, _, err := s.Products.Update(p.ctx, number(i+1), func(p *models.Product) error { p.Code = code; return nil })
				return err
			})
		}
		try(func() error {
			_, err := processes[0].Load(p.ctx, dao.Batch{Products: []models.Product{aProduct(code)}})
			return err
		})
		all.Wait()
		if n := p.howMany("products", bson.M{"code": code}); n > 1 || int64(given.Load()) != n {
			t.Errorf("round %d: %d products have the code, and %d were told so", round, n, given.Load())
		}
	}
	processes[0].sound()
}

// A dropped index comes back, and until then no change is told twice.
func TestDroppedIndexesComeBack(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(quickSweep), p.open(quickSweep)
	p.stocked(one, 3, 1)
	for _, coll := range []string{"products", "carts", "messages", "feed"} {
		p.ok("drop the indexes", p.db.Collection(coll).Indexes().DropAll(p.ctx))
	}
	var all sync.WaitGroup
	for i := range 3 {
		for _, s := range []process{one, two} {
			all.Go(func() { p.restock(s, i+1, 20) })
		}
	}
	all.Wait()
	one.sound()
	p.indexed()
	p.goesOn(one, two)
}

// Documents of another program in the feed are none of its changes: however many there are, they
// stay, and the changes beside them do.
func TestDoublesAreChanges(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: time.Hour})
	p.stocked(s, 3, 1)
	feed, base, head := p.db.Collection("feed"), int64(0), s.feed.last().Offset
	p.ok("drop the indexes", feed.Indexes().DropAll(p.ctx))
	for _, id := range []float64{0.5, 1.5} {
		mongotest.Insert(p, feed, bson.D{{Key: "_id", Value: id}, {Key: "title", Value: "noticias"}})
	}
	p.ok("settle", s.feed.settleDoubles(p.ctx))
	p.wantLeft(base, head)

	var double entry
	p.ok("read the feed", feed.FindOne(p.ctx, bson.M{"_id": head}).Decode(&double))
	double.Offset++
	_, err := feed.InsertOne(p.ctx, double)
	p.ok("insert", err)
	p.ok("settle", s.feed.settleDoubles(p.ctx))
	p.wantLeft(head+1, head+1)
}

// wantLeft fails unless the feed holds the changes from base on, and both news of another program.
func (p *place) wantLeft(base, head int64) {
	p.Helper()
	var meta storeMeta
	p.ok("read meta", p.db.Collection("meta").FindOne(p.ctx, bson.M{"_id": storeID}).Decode(&meta))
	changes, news := p.howMany("feed", entries(bson.M{})), p.howMany("feed", bson.M{"title": "noticias"})
	if meta.Base != base || changes != head-base || news != 2 {
		p.Errorf("the base is %d, and left are %d changes and %d news; want %d, %d and 2", meta.Base, changes, news, base, head-base)
	}
}

// A database in which codes and changes became twice, by an older shop or another program, opens,
// says which, and guards new ones.
func TestDoublesOpen(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: time.Hour})
	p.stocked(s, 9, 1)
	before := s.feed.last()
	p.ok("close", s.Store.Close())
	for _, coll := range []string{"products", "feed"} {
		p.ok("drop the indexes", p.db.Collection(coll).Indexes().DropAll(p.ctx))
	}
	for _, n := range []int{1, 2, 3} {
		p.foreignSet("products", number(n), bson.M{"code": "twice", uniqueField: "twice", codeField: "twice"})
	}
	var double entry
	p.ok("read the feed", p.db.Collection("feed").FindOne(p.ctx, bson.M{"_id": before.Offset}).Decode(&double))
	double.Offset++
	_, err := p.db.Collection("feed").InsertOne(p.ctx, double)
	p.ok("insert", err)

	var notes notebook
	s = p.open(Options{sweepEvery: 50 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&notes, nil))})
	p.indexed()
	if s.feed.last().Epoch != before.Epoch {
		t.Error("a new epoch has begun")
	}
	for _, other := range []int{2, 3} {
		if !notes.has("WARN", "twice", number(1).String(), number(other).String()) {
			t.Errorf("nothing says that product %d has the code, too: %s", other, notes.text.String())
		}
	}
	p.await("their new code is told of", func() bool { return s.figures.noticed.Load() == 3 })
	p.guarded(s, "twice")
	page, err := s.Products.List(p.ctx, models.ProductQuery{Codes: []string{"twice"}, Limit: 10})
	p.ok("list", err)
	if page.Total != 3 {
		t.Errorf("%d of the 3 are listed", page.Total)
	}
	p.goesOn(s)
}
