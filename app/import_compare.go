package app

import (
	"context"
	"errors"
	"fmt"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
)

// comparison says how an entry stands to the store. Its zero value says that it is new.
type comparison struct {
	same    bool
	differs models.ID // of the product with its code and other content
	refused error     // why it must not go in
}

// known returns the products that are in the store, by the codes of the entries.
func (r *importRun) known(ctx context.Context, entries []catalogue.Entry) (map[string]models.Product, error) {
	known := make(map[string]models.Product)
	var codes []string
	for _, e := range entries {
		if e.Product != nil {
			codes = append(codes, e.Product.Code)
		}
	}
	if len(codes) == 0 {
		return known, nil
	}
	page, err := r.store.Products.List(ctx, models.ProductQuery{Codes: codes, Limit: len(codes)})
	for _, p := range page.Products {
		known[p.Code] = p
	}
	return known, err
}

func (r *importRun) compare(ctx context.Context, e catalogue.Entry, known map[string]models.Product) (comparison, error) {
	switch {
	case e.Product != nil:
		return r.compareProduct(ctx, *e.Product, known)
	case e.Cart != nil && r.had.carts:
		return r.compareCart(ctx, *e.Cart)
	case e.Message != nil && r.had.messages:
		return r.compareMessage(ctx, *e.Message)
	}
	return comparison{}, nil
}

func (r *importRun) compareProduct(ctx context.Context, p models.Product, known map[string]models.Product) (comparison, error) {
	if old, ok := known[p.Code]; ok {
		p.ID = old.ID
		if p.Same(old) {
			return comparison{same: true}, nil
		}
		return comparison{differs: old.ID}, nil
	}
	if p.ID.IsZero() || !r.had.products {
		return comparison{}, nil
	}
	other, err := r.store.Products.Get(ctx, p.ID)
	if err != nil {
		return comparison{}, ignoreNotFound(err)
	}
	return comparison{refused: fmt.Errorf("_id %s is already that of the product with the code %q", p.ID, other.Code)}, nil
}

func (r *importRun) compareCart(ctx context.Context, c models.Cart) (comparison, error) {
	old, err := r.store.Carts.Get(ctx, c.ID)
	if err != nil {
		return comparison{}, ignoreNotFound(err)
	}
	if c.Same(old) {
		return comparison{same: true}, nil
	}
	return comparison{refused: fmt.Errorf("_id %s is already that of a cart with other products, which is left as it is", c.ID)}, nil
}

// compareMessage asks for the page before a message to learn whether it is there. Only then it is appended, which writes
// nothing, for messages never go, and tells whether it is the same.
func (r *importRun) compareMessage(ctx context.Context, m models.Message) (comparison, error) {
	if _, err := r.store.Messages.Page(ctx, m.ID, 1); err != nil {
		return comparison{}, ignoreNotFound(err)
	}
	_, _, err := r.store.Messages.Append(ctx, m)
	if errors.Is(err, dao.ErrConflict) {
		return comparison{refused: fmt.Errorf("_id %s is already that of another message, which is left as it is", m.ID)}, nil
	}
	return comparison{same: true}, err
}

func ignoreNotFound(err error) error {
	if errors.Is(err, dao.ErrNotFound) {
		return nil
	}
	return err
}
