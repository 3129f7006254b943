package filemanagers

import (
	"context"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Products = products{}

// products is the collection of products, with what only these have.
type products struct {
	dao.Collection[models.Product]
	*state
	catalogue *catalogue
}

func newProducts(v values) products {
	return products{dao.Product.In(v), v.state, v.kind(dao.Product.Schema).table.(*catalogue)}
}

// List answers from the indexes.
func (p products) List(ctx context.Context, q models.ProductQuery) (models.ProductPage, error) {
	if err := ctx.Err(); err != nil {
		return models.ProductPage{}, err
	}
	q.Normalize()
	if err := q.Check(); err != nil {
		return models.ProductPage{}, err
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.catalogue.listed(q).list(q), nil
}

// Categories are counted at each change, so that nobody needs the indexes of listings for them.
func (p products) Categories(ctx context.Context) ([]dao.Category, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.catalogue.categories(), nil
}

// categories returns how many products each category has, by name.
func (c *catalogue) categories() []dao.Category {
	list := make([]dao.Category, 0, len(c.counts))
	for name, n := range c.counts {
		list = append(list, dao.Category{Name: name, Products: *n})
	}
	slices.SortFunc(list, func(a, b dao.Category) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return list
}
