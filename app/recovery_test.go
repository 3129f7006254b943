package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// On every engine and through every door: who comes from a page, or comes back, gets what happened
// since, in order and once, and then what happens; also after the program was stopped and started.
// Who stood in another past is told to load afresh.
func TestRecoveryOnEachEngine(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		for name, dial := range doors {
			t.Run(name, func(t *testing.T) {
				store := newStore()
				s := openInside(t, store)
				s.must(t, "POST", "/api/products", fmt.Sprintf(`{"_id":%q,"title":"Mate","description":"d","code":"M","price":5,"stock":1,"category":"c"}`, mate))
				s.must(t, "POST", "/api/carts", fmt.Sprintf(`{"_id":%q}`, cartID))
				since := comesFromPage(t, s, dial)
				comesBack(t, s, dial, since, "cinco")
				s.close()
				s = openInside(t, store)
				comesBack(t, s, dial, since, "cinco", "seis")
				isLost(t, s, dial, since)
			})
		}
	})
}

// everything is all that these tests make happen.
func (d door) everything(t *testing.T, s *inside, since string) *listener {
	t.Helper()
	return d(t, s.URL, "ana@example.com", since, "messages", "products", "cart:"+cartID)
}

// comesFromPage opens a page and then a line, and returns the last position that it heard of.
func comesFromPage(t *testing.T, s *inside, dial door) string {
	t.Helper()
	answer, page := s.send(t, http.DefaultClient, "GET", "/chat", "")
	since := answer.Header.Get("X-Position")
	if since == "" || !strings.Contains(page, `data-position="`+since+`"`) {
		t.Fatalf("the page is not at %q", since)
	}
	s.post(t, "uno")
	line := dial.everything(t, s, since)
	if !line.welcomed().Recovered {
		t.Error("a page just made is not recovered")
	}
	s.post(t, "dos")
	if diff := cmp.Diff([]string{"uno", "dos"}, line.changes("dos")); diff != "" {
		t.Error(diff)
	}
	line.hangUp()
	s.post(t, "tres")
	s.must(t, "PUT", "/api/products/"+mate, `{"price":6.5}`)
	s.must(t, "POST", "/api/carts/"+cartID+"/products/"+mate, "")
	s.must(t, "POST", "/api/carts", "") // somebody else's
	s.must(t, "DELETE", "/api/products/"+mate, "")
	s.post(t, "cuatro")
	return line.seen
}

// comesBack fails unless a line from a position hears all that was missed. The last of the texts is
// said when it is there.
func comesBack(t *testing.T, s *inside, dial door, since string, texts ...string) {
	t.Helper()
	line := dial.everything(t, s, since)
	if !line.welcomed().Recovered {
		t.Errorf("%s is not recovered", since)
	}
	last := texts[len(texts)-1]
	s.post(t, last)
	want := append([]string{"tres", "Mate 6.5", "cart of 1", " 0", "cuatro"}, texts...) // a product that is gone has no words
	if diff := cmp.Diff(want, line.changes(last)); diff != "" {
		t.Errorf("missed since %s: %s", since, diff)
	}
	line.hangUp()
}

// isLost fails unless who stood in another epoch, or ahead of the feed, is told so, and then hears
// what happens.
func isLost(t *testing.T, s *inside, dial door, since string) {
	t.Helper()
	epoch, _, _ := strings.Cut(since, ".")
	for _, past := range []string{"00000000.1", epoch + ".999999"} {
		line := dial.everything(t, s, past)
		if line.welcomed().Recovered {
			t.Errorf("%s is recovered", past)
		}
		s.post(t, "desde "+past)
		if diff := cmp.Diff([]string{"desde " + past}, line.changes("desde "+past)); diff != "" {
			t.Error(diff)
		}
		line.hangUp()
	}
}
