package routes

import (
	"slices"
	"testing"

	"pulperia/dao/models"
)

// endingAt is the end of a page that ended with a product.
func (v *visitor) endingAt(id string) ending {
	v.t.Helper()
	all := v.catalogue()
	at := slices.IndexFunc(all, func(p models.Product) bool { return p.ID.String() == id })
	if at < 0 {
		v.t.Fatalf("there is no product %s", id)
	}
	return endingOf(models.ProductPage{Products: all[at : at+1]})
}

// What stands in a link is read as it was written; what nobody has written is no place.
func TestEndingInLinks(t *testing.T) {
	id, _ := models.ParseID("665f1c2ab0e84d3f9a7c1e54")
	for _, e := range []ending{{id, 0, 1}, {id, 99_999_999_99, 1_700_000_000_000}, {id, 5, -62_135_596_800_000}} {
		if got := parseEnding(e.String()); got != e {
			t.Errorf("%v is read as %v", e, got)
		}
	}
	for _, text := range []string{"", "x", "665f1c2ab0e84d3f9a7c1e54.1", "665f1c2ab0e84d3f9a7c1e54.1.x", "665f1c2ab0e84d3f9a7c1e54.1.2.3", "665f1c2ab0e84d3f9a7c1e54..", ".1.2"} {
		if got := parseEnding(text); !got.id.IsZero() {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// A link of a page that was open before, which names the product alone, goes on after it.
func TestEndingOfAnOlderLink(t *testing.T) {
	v := newVisitor(t)
	var all []string
	for _, code := range []string{"A", "B", "C", "D", "E"} {
		all = append([]string{v.product(code).ID.String()}, all...)
	}
	v.shop.must("DELETE", "/api/products/"+all[0], "")
	var shown []string
	for _, card := range v.get("/products?limit=2&page=2&after=" + all[1]).all(".card") {
		id, _ := attributeOf(card, "data-product")
		shown = append(shown, id)
	}
	if !slices.Equal(shown, all[2:]) {
		t.Errorf("after %s stand %v, not %v", all[1], shown, all[2:])
	}
	v.get("/products?limit=2&page=2&after=" + unknownID).want(200)
	for _, list := range []string{"/products", "/realtimeproducts"} { // behind the end no page after the other is looked at
		v.get(list + "?page=99999999999&after=" + unknownID + ".1.5").want(200)
	}
}
