package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"pulperia/dao/models"
)

// What is for a few is kept by nobody on the way, and what is about people and keys tells no position
// of the feed: so nobody is told when one of them has done something.
func TestAnswersForAFewAreNotKept(t *testing.T) {
	t.Parallel()
	s := closedInside(t, t.TempDir(), "--requests-per-minute=0")
	owner := comer{name: "the owner", headers: s.staff(t, "ana@staff.example", models.RoleOwner)}
	mayer := comer{name: "her key", headers: func(t *testing.T) []string {
		return []string{"Authorization", "Bearer " + s.newKey(t, models.RoleOwner)}
	}}
	guarded := 0
	for _, route := range s.site.Routes() {
		if !strings.HasPrefix(route.Pattern, "GET ") || slices.Contains([]string{"public", "static"}, string(route.Right)) {
			continue
		}
		guarded++
		for _, who := range []comer{owner, mayer} {
			got := askedBy(t, s, route, who)
			if kept := got.header.Get("Cache-Control"); got.status == http.StatusOK && !strings.Contains(kept, "private") && kept != "no-store" {
				t.Errorf("%s by %s: %d, kept as %q", route.Pattern, who.name, got.status, kept)
			}
			for _, about := range []string{"/api/people", "/api/keys", "/api/session", "/api/export", "/metrics"} {
				if strings.HasPrefix(got.path, about) && got.header.Get("X-Position") != "" {
					t.Errorf("%s by %s tells the position %s", route.Pattern, who.name, got.header.Get("X-Position"))
				}
			}
		}
	}
	if guarded < 20 {
		t.Errorf("%d routes are for a few", guarded)
	}
	cart := s.cartOf(t)
	for _, path := range []string{"/api/carts/" + cart, "/carts/" + cart} {
		if answer, _ := s.send(t, http.DefaultClient, "GET", path, ""); !strings.Contains(answer.Header.Get("Cache-Control"), "private") {
			t.Errorf("%s: kept as %q", path, answer.Header.Get("Cache-Control"))
		}
	}
}
