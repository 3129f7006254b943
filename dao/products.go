package dao

import (
	"context"

	"pulperia/dao/models"
)

// Products is the catalogue.
type Products interface {
	// List returns the page that the query asks for, exactly as models.ProductQuery.Select would
	// from all products. A page past the end is empty. While others write, an engine may count
	// beside its reading: the total never contradicts the page, but where the page is not the last
	// one it may be of a moment before or after.
	List(context.Context, models.ProductQuery) (models.ProductPage, error)

	// Categories returns each category that a product has, with how many products have it, by name
	// in the order of code points.
	Categories(context.Context) ([]Category, error)

	// Get returns one product, or ErrNotFound.
	Get(context.Context, models.ID) (models.Product, error)

	// Create stores a new product. It keeps the id that is given and makes one when it is zero; the
	// revision and the times are the store's. The same id with the same content again adds nothing
	// (Receipt.Repeated) and returns what is stored; with other content, or with a code that
	// another product has, it is ErrConflict.
	Create(context.Context, models.Product) (models.Product, Receipt, error)

	// Update reads a product, lets change alter it and stores the result, as one atomic step: of
	// parallel updates of one id none is lost. change may run more than once and must touch nothing
	// but its argument; an error of it is returned as it is and nothing is stored. Id, revision and
	// times are the store's. A result that is the same as before is not a change
	// (Receipt.Repeated). An absent id is ErrNotFound, a code that another product has is
	// ErrConflict.
	Update(ctx context.Context, id models.ID, change func(*models.Product) error) (models.Product, Receipt, error)

	// Delete removes a product and returns what it was, or ErrNotFound. Carts that name it stay as
	// they are. Each of the checks is asked about the product as it is, in the same atomic step,
	// and may be asked more than once; an error of one is returned as it is, and nothing is
	// removed.
	Delete(ctx context.Context, id models.ID, checks ...func(models.Product) error) (models.Product, Receipt, error)
}

// Category is one category of the catalogue.
type Category struct {
	Name     string
	Products int
}
