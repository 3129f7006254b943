package shop

import (
	"context"
	"math"
	"math/bits"

	"pulperia/dao/models"
)

// Left returns how many of a product can be bought now, be it in one variant or in several.
func Left(p models.Product) int64 {
	if !p.Status {
		return 0
	}
	return max(0, p.Stock)
}

// LeftOf returns how many of a choice can be bought now: of a product with variants that is to be
// chosen still, none.
func LeftOf(p models.Product, variant models.ID) int64 {
	switch one := p.Variant(variant); {
	case one != nil && p.Status:
		return max(0, one.Stock)
	case one != nil || len(p.Variants) > 0 || !variant.IsZero():
		return 0
	}
	return Left(p)
}

// Bill is what is in a cart, beside what the catalogue has of it now.
type Bill struct {
	Lines []Line
	Total models.Money // of the lines that can be bought
	Out   int64        // how many cannot, and are not in the total
}

// Line is one item of a cart.
type Line struct {
	models.Item
	Product  *models.Product // nil for one that is gone from the catalogue
	Chosen   *models.Variant // of it; nil where it has none, where that is gone, and where it is to be chosen
	Price    models.Money    // of one
	Left     int64           // how many can be bought
	Subtotal models.Money    // 0 for a line that cannot be bought
}

// IsGone says whether what the line is of is no longer in the catalogue.
func (l Line) IsGone() bool {
	return l.Product == nil || l.Chosen == nil && !l.Variant.IsZero()
}

// MustChoose says whether a variant is to be chosen before the line can be bought.
func (l Line) MustChoose() bool {
	return l.Product != nil && l.Variant.IsZero() && len(l.Product.Variants) > 0
}

// CanBeBought says whether the line can be bought as it stands. What has become scarcer since it
// was put in cannot, until it is taken down.
func (l Line) CanBeBought() bool { return l.Quantity > 0 && l.Quantity <= l.Left }

// Bill adds up a cart.
func (s *Shop) Bill(ctx context.Context, cart models.Cart) (bill Bill, err error) {
	currency, err := s.currency(ctx)
	if err != nil {
		return bill, err
	}
	products, err := s.productsOf(ctx, cart.Products)
	for _, item := range cart.Products {
		line := Line{Item: item}
		if product, there := products[item.Product]; there {
			line.Product, line.Chosen = &product, product.Variant(item.Variant)
			line.Price, line.Left = product.Price, LeftOf(product, item.Variant)
		}
		if line.Chosen != nil {
			line.Price = line.Chosen.Price
		}
		line.Price = line.Price.Rounded(models.UnitOf(currency))
		if line.CanBeBought() {
			line.Subtotal = times(line.Price, item.Quantity)
			bill.Total = bill.Total.Plus(line.Subtotal)
		} else {
			bill.Out++
		}
		bill.Lines = append(bill.Lines, line)
	}
	return bill, err
}

// times stops at the largest amount there is, as [models.Money.Plus] does. A price below 0 is 0.
func times(price models.Money, n int64) models.Money {
	high, low := bits.Mul64(uint64(max(price, 0)), uint64(n))
	if high > 0 || low > math.MaxInt64 {
		return math.MaxInt64
	}
	return models.Money(low)
}
