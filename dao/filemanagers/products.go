package filemanagers

import (
	"context"
	"fmt"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Products = products{}

type products struct {
	*state
	committer *committer
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
	return p.listed(q).list(q), nil
}

// Categories counts by the index.
func (p products) Categories(ctx context.Context) ([]dao.Category, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.listed(models.ProductQuery{}).categories(), nil
}

// Get returns one product.
func (p products) Get(ctx context.Context, id models.ID) (models.Product, error) {
	if err := ctx.Err(); err != nil {
		return models.Product{}, err
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	if found := p.products.get(id); found != nil {
		return found.Clone(), nil
	}
	return models.Product{}, absent(dao.KindProduct, id)
}

// Create stores a new product.
func (p products) Create(ctx context.Context, product models.Product) (models.Product, dao.Receipt, error) {
	product = product.Clone()
	product.Normalize()
	if err := product.Check(); err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	var stored models.Product
	receipt, err := p.committer.commit(ctx, func(s step) error {
		if there := s.product(product.ID); there != nil {
			if !there.Same(product) {
				return dao.Conflict{Field: "_id", Value: product.ID.String()}
			}
			stored = there.Clone()
			return nil
		}
		if !s.ownerOf(product.Code).IsZero() {
			return dao.Conflict{Field: "code", Value: product.Code}
		}
		if product.ID.IsZero() {
			product.ID = models.NewID(s.now.Std())
		}
		product.CreatedAt = s.createdAt()
		product.UpdatedAt, product.Rev = product.CreatedAt, s.firstRev(dao.KindProduct, product.ID)
		s.putProduct(nil, &product)
		stored = product.Clone()
		return nil
	})
	if err != nil {
		return models.Product{}, receipt, fmt.Errorf("create product: %w", err)
	}
	return stored, receipt, nil
}

// Update changes a product as the next write, so that it sees every update before it.
func (p products) Update(ctx context.Context, id models.ID, alter func(*models.Product) error) (models.Product, dao.Receipt, error) {
	var stored models.Product
	receipt, err := p.committer.commit(ctx, func(s step) error {
		before := s.product(id)
		if before == nil {
			return absent(dao.KindProduct, id)
		}
		given := before.Clone()
		if err := alter(&given); err != nil {
			return err
		}
		after := given.Clone() // alter may have kept its argument
		after.ID, after.CreatedAt, after.Rev = before.ID, before.CreatedAt, before.Rev
		after.Normalize()
		if err := after.CheckChange(*before); err != nil {
			return err
		}
		if after.Same(*before) {
			stored = before.Clone()
			return nil
		}
		if owner := s.ownerOf(after.Code); after.Code != before.Code && !owner.IsZero() && owner != id {
			return dao.Conflict{Field: "code", Value: after.Code}
		}
		after.UpdatedAt, after.Rev = s.now, before.Rev+1
		s.putProduct(before, &after)
		stored = after.Clone()
		return nil
	})
	if err != nil {
		return models.Product{}, receipt, err
	}
	return stored, receipt, nil
}

// Delete removes a product.
func (p products) Delete(ctx context.Context, id models.ID, checks ...func(models.Product) error) (models.Product, dao.Receipt, error) {
	var was models.Product
	receipt, err := p.committer.commit(ctx, func(s step) error {
		before := s.product(id)
		if before == nil {
			return absent(dao.KindProduct, id)
		}
		for _, check := range checks {
			if err := check(before.Clone()); err != nil {
				return err
			}
		}
		s.deleteProduct(before)
		was = before.Clone()
		return nil
	})
	if err != nil {
		return models.Product{}, receipt, err
	}
	return was, receipt, nil
}

func absent(kind dao.Kind, id models.ID) error {
	return fmt.Errorf("%s %s: %w", kind, id, dao.ErrNotFound)
}

// categories returns how many products each category has, by name.
func (c *catalogue) categories() []dao.Category {
	list := make([]dao.Category, 0, len(c.byCategory))
	for name, orders := range c.byCategory {
		list = append(list, dao.Category{Name: name, Products: orders[models.Oldest].size})
	}
	slices.SortFunc(list, func(a, b dao.Category) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return list
}
