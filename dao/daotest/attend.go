package daotest

import (
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

func attendTests() []test {
	return []test{
		{"a store knows since when it has been open, after a restart too", attendKnows},
		{"what was before a load of carts is not known", attendLoad},
	}
}

// attend notes that the store has been open, and returns how long ago the moment is since which it
// has been so for age; 0 for not known.
func (s shop) attend(open, age time.Duration) time.Duration {
	s.t.Helper()
	since, err := s.Attend(s.ctx, open, age)
	s.ok("attend", err)
	if since == 0 {
		return 0
	}
	return time.Since(since.Std())
}

// about fails unless a moment was so long ago, by clocks that go on and are not read at once.
func (s shop) about(what string, got, want time.Duration) {
	s.t.Helper()
	if got < want-time.Minute || got > want+10*time.Minute {
		s.t.Errorf("%s: %v ago, want about %v", what, got, want)
	}
}

func attendKnows(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	s.equal("a new store", s.attend(time.Hour, 24*time.Hour), time.Duration(0))
	s.about("open for an hour", s.attend(time.Hour, time.Hour), time.Hour)
	s.about("asked for less", s.attend(time.Second, 10*time.Minute), 10*time.Minute)
	s = shopOf(t, h.Reopen(t, s.Store))
	s.about("after a restart", s.attend(time.Second, time.Hour), time.Hour)
	s.load(dao.Batch{Products: []models.Product{product("loaded")}})
	s.about("after a load of products", s.attend(time.Second, time.Hour), time.Hour)
}

func attendLoad(t *testing.T, h Harness) {
	s := open(t, h)
	s.about("open for an hour", s.attend(time.Hour, time.Hour), time.Hour)
	s.load(dao.Batch{Carts: []models.Cart{{ID: id(1), CreatedAt: 1000, UpdatedAt: 1000, Rev: 1}}})
	s.equal("after a load of carts", s.attend(time.Second, time.Hour), time.Duration(0))
	s = shopOf(t, h.Reopen(t, s.Store))
	s.equal("after a restart", s.attend(time.Second, time.Hour), time.Duration(0))
}
