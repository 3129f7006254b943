package shop

import (
	"cmp"
	"context"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The parts of a sum that can be others than the buyer saw, beside its lines.
const (
	PartCurrency = "currency"
	PartDelivery = "delivery" // what it costs without tax that is added
	PartTax      = "tax"      // what is added to the prices
	PartTotal    = "total"    // where nothing tells which part it is
)

// ChangedPart is a part of a sum that is not as the buyer saw it.
type ChangedPart struct {
	Field        string
	Was, Now     models.Money // but of a currency
	WasIn, NowIn string       // of a currency: the codes
}

// sight is what a buyer saw, as far as it is known.
type sight struct {
	lines    map[models.Choice]Wanted // of products that have changed since, without quantities
	settings *models.Settings         // of then, where they are known to have been others
	currency *string
}

// sightOf finds out what a buyer saw. The feed tells of the position at which he looked. Of who names
// a total alone it is known that he has seen it after the cart became what it is, or sees it still.
func (s *Shop) sightOf(ctx context.Context, asked OrderRequest) (seen sight, err error) {
	seen.currency = asked.SeenIn
	if asked.SeenAt.Epoch == "" && (asked.Seen == nil || asked.SeenIn != nil) {
		return seen, nil
	}
	cart, err := s.store.Carts.Get(ctx, asked.Cart)
	if err != nil {
		return seen, missing("cart", asked.Cart, err)
	}
	if asked.SeenAt.Epoch != "" {
		if err := s.lookBack(ctx, asked.SeenAt, cart, &seen); err != nil {
			return seen, err
		}
	}
	if seen.currency == nil {
		seen.currency, err = s.currencySince(ctx, cart)
	}
	return seen, err
}

// compare notes what an order costs other than its buyer saw. A total that he names counts before
// what stood at a position, which then says what has changed. whole: all of the cart is in the order.
func (p *placing) compare(
	now models.Settings, o *models.Order, wanted []Wanted, whole bool, changed *OrderChanged,
) error {
	seen, total := p.seen, o.Totals.Total
	if seen.currency != nil && *seen.currency != now.Currency { // then no amount is another one's
		changed.Parts = []ChangedPart{{Field: PartCurrency, WasIn: *seen.currency, NowIn: now.Currency}}
		return nil
	}
	if p.asked.Seen != nil && *p.asked.Seen == total {
		return nil
	}
	unit := models.UnitOf(now.Currency)
	for i, line := range o.Lines {
		if before, is := seen.lines[line.Choice()]; is && before.Unit.Rounded(unit) != line.Unit {
			changed.Lines = append(changed.Lines, RefusedLine{
				Line: i, Product: line.Product, Variant: line.Variant, Reason: RefusedPrice, Price: line.Unit,
			})
		}
	}
	if err := p.compareParts(now, o, wanted, changed); err != nil {
		return err
	}
	if p.asked.Seen != nil && whole && len(changed.Lines)+len(changed.Parts) == 0 {
		changed.Parts = []ChangedPart{{Field: PartTotal, Was: *p.asked.Seen, Now: total}}
	}
	return nil
}

// compareParts notes whether the delivery or the taxes are others than at the position at which the
// buyer looked.
func (p *placing) compareParts(
	now models.Settings, o *models.Order, wanted []Wanted, changed *OrderChanged,
) error {
	if p.seen.lines == nil && p.seen.settings == nil {
		return nil
	}
	then := now
	if p.seen.settings != nil {
		then = *p.seen.settings
	}
	before, taxed := slices.Clone(wanted), slices.Clone(wanted)
	for i, line := range o.Lines {
		if was, is := p.seen.lines[line.Choice()]; is {
			before[i].Unit, before[i].Tax, taxed[i].Tax = was.Unit, was.Tax, was.Tax
		}
	}
	rules := now // with the taxes of then, to tell these from the prices that they are added to
	rules.Taxes, rules.TaxAdded = then.Taxes, then.TaxAdded
	was, err1 := sumFor(then, o, before)
	is, err2 := sumFor(now, o, wanted)
	ruled, err3 := sumFor(rules, o, taxed)
	if err := cmp.Or(err2, err3); err != nil {
		return err
	}
	if err1 != nil { // there was no such way, or it came to too much: he cannot have seen it
		return nil
	}
	if was.Delivery.Unit != is.Delivery.Unit {
		changed.Parts = append(changed.Parts, ChangedPart{Field: PartDelivery, Was: was.Delivery.Unit, Now: is.Delivery.Unit})
	}
	if ruled.Total != is.Total {
		changed.Parts = append(changed.Parts, ChangedPart{Field: PartTax, Was: was.Added, Now: is.Added})
	}
	return nil
}

// sumFor prices lines as an order that goes where another one goes.
func sumFor(settings models.Settings, o *models.Order, wanted []Wanted) (Sums, error) {
	to := o.Delivery.Address
	delivery, err := DeliveryOf(settings, o.Delivery.Way, Address{Country: to.Country, Province: to.Province, Postcode: to.Postcode})
	if err != nil {
		return Sums{}, err
	}
	return Price(settings, wanted, &delivery)
}

// inCart numbers the lines of an order that have changed as the cart does, and puts them among those
// that are not in the order.
func inCart(tx dao.Tx, items []models.Item, refused, changed []RefusedLine) ([]RefusedLine, error) {
	if len(changed) == 0 {
		return refused, nil
	}
	whole := models.Cart{Products: slices.Clone(items)}
	whole.Normalize()
	for _, line := range changed {
		of := models.Choice{Product: line.Product, Variant: line.Variant}
		p, err := dao.Product.Within(tx).Look(line.Product)
		if err != nil {
			return nil, err
		}
		line.Available = leftOf(p, line.Variant)
		line.Line = slices.IndexFunc(whole.Products, func(item models.Item) bool { return item.Choice() == of })
		refused = append(refused, line)
	}
	slices.SortFunc(refused, func(a, b RefusedLine) int { return cmp.Compare(a.Line, b.Line) })
	return refused, nil
}
