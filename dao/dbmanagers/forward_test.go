package dbmanagers

import (
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/daotest"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// formatOne fills a database as the program of before left it: testdata/format1/make.sh.
func (p *place) formatOne() {
	p.Helper()
	text, err := os.ReadFile("testdata/format1/database.json")
	p.ok("read the fixture", err)
	var all bson.D
	p.ok("read the fixture", bson.UnmarshalExtJSON(text, true, &all))
	for _, coll := range all {
		mongotest.Insert(p, p.db.Collection(coll.Key), []any(coll.Value.(bson.A))...)
	}
	old := []index{
		{coll: driverTable{p.db.Collection("feed")}, keys: by(oldFeedIndex...), unique: true},
		{coll: driverTable{p.db.Collection("products")}, keys: by("pulperia.unique"), unique: true, sparse: true},
	}
	for _, one := range old {
		p.ok("make an index", one.coll.makeIndexes(p.ctx, []index{one}))
	}
}

// A database of the first format, in the middle of changes and loads, opens, by several processes at
// once, too: what was made counts, what was not committed does not, and it is said once. Then it
// lives on, and the program of before refuses it.
func TestFirstFormatIsBroughtForward(t *testing.T) {
	p := newPlace(t)
	p.formatOne()
	var notes notebook
	log := slog.New(slog.NewTextHandler(&notes, nil))
	var processes [3]process
	var opening sync.WaitGroup
	for i := range processes {
		opening.Go(func() { processes[i] = p.open(Options{Log: log}) })
	}
	opening.Wait()
	s := processes[0]
	p.settled()
	for n, want := range map[int]string{1: "Otra", 2: "Otra", 4: "Yerba " + number(4).String(), 30: "Mate de calabaza", 401: ""} {
		got, err := s.Products.Get(p.ctx, number(n))
		if p.ok("get", ignoreAbsent(err, want == "")); got.Title != want {
			t.Errorf("product %d is %q, want %q", n, got.Title, want)
		}
	}
	for _, n := range []int{3, 6} {
		_, err := s.Products.Get(p.ctx, number(n))
		p.fails("get what was deleted", err, dao.ErrNotFound)
	}
	_, err := s.Carts.Get(p.ctx, number(20))
	p.ok("get a cart that was just made", err)
	page, err := s.Messages.Page(p.ctx, models.ID{}, 100)
	p.ok("page", err)
	var said []string
	for _, m := range page {
		said = append(said, m.Message)
	}
	if got, want := strings.Join(said, " "), "hola hola hola hola hola hola 0 1 2 3 4 hola"; got != want {
		t.Errorf("said was %q, want %q", got, want)
	}
	list, total, err := s.Store.Values.List(p.ctx, daotest.Parcel.Schema, models.Query{Limit: 10})
	if p.ok("list", err); total != 1 || len(list) != 1 {
		t.Errorf("%d parcels are there", total)
	}
	if !notes.has("brought forward") {
		t.Error("nothing says that it was brought forward")
	}
	p.goesOn(processes[:]...)
	for _, one := range processes {
		p.ok("close", one.Store.Close())
	}
	var again notebook
	p.open(Options{Log: slog.New(slog.NewTextHandler(&again, nil))})
	if again.has("brought forward") {
		t.Error("it is brought forward twice")
	}
	if n := p.howMany("feed", bson.M{"step": bson.M{"$exists": false}}); n > 0 {
		t.Errorf("%d changes of before are left in the feed", n)
	}
	var meta storeMeta
	p.ok("read meta", p.db.Collection("meta").FindOne(p.ctx, bson.M{"_id": storeID}).Decode(&meta))
	if meta.Version <= firstFormat {
		t.Errorf("its format is %d: the program of before would open it", meta.Version)
	}
}

func ignoreAbsent(err error, absent bool) error {
	if absent {
		return nil
	}
	return err
}

// It is brought forward whole, wherever a process that does so is killed.
func TestBringingForwardKilled(t *testing.T) {
	undisturbed := newPlace(t)
	undisturbed.formatOne()
	want := len(dumped(t, undisturbed.open(Options{}).Store))
	for kill := 1; kill <= 5; kill++ {
		p := newPlace(t)
		p.formatOne()
		done := make(chan struct{})
		n := 0
		go func() {
			defer close(done)
			defer func() { recover() }() // as good as a kill: nothing runs any more
			s, err := Open(p.ctx, p.url, Options{at: func(step string) {
				if step == "forward" {
					if n++; n == kill {
						panic("killed")
					}
				}
			}})
			if err == nil {
				s.Close()
			}
		}()
		<-done
		if got := len(dumped(t, p.open(Options{}).Store)); got != want {
			t.Errorf("killed at part %d: a dump of %d bytes, want %d", kill, got, want)
		}
	}
}
