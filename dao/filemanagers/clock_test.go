package filemanagers

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// clockSteps are what the clock shows, one after the other: it is set forward and back while the
// store is open and between two starts, beyond the four bytes that an id has for it, and to where
// times are negative.
var clockSteps = []string{
	"2026-11-26T12:00:00.000Z", "2026-11-26T17:00:00.000Z", "2026-11-26T09:00:00.000Z", "2026-11-26T08:59:58.000Z", "2107-01-01T00:00:00.000Z",
	"1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z", "1901-01-01T00:00:00.000Z", "2231-06-01T00:00:00.000Z", "2026-11-26T12:00:01.000Z",
}

// Whatever the clock does, the feed and the chat keep the order of the writes, ids are new ones,
// what was made within one millisecond is listed in the order in which it was made, listings have
// one total order, and all of it is the same after a restart.
func TestClockSteps(t *testing.T) {
	d := newMemDisk()
	var clock time.Time
	o := Options{disk: d, Fold: 2_000, Log: slog.New(slog.DiscardHandler), now: func() time.Time { return clock }}.withDefaults("")
	open := func() dao.Store {
		s, err := open(o, func() error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	ids, texts := map[models.ID]bool{}, []string{}
	for i, step := range clockSteps {
		clock, _ = time.Parse(time.RFC3339, step)
		texts = append(texts, writeAtOneMoment(t, s, i, ids))
		wantClockOrder(t, s, texts)
		if i%3 == 2 {
			before := content(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s = open(); content(t, s) != before {
				t.Errorf("at %s a restart changed the store", step)
			}
		}
	}
	if want := len(clockSteps) * 12; len(ids) != want {
		t.Errorf("%d ids of %d are different", len(ids), want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// writeAtOneMoment makes a message, and products and carts within one millisecond, and fails unless
// they are listed in that order.
func writeAtOneMoment(t *testing.T, s dao.Store, i int, ids map[models.ID]bool) (text string) {
	t.Helper()
	text = fmt.Sprint("paso ", i)
	m, _, err := s.Messages.Append(t.Context(), models.Message{User: "ana@example.com", Message: text})
	if err != nil {
		t.Fatal(err)
	}
	ids[m.ID] = true
	category := fmt.Sprint("paso ", i)
	for n := range 10 {
		p := testProduct(n)
		p.ID, p.Code, p.Category, p.Title = models.ID{}, fmt.Sprint(i, "-", n), category, fmt.Sprint(n)
		stored, _, err := s.Products.Create(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		ids[stored.ID] = true
	}
	cart, _, err := s.Carts.Create(t.Context(), models.Cart{})
	if err != nil {
		t.Fatal(err)
	}
	ids[cart.ID] = true
	page, err := s.Products.List(t.Context(), models.ProductQuery{Category: category, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for n, p := range page.Products {
		if p.Title != fmt.Sprint(n) {
			t.Errorf("step %d: product %s is listed at place %d of %d", i, p.Title, n, len(page.Products))
		}
	}
	return text
}

// wantClockOrder fails unless chat, feed and listings are in order.
func wantClockOrder(t *testing.T, s dao.Store, texts []string) {
	t.Helper()
	wantWholeFeed(t, s)
	page, err := s.Messages.Page(t.Context(), models.ID{}, len(texts)+1)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, len(page))
	for i, m := range page {
		got[i] = m.Message
	}
	if !slices.Equal(got, texts) {
		t.Errorf("the chat is %q, and %q was said", got, texts)
	}
	list, err := s.Products.List(t.Context(), models.ProductQuery{Limit: 1_000})
	if err != nil {
		t.Fatal(err)
	}
	oracle := models.ProductQuery{Limit: 1_000}.Select(list.Products)
	if !slices.EqualFunc(list.Products, oracle.Products, func(a, b models.Product) bool { return a.ID == b.ID }) {
		t.Error("the listing is not in the order of the oracle")
	}
}

// A cart expires by what the clock showed when it was touched: one touched under a clock that was
// ahead stays until then, and the others go when it is their time, not before.
func TestClockStepsAndExpiry(t *testing.T) {
	clock := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	o := Options{disk: newMemDisk(), Log: slog.New(slog.DiscardHandler), now: func() time.Time { return clock }}.withDefaults("")
	s, err := open(o, func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	make := func() models.ID {
		cart, _, err := s.Carts.Create(t.Context(), models.Cart{})
		if err != nil {
			t.Fatal(err)
		}
		return cart.ID
	}
	usual := make()
	clock = clock.Add(5 * time.Hour)
	ahead := make()
	clock = clock.Add(-5 * time.Hour)
	expire := func(after time.Duration, want int) {
		t.Helper()
		if n, err := s.Carts.Expire(t.Context(), models.TimeOf(clock.Add(after))); n != want || err != nil {
			t.Errorf("after %v %d carts expire, want %d (%v)", after, n, want, err)
		}
	}
	expire(0, 0)
	expire(time.Hour, 1)
	if _, err := s.Carts.Get(t.Context(), usual); err == nil {
		t.Error("the cart of before is still there")
	}
	expire(4*time.Hour, 0)
	if _, err := s.Carts.Get(t.Context(), ahead); err != nil {
		t.Error(err)
	}
	expire(6*time.Hour, 1)
}
