package shop

import (
	"context"
	"fmt"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// JoinProducts makes one product of several, in one step: join says what becomes of them, as they are
// then; it may run more than once. The first stays, under its id, and the others go; carts that hold
// them keep them, as ones that are gone.
func (s *Shop) JoinProducts(
	ctx context.Context, list []models.Product, join func([]models.Product) models.Product,
) (joined models.Product, receipt dao.Receipt, err error) {
	ids := newVariantIDs()
	receipt, err = s.store.Update(ctx, func(tx dao.Tx) error {
		products, now := dao.Product.Within(tx), make([]models.Product, len(list))
		for i, one := range list {
			if now[i], err = products.Get(one.ID); err != nil {
				return missing("product", one.ID, err)
			}
		}
		for _, one := range list[1:] {
			if _, err := products.Delete(one.ID, free); err != nil {
				return err
			}
		}
		joined, err = products.Update(list[0].ID, func(p *models.Product) error {
			was := *p
			*p = join(now)
			p.Identify(was, ids)
			return p.KeepHeld(was)
		})
		return err
	})
	return joined, receipt, inVariant(err, joined)
}

// ChooseVariant makes a line of a cart one of a variant: where none was named, or the one that was is
// gone. It becomes as many as can be bought, and joins the line of that variant where there is one. A
// cart without such a line stays as it is.
func (s *Shop) ChooseVariant(
	ctx context.Context, cart models.ID, of models.Choice, variant models.ID,
	checks ...Check[models.Cart],
) (models.Cart, dao.Receipt, error) {
	chosen := models.Choice{Product: of.Product, Variant: variant}
	asked, err := s.lookOne(ctx, models.Item{Product: of.Product, Variant: variant, Quantity: 1})
	if err != nil {
		return models.Cart{}, dao.Receipt{}, err
	}
	return s.changeCart(ctx, cart, asked, checks, func(cart *models.Cart) {
		i := slices.IndexFunc(cart.Products, func(item models.Item) bool { return item.Choice() == of })
		if i < 0 || of == chosen {
			return
		}
		n, had := cart.Products[i].Quantity, cart.Quantity(chosen)
		if had == 0 {
			cart.Products[i].Variant = variant
			cart.Products[i].Quantity = max(1, min(n, asked.left[chosen]))
			return
		}
		cart.Products = slices.Delete(cart.Products, i, i+1)
		cart.Set(chosen, max(had, min(had+n, asked.left[chosen])))
	})
}

// RemoveLine takes one line out of a cart, and leaves those of other variants of its product.
func (s *Shop) RemoveLine(
	ctx context.Context, cart models.ID, of models.Choice, checks ...Check[models.Cart],
) (models.Cart, dao.Receipt, error) {
	return s.changeCart(ctx, cart, request{}, checks, func(cart *models.Cart) {
		cart.Products = slices.DeleteFunc(cart.Products, func(item models.Item) bool { return item.Choice() == of })
	})
}

// earlierUncounted is the stock that earlier imports gave to what is not counted: the most that there
// can be.
const earlierUncounted = models.MaxStock

// Uncount has what an earlier import left with the largest stock there can be be what it meant: not
// counted. It returns how many products that were.
func (s *Shop) Uncount(ctx context.Context) (n int, err error) {
	stock := int64(earlierUncounted)
	for {
		page, err := s.Products.List(ctx, models.ProductQuery{Stock: &stock, Limit: models.MaxLimit})
		if err != nil || len(page.Products) == 0 {
			return n, err
		}
		before := n
		for _, one := range page.Products {
			_, receipt, err := s.store.Products.Update(ctx, one.ID, func(p *models.Product) error {
				if p.Stock == earlierUncounted && len(p.Variants) == 0 {
					p.Uncounted = true
				}
				return nil
			})
			if err != nil {
				return n, fmt.Errorf("product %s: %w", one.ID, err)
			}
			if !receipt.Repeated {
				n++
			}
		}
		if n == before { // what is left are sums of variants
			return n, nil
		}
	}
}
