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
	}
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
