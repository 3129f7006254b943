package pages

import "testing"

// A part has 50,000 addresses at most, the first of them the front page.
func TestPartsOfSiteMap(t *testing.T) {
	for products, want := range map[int]int{0: 1, 1: 1, 49_999: 1, 50_000: 2, 99_999: 2, 100_000: 3} {
		if got := partsOf(products); got != want {
			t.Errorf("%d products: %d parts, want %d", products, got, want)
		}
	}
}
