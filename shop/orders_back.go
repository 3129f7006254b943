package shop

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// feedReach is how far back the feed is looked at for what a buyer saw.
const feedReach = 10_000

// lookBack notes what the products of a cart and the settings were at a position, where they have
// changed since. What the feed does not reach back to is not known.
func (s *Shop) lookBack(ctx context.Context, at dao.Position, cart models.Cart, seen *sight) error {
	since, err := s.changedSince(ctx, at, cart)
	if err != nil {
		return notGone(err)
	}
	if since[models.TheOne] == 0 && seen.currency == nil {
		currency, err := s.currency(ctx)
		if seen.currency = &currency; err != nil {
			return err
		}
	}
	if len(since) == 0 {
		return nil
	}
	products := map[models.ID]models.Product{}
	if since[models.TheOne] == 1 { // nobody had said anything yet
		seen.settings = &models.Settings{}
	}
	from := at
	for reach := int64(feedReach); reach > 0; reach /= 4 {
		from.Offset = max(0, at.Offset-reach)
		err = s.eachChange(ctx, from, func(c dao.Change) bool {
			if c.Offset > at.Offset {
				return false
			}
			var p models.Product
			var settings models.Settings
			switch {
			case since[c.ID] == 0 || c.Doc == nil:
			case c.Kind == dao.KindProduct && json.Unmarshal(c.Doc, &p) == nil:
				products[c.ID] = p
			case c.Kind == dao.KindSettings && json.Unmarshal(c.Doc, &settings) == nil:
				seen.settings = &settings
			}
			return true
		})
		if !errors.Is(err, dao.ErrGone) {
			break
		}
	}
	seen.lines = map[models.Choice]Wanted{}
	for _, item := range cart.Products {
		if p, is := products[item.Product]; is {
			line, _ := lineOf(&p, item)
			seen.lines[item.Choice()] = Wanted{Unit: line.Unit, Tax: line.Tax.Name}
		}
	}
	if seen.currency == nil && seen.settings != nil {
		seen.currency = &seen.settings.Currency
	}
	return notGone(err)
}

// changedSince returns which products of a cart have changed since a position, and whether the
// settings have: of each the revision that the first of these changes has made.
func (s *Shop) changedSince(
	ctx context.Context, at dao.Position, cart models.Cart,
) (map[models.ID]int64, error) {
	in, changed := map[models.ID]bool{}, map[models.ID]int64{}
	for _, item := range cart.Products {
		in[item.Product] = true
	}
	err := s.eachChange(ctx, at, func(c dao.Change) bool {
		if c.Kind == dao.KindProduct && in[c.ID] || c.Kind == dao.KindSettings {
			changed[c.ID] = cmp.Or(changed[c.ID], c.Rev)
		}
		return true
	})
	return changed, err
}

// unsureFor is how near to each other two times say nothing of what came first: of a value that is
// changed again within a millisecond it goes ahead, and two processes may have two clocks.
const unsureFor = time.Minute

// currencySince returns the currency that the shop had when a cart became what it is, which the feed
// tells by the order of changes.
func (s *Shop) currencySince(ctx context.Context, cart models.Cart) (*string, error) {
	now, err := s.Settings(ctx)
	if err != nil || now.UpdatedAt.Std().Add(unsureFor).Before(cart.UpdatedAt.Std()) {
		return &now.Currency, err
	}
	head, err := s.Feed.Head(ctx)
	if err != nil {
		return nil, err
	}
	var then, first *string // at the cart's last change, and at the beginning of what is told
	var last *string
	from := head
	for reach := int64(feedReach); reach > 0; reach /= 4 {
		from.Offset = max(0, head.Offset-reach)
		err = s.eachChange(ctx, from, func(c dao.Change) bool {
			var settings models.Settings
			switch {
			case c.Kind == dao.KindCart && c.ID == cart.ID:
				then, first = last, nil
			case c.Kind == dao.KindSettings && json.Unmarshal(c.Doc, &settings) == nil:
				if last = &settings.Currency; first == nil && c.Rev == 1 {
					first = new(string) // nobody had named one yet
				} else if first == nil {
					first = last
				}
			}
			return true
		})
		if !errors.Is(err, dao.ErrGone) {
			break
		}
	}
	return cmp.Or(then, first, &now.Currency), notGone(err)
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
