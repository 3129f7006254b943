package pages

import (
	"testing"
)

// The words of a category choose the drawing.
func TestDrawings(t *testing.T) {
	for category, want := range map[string]string{"BEBIDAS": "bottle", "Panadería": "bread", "women's clothing": "shirt", "¿?": "parcel"} {
		if got := drawing(category); got != "img/products/"+want+".svg" {
			t.Errorf("%s: %s", category, got)
		}
	}
}
