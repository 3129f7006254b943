package daotest

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"pulperia/dao"
)

func engineTests() []test {
	return []test{
		{"an open store is ready", engineReady},
		{"figures have names and values that Prometheus takes", engineStats},
		{"a second close does nothing", engineCloseTwice},
		{"after close nothing is written", engineClosed},
		{"a store has an identity of its own, which outlives the process", engineIdentity},
		{"a store that a backup is brought into goes by the identity of that one", engineBecomes},
	}
}

func engineIdentity(t *testing.T, h Harness) {
	s, other := open(t, h), open(t, h)
	identity := s.Identity()
	if !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(identity) { // it stands in the names of cookies
		t.Errorf("identity %q: must be 16 hexadecimal digits", identity)
	}
	if other.Identity() == identity {
		t.Errorf("two stores share the identity %s", identity)
	}
	s.fill()
	s.equal("identity after writes", s.Identity(), identity)
	for range 2 {
		s = shopOf(t, h.Reopen(t, s.Store))
		s.equal("identity after a restart", s.Identity(), identity)
	}
}

func engineBecomes(t *testing.T, h Harness) {
	s, was := open(t, h), open(t, h)
	s.ok("become", s.Become(s.ctx, was.Identity()))
	s.fill()
	head := s.head()
	for range 2 {
		s.equal("identity", s.Identity(), was.Identity())
		s = shopOf(t, h.Reopen(t, s.Store))
	}
	s.still(head)
	for _, text := range []string{"", "0123456789ABCDEF", "0123456789abcde", "0123456789abcdef0", "../../../../etc/"} {
		if s.Become(s.ctx, text) == nil {
			t.Errorf("the store goes by %q", text)
		}
	}
	s.equal("identity after what was refused", s.Identity(), was.Identity())
	s.ok("close", s.Close())
	s.fails("become after close", s.Become(s.ctx, was.Identity()), dao.ErrUnavailable)
}

func engineReady(t *testing.T, h Harness) {
	s := open(t, h)
	s.ok("ready", s.Ready(s.ctx))
	s.fill()
	s.ok("ready after writes", s.Ready(s.ctx))
}

func engineStats(t *testing.T, h Harness) {
	s := open(t, h)
	before := s.figures()
	s.fill()
	after := s.figures()
	s.equal("how many figures", len(after), len(before))
	for name, was := range before {
		is, there := after[name]
		if !there || is.Counter != was.Counter || is.Help != was.Help || is.Counter && is.Value < was.Value {
			t.Errorf("figure %+v became %+v: it must be the same one, and a counter only grows", was, is)
		}
	}
}

// figures returns the figures by name, each of them checked.
func (s shop) figures() map[string]dao.Stat {
	s.t.Helper()
	form := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	figures := make(map[string]dao.Stat)
	for _, stat := range s.Stats() {
		if _, twice := figures[stat.Name]; twice || !form.MatchString(stat.Name) || strings.TrimSpace(stat.Help) == "" {
			s.t.Errorf("figure %+v: want a name of its own in the form of Prometheus, and help", stat)
		}
		if stat.Counter != strings.HasSuffix(stat.Name, "_total") {
			s.t.Errorf("figure %+v: a counter's name ends in _total, a gauge's does not", stat)
		}
		if math.IsNaN(stat.Value) || math.IsInf(stat.Value, 0) {
			s.t.Errorf("figure %+v has no value", stat)
		}
		figures[stat.Name] = stat
	}
	if len(figures) == 0 {
		s.t.Error("an engine says nothing about itself")
	}
	return figures
}

func engineCloseTwice(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	for range 3 {
		s.ok("close", s.Close())
	}
}

func engineClosed(t *testing.T, h Harness) {
	s := prepare(t, h)
	head := s.head()
	s.ok("close", s.Close())
	for _, write := range s.everyWrite() {
		_, err := write.do(s.ctx)
		s.fails(write.name+" after close", err, dao.ErrUnavailable)
	}
	s.fails("ready after close", s.Ready(s.ctx), dao.ErrUnavailable)
	s.shop = shopOf(t, h.Reopen(t, s.Store))
	s.still(head)
}
