package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// lostCarts are those of a store that is away: each call of them costs a time-out.
type lostCarts struct {
	shop.Carts
	asked *int
}

func (c lostCarts) Get(context.Context, models.ID) (models.Cart, error) {
	*c.asked++
	return models.Cart{}, fmt.Errorf("%w: dial 10.0.0.7", dao.ErrUnavailable)
}

// While the store is away its page comes after one time-out, not two: what would stand in the frame
// is not asked for.
func TestUnavailablePageAsksOnce(t *testing.T) {
	p := barePages(t)
	asked := 0
	p.shop.Carts = lostCarts{p.shop.Carts, &asked}
	for language, words := range map[string]string{"es": "Ahora no podemos guardar ni leer datos.", "en": "We cannot read or store data right now."} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/cart", nil)
		r.AddCookie(&http.Cookie{Name: "cart", Value: "ffffffffffffffffffffffff"})
		r.Header.Set("Accept-Language", language)
		w := httptest.NewRecorder()
		asked = 0
		p.Cart(w, r)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), words) {
			t.Errorf("%s: %d %v %s", language, w.Code, w.Header(), w.Body)
		}
		if asked != 1 {
			t.Errorf("%s: the store was asked %d times", language, asked)
		}
	}
}

// brokenFeed is a store that cannot be reached.
type brokenFeed struct{ dao.Feed }

func (brokenFeed) Head(context.Context) (dao.Position, error) {
	return dao.Position{}, fmt.Errorf("dial 10.0.0.7: %w", dao.ErrUnavailable)
}

// Without the store there is still a page that says so, when to come back, and nothing about the
// server.
func TestPageWithoutStore(t *testing.T) {
	p := barePages(t)
	p.shop.Feed = brokenFeed{p.shop.Feed}
	w := httptest.NewRecorder()
	p.Home(w, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("X-Position") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if body := w.Body.String(); !strings.Contains(body, "<h1>Volvemos enseguida</h1>") || strings.Contains(body, "10.0.0.7") {
		t.Error(body)
	}
}

// Whether something was stored is not always known, and then the page says just that.
func TestPageOfUnknownOutcome(t *testing.T) {
	p := barePages(t)
	w := httptest.NewRecorder()
	p.Fail(w, httptest.NewRequestWithContext(t.Context(), "POST", "/chat", nil), fmt.Errorf("append: %w", dao.ErrUnknown))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "<h1>No sabemos si se guardó</h1>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
