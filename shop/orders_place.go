package shop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Placed is an order and the secret that opens it.
type Placed struct {
	Order  models.Order
	Secret string
}

// Link is the path under which the buyer sees his order.
func (p Placed) Link() string { return "/o/" + p.Secret }

// PlaceOrder makes an order of a cart, in one step: it looks at each line again, holds the pieces,
// takes a number and empties the cart, or does nothing of that. What is no longer as the buyer saw it
// is OrderChanged. It is public, and so it goes by limits: TooFast and TooManyOpen.
func (s *Shop) PlaceOrder(
	ctx context.Context, from Sender, asked OrderRequest,
) (Placed, dao.Receipt, error) {
	p, err := s.prepare(ctx, from, asked)
	if err != nil {
		return Placed{}, dao.Receipt{}, err
	}
	undo, err := s.orderPace.take(from)
	if err != nil {
		return s.placedBefore(ctx, p, err)
	}
	if p.seen, err = s.sightOf(ctx, asked); err != nil {
		undo()
		return s.placedBefore(ctx, p, err)
	}
	var known, placed *models.Order
	receipt, err := s.store.Update(p.from.Who.With(ctx), func(tx dao.Tx) (err error) {
		if known, err = dao.Order.Within(tx).Look(p.draft.ID); notMissing(err) != nil || known != nil {
			return err
		}
		placed, err = p.place(tx)
		return err
	})
	switch {
	case err != nil && (placed == nil || !errors.Is(err, dao.ErrUnknown)):
		undo()
		return Placed{}, dao.Receipt{}, err
	case known != nil:
		undo()
		again, err := p.again(*known)
		return again, dao.Receipt{Repeated: true}, err
	}
	return Placed{placed.Clone(), p.secret}, receipt, err
}

// placedBefore answers a request that was refused before its step: a repetition is no new order and
// goes by no limit. Whether it is one is asked only here, since an engine may have to go far for that.
func (s *Shop) placedBefore(ctx context.Context, p placing, refused error) (Placed, dao.Receipt, error) {
	known, err := dao.Order.In(s.store.Values).Get(ctx, p.draft.ID)
	if errors.Is(err, dao.ErrNotFound) {
		return Placed{}, dao.Receipt{}, refused
	} else if err != nil {
		return Placed{}, dao.Receipt{}, err
	}
	placed, err := p.again(known)
	return placed, dao.Receipt{Repeated: true}, err
}

// placing is an order that is about to be placed: all that a step may not make or ask for itself.
type placing struct {
	draft  models.Order
	asked  OrderRequest
	from   Sender
	terms  *lastTerms
	seen   sight
	sign   signer
	secret string      // opens the order
	open   []models.ID // whom limits of open orders are about
	most   int         // such orders of each; 0 for any number
}

// prepare checks what is asked for.
func (s *Shop) prepare(ctx context.Context, from Sender, asked OrderRequest) (p placing, err error) {
	if from.Who.By, err = s.by(ctx, from); err != nil {
		return placing{}, err
	}
	o := asked.draft()
	o.By = from.Who.By
	wrong := checkAsked(o)
	if o.Cart.IsZero() {
		wrong.Add("cart", models.Required, nil, "")
	}
	if err := wrong.Err(); err != nil {
		return placing{}, err
	}
	o.RequestHash = hashOf(string(o.Request()))
	switch {
	case !asked.ID.IsZero():
		o.ID = asked.ID
	case asked.Key != "":
		sum := sha256.Sum256([]byte("order\x00" + o.Cart.String() + "\x00" + asked.Key))
		o.ID = models.ID(sum[:12])
	default:
		o.ID = models.NewID(time.Now())
	}
	p = placing{draft: o, asked: asked, from: from, terms: &s.terms}
	if p.sign, err = s.signer(ctx); err != nil {
		return placing{}, err
	}
	p.draft.Network = hex.EncodeToString(p.sign("network of orders", from.Network.String())[:8])
	p.secret = p.sign.secretOf(p.draft) // here, since one step waits for another
	p.draft.LinkHash = hashOf(p.secret)
	if s.openOrders > 0 && !from.Who.SignedIn() {
		p.most, p.open = s.openOrders, p.sign.openIDs(p.draft, from)
	}
	return p, nil
}

// again answers a repetition: the same order, and the same link.
func (p placing) again(known models.Order) (Placed, error) {
	if known.RequestHash != p.draft.RequestHash {
		return Placed{}, dao.Conflict{Field: "_id", Value: known.ID.String()}
	}
	return Placed{known.Clone(), p.sign.secretOf(known)}, nil
}

// place is the step. What it returns is the store's.
func (p *placing) place(tx dao.Tx) (*models.Order, error) {
	carts := dao.Cart.Within(tx)
	cart, err := carts.Look(p.draft.Cart)
	if err != nil {
		return nil, missing("cart", p.draft.Cart, err)
	}
	o := new(p.draft.Clone())
	refused, err := linesOf(tx, cart.Products, o)
	if err != nil {
		return nil, err
	}
	changed, err := p.price(tx, o, refused)
	if err != nil {
		return nil, err
	}
	changed.Lines, err = inCart(tx, cart.Products, refused, changed.Lines)
	if err == nil && len(changed.Lines)+len(changed.Parts) > 0 {
		err = changed
	}
	if err != nil {
		return nil, err
	}
	if err := p.countOpen(tx, o.ID); err != nil {
		return nil, err
	}
	if err := p.store(tx, o); err != nil {
		return nil, err
	}
	empty := *cart
	empty.Products = nil
	return o, carts.Put(&empty)
}

// price says what the order costs, and what of that is not as the buyer saw it. refused are the lines
// of the cart that are not in it.
func (p *placing) price(
	tx dao.Tx, o *models.Order, refused []RefusedLine,
) (changed OrderChanged, err error) {
	terms, err := p.terms.now(tx)
	if err != nil {
		return changed, err
	}
	if len(o.Lines) == 0 && len(refused) == 0 {
		return changed, emptyCart()
	}
	if len(o.Lines) == 0 {
		return changed, nil
	}
	wanted := wantedOf(o)
	if err := priceOrder(terms, o, tx.Now()); err != nil {
		return changed, err
	}
	changed.Totals = o.Totals
	return changed, p.compare(terms.Settings, o, wanted, len(refused) == 0, &changed)
}

func emptyCart() error { return models.Invalid{{Field: "cart", Rule: models.NoGoods}} }

// store holds the pieces and keeps the order under the next number.
func (p *placing) store(tx dao.Tx, o *models.Order) error {
	err := eachProduct(tx, o.Lines, func(product *models.Product, i int) {
		product.Hold(o.Lines[i].Variant, o.Lines[i].Quantity)
	})
	if err != nil {
		return err
	}
	o.History = []models.Event{{At: tx.Now(), By: tx.By(), What: string(models.OrderPlaced)}}
	if o.State != models.OrderPlaced {
		o.History = append(o.History, models.Event{At: tx.Now(), What: string(o.State)})
	}
	return createNumbered(tx, o)
}
