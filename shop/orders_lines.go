package shop

import (
	"fmt"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Why a line of a cart cannot be ordered as it stands.
const (
	RefusedPrice = "price"  // it costs something else than the buyer saw
	RefusedGone  = "gone"   // it is not in the catalogue any more
	RefusedShort = "short"  // there are fewer, or none, that can be bought
	RefusedPick  = "choose" // a variant is to be chosen
)

// RefusedLine is a line of a cart that cannot be ordered as it stands.
type RefusedLine struct {
	Line      int // of the cart, from 0
	Product   models.ID
	Variant   models.ID
	Reason    string
	Price     models.Money // of one, now
	Available int64
}

// OrderChanged refuses an order of what is no longer as the buyer saw it. Nothing was stored. It is
// dao.ErrConflict.
type OrderChanged struct {
	Lines  []RefusedLine
	Parts  []ChangedPart // of the sum, beside the lines
	Totals models.Totals // of what can be ordered, as it costs now
}

// Error says how many lines, and which parts.
func (c OrderChanged) Error() string {
	text := fmt.Sprintf("%d lines of the cart are no longer as they were", len(c.Lines))
	for _, part := range c.Parts {
		text += ", nor is the " + part.Field
	}
	return text
}

// Unwrap returns dao.ErrConflict.
func (OrderChanged) Unwrap() error { return dao.ErrConflict }

// linesOf makes lines of what is in a cart, and names those that cannot be ordered.
func linesOf(tx dao.Tx, items []models.Item, o *models.Order) (refused []RefusedLine, err error) {
	whole := models.Cart{Products: items}
	whole.Normalize() // another program may have put a choice in twice
	ids := make([]models.ID, len(whole.Products))
	for i, item := range whole.Products {
		ids[i] = item.Product
	}
	dao.Ask(tx, dao.Product.Schema, ids...)
	for i, item := range whole.Products {
		p, err := dao.Product.Within(tx).Look(item.Product)
		if notMissing(err) != nil {
			return nil, err
		}
		line, reason := lineOf(p, item)
		if reason != "" {
			refused = append(refused, RefusedLine{
				Line: i, Product: item.Product, Variant: item.Variant, Reason: reason, Price: line.Unit,
				Available: max(0, leftOf(p, item.Variant)),
			})
			continue
		}
		o.Lines = append(o.Lines, line)
	}
	return refused, nil
}

// lineOf makes a line of an item, or says why there can be none. The product is nil where there is
// none of it.
func lineOf(p *models.Product, item models.Item) (line models.OrderLine, reason string) {
	left := leftOf(p, item.Variant)
	switch left {
	case absent, noVariant:
		return line, RefusedGone
	case unchosen:
		return line, RefusedPick
	}
	line = models.OrderLine{
		Product: p.ID, Variant: item.Variant, Code: p.Code, Title: p.Title, Quantity: item.Quantity,
		Unit: p.Price, Tax: models.LineTax{Name: p.Tax},
	}
	if v := p.Variant(item.Variant); v != nil {
		line.Code, line.Options, line.Unit, line.Thumbnail = v.Code, v.Name(), v.Price, v.Thumbnail
	}
	if line.Thumbnail == "" {
		line.Thumbnail = p.Picture()
	}
	if item.Quantity < 1 || item.Quantity > min(left, models.MaxQuantity) {
		return line, RefusedShort
	}
	line.Total = times(line.Unit, item.Quantity)
	return line, ""
}
