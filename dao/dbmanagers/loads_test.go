package dbmanagers

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// A load that meets a conflict in its midst, after the first parts are inserted, leaves nothing: no
// document, no record, no change, and what it had taken is free.
func TestLoadConflictLeavesNothing(t *testing.T) {
	for name, spoil := range map[string]func(b *dao.Batch, there models.Message){
		"a message that is there": func(b *dao.Batch, there models.Message) { b.Messages[1_100] = there },
		"a code that is there":    func(b *dao.Batch, _ models.Message) { b.Products[2].Code = "taken" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			s := p.open(Options{})
			_, _, err := s.Products.Create(p.ctx, aProduct("taken"))
			p.ok("create", err)
			there, _, err := s.Messages.Append(p.ctx, aMessage("hola"))
			p.ok("append", err)
			batch := aBatch(number(1), 1_200)
			spoil(&batch, there)
			_, err = s.Load(p.ctx, batch)
			p.fails("load", err, dao.ErrConflict)
			if feed := s.sound(); len(feed) != 2 {
				t.Errorf("%d changes, want 2", len(feed))
			}
			for _, coll := range []string{"products", "carts", "messages"} {
				if n := p.howMany(coll, bson.M{loadField: bson.M{"$exists": true}}); n > 0 {
					t.Errorf("%d %s of the load are left", n, coll)
				}
			}
			good := aBatch(number(1), 10)
			_, err = s.Load(p.ctx, good)
			p.ok("load", err)
		})
	}
}

// A load whose process stands still for too long is undone by another one. When it wakes up it says
// that nothing was done, and so it is: what it inserted after it was undone goes, too.
func TestLoadUndoneMeanwhile(t *testing.T) {
	p := newPlace(t)
	others := p.open(Options{sweepEvery: 20 * time.Millisecond, loadPatience: 100 * time.Millisecond})
	var once sync.Once
	s := p.open(Options{sweepEvery: time.Hour, at: func(step string) {
		if step == "hidden" {
			once.Do(func() {
				p.await("it is undone", func() bool { return p.howMany("meta", bson.M{"load": bson.M{"$exists": true}}) == 0 })
			})
		}
	}})
	batch := aBatch(number(1), 1_200)
	_, err := s.Load(p.ctx, batch)
	p.fails("load", err, dao.ErrUnavailable)
	if errors.Is(err, dao.ErrUnknown) {
		t.Errorf("a load that was undone: %v", err)
	}
	if feed := others.sound(); len(feed) != 0 {
		t.Errorf("%d changes of a load that was undone", len(feed))
	}
	_, err = others.Load(p.ctx, batch)
	p.ok("load again", err)
	s.sound()
}

// Documents of a load that came after it had been undone, by a process that then died, do not keep
// their ids and codes for ever.
func TestLoadStraysRemoved(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{sweepEvery: 5 * time.Millisecond, loadPatience: 100 * time.Millisecond})
	stray := append(foreignProduct(number(1), "a"), bson.E{Key: "pulperia", Value: bson.D{
		{Key: "rev", Value: int64(1)}, {Key: "feed", Value: loading}, {Key: "load", Value: "load of nobody"}, {Key: "place", Value: int64(0)}, {Key: "unique", Value: "a"},
	}})
	_, err := p.db.Collection("products").InsertOne(p.ctx, stray)
	p.ok("insert", err)
	p.await("it is gone", func() bool { return p.document("products", objectID(number(1))) == nil })
	_, _, err = s.Products.Create(p.ctx, aProduct("a"))
	p.ok("create with its code", err)
}

// A change of a loaded document that comes before the load is stamped, by a process that dies
// before it announces it, is told of all the same: the load's stamp is not taken for its own.
func TestLoadStampsOnlyItsOwn(t *testing.T) {
	p := newPlace(t)
	batch := aBatch(number(1), 3)
	var once sync.Once
	s := p.open(Options{sweepEvery: time.Hour, at: func(step string) {
		if step == "stamp" {
			once.Do(func() {
				p.killed(errand{URL: p.url, Do: "update product", ID: batch.Products[0].ID, Step: "changed"})
			})
		}
	}})
	_, err := s.Load(p.ctx, batch)
	p.ok("load", err)
	feed := p.open(quickSweep).sound()
	if len(feed) != batch.Len()+1 || feed[batch.Len()].Rev != 2 {
		t.Errorf("the feed tells %d changes of a load of %d and an update; the last: %+v", len(feed), batch.Len(), tell(feed[len(feed)-1]))
	}
}

// A value of a loaded id that somebody makes and deletes while the load is on its way has used up
// its revisions: the load does not tell of them again, but says that it was not done; the next one
// goes above them.
func TestLoadBesideRecreation(t *testing.T) {
	p := newPlace(t)
	other := p.open(quickSweep)
	var once sync.Once
	s := p.open(Options{at: func(step string) {
		if step == "drafted" {
			once.Do(func() {
				for range 2 {
					p.ok("create", errands["create product"](other, errand{ID: number(1)}))
					p.ok("delete", errands["delete product"](other, errand{ID: number(1)}))
				}
				p.settled()
			})
		}
	}})
	product := aProduct("a")
	product.ID = number(1)
	_, err := s.Load(p.ctx, dao.Batch{Products: []models.Product{product}})
	p.fails("load", err, dao.ErrUnavailable)
	other.sound()
	_, err = s.Load(p.ctx, dao.Batch{Products: []models.Product{product}})
	p.ok("load again", err)
	if feed := other.sound(); feed[len(feed)-1].Rev != 5 {
		t.Errorf("loaded at revision %d, want 5", feed[len(feed)-1].Rev)
	}
}

// Readers of messages beside a load, who announce what they meet, do not mix up its order.
func TestLoadOrderBesideReaders(t *testing.T) {
	p := newPlace(t)
	s, other := p.open(Options{}), p.open(quickSweep)
	batch := aBatch(number(1), 2_500)
	loaded := make(chan struct{})
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for {
				if _, err := []process{s, other}[i%2].Messages.Page(p.ctx, models.ID{}, 10); err != nil {
					t.Errorf("page: %v", err)
				}
				select {
				case <-loaded:
					return
				default:
				}
			}
		})
	}
	_, err := s.Load(p.ctx, batch)
	close(loaded)
	all.Wait()
	p.ok("load", err)
	p.inOrder(s.sound(), batch.Messages)
}

// inOrder fails when the feed does not tell of exactly these messages, in their order.
func (p *place) inOrder(feed []dao.Change, messages []models.Message) {
	p.Helper()
	var got, want []models.ID
	for _, change := range feed {
		if change.Kind == dao.KindMessage {
			got = append(got, change.ID)
		}
	}
	for _, m := range messages {
		want = append(want, m.ID)
	}
	if !slices.Equal(got, want) {
		p.Errorf("the feed tells of %d messages, want %d in the order of the load", len(got), len(want))
	}
}

// Of a load that is committed, the process died while it showed the documents. What is shown is not
// announced before the rest.
func TestLoadHalfShown(t *testing.T) {
	p := newPlace(t)
	const n, name = 10, "load of somebody"
	mongotest.Insert(p, p.db.Collection("meta"), loadRecord{ID: name, State: loadCommitted})
	for i := range n {
		m := aMessage("hola")
		m.ID, m.CreatedAt = number(n-i), 1000
		ours := bson.D{{Key: "rev", Value: int64(1)}, {Key: "feed", Value: nil}, {Key: "load", Value: name}, {Key: "place", Value: int64(i)}}
		if i%2 == 0 {
			ours[1].Value = loading
		}
		mongotest.Insert(p, p.db.Collection("messages"), append(messageDoc(m), bson.E{Key: "pulperia", Value: ours}))
	}
	waiting := p.open(Options{sweepEvery: 20 * time.Millisecond, loadPatience: time.Hour})
	if page, err := waiting.Messages.Page(p.ctx, models.ID{}, n); err != nil || len(page) != 0 {
		t.Errorf("a page of a load under way: %v (%v)", page, err)
	}
	s := p.open(Options{sweepEvery: 20 * time.Millisecond, loadPatience: time.Second})
	feed := s.sound()
	for i, change := range feed {
		if change.ID != number(n-i) {
			t.Errorf("message %d of the feed is %s, want %s", i, change.ID, number(n-i))
		}
	}
	if len(feed) != n {
		t.Errorf("%d messages are told of, want %d", len(feed), n)
	}
}
