package routes

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
	p, _ := barePages(t)
	asked := 0
	p.shop.Carts = lostCarts{p.shop.Carts, &asked}
	for language, words := range map[string]string{"es": "Ahora no podemos guardar ni leer datos.", "en": "We cannot read or store data right now."} {
		r := request(t, "GET", "/cart")
		r.AddCookie(&http.Cookie{Name: "cart", Value: unknownID})
		r.Header.Set("Accept-Language", language)
		w := httptest.NewRecorder()
		asked = 0
		p.cart(w, r)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), words) {
			t.Errorf("%s: %d %v %s", language, w.Code, w.Header(), w.Body)
		}
		if asked != 1 {
			t.Errorf("%s: the store was asked %d times", language, asked)
		}
	}
}
