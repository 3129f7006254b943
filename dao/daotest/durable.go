package daotest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func durableTests() []test {
	return []test{
		{"everything outlives the process, the feed and its epoch too", durableAll},
		{"an empty store outlives the process", durableEmpty},
		{"rules know what was there before", durableRules},
		{"a reopened store goes on from where it was", durableGoesOn},
		{"what was acknowledged before a close is there after it", durableClose},
	}
}

// snapshot is all that a store tells.
type snapshot struct {
	Head       dao.Position
	All        dao.Batch
	Feed       []any
	Listed     models.ProductPage
	Carts      []models.Cart
	Page       []models.Message
	Categories []dao.Category
}

func (s shop) snapshot() (all snapshot) {
	s.t.Helper()
	var err error
	all.All, all.Head = s.dump()
	all.Feed = readable(s.history())
	all.Listed, err = s.Products.List(s.ctx, models.ProductQuery{Text: "yer", Sort: models.PriceDesc, Limit: 100})
	s.ok("list", err)
	all.Carts, _, err = s.Carts.List(s.ctx, 1, 100)
	s.ok("list carts", err)
	all.Page = s.page(models.ID{}, 100)
	all.Categories, err = s.Products.Categories(s.ctx)
	s.ok("categories", err)
	return all
}

// Twice, because the second start reads what the first one wrote.
func durableAll(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	s.load(sample(20))
	want := s.snapshot()
	for range 2 {
		s = shopOf(t, h.Reopen(t, s.Store))
		s.equal("reopened", s.snapshot(), want)
	}
}

func durableEmpty(t *testing.T, h Harness) {
	s := open(t, h)
	want := s.snapshot()
	s = shopOf(t, h.Reopen(t, s.Store))
	s.equal("reopened", s.snapshot(), want)
}

func durableRules(t *testing.T, h Harness) {
	s := open(t, h)
	given, said := product("a"), message("hola")
	given.ID, said.ID = id(1), id(2)
	stored := s.create(given)
	storedMessage, _, err := s.Messages.Append(s.ctx, said)
	s.ok("append", err)
	freed := s.create(product("free"))
	_, _, err = s.Products.Delete(s.ctx, freed.ID)
	s.ok("delete", err)

	s = shopOf(t, h.Reopen(t, s.Store))
	_, _, err = s.Products.Create(s.ctx, product("a"))
	s.fails("create with a taken code", err, dao.ErrConflict)
	got, receipt, err := s.Products.Create(s.ctx, given)
	s.ok("create again", err)
	s.equal("created again", got, stored)
	s.repeated(receipt, dao.Position{Offset: 1})
	gotMessage, receipt, err := s.Messages.Append(s.ctx, said)
	s.ok("append again", err)
	s.equal("appended again", gotMessage, storedMessage)
	s.repeated(receipt, dao.Position{Offset: 2})
	said.Message = "chau"
	_, _, err = s.Messages.Append(s.ctx, said)
	s.fails("append of other content", err, dao.ErrConflict)
	s.create(product("free"))
}

func durableGoesOn(t *testing.T, h Harness) {
	s := open(t, h)
	said := []models.Message{s.say("0")}
	cart := s.newCart()
	start := s.head()
	for i := range 4 {
		s = shopOf(t, h.Reopen(t, s.Store))
		said = append(said, s.say(fmt.Sprint(i+1)))
		got, _, err := s.Carts.Update(s.ctx, cart.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: id(1)}, 1); return nil })
		s.ok("update cart", err)
		s.equal("revision", got.Rev, int64(i+2))
		changes := s.since(start) // a position from before is good for ever
		s.equal("changes since the first run", len(changes), 2*(i+1))
		for n, change := range changes {
			s.equal("offset", change.Offset, start.Offset+int64(n)+1)
		}
	}
	s.equal("messages", s.page(models.ID{}, 10), said)
}

// Close waits for writes under way; those that come too late are told so.
func durableClose(t *testing.T, h Harness) {
	s := open(t, h)
	var mu sync.Mutex
	var acknowledged []models.ID
	doubtful := 0
	atOnce(9, func(w int) {
		if w == 8 {
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			return
		}
		for {
			m, _, err := s.Messages.Append(s.ctx, message("hola"))
			mu.Lock()
			switch {
			case err == nil:
				acknowledged = append(acknowledged, m.ID)
			case errors.Is(err, dao.ErrUnknown):
				doubtful++
			case !errors.Is(err, dao.ErrUnavailable):
				t.Errorf("append beside close: %v", err)
			}
			mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	s = shopOf(t, h.Reopen(t, s.Store))
	all, _ := s.dump()
	stored := make(map[models.ID]bool)
	for _, m := range all.Messages {
		stored[m.ID] = true
	}
	for _, id := range acknowledged {
		if !stored[id] {
			t.Errorf("message %s was acknowledged and is lost", id)
		}
	}
	if most := len(acknowledged) + doubtful; len(stored) > most {
		t.Errorf("%d messages are stored, of %d that may be", len(stored), most)
	}
}
