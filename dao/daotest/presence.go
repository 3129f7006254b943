package daotest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dose"
)

// Presence is the one thing that is not durable, so an engine is tempted to treat it like the rest,
// or not to forget it.
func presenceTests() []test {
	return []test{
		{"what every process says is in all, that of the caller too", presenceAll},
		{"set is in place of what was said before", presenceReplaces},
		{"set with nobody removes the process", presenceNobody},
		{"presence is in no feed and no dump", presenceFeed},
		{"what is given and returned is the caller's", presenceOwner},
		{"a context that is done sets nothing", presenceContext},
		{"many processes may speak at once", presenceParallel},
		{"a process may name as many people as the contract allows", presenceMany},
		{"what is not said again is forgotten, and not too early", presenceEnds},
	}
}

func visitors(people ...string) dao.Visitors { return dao.Visitors{People: people} }

func (s shop) set(node string, v dao.Visitors) {
	s.t.Helper()
	s.ok("set", s.Presence.Set(s.ctx, node, v))
}

func (s shop) all() map[string]dao.Visitors {
	s.t.Helper()
	all, err := s.Presence.All(s.ctx)
	s.ok("all", err)
	return all
}

func presenceAll(t *testing.T, h Harness) {
	s := open(t, h)
	s.equal("all, where nobody has said anything", s.all(), map[string]dao.Visitors{})
	at := s.head()
	at.Offset = 1 << 40
	a := dao.Visitors{People: []string{"beto@example.com", "Ñandú@example.com", "ana@example.com"}, More: 3}
	b := visitors("ana@example.com")
	b.Typing = []dao.Typing{{User: "ana@example.com", Serial: 7, After: at}, {User: "ana@example.com", Serial: 1 << 40, After: at}}
	s.set("a", a)
	s.set("b", b)
	s.equal("all", s.all(), map[string]dao.Visitors{"a": a, "b": b})
	s.equal("all, asked again", s.all(), map[string]dao.Visitors{"a": a, "b": b})
}

// An engine may spare itself what has not changed; so each part changes alone, and back.
func presenceReplaces(t *testing.T, h Harness) {
	s := open(t, h)
	typing := []dao.Typing{{User: "ana@example.com", Serial: 1, After: s.head()}}
	for _, v := range []dao.Visitors{
		visitors("ana@example.com", "beto@example.com"),
		visitors("ana@example.com"),
		{People: []string{"ana@example.com"}, Typing: typing},
		visitors("ana@example.com"),
		visitors("ana@example.com"),
		{People: []string{"ana@example.com"}, More: 1},
		visitors("beto@example.com"),
		visitors("ana@example.com", "beto@example.com"),
	} {
		s.set("a", v)
		s.equal("all", s.all(), map[string]dao.Visitors{"a": v})
	}
}

func presenceNobody(t *testing.T, h Harness) {
	s := open(t, h)
	s.set("a", visitors("ana@example.com"))
	s.set("b", visitors("beto@example.com"))
	for range 2 {
		s.set("a", dao.Visitors{})
		s.equal("all", s.all(), map[string]dao.Visitors{"b": visitors("beto@example.com")})
	}
	s.set("a", visitors("ana@example.com"))
	s.equal("all, after it came back", s.all(), map[string]dao.Visitors{"a": visitors("ana@example.com"), "b": visitors("beto@example.com")})
}

// Whoever comes and goes must not make every page that is open ask for changes.
func presenceFeed(t *testing.T, h Harness) {
	s := open(t, h)
	s.fill()
	head := s.head()
	before, _ := s.dump()
	s.set("a", visitors("ana@example.com"))
	s.set("a", visitors("ana@example.com", "beto@example.com"))
	s.set("a", dao.Visitors{})
	s.still(head)
	after, at := s.dump()
	s.equal("position of the dump", at, head)
	s.equal("dump", after, before)
}

func presenceOwner(t *testing.T, h Harness) {
	s := open(t, h)
	example := func() dao.Visitors {
		v := visitors("ana@example.com", "beto@example.com")
		v.Typing = []dao.Typing{{User: "ana@example.com", Serial: 1, After: dao.Position{Epoch: "00000000", Offset: 1}}}
		return v
	}
	want := map[string]dao.Visitors{"a": example()}
	given := example()
	s.set("a", given)
	s.equal("what was given, after set", given, example())
	given.People[0], given.Typing[0].User = "changed", "changed"
	got := s.all()
	s.equal("all, after what was given has changed", got, want)
	got["a"].People[0], got["a"].Typing[0].User = "changed", "changed"
	delete(got, "a")
	s.equal("all, after what was returned has changed", s.all(), want)
}

func presenceContext(t *testing.T, h Harness) {
	s := open(t, h)
	s.set("a", visitors("ana@example.com"))
	done, cancel := context.WithCancel(s.ctx)
	cancel()
	s.fails("set", s.Presence.Set(done, "a", visitors("beto@example.com")), context.Canceled)
	s.fails("set with nobody", s.Presence.Set(done, "a", dao.Visitors{}), context.Canceled)
	_, err := s.Presence.All(done)
	s.fails("all", err, context.Canceled)
	s.equal("all", s.all(), map[string]dao.Visitors{"a": visitors("ana@example.com")})
}

func presenceParallel(t *testing.T, h Harness) {
	s := open(t, h)
	const nodes, times = 8, 10
	want := map[string]dao.Visitors{}
	for n := range nodes {
		want[fmt.Sprint(n)] = visitors(fmt.Sprintf("p%d@example.com", times-1))
	}
	atOnce(nodes, func(n int) {
		for i := range times {
			if err := s.Presence.Set(s.ctx, fmt.Sprint(n), visitors(fmt.Sprintf("p%d@example.com", i))); err != nil {
				t.Errorf("set: %v", err)
			}
			if all, err := s.Presence.All(s.ctx); err != nil || len(all[fmt.Sprint(n)].People) != 1 {
				t.Errorf("all does not have what was set just now: %v, %v", all, err)
			}
		}
	})
	s.equal("all", s.all(), want)
}

func presenceMany(t *testing.T, h Harness) {
	s := open(t, h)
	var v dao.Visitors
	for i := range dao.MaxPresence {
		v.People = append(v.People, fmt.Sprintf("person.%d.of.a.busy.shop@mail.example.com", i))
	}
	s.set("a", v)
	s.equal("all", s.all(), map[string]dao.Visitors{"a": v})
}

// A process that was killed says no goodbye. Real time must pass here: an engine may have no clock
// that a test could set.
func presenceEnds(t *testing.T, h Harness) {
	dose.SkipSmall(t, "it waits for PresenceTTL")
	s := open(t, h)
	set := time.Now()
	s.set("killed", visitors("ana@example.com"))
	s.all()
	shown := time.Now()
	for {
		s.set("alive", visitors("beto@example.com"))
		asked := time.Now()
		all := s.all()
		if _, there := all["alive"]; !there {
			t.Fatal("a process that says it again and again is left out")
		}
		_, there := all["killed"]
		switch {
		case !there && time.Since(set) < dao.PresenceTTL:
			t.Fatalf("left out after %v", time.Since(set))
		case !there:
			return
		case asked.Sub(shown) > dao.PresenceTTL:
			t.Fatalf("%v after it was shown it is still there", asked.Sub(shown))
		}
		time.Sleep(dao.PresenceTTL / 20)
	}
}
