package shop

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Refund is what goes back to the buyer: an amount, or some of the lines.
type Refund struct {
	Money
	Lines   []RefundLine
	Restock bool // of lines: the pieces can be sold again
}

// RefundLine is so many of a line.
type RefundLine struct {
	Line     int // of the order, from 0
	Quantity int64
}

// RefundOrder notes that money has gone back: orders.refund. No more can than has come. Pieces that
// were handed over and have come back can be sold again, line by line as the merchant says; what the
// catalogue has no longer is named in the history.
func (s *Shop) RefundOrder(
	ctx context.Context, who Who, id models.ID, refund Refund,
) (models.Order, dao.Receipt, error) {
	if refund.Amount == nil && len(refund.Lines) == 0 {
		return models.Order{}, dao.Receipt{}, models.Invalid{{Field: "amount", Rule: models.Required}}
	}
	fact, err := refund.fact(models.FactRefunded)
	if err != nil {
		return models.Order{}, dao.Receipt{}, err
	}
	return s.changeOrder(ctx, by(who, OrdersRefund), id, func(tx dao.Tx, o *models.Order) error {
		if known, err := knows(o, fact, refund.Amount); known {
			return err
		}
		if refund.Amount != nil && len(refund.Lines) > 0 {
			return models.Invalid{{Field: "amount", Rule: models.OneOnly, Limit: "lines"}}
		}
		amount, err := refund.take(o)
		if err != nil {
			return err
		}
		if refund.Restock {
			if err := refund.unstock(tx, o); err != nil {
				return err
			}
		}
		fact.Amount = amount
		if left := o.Refundable(); fact.Amount > left {
			return models.Invalid{{Field: "amount", Rule: models.TooLarge, Limit: left.String(), Got: fact.Amount.String()}}
		}
		addFact(tx, o, fact)
		return nil
	})
}

// take notes of the lines what comes back, and returns how much was paid for it, or the amount that is
// said instead.
func (r Refund) take(o *models.Order) (amount models.Money, err error) {
	if r.Amount != nil && *r.Amount < 1 {
		return 0, tooLittle(o.Currency, *r.Amount)
	}
	if err := checkAmount(o, r.Amount); err != nil {
		return 0, err
	}
	var v models.Invalid
	for i, one := range r.Lines {
		field := "lines[" + strconv.Itoa(i) + "]."
		if one.Line < 0 || one.Line >= len(o.Lines) {
			v.Add(field+"line", models.TooLarge, len(o.Lines)-1, strconv.Itoa(one.Line))
			continue
		}
		line := &o.Lines[one.Line]
		if left := line.Quantity - line.Refunded; one.Quantity < 1 || one.Quantity > left {
			v.Add(field+"quantity", models.TooLarge, left, strconv.FormatInt(one.Quantity, 10))
			continue
		}
		// As a difference of two parts of the line, so that all of its parts are the line's total.
		unit := models.UnitOf(o.Currency)
		amount += part(line.Total, line.Refunded+one.Quantity, line.Quantity, unit) - part(line.Total, line.Refunded, line.Quantity, unit)
		line.Refunded += one.Quantity
		if r.Restock {
			line.Restocked += one.Quantity
		}
	}
	if err := v.Err(); err != nil {
		return 0, err
	}
	if r.Restock && !o.State.HandedOver() {
		return 0, notAllowed(o) // they are still here, or have come back when it ended
	}
	if r.Amount != nil {
		amount = *r.Amount
	}
	return amount, nil
}

// unstock takes back of the lines what cannot be sold again, since its product or variant is gone, and
// names it in the history: the money goes back all the same.
func (r Refund) unstock(tx dao.Tx, o *models.Order) error {
	var names []string
	for _, one := range r.Lines {
		line := &o.Lines[one.Line]
		p, err := dao.Product.Within(tx).Get(line.Product)
		if notMissing(err) != nil {
			return err
		}
		if err == nil && p.Has(line.Variant) {
			continue
		}
		line.Restocked -= one.Quantity
		names = append(names, fmt.Sprintf("%d × %s", one.Quantity, strings.TrimSpace(line.Code+" "+line.Title+" "+line.Options)))
	}
	if len(names) > 0 {
		note := []rune(strings.Join(names, "; "))
		o.History = append(o.History, models.Event{
			At: tx.Now(), By: tx.By(), What: models.EventNotRestocked, Note: string(note[:min(len(note), models.MaxOrderNote)]),
		})
	}
	return nil
}

// part is n of all parts of an amount, rounded down to whole units; all of them are the amount.
func part(amount models.Money, n, all int64, unit models.Money) models.Money {
	if n == all {
		return amount
	}
	units := int64(amount / unit)
	whole, rest := units/all, units%all // the rest is below a million, as is n
	return models.Money(whole*n+rest*n/all) * unit
}
