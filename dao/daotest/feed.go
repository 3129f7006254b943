package daotest

import (
	"fmt"
	"slices"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dose"
)

func feedTests() []test {
	return []test{
		{"a new store is at offset 0 of an epoch of its own", feedNew},
		{"each change is in the feed, as it was made", feedChanges},
		{"offsets start at 1 and have no gaps", feedOffsets},
		{"since gives at most limit changes, oldest first, and cuts no step", feedLimit},
		{"since cannot tell of positions that are not in the feed", feedGone},
		{"the last 10,000 changes are kept", feedKept},
		{"an id is free again after a delete", feedSameIDAgain},
	}
}

func feedNew(t *testing.T, h Harness) {
	s, other := open(t, h), open(t, h)
	head := s.head()
	parsed, err := dao.ParsePosition(head.String())
	s.ok("parse the head", err)
	s.equal("head as text and back", parsed, head)
	s.equal("offset", head.Offset, int64(0))
	s.equal("changes", s.since(head), []dao.Change{})
	if other.head().Epoch == head.Epoch {
		t.Errorf("two stores share the epoch %s", head.Epoch)
	}
}

func put(kind dao.Kind, id models.ID, rev int64, value any) dao.Change {
	return dao.Change{Kind: kind, Op: dao.OpPut, ID: id, Rev: rev, Doc: models.JSON(value)}
}

func feedChanges(t *testing.T, h Harness) {
	s := open(t, h)
	odd := product("<a> & ñandú")
	odd.Title = "<a> & \u2028 ñandú"
	p := s.create(odd)
	updated, _, err := s.Products.Update(s.ctx, p.ID, func(p *models.Product) error { p.Thumbnails = nil; p.Price = 50; return nil })
	s.ok("update product", err)
	c := s.newCart()
	filled, _, err := s.Carts.Update(s.ctx, c.ID, func(c *models.Cart) error { c.Add(models.Choice{Product: p.ID}, 2); return nil })
	s.ok("update cart", err)
	m := s.say("hola")
	_, _, err = s.Products.Delete(s.ctx, p.ID)
	s.ok("delete product", err)
	_, _, err = s.Carts.Delete(s.ctx, c.ID)
	s.ok("delete cart", err)
	s.hasHistory([]dao.Change{
		put(dao.KindProduct, p.ID, 1, p),
		put(dao.KindProduct, p.ID, 2, updated),
		put(dao.KindCart, c.ID, 1, c),
		put(dao.KindCart, c.ID, 2, filled),
		put(dao.KindMessage, m.ID, 1, m),
		{Kind: dao.KindProduct, Op: dao.OpDelete, ID: p.ID, Rev: 3},
		{Kind: dao.KindCart, Op: dao.OpDelete, ID: c.ID, Rev: 3},
	})
}

// hasHistory wants exactly these changes, from offset 1 on.
func (s shop) hasHistory(want []dao.Change) {
	s.t.Helper()
	s.tells(s.history(), 0, want)
}

// tells wants exactly these changes, numbered from the offset after. Each has a time, which is the
// store's, and is a step of its own unless it says where that ends.
func (s shop) tells(got []dao.Change, after int, want []dao.Change) {
	s.t.Helper()
	untimed, numbered := slices.Clone(got), slices.Clone(want)
	for i := range untimed {
		if untimed[i].At == 0 {
			s.t.Fatalf("change %d has no time", untimed[i].Offset)
		}
		untimed[i].At = 0
	}
	for i := range numbered {
		numbered[i].Offset = int64(after + i + 1)
		numbered[i].End = max(numbered[i].End, numbered[i].Offset)
	}
	s.equal("feed", readable(untimed), readable(numbered))
}

// readable makes the documents text, so that a difference can be read.
func readable(changes []dao.Change) []any {
	list := make([]any, len(changes))
	for i, c := range changes {
		doc := string(c.Doc)
		c.Doc = nil
		list[i] = struct {
			Change dao.Change
			Doc    string
		}{c, doc}
	}
	return list
}

func feedOffsets(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	s.load(dao.Batch{Messages: []models.Message{message("uno"), message("dos")}, Carts: []models.Cart{{}}})
	s.say("tres")
	history := s.history()
	for i, change := range history {
		s.equal("offset", change.Offset, int64(i)+1)
	}
	s.equal("offset of the head", s.head().Offset, int64(len(history)))
}

func feedLimit(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	s.load(sample(5))
	s.fillStep()
	s.say("y nada más")
	all := s.history()
	for offset := range len(all) + 1 {
		for _, limit := range []int{1, 3, 7, len(all), 1 << 40} {
			got, err := s.Feed.Since(s.ctx, dao.Position{Epoch: s.head().Epoch, Offset: int64(offset)}, limit)
			s.ok("since", err)
			s.equal(fmt.Sprintf("%d changes after %d", limit, offset), got, all[offset:offset+wholeSteps(all[offset:], limit)])
		}
	}
}

// wholeSteps returns how many of the changes are to be given for a limit: of whole steps, and at
// least of one.
func wholeSteps(changes []dao.Change, limit int) (n int) {
	for i, c := range changes {
		if end := i + 1; c.Offset == c.End && (n == 0 || end <= limit) {
			n = end
		}
	}
	return n
}

func feedGone(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	head := s.head()
	other := "0" + head.Epoch[1:]
	if other == head.Epoch {
		other = "1" + head.Epoch[1:]
	}
	for _, position := range []dao.Position{
		{Epoch: other, Offset: head.Offset}, {Epoch: other}, {Offset: head.Offset}, {},
		{Epoch: head.Epoch, Offset: head.Offset + 1}, {Epoch: head.Epoch, Offset: 1<<63 - 1}, {Epoch: head.Epoch, Offset: -1},
	} {
		_, err := s.Feed.Since(s.ctx, position, 10)
		s.fails("since "+position.String(), err, dao.ErrGone)
	}
}

// Whoever was away for less than that can go on without a new page. Engines fold and prune; this
// must outlive both.
func feedKept(t *testing.T, h Harness) {
	s := open(t, h)
	more, kept := 300, dose.Of(1_000, 10_000)
	var batch dao.Batch
	for i := range more + kept {
		batch.Messages = append(batch.Messages, models.Message{ID: id(i), User: "ana@example.com", Message: fmt.Sprint(i), CreatedAt: 1000})
	}
	s.load(batch)
	for range 2 {
		head := s.head()
		s.equal("offset", head.Offset, int64(more+kept))
		changes := s.since(dao.Position{Epoch: head.Epoch, Offset: int64(more)})
		s.equal("changes kept", len(changes), kept)
		for i, change := range changes {
			if want := int64(more + i + 1); change.Offset != want || change.ID != id(more+i) {
				t.Fatalf("change %d is that of %s, want %d of %s", change.Offset, change.ID, want, id(more+i))
			}
		}
		s = shopOf(t, h.Reopen(t, s.Store))
	}
}

// The contract leaves open whether the second value starts at revision 1 or goes on after the
// delete; it must be one of them.
func feedSameIDAgain(t *testing.T, h Harness) {
	s := open(t, h)
	given := product("a")
	given.ID = id(1)
	first := s.create(given)
	_, _, err := s.Products.Delete(s.ctx, id(1))
	s.ok("delete", err)
	given.Title = "Otra"
	second := s.create(given)
	if second.Rev != 3 {
		t.Errorf("made again at revision %d, want 3", second.Rev)
	}
	s.equal("stored", s.get(id(1)), second)
	s.hasHistory([]dao.Change{
		put(dao.KindProduct, id(1), 1, first),
		{Kind: dao.KindProduct, Op: dao.OpDelete, ID: id(1), Rev: 2},
		put(dao.KindProduct, id(1), second.Rev, second),
	})
}
