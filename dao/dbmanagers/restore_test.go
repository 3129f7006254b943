package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/models"
)

// restored are the values of the restorations here, in the batches in which they are put.
func restored() []dao.Batch {
	id := func(n int) models.ID { return models.ID{0x66, 11: byte(n)} }
	var products []models.Product
	for n := range 5 {
		products = append(products, models.Product{
			ID: id(n), Title: fmt.Sprint("Yerba ", n), Description: "Con palo", Code: fmt.Sprint("Y-", n), Price: models.Money(19990 + n), Status: n > 0,
			Stock: int64(n), Category: "almacén", Thumbnails: []string{"/y.svg"}[:n%2], CreatedAt: 7, UpdatedAt: 9, Rev: int64(n + 5),
		})
	}
	carts := []models.Cart{
		{ID: id(1), Products: []models.Item{{Product: id(2), Quantity: 3}}, CreatedAt: 1, UpdatedAt: 2, Rev: 4},
		{ID: id(2), Products: []models.Item{}, CreatedAt: 1, UpdatedAt: 1, Rev: 1},
	}
	var messages []models.Message
	for n := range 8 {
		messages = append(messages, models.Message{ID: id(50 - n), User: "ana@example.com", Message: fmt.Sprint("hola ", n), CreatedAt: models.Time(n)})
	}
	return []dao.Batch{
		{Products: products[:3]}, {Products: products[3:]}, {Carts: carts}, {Messages: messages[:3]}, {Messages: messages[3:6]}, {Messages: messages[6:]},
	}
}

// restoreAll begins or goes on with a restoration, and finishes it.
func restoreAll(ctx context.Context, url string, o Options) error {
	r, err := Restore(ctx, url, o, "elsewhere", "all")
	if err != nil {
		return err
	}
	defer r.Close()
	skip := r.Done()
	for _, batch := range restored() {
		if skip -= batch.Len(); skip >= 0 {
			continue
		}
		if err := r.Put(ctx, batch); err != nil {
			return err
		}
	}
	if _, err := r.Dump(ctx, func(dao.Batch) error { return nil }); err != nil {
		return err
	}
	return r.Finish(ctx)
}

// documents returns all that is in a database, as it stands there, but for the random epoch and identity.
func documents(t *testing.T, url string) string {
	t.Helper()
	e, err := open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var b strings.Builder
	for _, of := range append(e.tables(), e.feed.coll, e.meta) {
		if err := of.find(t.Context(), query{sort: by("_id")}, func(raw bson.Raw) error {
			var fields bson.D
			if err := bson.Unmarshal(withoutChance(raw), &fields); err != nil {
				return err
			}
			for i := range fields {
				if slices.Contains([]string{"epoch", "identity", "mark", "step", "at"}, fields[i].Key) {
					fields[i].Value = ""
				}
			}
			fmt.Fprintln(&b, of.name(), fields)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// withoutChance is a document without the mark of its store.
func withoutChance(raw bson.Raw) bson.Raw {
	doc := asD(raw)
	for _, field := range doc {
		if ours, is := field.Value.(bson.D); is && field.Key == "pulperia" {
			for i := range ours {
				if ours[i].Key == "store" {
					ours[i].Value = ""
				}
			}
		}
	}
	return marshal(doc)
}

// dumped writes down what a store holds, with times and revisions.
func dumped(t *testing.T, s dao.Store) string {
	t.Helper()
	var all dao.Batch
	if _, err := s.Dump(t.Context(), func(b dao.Batch) error {
		all.Products, all.Carts, all.Messages = append(all.Products, b.Products...), append(all.Carts, b.Carts...), append(all.Messages, b.Messages...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return string(models.JSON(all))
}

func wantRestored() string {
	var all dao.Batch
	for _, b := range restored() {
		all.Products, all.Carts, all.Messages = append(all.Products, b.Products...), append(all.Carts, b.Carts...), append(all.Messages, b.Messages...)
	}
	return string(models.JSON(all))
}

// A restored store is a store like any other: listings, codes, the chat and revisions go on from
// what was there, and positions of before are gone.
func TestRestoredStoreLives(t *testing.T) {
	url := mongotest.URI(t)
	was, err := Open(t.Context(), url, Options{}) // an empty store may become another one
	if err != nil {
		t.Fatal(err)
	}
	_, receipt, err := was.Carts.Create(t.Context(), models.Cart{ID: models.ID{1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := was.Carts.Delete(t.Context(), models.ID{1}); err != nil {
		t.Fatal(err)
	}
	if err := was.Close(); err != nil {
		t.Fatal(err)
	}
	if err := restoreAll(t.Context(), url, Options{}); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := dumped(t, s); got != wantRestored() {
		t.Errorf("there is\n%s, not\n%s", got, wantRestored())
	}
	if _, err := s.Feed.Since(t.Context(), receipt.Position, 10); !errors.Is(err, dao.ErrGone) {
		t.Errorf("changes since a position of before: %v", err)
	}
	head, err := s.Feed.Head(t.Context())
	if err != nil || head.Offset != 15 {
		t.Errorf("the head is %v, %v", head, err)
	}
	b := restored()
	if _, _, err := s.Products.Create(t.Context(), models.Product{Title: "T", Description: "D", Code: "Y-3", Category: "C"}); !errors.Is(err, dao.ErrConflict) {
		t.Errorf("a code that is there: %v", err)
	}
	p, _, err := s.Products.Update(t.Context(), b[1].Products[0].ID, func(p *models.Product) error { p.Stock++; return nil })
	if err != nil || p.Rev != b[1].Products[0].Rev+1 || p.CreatedAt != 7 {
		t.Errorf("changed to %+v, %v", p, err)
	}
	said, _, err := s.Messages.Append(t.Context(), models.Message{User: "bea@example.com", Message: "sigo"})
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Messages.Page(t.Context(), models.ID{}, 3)
	if err != nil || len(page) != 3 || page[2] != said || page[1] != b[5].Messages[1] || page[0] != b[5].Messages[0] {
		t.Errorf("the newest messages are %v, %v", page, err)
	}
	changes, err := s.Feed.Since(t.Context(), head, 10)
	if err != nil || len(changes) != 2 || changes[0].Offset != 16 {
		t.Errorf("the feed goes on with %v, %v", changes, err)
	}
}

// Of the documents of a batch that was cut off, some may be there. They count when they are what
// was to be inserted; anything else under their ids is named, and stays.
func TestRestorationMeetsDocuments(t *testing.T) {
	url := mongotest.URI(t)
	r, err := Restore(t.Context(), url, Options{}, "elsewhere", "all")
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range restored() {
		if err := r.Put(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := r.Put(ctx, restored()[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("put after a stop: %v", err)
	}
	if err := r.Close(); err != nil || r.Done() != 15 {
		t.Fatal(r.Done(), err)
	}
	before := documents(t, url)
	wantUnopened(t, url)
	if after := documents(t, url); after != before {
		t.Errorf("it was tried to open; there was\n%s, and then\n%s", before, after)
	}
	e, err := open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	update := func(coll string, filter, update any) {
		t.Helper()
		if _, err := e.bare(coll).UpdateOne(t.Context(), filter, update); err != nil {
			t.Fatal(err)
		}
	}
	update("meta", bson.M{"_id": restoreID}, bson.M{"$set": bson.M{"done": int64(3)}})
	if _, err := e.bare("messages").DeleteMany(t.Context(), bson.M{"message": bson.M{"$in": bson.A{"hola 1", "hola 4", "hola 7"}}}); err != nil {
		t.Fatal(err)
	}
	update("messages", bson.M{"message": "hola 5"}, bson.M{"$set": bson.M{"message": "chau"}})
	err = restoreAll(t.Context(), url, Options{})
	if !errors.Is(err, dao.ErrConflict) || !strings.Contains(err.Error(), "message "+restored()[4].Messages[2].ID.String()) {
		t.Errorf("over another document: %v", err)
	}
	update("messages", bson.M{"message": "chau"}, bson.M{"$set": bson.M{"message": "hola 5"}})
	if err := restoreAll(t.Context(), url, Options{}); err != nil {
		t.Fatal(err)
	}
	s, err := OpenReadOnly(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := dumped(t, s); got != wantRestored() {
		t.Errorf("there is\n%s, not\n%s", got, wantRestored())
	}
}

// A database that holds anything is refused and stays as it is; of two processes that restore at
// once one goes on; discarding removes what was restored, and nothing of another program.
func TestRestoreRefuses(t *testing.T) {
	url := mongotest.URI(t)
	e, err := open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	wantRefused := func(source, content, want string) {
		t.Helper()
		before := documents(t, url)
		_, err := Restore(t.Context(), url, Options{}, source, content)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
		if after := documents(t, url); after != before {
			t.Errorf("refused (%v); there was\n%s, and then\n%s", err, before, after)
		}
	}
	foreign := func() {
		t.Helper()
		mongotest.Insert(t, e.bare("messages"), bson.M{"user": "x", "message": "theirs"})
	}
	foreign()
	wantRefused("elsewhere", "all", "0 products, 0 carts and 1 messages")
	if _, err := e.bare("messages").DeleteMany(t.Context(), bson.M{}); err != nil {
		t.Fatal(err)
	}
	newer := storeMeta{ID: storeID, Version: formatVersion + 1, Epoch: "01234567"}
	mongotest.Insert(t, e.bare("meta"), newer)
	wantRefused("elsewhere", "all", "newer pulperia")
	if _, err := e.bare("meta").DeleteMany(t.Context(), bson.M{}); err != nil {
		t.Fatal(err)
	}

	first, err := Restore(t.Context(), url, Options{}, "elsewhere", "all")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	wantRefused("elsewhere", "more", "elsewhere has changed since: begin anew with --restart")
	wantRefused("nowhere", "more", "from elsewhere into it was not finished")
	second, err := Restore(t.Context(), url, Options{}, "elsewhere", "all")
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	for _, batch := range restored() {
		if err = first.Put(t.Context(), batch); err != nil {
			break
		}
	}
	if !errors.Is(err, errTakenOver) {
		t.Errorf("the first of two went on: %v", err)
	}
	if err := Discard(t.Context(), url, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := second.Finish(t.Context()); !errors.Is(err, errTakenOver) {
		t.Errorf("what is discarded was finished: %v", err)
	}
	if err := errors.Join(first.Close(), second.Close()); err != nil { // with what is on its way
		t.Fatal(err)
	}
	wantUnopened(t, url)
	foreign()
	if _, err := Restore(t.Context(), url, Options{}, "nowhere", "more"); err == nil || !strings.Contains(err.Error(), "0 products, 0 carts and 1 messages") {
		t.Errorf("beside a document of another program: %v", err)
	}
	if got := documents(t, url); strings.Count(got, "\n") != 1 || !strings.Contains(got, "theirs") {
		t.Errorf("discarded; there is\n%s", got)
	}
}

// What a process that was killed has under way may land after another has begun anew: it counts if
// it is the same, and is named if it is not.
func TestDiscardedInsertLandsLate(t *testing.T) {
	url := mongotest.URI(t)
	r, err := Restore(t.Context(), url, Options{}, "elsewhere", "before")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := Discard(t.Context(), url, Options{}); err != nil {
		t.Fatal(err)
	}
	begun, err := Restore(t.Context(), url, Options{}, "elsewhere", "all")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Put(t.Context(), restored()[0]); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Close(), begun.Close()); err != nil || begun.Done() != 0 {
		t.Fatal(begun.Done(), err)
	}
	if err := restoreAll(t.Context(), url, Options{}); err != nil {
		t.Fatal(err)
	}
	s, err := OpenReadOnly(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := dumped(t, s); got != wantRestored() {
		t.Errorf("there is\n%s, not\n%s", got, wantRestored())
	}
}

// Indexes are made beside the messages. When they cannot be, the restoration says so and stays
// unfinished; it goes on when they can.
func TestRestoreWithoutIndexes(t *testing.T) {
	p := newPlace(t)
	products := p.db.Collection("products")
	other := mongo.IndexModel{Keys: by("theirs"), Options: options.Index().SetName("pulperia.code_1")} // a name that the engine needs
	p.ok("another's index", untilMade(p.ctx, func() error { _, err := products.Indexes().CreateOne(p.ctx, other); return err }))
	if err := restoreAll(p.ctx, p.url, Options{}); err == nil || !strings.Contains(err.Error(), "make the indexes of products") {
		t.Errorf("restored without indexes: %v", err)
	}
	if s, err := Open(p.ctx, p.url, Options{}); err == nil {
		s.Close()
		t.Error("what is not finished opens")
	}
	p.ok("remove it", products.Indexes().DropOne(p.ctx, "pulperia.code_1"))
	p.ok("go on", restoreAll(p.ctx, p.url, Options{}))
	s, err := Open(p.ctx, p.url, Options{})
	p.ok("open", err)
	defer s.Close()
	if got := dumped(t, s); got != wantRestored() {
		t.Errorf("restored:\n%s\nwant:\n%s", got, wantRestored())
	}
}
