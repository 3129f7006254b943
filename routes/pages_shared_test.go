package routes

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"pulperia/dao"
	"pulperia/dao/models"
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
	s := openAPIShop(t, func(o *setup) {
		other.Products = o.Store.Products
		o.Store.Products, o.Store.Shared = other, true
	})
	const id = "650000000000000000000001"
	s.must("POST", "/api/products", `{"_id":"`+id+`","title":"Yerba","description":"d","code":"Y","price":5,"stock":1,"category":"c"}`)
	for _, page := range []string{"/", "/products/" + id, "/realtimeproducts", "/chat", "/cart"} {
		first := s.do("GET", page, "")
		again := s.do("GET", page, "", "If-None-Match", first.Header().Get("ETag"))
		if first.Code != http.StatusOK || again.Code != http.StatusNotModified || again.Header().Get("X-Position") == "" {
			t.Errorf("%s: %d, and again %d", page, first.Code, again.Code)
		}
	}
	before := s.do("GET", "/products/"+id, "")
	other.title = "Bombilla"
	after := s.do("GET", "/products/"+id, "", "If-None-Match", before.Header().Get("ETag"))
	if after.Code != http.StatusOK || !strings.Contains(after.Body.String(), "Bombilla") {
		t.Errorf("after a change of another program: %d", after.Code)
	}
}

// Who asks for a page while it is being made gets one that is made later, together with all who
// asked meanwhile.
func TestFreshPageIsMadeAfterItIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, goOn := newPageCache(), make(chan struct{})
		slow := func(context.Context) ([]byte, error) {
			n := c.begun.Load()
			<-goOn
			return fmt.Append(nil, n), nil
		}
		var group sync.WaitGroup
		ask := func(want string) {
			group.Go(func() {
				if html, err := c.fresh(t.Context(), "k", slow); err != nil || string(html) != want {
					t.Errorf("%q %v, want %s", html, err, want)
				}
			})
			synctest.Wait()
		}
		ask("1")
		for range 8 {
			ask("2")
		}
		goOn <- struct{}{}
		synctest.Wait() // until the eight wait for the next
		close(goOn)
		group.Wait()
	})
}
