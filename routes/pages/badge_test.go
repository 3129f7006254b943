package pages

import (
	"net/http/httptest"
	"slices"
	"testing"

	"pulperia/dao/models"
	"pulperia/shop"
)

// What the badge of the staff says is what no name may have.
func TestBadgeWordsAreTaken(t *testing.T) {
	p := barePages(t)
	for _, language := range models.Languages {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/chat", nil)
		r.Header.Set("Accept-Language", language)
		if words := p.stranger(r).voice.Say("talk.staff", nil); !slices.Contains(shop.BadgeWords, words) {
			t.Errorf("%s: the badge says %q, and names may", language, words)
		}
	}
}
