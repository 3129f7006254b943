package shop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// CreateProduct puts a new product into the catalogue. Ids and repetition are as in dao.Products. A
// category that others have in another case, or with other accents, is written as these write it.
func (s *Shop) CreateProduct(
	ctx context.Context, product models.Product,
) (models.Product, dao.Receipt, error) {
	if err := s.keepNamed(ctx, product); err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	currency, err := s.currency(ctx)
	if err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	category, err := s.spell(ctx, product.Category, models.Product{})
	if err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	product = product.Clone()
	product.Category = category
	product.Identify(models.Product{}, newVariantIDs())
	product = product.WithoutHeld() // of a new one no order holds any
	if err := checkUnits(models.Product{}, product, currency); err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	stored, receipt, err := s.store.Products.Create(ctx, product)
	return stored, receipt, inVariant(err, product)
}

// newVariantIDs returns what makes ids for variants, the same again when a step runs again.
func newVariantIDs() func(n int) models.ID {
	var ids []models.ID
	return func(n int) models.ID {
		for len(ids) <= n {
			ids = append(ids, models.NewID(time.Now()))
		}
		return ids[n]
	}
}

// inVariant has a conflict about the code of a variant name that variant.
func inVariant(err error, product models.Product) error {
	taken, is := errors.AsType[dao.Conflict](err)
	if !is || taken.Field != "code" {
		return err
	}
	for i, variant := range product.Variants {
		if variant.Code == taken.Value && product.Code != taken.Value {
			taken.Field = fmt.Sprintf("variants[%d].code", i)
			return taken
		}
	}
	return err
}

// ChangeProduct changes a product as dao.Products.Update does: change may run more than once and
// must touch nothing but its argument. The rules are held against what has changed. A category that
// is new to the product is written as in CreateProduct.
func (s *Shop) ChangeProduct(
	ctx context.Context, id models.ID, change func(*models.Product) error,
	checks ...Check[models.Product],
) (models.Product, dao.Receipt, error) {
	ids, asked, spelled := newVariantIDs(), models.Product{}, map[string]string{}
	currency, err := s.currency(ctx)
	if err != nil {
		return models.Product{}, dao.Receipt{}, err
	}
	step := func(product *models.Product) error {
		was := product.Clone()
		changed := change(product)
		if name := product.Category; changed == nil && name != was.Category {
			spelling, known := spelled[name]
			if !known {
				return unspelled{name, was}
			}
			product.Category = spelling
		}
		if err := pass(checks, was, *product); err != nil {
			return err
		}
		product.Identify(was, ids)
		asked = product.Clone()
		held := product.KeepHeld(was)
		if changed != nil {
			return changed
		}
		if held != nil {
			return held
		}
		return checkUnits(was, *product, currency)
	}
	product, receipt, err := s.store.Products.Update(ctx, id, step)
	for unknown, is := errors.AsType[unspelled](err); is; unknown, is = errors.AsType[unspelled](err) {
		if spelled[unknown.category], err = s.spell(ctx, unknown.category, unknown.was); err == nil {
			product, receipt, err = s.store.Products.Update(ctx, id, step)
		}
	}
	if err == nil && !receipt.Repeated {
		err = s.keepNamed(ctx, product)
	}
	return product, receipt, missing("product", id, inVariant(err, asked))
}

// RemoveProduct takes a product out of the catalogue and returns what it was. Carts that hold it
// keep it, as one that is gone. One of which open orders hold pieces is InOrders: it can be taken off
// sale.
func (s *Shop) RemoveProduct(
	ctx context.Context, id models.ID, checks ...Check[models.Product],
) (models.Product, dao.Receipt, error) {
	product, receipt, err := s.store.Products.Delete(ctx, id, func(was models.Product) error {
		if err := pass(checks, was, models.Product{}); err != nil {
			return err
		}
		return free(was)
	})
	return product, receipt, missing("product", id, err)
}

// InOrders refuses to remove what open orders hold pieces of. It is dao.ErrConflict.
type InOrders struct{ Product models.Product }

// Error says how many.
func (i InOrders) Error() string {
	return fmt.Sprintf("%d pieces of it are in open orders", i.Product.Held)
}

// Unwrap returns dao.ErrConflict.
func (InOrders) Unwrap() error { return dao.ErrConflict }

func free(was models.Product) error {
	if was.Held > 0 {
		return InOrders{was}
	}
	return nil
}

// PutProductBack stores a product that was removed under its own id and in its own place; its
// revision goes on. Done twice, it is done; what another product has taken since is
// dao.ErrConflict.
func (s *Shop) PutProductBack(ctx context.Context, was models.Product) error {
	again := was.Clone()
	again.Rev, again.UpdatedAt = 0, 0
	for pause := 5 * time.Millisecond; ; pause *= 2 {
		_, err := s.store.Load(ctx, dao.Batch{Products: []models.Product{again}})
		if !errors.Is(err, dao.ErrConflict) {
			return err
		}
		now, gone := s.store.Products.Get(ctx, was.ID)
		if gone == nil && now.Same(was) {
			return nil
		}
		// What stands in the way may be the same act, under way and not to be seen yet.
		same, unknown := s.store.Products.List(ctx, models.ProductQuery{Codes: []string{was.Code}, Limit: 1})
		if gone == nil || unknown != nil || len(same.Products) > 0 && same.Products[0].ID != was.ID || pause > time.Second {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}
