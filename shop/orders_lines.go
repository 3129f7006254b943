package shop

import (
	"context"
	"encoding/json"
	"errors"
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
	Totals models.Totals // of what can be ordered, as it costs now
}

// Error says how many lines.
func (c OrderChanged) Error() string {
	return fmt.Sprintf("%d lines of the cart are no longer as they were", len(c.Lines))
}

// Unwrap returns dao.ErrConflict.
func (OrderChanged) Unwrap() error { return dao.ErrConflict }

// linesOf makes lines of what is in a cart, and names those that cannot be ordered. seen is what the
// buyer saw of prices.
func linesOf(
	tx dao.Tx, items []models.Item, o *models.Order, seen map[models.Choice]models.Money,
) (refused []RefusedLine, err error) {
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
		if before, is := seen[item.Choice()]; is && reason == "" && before != line.Unit {
			reason = RefusedPrice
		}
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

// feedReach is how far back the feed is looked at for prices that a buyer saw.
const feedReach = 10_000

// pricesAt returns what the choices of a cart cost at the position that a buyer saw, where that can
// have been another price: of products that have changed since. What the feed does not reach back to
// is not among them, and nothing is where he says what total he saw.
func (s *Shop) pricesAt(
	ctx context.Context, asked OrderRequest,
) (map[models.Choice]models.Money, error) {
	if asked.Seen != nil || asked.SeenAt.Epoch == "" {
		return nil, nil
	}
	cart, err := s.store.Carts.Get(ctx, asked.Cart)
	if err != nil {
		return nil, missing("cart", asked.Cart, err)
	}
	changed, err := s.changedSince(ctx, asked.SeenAt, cart)
	if err != nil || len(changed) == 0 {
		return nil, err
	}
	before := map[models.ID]models.Product{}
	from := asked.SeenAt
	for reach := int64(feedReach); reach > 0; reach /= 4 {
		from.Offset = max(0, asked.SeenAt.Offset-reach)
		err = s.eachChange(ctx, from, func(c dao.Change) bool {
			if c.Offset > asked.SeenAt.Offset {
				return false
			}
			var p models.Product
			if changed[c.ID] && c.Kind == dao.KindProduct && json.Unmarshal(c.Doc, &p) == nil {
				before[c.ID] = p
			}
			return true
		})
		if !errors.Is(err, dao.ErrGone) {
			break
		}
	}
	prices := map[models.Choice]models.Money{}
	for _, item := range cart.Products {
		p, is := before[item.Product]
		if !is {
			continue
		}
		line, _ := lineOf(&p, item)
		prices[item.Choice()] = line.Unit
	}
	return prices, notGone(err)
}

// changedSince returns which products of a cart have changed since a position.
func (s *Shop) changedSince(
	ctx context.Context, at dao.Position, cart models.Cart,
) (map[models.ID]bool, error) {
	in, changed := map[models.ID]bool{}, map[models.ID]bool{}
	for _, item := range cart.Products {
		in[item.Product] = true
	}
	err := s.eachChange(ctx, at, func(c dao.Change) bool {
		if c.Kind == dao.KindProduct && in[c.ID] {
			changed[c.ID] = true
		}
		return true
	})
	return changed, notGone(err)
}

// eachChange visits the changes after a position until visit says that it has seen enough.
func (s *Shop) eachChange(ctx context.Context, at dao.Position, visit func(dao.Change) bool) error {
	for {
		changes, err := s.Feed.Since(ctx, at, maxBehind)
		if err != nil || len(changes) == 0 {
			return err
		}
		for _, c := range changes {
			if !visit(c) {
				return nil
			}
			at.Offset = c.Offset
		}
	}
}

// notGone lets go of dao.ErrGone: what the feed does not tell is not known.
func notGone(err error) error {
	if errors.Is(err, dao.ErrGone) {
		return nil
	}
	return err
}
