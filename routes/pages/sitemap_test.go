package pages

import "testing"

// A part has 10,000 addresses at most, the first of them the front page.
func TestPartsOfSiteMap(t *testing.T) {
	for products, want := range map[int]int{0: 1, 1: 1, 9_999: 1, 10_000: 2, 19_999: 2, 20_000: 3} {
		if got := partsOf(products); got != want {
			t.Errorf("%d products: %d parts, want %d", products, got, want)
		}
	}
}
