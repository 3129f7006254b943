package shop

import (
	"context"
	"fmt"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Orders. Each transition is one verb here or beside, and one step: it looks at the order as it is
// then, changes it, moves the pieces between what can be bought and what is held, and notes who did
// it. One that is not allowed is [NotAllowed]; one that is done already changes nothing.
//
// orders_place.go places, orders_number.go numbers, orders_lines.go makes lines of a cart,
// orders_price.go says what they cost, orders_seen.go whether the buyer saw that, orders_back.go what
// he saw, orders_money.go keeps the ledger, orders_refund.go gives back,
// orders_link.go opens an order to its buyer, orders_limits.go bounds what is public, orders_sweep.go
// ends what nobody pays, orders_read.go reads, orders_check.go proves.

// NotAllowed refuses what cannot be done with an order as it is. It is dao.ErrConflict.
type NotAllowed struct {
	State   models.OrderState
	Payment models.PaymentState
}

// Error names the states.
func (n NotAllowed) Error() string {
	return fmt.Sprintf("the order is %s, its payment %s", n.State, n.Payment)
}

// Unwrap returns dao.ErrConflict.
func (NotAllowed) Unwrap() error { return dao.ErrConflict }

func notAllowed(o *models.Order) error { return NotAllowed{o.State, o.PaymentState()} }

// AcceptOrder has the shop take an order on: orders.write.
func (s *Shop) AcceptOrder(ctx context.Context, who Who, id models.ID) (models.Order, dao.Receipt, error) {
	return s.changeOrder(ctx, by(who, OrdersWrite), id, func(_ dao.Tx, o *models.Order) error {
		return advance(o, models.OrderAccepted, models.OrderPlaced)
	})
}

// ReadyOrder says that an order can be picked up: orders.write.
func (s *Shop) ReadyOrder(ctx context.Context, who Who, id models.ID) (models.Order, dao.Receipt, error) {
	return s.changeOrder(ctx, by(who, OrdersWrite), id, func(_ dao.Tx, o *models.Order) error {
		if !o.Delivery.Pickup {
			return notAllowed(o)
		}
		return advance(o, models.OrderReady, models.OrderAccepted)
	})
}

// SendOrder says that an order is on its way: orders.write. Its pieces have left the shop.
func (s *Shop) SendOrder(ctx context.Context, who Who, id models.ID) (models.Order, dao.Receipt, error) {
	return s.changeOrder(ctx, by(who, OrdersWrite), id, func(_ dao.Tx, o *models.Order) error {
		if o.Delivery.Pickup {
			return notAllowed(o)
		}
		return advance(o, models.OrderSent, models.OrderAccepted)
	})
}

// FinishOrder says that the buyer has what he bought: orders.write.
func (s *Shop) FinishOrder(ctx context.Context, who Who, id models.ID) (models.Order, dao.Receipt, error) {
	return s.changeOrder(ctx, by(who, OrdersWrite), id, func(_ dao.Tx, o *models.Order) error {
		return advance(o, models.OrderDone, models.OrderReady, models.OrderSent)
	})
}

// CancelOrder ends an order that was not handed over: orders.write. Its pieces can be bought again;
// what was paid is given back by RefundOrder.
func (s *Shop) CancelOrder(
	ctx context.Context, who Who, id models.ID, reason string,
) (models.Order, dao.Receipt, error) {
	note, err := orderNote("reason", reason)
	if err != nil {
		return models.Order{}, dao.Receipt{}, err
	}
	change := by(who, OrdersWrite)
	change.note = note
	return s.changeOrder(ctx, change, id, func(_ dao.Tx, o *models.Order) error {
		return advance(o, models.OrderCancelled, models.OrderPlaced, models.OrderAccepted, models.OrderReady)
	})
}

// CancelOwnOrder is CancelOrder by the buyer, who has the secret: as long as the shop has not taken
// the order on and no money has come.
func (s *Shop) CancelOwnOrder(
	ctx context.Context, who Who, secret string,
) (models.Order, dao.Receipt, error) {
	return s.changeOwnOrder(ctx, who, secret, func(_ dao.Tx, o *models.Order) error {
		if paid, _ := o.Sums(); paid > 0 && o.State == models.OrderPlaced {
			return notAllowed(o)
		}
		return advance(o, models.OrderCancelled, models.OrderPlaced)
	})
}

// advance has an order go on to a state from one of some others. Where it is there already nothing
// changes.
func advance(o *models.Order, to models.OrderState, from ...models.OrderState) error {
	if o.State == to {
		return nil
	}
	for _, state := range from {
		if o.State == state {
			o.State = to
			return nil
		}
	}
	return notAllowed(o)
}

// orderChange is who changes an order, and what he must be able to.
type orderChange struct {
	who   Who
	right Right
	note  string // for the history
	quiet bool   // no line of the history
}

func by(who Who, right Right) orderChange { return orderChange{who: who, right: right} }

// byItself is a change by the shop.
var byItself = orderChange{}

// changeOrder changes an order in one step. alter may run more than once.
func (s *Shop) changeOrder(
	ctx context.Context, c orderChange, id models.ID, alter func(dao.Tx, *models.Order) error,
) (changed models.Order, receipt dao.Receipt, err error) {
	if c.right != "" {
		if err := c.who.Must(c.right); err != nil {
			return models.Order{}, dao.Receipt{}, err
		}
	}
	receipt, err = s.store.Update(c.who.With(ctx), func(tx dao.Tx) error {
		if c.right != "" {
			if _, err := still(tx, c.who, c.right); err != nil {
				return err
			}
		}
		changed, err = c.apply(tx, id, alter)
		return err
	})
	if err != nil {
		return models.Order{}, dao.Receipt{}, missing("order", id, err)
	}
	return changed, receipt, nil
}

// apply changes an order within a step.
func (c orderChange) apply(
	tx dao.Tx, id models.ID, alter func(dao.Tx, *models.Order) error,
) (models.Order, error) {
	orders := dao.Order.Within(tx)
	was, err := orders.Get(id)
	if err != nil {
		return models.Order{}, err
	}
	now := was.Clone()
	if err := alter(tx, &now); err != nil || now.Same(was) {
		return was, err
	}
	if now.State != was.State && !c.quiet {
		now.History = append(now.History, models.Event{
			At: tx.Now(), By: tx.By(), What: string(now.State), Note: c.note,
		})
	}
	if err := movePieces(tx, was, now); err != nil {
		return models.Order{}, err
	}
	return orders.Update(id, func(o *models.Order) error { *o = now; return nil })
}

// movePieces has the catalogue follow a change of an order: what is no longer held has left the
// shop, or can be bought again; so can what has come back. What is gone from the catalogue has no
// figures to follow.
func movePieces(tx dao.Tx, was, now models.Order) error {
	return eachProduct(tx, now.Lines, func(p *models.Product, i int) {
		line := now.Lines[i]
		switch released := was.State.Holds() && !now.State.Holds(); {
		case released && now.State.HandedOver():
			p.LetGo(line.Variant, line.Quantity)
		case released:
			p.Hold(line.Variant, -line.Quantity)
		}
		if n := line.Restocked - was.Lines[i].Restocked; n > 0 {
			p.Restock(line.Variant, n)
		}
	})
}

// eachProduct changes the products of lines, each once; change is asked about each of its lines.
// Those that are gone from the catalogue are left out.
func eachProduct(tx dao.Tx, lines []models.OrderLine, change func(p *models.Product, line int)) error {
	var ids []models.ID
	of := map[models.ID][]int{}
	for i, line := range lines {
		if of[line.Product] == nil {
			ids = append(ids, line.Product)
		}
		of[line.Product] = append(of[line.Product], i)
	}
	dao.Ask(tx, dao.Product.Schema, ids...)
	products := dao.Product.Within(tx)
	for _, id := range ids {
		was, err := products.Look(id)
		if err == nil {
			now := was.Clone()
			for _, i := range of[id] {
				change(&now, i)
			}
			err = products.Put(&now)
		}
		if notMissing(err) != nil {
			return fmt.Errorf("product %s: %w", id, err)
		}
	}
	return nil
}

// NoteOrder keeps what the staff notes of an order for themselves: orders.write. Where it is said what
// the note was, another one than that is not written over.
func (s *Shop) NoteOrder(
	ctx context.Context, who Who, id models.ID, note string, was *string,
) (models.Order, dao.Receipt, error) {
	note, err := orderNote("note", note)
	if err != nil {
		return models.Order{}, dao.Receipt{}, err
	}
	return s.changeOrder(ctx, by(who, OrdersWrite), id, func(_ dao.Tx, o *models.Order) error {
		if was != nil && o.PrivateNote != models.NormalText(*was) && o.PrivateNote != note {
			return models.Invalid{{Field: "note", Rule: models.Changed}}
		}
		o.PrivateNote = note
		return nil
	})
}

// orderNote checks a text that goes into an order.
func orderNote(field, text string) (string, error) {
	o := models.Order{PrivateNote: text}
	o.Normalize()
	wrong := o.CheckAsked()
	wrong.CheckHidden("privateNote", text)
	for _, problem := range wrong {
		if problem.Field == "privateNote" {
			problem.Field = field
			return "", models.Invalid{problem}
		}
	}
	return o.PrivateNote, nil
}

func numberText(n int64) string { return strconv.FormatInt(n, 10) }
