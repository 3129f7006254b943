package pages

import (
	"pulperia/dao/models"
)

// What the tests that look at the pages from outside know of the inside.
const (
	ChatSize    = chatSize
	ShelvesSize = shelvesSize
	StoresMost  = storesMost
	TableSize   = tableSize
)

// EndingAt is what a link tells of a page that ended with a product.
func EndingAt(p models.Product) string {
	return endingOf(models.ProductPage{Products: []models.Product{p}}).String()
}

// Undo is what a browser holds of an act.
type Undo = undo

// Seal is the value of its cookie.
func (u undo) Seal() string { return u.seal() }
