package dao

import (
	"context"

	"pulperia/dao/models"
)

// Carts are the visitors' carts: a [Collection], in which nothing is special. A cart may name
// products that are gone: references are not followed.
type Carts interface {
	List(ctx context.Context, page, limit int) (carts []models.Cart, total int, err error)
	Get(context.Context, models.ID) (models.Cart, error)
	Create(context.Context, models.Cart) (models.Cart, Receipt, error)
	Update(ctx context.Context, id models.ID, change func(*models.Cart) error) (models.Cart, Receipt, error)
	Delete(ctx context.Context, id models.ID, checks ...func(models.Cart) error) (models.Cart, Receipt, error)
	Expire(ctx context.Context, before models.Time) (int, error)
}
