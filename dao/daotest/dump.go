package daotest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func dumpTests() []test {
	return []test{
		{"dump is the whole store in its order", dumpOrder},
		{"dump of an empty store is empty", dumpEmpty},
		{"dump stops at an error of the visitor and returns it", dumpError},
		{"what was dumped can be loaded, and is the same", dumpLoad},
		{"dump and the feed after it are the whole truth, under writes too", dumpUnderWrites},
	}
}

func dumpOrder(t *testing.T, h Harness) {
	s := open(t, h)
	want := sample(60)
	s.load(want)
	want.Messages = append(want.Messages, s.say("la última"))
	slices.SortFunc(want.Products, func(a, b models.Product) int { return a.ID.Compare(b.ID) })
	slices.SortFunc(want.Carts, func(a, b models.Cart) int { return a.ID.Compare(b.ID) })
	slices.SortFunc(want.Others, func(a, b models.Value) int { return a.GetHead().ID.Compare(b.GetHead().ID) }) // those of one kind have the next thousand
	got, at := s.dump()
	s.equal("dumped", got, want)
	s.equal("position", at, s.head())
	stage := 0
	_, err := s.Dump(s.ctx, func(b dao.Batch) error {
		for i, k := range dao.Kinds() {
			n := len(slices.Collect(b.Of(k)))
			if n > 0 && i < stage {
				t.Errorf("a batch holds %s after one that held %s", k, dao.Kinds()[stage])
			}
			if n > 0 {
				stage = i
			}
		}
		return nil
	})
	s.ok("dump", err)
}

func dumpEmpty(t *testing.T, h Harness) {
	s := open(t, h)
	got, at := s.dump()
	s.equal("length", got.Len(), 0)
	s.equal("position", at, s.head())
}

func dumpError(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	enough, calls := errors.New("enough"), 0
	_, err := s.Dump(s.ctx, func(dao.Batch) error { calls++; return enough })
	s.fails("dump", err, enough)
	s.equal("calls of the visitor", calls, 1)
	s.say("still here") // and the store is not held any more
}

func dumpLoad(t *testing.T, h Harness) {
	s, other := open(t, h), open(t, h)
	s.fill()
	s.load(sample(30))
	was, _ := s.dump()
	other.load(was)
	is, _ := other.dump()
	s.equal("loaded", is, was)
	s.equal("messages", other.page(models.ID{}, 100), s.page(models.ID{}, 100))
}

// An export runs beside a shop that is open: it must be one moment of it, not a walk through many.
func dumpUnderWrites(t *testing.T, h Harness) {
	s := open(t, h)
	s.load(sample(50))
	var dumped dao.Batch
	var at dao.Position
	var ended atomic.Bool
	atOnce(4, func(w int) {
		if w == 3 {
			defer ended.Store(true)
			var err error
			at, err = s.Dump(s.ctx, func(b dao.Batch) error {
				dumped.Products = append(dumped.Products, b.Products...)
				dumped.Carts = append(dumped.Carts, b.Carts...)
				dumped.Messages = append(dumped.Messages, b.Messages...)
				dumped.Others = append(dumped.Others, b.Others...)
				return nil
			})
			if err != nil {
				t.Errorf("dump: %v", err)
			}
			return
		}
		for i := 0; i < 200 && !ended.Load(); i++ {
			if err := churn(s, w, i); err != nil {
				t.Errorf("write: %v", err)
			}
		}
	})
	docs := documents(dumped)
	messages := dumped.Messages
	for _, change := range s.since(at) {
		docs[change.ID] = string(change.Doc)
		if change.Op == dao.OpDelete {
			delete(docs, change.ID)
		}
		if change.Kind == dao.KindMessage {
			delete(docs, change.ID)
			var m models.Message
			s.ok("read a change", json.Unmarshal(change.Doc, &m))
			messages = append(messages, m)
		}
	}
	now, _ := s.dump()
	want := documents(now)
	s.equal("dump and feed, against the store", docs, want)
	s.equal("messages of dump and feed, against the store", messages, now.Messages)
}

// documents returns the JSON forms of all values but histories.
func documents(b dao.Batch) map[models.ID]string {
	docs := make(map[models.ID]string)
	for k, v := range b.All() {
		if !k.History {
			docs[v.GetHead().ID] = string(models.JSON(v))
		}
	}
	return docs
}

// churn is the i-th write of writer w over a sample.
func churn(s shop, w, i int) (err error) {
	switch n := i % 50; i % 6 {
	case 0:
		_, _, err = s.Messages.Append(s.ctx, message(fmt.Sprintf("%d de %d", i, w)))
	case 1:
		_, _, err = s.Products.Update(s.ctx, id(n), func(p *models.Product) error { p.Stock++; return nil })
	case 2:
		_, _, err = s.Carts.Delete(s.ctx, id(1000+n))
	case 3:
		_, _, err = s.Carts.Create(s.ctx, models.Cart{})
	default:
		k := others()[0]
		f := s.face(k)
		if _, _, err = f.delete(id(3000 + n)); i%6 == 5 {
			_, _, err = f.create(example(k, 10_000*(w+1)+i, models.ID{}))
		}
	}
	if errors.Is(err, dao.ErrNotFound) {
		return nil // another writer deleted it
	}
	return err
}
