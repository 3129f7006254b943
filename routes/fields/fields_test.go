package fields

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"pulperia/dao/models"
	"pulperia/shop"
)

// A field that a value has is one that its kind knows, and the other way round: what is added to a
// model is not forgotten here, and is shown by nobody before it stands here.
func TestKindsKnowAllFields(t *testing.T) {
	whole := models.Product{
		CompareAt: 10, Uncounted: true, Held: 1, Tax: "-", Tags: []string{"-"}, Vendor: "-", Barcode: "-", Variants: []models.Variant{{Held: 1, Thumbnail: "-", Barcode: "-"}},
	}
	for _, tt := range []struct {
		value any
		shown []string
		apart []string // that are no field of the value
	}{
		{whole, Product.Names(Answer), nil},
		{whole.Variants[0], Variant.Names(Answer), nil},
		{models.Settings{}, Settings.Names(Answer), nil},
		{models.Payment{}, Payment.Names(Answer), nil},
		{models.Account{}, Account.Names(Answer), nil},
		{models.Delivery{}, Delivery.Names(Answer), nil},
		{models.Tax{}, Tax.Names(Answer), nil},
		{shop.Person{}, Person.Names(Answer), nil},
		{shop.Key{}, Key.Names(Answer), []string{"key"}},
	} {
		var object map[string]any
		if err := json.Unmarshal(models.JSON(tt.value), &object); err != nil {
			t.Fatal(err)
		}
		have := slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(object)), tt.apart...)))
		if known := slices.Sorted(slices.Values(tt.shown)); !slices.Equal(known, have) {
			t.Errorf("%T has %v, and its kind shows %v", tt.value, have, known)
		}
	}
}

// What can be changed of a product is what makes it another one, but for what is held of it: orders
// alone change that.
func TestProductFieldsAreItsContent(t *testing.T) {
	content := models.ChangedFields(models.Product{}, models.Product{
		Title: "-", Description: "-", Code: "-", Price: 10, Status: true, Stock: 1, Category: "-", Thumbnails: []string{"-"},
		CompareAt: 10, Uncounted: true, Held: 1, Tax: "-", Tags: []string{"-"}, Vendor: "-", Barcode: "-", Variants: make([]models.Variant, 1),
	})
	changeable := append(Product.Names(Update), "held")
	if !slices.Equal(changeable, content) {
		t.Errorf("%v can be changed, by people or by orders, and %v are its content", changeable, content)
	}
}
