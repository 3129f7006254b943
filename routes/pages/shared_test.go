package pages_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// overwritten is a catalogue in which another program changes a title: the feed does not tell of
// it.
type overwritten struct {
	dao.Products
	title string
}

func (o *overwritten) Get(ctx context.Context, id models.ID) (models.Product, error) {
	p, err := o.Products.Get(ctx, id)
	if o.title != "" {
		p.Title = o.title
	}
	return p, err
}

// Where other programs write, a page is what the store holds when it is asked for, and its tag is
// that of what it shows: it is not sent again as long as that is the same, whatever id its form
// brings along.
func TestPagesOfASharedStore(t *testing.T) {
	other := &overwritten{}
	s := routestest.Open(t, func(o *routestest.Setup) {
		other.Products = o.Store.Products
		o.Store.Products, o.Store.Shared = other, true
	})
	const id = "650000000000000000000001"
	s.Must("POST", "/api/products", `{"_id":"`+id+`","title":"Yerba","description":"d","code":"Y","price":5,"stock":1,"category":"c"}`)
	for _, page := range []string{"/", "/products/" + id, "/realtimeproducts", "/chat", "/cart"} {
		first := s.Do("GET", page, "")
		again := s.Do("GET", page, "", "If-None-Match", first.Header().Get("ETag"))
		if first.Code != http.StatusOK || again.Code != http.StatusNotModified || again.Header().Get("X-Position") == "" {
			t.Errorf("%s: %d, and again %d", page, first.Code, again.Code)
		}
	}
	before := s.Do("GET", "/products/"+id, "")
	other.title = "Bombilla"
	after := s.Do("GET", "/products/"+id, "", "If-None-Match", before.Header().Get("ETag"))
	if after.Code != http.StatusOK || !strings.Contains(after.Body.String(), "Bombilla") {
		t.Errorf("after a change of another program: %d", after.Code)
	}
}
