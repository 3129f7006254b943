package pages_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// counted is a catalogue that counts how often a product is read.
type counted struct {
	dao.Products
	reads atomic.Int32
}

func (c *counted) Get(ctx context.Context, id models.ID) (models.Product, error) {
	c.reads.Add(1)
	return c.Products.Get(ctx, id)
}

// A page is made once for all visitors, and once for each of the staff: theirs name them, and are
// shown to nobody else.
func TestPagesAreKeptForTheirReaders(t *testing.T) {
	read := &counted{}
	v := routestest.NewVisitor(t, func(o *routestest.Setup) {
		read.Products = o.Store.Products
		o.Store.Products = read
	}, routestest.Closed)
	v.Shop.Key = v.Shop.KeyOf(models.RoleOwner)
	p := v.Product("A")
	v.Shop.Key = ""
	ana, eva, guest := somebody(v, "Ana", models.RoleOwner), somebody(v, "Eva", models.RoleManager), v.Another()
	before := read.reads.Load()
	for range 5 {
		for who, names := range map[*routestest.Visitor][]string{ana: {"Ana"}, eva: {"Eva"}, guest: nil, v.Another(): nil} {
			page := who.Get("/products/" + p.ID.String())
			for _, name := range []string{"Ana", "Eva"} {
				if strings.Contains(page.Body.String(), name) != slices.Contains(names, name) {
					t.Errorf("the page of %v names %s, or does not", names, name)
				}
			}
		}
	}
	if got := read.reads.Load() - before; got != 3 {
		t.Errorf("three pages are made %d times", got)
	}
}
