package daotest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func messageTests() []test {
	return []test{
		{"append stores the message at the store's time", messageAppend},
		{"append normalizes before it checks and stores", messageNormalizes},
		{"append names every bad field and stores nothing", messageInvalid},
		{"append again with the same content is repeated", messageAgain},
		{"append again with other content is a conflict", messageOther},
		{"pages go back through all messages", messagePages},
		{"a page before an unknown message is not found", messageUnknown},
		{"the order of parallel messages is that of the feed", messageOrder},
	}
}

func messageAppend(t *testing.T, h Harness) {
	s := open(t, h)
	given := models.Message{ID: id(4), User: "ana@example.com", Message: "¿Tienen yerba?\n🧉", CreatedAt: 5}
	got, receipt, err := s.Messages.Append(s.ctx, given)
	s.ok("append", err)
	want := given
	want.CreatedAt = got.CreatedAt
	s.equal("appended", got, want)
	s.equal("receipt", receipt, dao.Receipt{Position: s.head()})
	s.equal("all", s.page(models.ID{}, 10), []models.Message{want})
	if got.CreatedAt <= 5 {
		t.Errorf("appended at %v: the time is the store's", got.CreatedAt)
	}
	if s.say("hola").ID.IsZero() {
		t.Error("a message without an id got none")
	}
}

func (s shop) page(before models.ID, limit int) []models.Message {
	s.t.Helper()
	page, err := s.Messages.Page(s.ctx, before, limit)
	s.ok("page", err)
	return page
}

func messageNormalizes(t *testing.T, h Harness) {
	s := open(t, h)
	got, _, err := s.Messages.Append(s.ctx, models.Message{User: " ana@example.com\n", Message: "\t" + strings.Repeat("é", models.MaxMessage) + " "})
	s.ok("append", err)
	s.equal("user", got.User, "ana@example.com")
	s.equal("message", got.Message, strings.Repeat("é", models.MaxMessage))
	s.equal("all", s.page(models.ID{}, 10), []models.Message{got})
}

func messageInvalid(t *testing.T, h Harness) {
	s := open(t, h)
	head := s.head()
	_, _, err := s.Messages.Append(s.ctx, models.Message{User: "Ana <ana@example.com>", Message: " \n"})
	s.refuses("append", err, "user", "message")
	s.still(head)
	s.equal("all", s.page(models.ID{}, 10), []models.Message{})
}

// A client that got no answer sends its message again, and nobody wants to read it twice.
func messageAgain(t *testing.T, h Harness) {
	s := open(t, h)
	given := message("hola")
	given.ID = id(1)
	stored, first, err := s.Messages.Append(s.ctx, given)
	s.ok("append", err)
	later := s.say("chau")
	head := s.head()
	given.Message, given.CreatedAt = " hola\n", 5
	got, receipt, err := s.Messages.Append(s.ctx, given)
	s.ok("append again", err)
	s.equal("appended again", got, stored)
	s.repeated(receipt, first.Position)
	s.still(head)
	s.equal("all", s.page(models.ID{}, 10), []models.Message{stored, later})
}

func messageOther(t *testing.T, h Harness) {
	s := open(t, h)
	given := message("hola")
	given.ID = id(1)
	stored, first, err := s.Messages.Append(s.ctx, given)
	s.ok("append", err)
	for _, other := range []models.Message{
		{ID: id(1), User: given.User, Message: "Hola"},
		{ID: id(1), User: "bea@example.com", Message: given.Message},
	} {
		_, _, err := s.Messages.Append(s.ctx, other)
		s.fails("same id, other content", err, dao.ErrConflict)
	}
	s.still(first.Position)
	s.equal("all", s.page(models.ID{}, 10), []models.Message{stored})
}

// Ids and times play no part in the order: these come in neither order.
func messagePages(t *testing.T, h Harness) {
	s := open(t, h)
	s.equal("page of nothing", s.page(models.ID{}, 10), []models.Message{})
	var batch dao.Batch
	for i := range 20 {
		batch.Messages = append(batch.Messages, models.Message{
			ID: id(i*7%20 + 1), User: "ana@example.com", Message: fmt.Sprint(i), CreatedAt: models.Time(5000 - i%3),
		})
	}
	s.load(batch)
	all := append(batch.Messages, s.say("20"), s.say("21"), s.say("22"))
	for _, limit := range []int{1, 2, 5, 22, 23, 24, 1000} {
		var got []models.Message
		before := models.ID{}
		for {
			page := s.page(before, limit)
			if len(page) == 0 {
				break
			}
			s.equal("length of a page", len(page), min(limit, len(all)-len(got)))
			got, before = append(page, got...), page[0].ID
		}
		s.equal(fmt.Sprintf("all, by pages of %d", limit), got, all)
	}
	for i, m := range all {
		s.equal("page before message "+m.Message, s.page(m.ID, 3), all[max(0, i-3):i])
	}
}

func messageUnknown(t *testing.T, h Harness) {
	s := open(t, h)
	other := s.create(product("a")).ID
	s.say("hola")
	for _, before := range []models.ID{id(1), other} { // an id of another kind is no message
		_, err := s.Messages.Page(s.ctx, before, 10)
		s.fails("page before an unknown message", err, dao.ErrNotFound)
	}
}

func messageOrder(t *testing.T, h Harness) {
	s := open(t, h)
	const writers, each = 16, 8
	var mu sync.Mutex
	var receipts []dao.Receipt
	atOnce(writers, func(w int) {
		for i := range each {
			_, receipt, err := s.Messages.Append(s.ctx, message(fmt.Sprintf("%d de %d", i, w)))
			if err != nil {
				t.Errorf("append: %v", err)
			}
			mu.Lock()
			receipts = append(receipts, receipt)
			mu.Unlock()
		}
	})
	slices.SortFunc(receipts, func(a, b dao.Receipt) int { return int(a.Position.Offset - b.Position.Offset) })
	var feed, pages []models.ID
	for i, change := range s.history() {
		s.equal("offset in the feed and in the receipt", []int64{change.Offset, receipts[i].Position.Offset}, []int64{int64(i) + 1, int64(i) + 1})
		feed = append(feed, change.ID)
	}
	for _, m := range s.page(models.ID{}, writers*each) {
		pages = append(pages, m.ID)
	}
	s.equal("messages", len(pages), writers*each)
	s.equal("order of the page and of the feed", pages, feed)
}
