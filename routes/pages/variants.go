package pages

import (
	"strings"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

// variantChoice is one of the forms that a product is sold in, to be chosen.
type variantChoice struct {
	ID, Name          string
	Price             models.Money
	Stock             stockWords
	Available, Chosen bool
}

// variantsOf are those of a product, of which one may be chosen already; the first that can be bought
// is, where it is the only one.
func variantsOf(voice *views.Voice, p models.Product, chosen models.ID) (choices []variantChoice) {
	var last, available int
	for i, v := range p.Variants {
		one := variantChoice{
			ID: v.ID.String(), Name: v.Name(), Price: v.Price, Stock: stockOfVariant(voice, p, v),
			Available: shop.LeftOf(p, v.ID) > 0, Chosen: v.ID == chosen,
		}
		if one.Available {
			last, available = i, available+1
		}
		choices = append(choices, one)
	}
	if available == 1 && chosen.IsZero() {
		choices[last].Chosen = true
	}
	return choices
}

// idsOf are the ids of variants, in their order.
func idsOf(variants []models.Variant) string {
	ids := make([]string, len(variants))
	for i, v := range variants {
		ids[i] = v.ID.String()
	}
	return strings.Join(ids, " ")
}

// stockOfVariant says how much is left of a variant, as of a product that is nothing else.
func stockOfVariant(voice *views.Voice, p models.Product, v models.Variant) stockWords {
	return stockOf(voice, models.Product{Status: p.Status, Stock: v.Stock})
}

// titleOf is what a line of a cart is called: by its product, and by the variant that was chosen.
func titleOf(line shop.Line) string {
	if line.Chosen == nil {
		return line.Product.Title
	}
	return line.Product.Title + " – " + line.Chosen.Name()
}
