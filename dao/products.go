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

	// What follows is as for every kind: see [Collection].

	Get(context.Context, models.ID) (models.Product, error)
	Create(context.Context, models.Product) (models.Product, Receipt, error)
	Update(ctx context.Context, id models.ID, change func(*models.Product) error) (models.Product, Receipt, error)
	Delete(ctx context.Context, id models.ID, checks ...func(models.Product) error) (models.Product, Receipt, error)
}

// Category is one category of the catalogue.
type Category struct {
	Name     string
	Products int
}
