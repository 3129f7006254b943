package dbmanagers

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// What another program inserts, well or badly written, is taken in by whichever process sees it
// first, once: it is listed, found by its id, and in the feed of all.
func TestForeignInserts(t *testing.T) {
	p := newPlace(t)
	one, two := p.open(Options{}), p.open(Options{})
	f := two.follow(two.feed.last())
	for coll, docs := range foreignDocuments() {
		_, err := p.db.Collection(coll).InsertMany(p.ctx, docs)
		p.ok("insert", err)
	}
	var feed []dao.Change
	want := 0
	for _, docs := range foreignDocuments() {
		want += len(docs)
	}
	p.await("all of them are told of", func() bool { feed, _ = f.heard(); return len(feed) >= want })
	feed = one.sound()
	p.same("a follower", f.reach(one.feed.last()), feed)
	if len(feed) != want {
		t.Errorf("%d changes for %d documents", len(feed), want)
	}
	page, err := one.Products.List(p.ctx, models.ProductQuery{Limit: 100})
	p.ok("list", err)
	listed := len(page.Products)
	carts, _, err := two.Carts.List(p.ctx, 1, 100)
	p.ok("list carts", err)
	messages, err := two.Messages.Page(p.ctx, models.ID{}, 100)
	p.ok("page", err)
	if listed+len(carts)+len(messages) != want {
		t.Errorf("%d products, %d carts and %d messages are listed, of %d documents", listed, len(carts), len(messages), want)
	}
	p.foundByID(two, page.Products, messages)
}

// foundByID fails when what is listed is not found by its id.
func (p *place) foundByID(s process, products []models.Product, messages []models.Message) {
	p.Helper()
	for _, product := range products {
		got, err := s.Products.Get(p.ctx, product.ID)
		p.ok("get "+product.Title, err)
		if !got.Same(product) || got.Rev != 1 {
			p.Errorf("got %+v, listed %+v", got, product)
		}
	}
	for _, m := range messages {
		_, err := s.Messages.Page(p.ctx, m.ID, 10)
		p.ok("page before "+m.Message, err)
	}
}

// Our changes keep what we do not know, and touch badly written fields only when they bring them.
func TestForeignFieldsSurvive(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	doc := append(foreignProduct(number(1), "x"), bson.E{Key: "color", Value: bson.D{{Key: "r", Value: 1.5}}})
	_, err := p.db.Collection("products").InsertOne(p.ctx, doc)
	p.ok("insert", err)
	_, err = p.db.Collection("products").UpdateOne(p.ctx, bson.M{"_id": objectID(number(1))}, bson.M{"$set": bson.M{"price": "12,50", "thumbnail": "/a.png"}})
	p.ok("spoil", err)
	got, _, err := s.Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Title = "Otro"; return nil })
	p.ok("update", err)
	if got.Price != 12500 || got.Title != "Otro" {
		t.Errorf("updated: %+v", got)
	}
	p.settled()
	raw := p.document("products", objectID(number(1)))
	for field, want := range map[string]string{
		"title": `"Otro"`, "color": `{"r": {"$numberDouble":"1.5"}}`, "price": `"12,50"`, "thumbnail": `"/a.png"`, "__v": `{"$numberInt":"0"}`,
	} {
		if got := raw.Lookup(field).String(); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
	s.sound()
}

// notebook keeps what an engine logs.
type notebook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notebook) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(b)
}

func (n *notebook) has(words ...string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for line := range strings.Lines(n.text.String()) {
		all := true
		for _, word := range words {
			all = all && strings.Contains(line, word)
		}
		if all {
			return true
		}
	}
	return false
}

// Where another program has written a code twice, the shop opens and says which products have it.
// It gives the code to no other product, as long as one of them has it.
func TestForeignDuplicateCodes(t *testing.T) {
	p := newPlace(t)
	coll := p.db.Collection("products")
	mongotest.Insert(p, coll, foreignProduct(number(1), "twice"), foreignProduct(number(2), "twice"), foreignProduct(number(3), "thrice"),
		foreignProduct(number(4), "thrice"), foreignProduct(number(5), "thrice"))
	var notes notebook
	s := p.open(Options{Log: slog.New(slog.NewTextHandler(&notes, nil))})
	s.sound()
	p.await("a warning with both", func() bool { return notes.has("WARN", "twice", number(1).String(), number(2).String()) })
	other := aProduct("other")
	other.ID = number(9)
	_, _, err := s.Products.Create(p.ctx, other)
	p.ok("create", err)
	p.guarded(s, "twice")
	owner := p.ownerOf("twice")
	_, _, err = s.Products.Delete(p.ctx, owner)
	p.ok("delete one of them", err)
	s.sound()
	p.guarded(s, "twice")
	_, _, err = s.Products.Delete(p.ctx, models.ID{0: 0x66, 11: 3 - owner[11]})
	p.ok("delete the other", err)
	_, _, err = s.Products.Create(p.ctx, aProduct("twice"))
	p.ok("create with the free code", err)

	for range 2 {
		p.guarded(s, "thrice")
		_, _, err = s.Products.Update(p.ctx, p.ownerOf("thrice"), func(p *models.Product) error { p.Code += " again"; return nil })
		if errors.Is(err, dao.ErrConflict) {
			break // the first has this one now
		}
		p.ok("give one of them another", err)
		p.guarded(s, "thrice")
	}
	s.sound()
}

// ownerOf returns one of the products that have a code.
func (p *place) ownerOf(code string) models.ID {
	p.Helper()
	if raw, err := p.db.Collection("products").FindOne(p.ctx, bson.M{"code": code}).Raw(); err == nil {
		return idOf(raw.Lookup("_id"))
	}
	p.Fatalf("no product has the code %s", code)
	return models.ID{}
}

// guarded fails when another product can get a code. Product 9 is there and has none like it.
func (p *place) guarded(s process, code string) {
	p.Helper()
	_, _, err := s.Products.Create(p.ctx, aProduct(code))
	p.fails("create with a taken code", err, dao.ErrConflict)
	_, _, err = s.Products.Update(p.ctx, number(9), func(p *models.Product) error { p.Code = code; return nil })
	p.fails("update to a taken code", err, dao.ErrConflict)
	_, err = s.Load(p.ctx, dao.Batch{Products: []models.Product{aProduct("new"), aProduct(code)}})
	p.fails("load of a taken code", err, dao.ErrConflict)
}

// An unclaimed document, found before any sweeper has seen it, is claimed by whoever needs it.
func TestForeignMetByWriters(t *testing.T) {
	p := newPlace(t)
	asleep := Options{sweepEvery: time.Hour}
	one, two := p.open(asleep), p.open(asleep)
	_, err := p.db.Collection("products").InsertOne(p.ctx, foreignProduct(number(1), "x"))
	p.ok("insert", err)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			_, _, err := []process{one, two}[i%2].Products.Update(p.ctx, number(1), func(p *models.Product) error { p.Stock++; return nil })
			if err != nil {
				t.Errorf("update: %v", err)
			}
		})
	}
	all.Wait()
	got, receipt, err := one.Products.Delete(p.ctx, number(1))
	p.ok("delete", err)
	if got.Stock != 13 || got.Rev != 11 || receipt.Position.Offset != 12 {
		t.Errorf("deleted %+v at %v", got, receipt.Position)
	}
	if feed := one.sound(); len(feed) != 12 {
		t.Errorf("%d changes, want 12", len(feed))
	}
}

// In a collection that is shared with nobody, what another program puts there is no value: nobody
// sees it, nothing is done to it, and it takes neither a unique text nor an id away: ours stand in a
// collection of another name.
func TestForeignInPrivate(t *testing.T) {
	p := newPlace(t)
	theirs := bson.M{"_id": bson.ObjectID{11: 1}, "label": "P 1", "barcode": "771", "weight": 3}
	coll := p.db.Collection("parcels")
	_, err := coll.InsertOne(p.ctx, theirs)
	p.ok("insert", err)
	before, err := coll.FindOne(p.ctx, theirs).Raw()
	p.ok("read", err)
	s := p.open(Options{})
	k := daotest.Parcel.Schema
	if _, err := s.Values.Get(p.ctx, k, models.ID{11: 1}); !errors.Is(err, dao.ErrNotFound) {
		t.Errorf("get answers %v", err)
	}
	ours := k.Example(1)
	_, err = s.made(k, ours)
	p.ok("create with the same texts", err)
	other := k.Example(2)
	other.SetHead(models.Head{ID: models.ID{11: 1}})
	if _, err := s.made(k, other); err != nil {
		t.Errorf("create with its id answers %v", err)
	}
	list, total, err := s.Values.List(p.ctx, k, models.Query{Limit: 10})
	p.ok("list", err)
	if total != 2 || len(list) != 2 {
		t.Errorf("%d of %d are listed", len(list), total)
	}
	p.ok("look for what others inserted", s.engine.claimAll(p.ctx))
	n := 0
	_, err = s.Dump(p.ctx, func(b dao.Batch) error { n += b.Len(); return nil })
	if p.ok("dump", err); n != 2 {
		t.Errorf("%d values are dumped", n)
	}
	after, err := coll.FindOne(p.ctx, bson.M{"_id": bson.ObjectID{11: 1}}).Raw()
	if p.ok("read", err); !bytes.Equal(before, after) {
		t.Errorf("it was %s, and is %s", before, after)
	}
	report, err := Check(p.ctx, p.url, Options{})
	if p.ok("check", err); report.Counts["parcel"] != 2 || !strings.Contains(strings.Join(report.Notes, "\n"), "the collection parcels is another program's") {
		t.Errorf("checked %+v", report)
	}
}

// A create whose text is taken is a conflict, also when another program's document that had its id
// is gone before it is taken in.
func TestConflictWhenTheIDIsLetGo(t *testing.T) {
	p := newPlace(t)
	products := p.db.Collection("products")
	s := p.open(Options{sweepEvery: time.Hour, at: func(step string) {
		if step == "claiming" {
			products.DeleteOne(p.ctx, bson.M{"code": "theirs"})
		}
	}})
	_, _, err := s.Products.Create(p.ctx, aProduct("taken"))
	p.ok("create", err)
	mongotest.Insert(p, products, foreignProduct(number(1), "theirs"))
	again := aProduct("taken")
	again.ID = number(1)
	_, _, err = s.Products.Create(p.ctx, again)
	p.fails("create with a code that is taken", err, dao.ErrConflict)
}
