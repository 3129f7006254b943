package app

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"testing"
)

// Whoever goes through a list page by page sees every product that stays there, on every engine, in
// every order and with every filter: whatever is deleted between two pages, also the very product
// with which a page had ended, and more than a whole page.
func TestDeletionsSkipNothing(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := openInside(t, newStore())
		defer s.close()
		shown, next := regexp.MustCompile(`data-product="([0-9a-f]{24})"`), regexp.MustCompile(`rel="next" href="([^"]+)"`)
		for i, path := range []string{
			"/products?limit=4", "/products?limit=4&sort=asc", "/products?limit=4&sort=desc", "/products?limit=4&q=producto&category=dos&sort=asc",
			"/products?limit=4&available=true", "/products?limit=4&minPrice=2&sort=desc", "/realtimeproducts",
		} {
			random := rand.New(rand.NewPCG(uint64(i), 0))
			n := 40
			if path == "/realtimeproducts" {
				n = 120
			}
			var ids []string
			for j := range n {
				id := fmt.Sprintf("65%02x%020x", i, j)
				body := fmt.Sprintf(`{"_id":%q,"title":"Producto","description":"d","code":"%d-%d","price":%d,"stock":%d,"category":%q}`,
					id, i, j, 1+random.IntN(3), 1, []string{"uno", "dos"}[j%2])
				if answer, text := s.send(t, http.DefaultClient, "POST", "/api/products", body); answer.StatusCode != http.StatusCreated {
					t.Fatalf("%s: %s", answer.Status, text)
				}
				ids = append(ids, id)
			}
			remove := func(id string) {
				if at := slices.Index(ids, id); at >= 0 {
					ids = slices.Delete(ids, at, at+1)
					s.send(t, http.DefaultClient, "DELETE", "/api/products/"+id, "")
				}
			}
			walk := func(between func(page []string)) map[string]bool {
				seen := map[string]bool{}
				for at := path; at != ""; {
					_, text := s.send(t, http.DefaultClient, "GET", at, "")
					var page []string
					for _, found := range shown.FindAllStringSubmatch(text, -1) {
						page = append(page, found[1])
						seen[found[1]] = true
					}
					between(page)
					at = ""
					if found := next.FindStringSubmatch(text); found != nil {
						at = html.UnescapeString(found[1])
					}
				}
				return seen
			}
			var behind []string
			seen := walk(func(page []string) {
				behind = append(behind, page...)
				remove(page[len(page)-1])
				for range random.IntN(9) {
					remove(behind[random.IntN(len(behind))])
				}
			})
			stay := walk(func([]string) {})
			for id := range stay {
				if !seen[id] {
					t.Errorf("%s skips %s, which stays", path, id)
				}
			}
			if len(stay) == 0 || len(stay) == n {
				t.Errorf("%s: %d of %d stay: nothing was tried", path, len(stay), n)
			}
			for _, id := range slices.Clone(ids) {
				remove(id)
			}
		}
	})
}
