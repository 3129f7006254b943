package dbmanagers

import (
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

var quickSweep = Options{sweepEvery: 50 * time.Millisecond}

// renewed waits until processes follow another epoch than before, all the same one, and to all of
// them the old position is gone.
func (p *place) renewed(before dao.Position, processes ...process) dao.Position {
	p.Helper()
	var now dao.Position
	p.await("a new epoch, the same in all processes", func() bool {
		epochs := map[string]bool{}
		for _, one := range processes {
			if errors.Join(one.lookNow(), one.feed.refresh(p.ctx)) != nil {
				return false
			}
			epochs[one.feed.last().Epoch] = true
		}
		return len(epochs) == 1 && !epochs[before.Epoch]
	})
	for _, one := range processes {
		if now = one.feed.last(); now.Epoch != processes[0].feed.last().Epoch {
			p.Fatalf("one process is in epoch %s, another in %s", now.Epoch, processes[0].feed.last().Epoch)
		}
		_, err := one.Feed.Since(p.ctx, before, 10)
		p.fails("since "+before.String(), err, dao.ErrGone)
	}
	return now
}

// goesOn fails when a store does not work as ever after something happened to its database: what
// each process writes from here on is told to all, once, and codes are guarded.
func (p *place) goesOn(processes ...process) {
	p.Helper()
	var base storeMeta
	p.await("all follow the epoch that meta has", func() bool {
		meta, err := processes[0].readMeta(p.ctx)
		base = meta
		for _, one := range processes {
			err = errors.Join(err, one.feed.refresh(p.ctx))
			if one.feed.last().Epoch != base.Epoch {
				return false
			}
		}
		return err == nil
	})
	var followers []*follower
	for _, one := range processes {
		p.ok("catch up", one.lookNow())
		followers = append(followers, one.follow(one.feed.last()))
	}
	before := processes[0].feed.last()
	written := 0
	for _, one := range processes {
		product, _, err := one.Products.Create(p.ctx, aProduct(models.NewID(time.Now()).String()))
		p.ok("create", err)
		_, _, err = one.Products.Create(p.ctx, aProduct(product.Code))
		p.fails("create with a taken code", err, dao.ErrConflict)
		_, _, err = one.Products.Update(p.ctx, product.ID, func(p *models.Product) error { p.Stock++; return nil })
		p.ok("update", err)
		_, _, err = one.Messages.Append(p.ctx, aMessage("again"))
		p.ok("append", err)
		written += 3
	}
	p.settled()
	after := dao.Position{Epoch: before.Epoch, Offset: before.Offset + int64(written)}
	for _, f := range followers {
		changes := f.reach(after)
		p.gapless("a follower", changes, before.Offset)
		p.orderly(changes)
	}
	if base.Epoch != before.Epoch {
		p.Errorf("meta is in epoch %s, the processes in %s", base.Epoch, before.Epoch)
	}
}

// copied returns the documents of collections, as a backup has them.
func (p *place) copied(names ...string) map[string][]bson.Raw {
	p.Helper()
	all := make(map[string][]bson.Raw)
	for _, name := range names {
		cursor, err := p.db.Collection(name).Find(p.ctx, bson.M{})
		p.ok("read", err)
		var docs []bson.Raw
		p.ok("read", cursor.All(p.ctx, &docs))
		all[name] = docs
	}
	return all
}

// putBack restores a backup: what the collections hold is replaced.
func (p *place) putBack(backup map[string][]bson.Raw) {
	p.Helper()
	for name, docs := range backup {
		_, err := p.db.Collection(name).DeleteMany(p.ctx, bson.M{})
		p.ok("empty", err)
		if len(docs) > 0 {
			_, err = p.db.Collection(name).InsertMany(p.ctx, docs)
			p.ok("put back", err)
		}
	}
}

// stocked makes products 1 to n and changes each so many times.
func (p *place) stocked(s process, n, times int) {
	p.Helper()
	for i := range n {
		product := aProduct(number(i + 1).String())
		product.ID = number(i + 1)
		_, _, err := s.Products.Create(p.ctx, product)
		p.ok("create", err)
		p.restock(s, i+1, times)
	}
	p.settled()
}

func (p *place) restock(s process, n, times int) {
	p.Helper()
	for range times {
		_, _, err := s.Products.Update(p.ctx, number(n), func(p *models.Product) error { p.Stock++; return nil })
		p.ok("update", err)
	}
}

// The whole database is dropped under running processes: they begin an epoch anew, make the indexes
// again and go on.
func TestDatabaseDropped(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(quickSweep), p.open(quickSweep)
	p.stocked(one, 3, 2)
	before := one.feed.last()
	p.ok("drop", mongotest.Drop(p.ctx, p.db))
	p.renewed(before, one, two)
	p.await("the indexes are back", func() bool {
		specs, err := p.db.Collection("feed").Indexes().ListSpecifications(p.ctx)
		return err == nil && len(specs) == 2
	})
	p.goesOn(one, two)
}

// A process that had not heard of the drop yet inserts into the feed at its old place: one epoch
// begins all the same, above that, and what is written in it stays.
func TestDatabaseDroppedUnderAnInsert(t *testing.T) {
	p := newPlace(t)
	one := p.open(quickSweep)
	p.stocked(one, 3, 2)
	before := one.feed.last()
	late := entry{First: before.Offset + 1, N: 1, Step: bson.NewObjectID(), At: bson.NewDateTimeFromTime(time.Now()), Changes: []*change{}}
	p.ok("drop", mongotest.Drop(p.ctx, p.db))
	// It may be refused: the shop was first.
	if _, err := p.db.Collection("feed").InsertOne(p.ctx, &late); err != nil && !mongo.IsDuplicateKeyError(err) {
		p.Fatal(err)
	}
	now := p.renewed(before, one)
	made, _, err := one.Products.Create(p.ctx, aProduct("written at once"))
	p.ok("create", err)
	for range 10 {
		time.Sleep(50 * time.Millisecond)
		p.ok("load", one.feed.load(p.ctx, true))
	}
	two := p.open(quickSweep)
	if after := two.feed.last(); after.Epoch != now.Epoch {
		t.Errorf("another epoch has begun: %s, then %s", now, after)
	}
	_, err = two.Products.Get(p.ctx, made.ID)
	p.ok("get what was written at once", err)
}

// The feed alone is dropped, the documents are there: positions are gone, nothing else is.
func TestFeedDropped(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(quickSweep), p.open(quickSweep)
	p.stocked(one, 3, 2)
	before := one.feed.last()
	p.ok("drop", p.db.Collection("feed").Drop(p.ctx))
	p.renewed(before, one, two)
	p.goesOn(one, two)
	page, err := two.Products.List(p.ctx, models.ProductQuery{Limit: 10})
	p.ok("list", err)
	if page.Total != 3+2 {
		t.Errorf("%d products are listed, want 5", page.Total)
	}
}

// A feed from a backup, older than the documents.
func TestFeedOlder(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(quickSweep), p.open(quickSweep)
	p.stocked(one, 2, 1)
	backup := p.copied("feed")
	p.restock(one, 1, 5)
	p.settled()
	before := one.feed.last()
	p.putBack(backup)
	p.renewed(before, one, two)
	p.goesOn(one, two)
}

// Documents from a backup, older than the feed, and without one that came later: what they hold now
// is told of, as the next change of each, in the same epoch, by whichever process finds it. So it
// is when it happened while no shop was open.
func TestDocumentsOlder(t *testing.T) {
	p := newPlace(t)
	one := p.open(quickSweep)
	p.stocked(one, 2, 1)
	backup := p.copied("products")
	p.restock(one, 1, 5)
	later := aProduct("later")
	later.ID = number(3)
	_, _, err := one.Products.Create(p.ctx, later)
	p.ok("create", err)
	p.settled()
	p.await("whoever comes next knows that", func() bool { // else he makes again what is deleted now
		meta, err := one.readMeta(p.ctx)
		return err == nil && meta.Applied >= one.feed.last().Offset
	})
	f := one.follow(one.feed.last())
	p.putBack(backup)
	two := p.open(quickSweep)
	f.revised(number(1), 8)
	if gone := f.revised(number(3), 2); gone.Op != dao.OpDelete {
		t.Errorf("told of what is missing: %+v", gone)
	}
	one.sound()
	p.goesOn(one, two)

	backup = p.copied("products")
	p.restock(two, 1, 5)
	p.settled()
	before := two.feed.last()
	p.ok("close", one.Store.Close())
	p.ok("close", two.Store.Close())
	p.putBack(backup)
	three := p.open(quickSweep)
	three.follow(before).revised(number(1), 14)
	three.sound()
}

// A process that was cut off while the others wrote, and pruned the feed beyond all that it knew,
// would take a pruned offset for a free one. What it writes is told of all the same, once, and it
// finds its way back.
func TestSleptThroughPruning(t *testing.T) {
	p := newPlace(t)
	w := mongotest.NewLine(t, p.url, 0)
	asleep := p.openAt(w.URI, Options{sweepEvery: time.Hour, Timeout: 2 * time.Second, memory: 3 * time.Second})
	awake := p.open(Options{sweepEvery: 20 * time.Millisecond, Keep: 20, memory: 3 * time.Second, kept: 10})
	p.stocked(awake, 1, 3)
	p.ok("catch up", asleep.lookNow())
	behind := asleep.feed.last()
	w.Cut()
	p.restock(awake, 1, 200)
	p.await("it is pruned", func() bool { base, _ := awake.feed.bounds(); return base > behind.Offset+10 })
	w.Mend()
	message := aMessage("late")
	message.ID = number(7)
	p.await("it writes", func() bool { _, _, err := asleep.Messages.Append(p.ctx, message); return err == nil })
	p.settled()
	p.await("it is told of where it counts", func() bool {
		base, _ := awake.feed.bounds()
		return p.howMany("feed", bson.M{"changes.id": objectID(number(7)), "_id": bson.M{"$gt": base}}) == 1
	})
	if n := p.howMany("feed", bson.M{"changes.id": objectID(number(7))}); n != 1 {
		t.Errorf("it is told of %d times", n)
	}
	p.ok("refresh", asleep.feed.refresh(p.ctx))
	_, err := asleep.Feed.Since(p.ctx, behind, 10)
	if !errors.Is(err, dao.ErrGone) {
		t.Errorf("since a pruned position: %v", err)
	}
	p.goesOn(awake, asleep)
}
