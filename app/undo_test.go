package app

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"pulperia/dao/dbmanagers"
	"pulperia/faults/harness"
)

// What was deleted or emptied is taken back on every engine, by whichever process is asked, also
// after a kill: the product under its own id and in its own place, the cart with its lines. What
// others have done since stays, and says so.
func TestUndoOnEachEngine(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		s := openShop(t, store)
		s.stocked(t)
		other := s
		if strings.HasPrefix(store, "mongodb") {
			other = openShop(t, store) // one more process on the same database
		}
		ana, beto := newPatron(t), newPatron(t)
		const all = "/api/products"
		type listed struct {
			ID    string `json:"_id"`
			Title string
			Rev   int
		}
		titles := func() (titles []string) {
			var list []listed
			other.get(t, all, &list)
			for _, p := range list {
				titles = append(titles, p.Title)
			}
			return titles
		}
		before := strings.Join(titles(), " ")

		ana.goes(s, "POST", "/realtimeproducts/"+mate+"/delete", nil)
		if status, _, err := other.do(http.DefaultClient, "GET", all+"/"+mate, ""); err != nil || status != http.StatusNotFound {
			t.Fatalf("it was not deleted: %d %v", status, err)
		}
		beto.goes(other, "POST", "/cart/products/"+yerba, url.Values{"quantity": {"2"}})
		beto.goes(s, "POST", "/cart/empty", nil)
		s.stop(t, os.Kill)
		if other == s {
			other = openShop(t, store)
		}
		s = other
		if text := ana.goes(s, "GET", "/", nil); !strings.Contains(text, "Borraste «Mate».") {
			t.Errorf("what can be taken back is not said:\n%.3000s", text)
		}
		ana.goes(s, "POST", "/undo", nil)
		if after := strings.Join(titles(), " "); after != before {
			t.Errorf("listed are %s, and were %s", after, before)
		}
		var back listed
		if s.get(t, all+"/"+mate, &back); back.Rev != 3 { // made, deleted, made again
			t.Errorf("it is back with revision %d", back.Rev)
		}
		beto.goes(s, "POST", "/undo", nil)
		if text := beto.goes(s, "GET", "/cart", nil); !strings.Contains(text, "Yerba") {
			t.Error("the cart is not as it was")
		}

		ana.goes(s, "POST", "/realtimeproducts/"+mate+"/delete", nil)
		if status, _, err := s.do(http.DefaultClient, "POST", all, `{"title":"Otro mate","description":"d","code":"C1","price":1,"stock":1,"category":"c"}`); err != nil || status != http.StatusCreated {
			t.Fatal(status, err)
		}
		if status, text := ana.tries(s, "POST", "/undo", nil); status != http.StatusConflict || !strings.Contains(text, "No se puede deshacer") {
			t.Errorf("what others have put there since: %d", status)
		}
		s.ends(t)
	})
}

// An act that is taken back twice at once, by a double click or a retry at another process, is taken
// back: what the one has done does not stand in the way of the other.
func TestUndoAtOnce(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		shops := []*shop{openShop(t, store, noLimits...)}
		shops[0].stocked(t)
		if dbmanagers.IsURL(store) {
			shops = append(shops, openShop(t, store, noLimits...))
		}
		stays := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		for round := range 5 {
			deleted, err := harness.Send(stays, "POST", shops[0].URL+"/realtimeproducts/"+mate+"/delete", "page=1")
			if err != nil || deleted.StatusCode != http.StatusSeeOther {
				t.Fatal(deleted.Status, err)
			}
			var cookies []string
			for _, c := range deleted.Cookies() {
				cookies = append(cookies, c.Name+"="+c.Value)
			}
			inParallel(10, 10, func(i int) {
				answer, err := harness.Send(stays, "POST", shops[i%len(shops)].URL+"/undo", "page=1", "Cookie", strings.Join(cookies, "; "))
				if err != nil || answer.StatusCode != http.StatusSeeOther {
					t.Errorf("round %d: %s %v", round, answer.Status, err)
				}
			})
		}
	})
}
