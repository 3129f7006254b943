package dao

import (
	"context"

	"pulperia/dao/models"
)

// Carts are the visitors' carts. A cart may name products that are gone: references are not
// followed.
type Carts interface {
	// List returns a page of carts, oldest first (by createdAt, then by id), and how many there are
	// in all, as Products.List does. page counts from 1.
	List(ctx context.Context, page, limit int) (carts []models.Cart, total int, err error)

	// Get returns one cart, or ErrNotFound.
	Get(context.Context, models.ID) (models.Cart, error)

	// Create stores a new cart. Ids and repetition are as in Products.Create.
	Create(context.Context, models.Cart) (models.Cart, Receipt, error)

	// Update changes a cart as Products.Update changes a product: two hundred parallel additions
	// add two hundred.
	Update(ctx context.Context, id models.ID, change func(*models.Cart) error) (models.Cart, Receipt, error)

	// Delete removes a cart and returns what it was, or ErrNotFound.
	Delete(context.Context, models.ID) (models.Cart, Receipt, error)

	// Expire deletes every cart that has not changed since before, and returns how many. One that
	// changes meanwhile stays.
	Expire(ctx context.Context, before models.Time) (int, error)
}
