package pages_test

import (
	"slices"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/pages"
	"pulperia/routes/routestest"
)

// endingAt is the end of a page that ended with a product.
func endingAt(v *routestest.Visitor, id string) string {
	v.T.Helper()
	all := allProducts(v)
	at := slices.IndexFunc(all, func(p models.Product) bool { return p.ID.String() == id })
	if at < 0 {
		v.T.Fatalf("there is no product %s", id)
	}
	return pages.EndingAt(all[at])
}

// A link of a page that was open before, which names the product alone, goes on after it.
func TestEndingOfAnOlderLink(t *testing.T) {
	v := routestest.NewVisitor(t)
	var all []string
	for _, code := range []string{"A", "B", "C", "D", "E"} {
		all = append([]string{v.Product(code).ID.String()}, all...)
	}
	v.Shop.Must("DELETE", "/api/products/"+all[0], "")
	var shown []string
	for _, card := range v.Get("/products?limit=2&page=2&after=" + all[1]).All(".card") {
		id, _ := routestest.AttributeOf(card, "data-product")
		shown = append(shown, id)
	}
	if !slices.Equal(shown, all[2:]) {
		t.Errorf("after %s stand %v, not %v", all[1], shown, all[2:])
	}
	v.Get("/products?limit=2&page=2&after=" + routestest.UnknownID).Want(200)
	for _, list := range []string{"/products", "/realtimeproducts"} { // behind the end no page after the other is looked at
		v.Get(list + "?page=99999999999&after=" + routestest.UnknownID + ".1.5").Want(200)
	}
}
