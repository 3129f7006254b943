package shop

import (
	"context"
	"errors"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Money is what comes or goes. Facts have ids, so that one that is told twice is one.
type Money struct {
	Fact      string // its id: given by whoever may tell it again; "" for a new one
	Amount    *models.Money
	Reference string
}

func (m Money) fact(kind models.FactKind) (models.Fact, error) {
	fact := models.Fact{ID: m.Fact, Kind: kind, Reference: models.NormalText(m.Reference)}
	if fact.ID == "" {
		fact.ID = models.NewID(time.Now()).String()
	}
	var wrong models.Invalid
	wrong.CheckReference("reference", fact.Reference)
	return fact, wrong.Err()
}

// ClaimOrder notes that the buyer, who has the secret, says that he has paid, and keeps his receipt.
// The order does not end by itself from then on.
func (s *Shop) ClaimOrder(
	ctx context.Context, who Who, secret string, claim Claim,
) (models.Order, dao.Receipt, error) {
	fact, err := claim.fact(models.FactClaimed)
	if err != nil {
		return models.Order{}, dao.Receipt{}, err
	}
	var receipt models.Receipt
	if claim.Receipt != nil { // which takes work: not of who has no order, or one that takes none
		order, err := s.OwnOrder(ctx, secret)
		if err == nil {
			err = mayClaim(&order)
		}
		if err == nil {
			receipt, err = s.takeReceipt(ctx, &order, claim.Receipt)
		}
		if err != nil {
			return models.Order{}, dao.Receipt{}, err
		}
	}
	changed, done, err := s.changeOwnOrder(ctx, who, secret, func(tx dao.Tx, o *models.Order) error {
		if known, err := knows(o, fact, nil); known {
			return err
		}
		was := len(o.Receipts)
		if !receipt.ID.IsZero() {
			if err := addReceipt(tx, o, receipt); err != nil {
				return err
			}
		}
		if o.PaymentState() == models.PaymentClaimed && len(o.Receipts) == was {
			last := o.Ledger[len(o.Ledger)-1]
			if last.Kind == models.FactClaimed && (fact.Reference == "" || last.Reference == fact.Reference) {
				return nil
			}
		}
		if err := mayClaim(o); err != nil {
			return err
		}
		addFact(tx, o, fact)
		return nil
	})
	took := slices.ContainsFunc(changed.Receipts, func(r models.Receipt) bool { return r.ID == receipt.ID })
	if receipt.SHA256 != "" && !took && !errors.Is(err, dao.ErrUnknown) {
		s.dropReceipt(ctx, receipt)
	}
	return changed, done, err
}

// mayClaim refuses a claim where no money is awaited, or it was said too often.
func mayClaim(o *models.Order) error {
	claims := 0
	for _, one := range o.Ledger {
		if one.Kind == models.FactClaimed {
			claims++
		}
	}
	isAwaited := slices.Contains([]models.PaymentState{models.PaymentWaiting, models.PaymentFailed, models.PaymentClaimed}, o.PaymentState())
	if !isAwaited || !o.State.Holds() || claims >= maxClaims {
		return notAllowed(o)
	}
	return nil
}

// maxClaims is how often a buyer can say so.
const maxClaims = 20

// OrderPaid notes that money has come: orders.write. Without an amount all that was due has; more
// than that is refused, and so is any where nothing is due. Money may come for an order that has ended.
func (s *Shop) OrderPaid(
	ctx context.Context, who Who, id models.ID, paid Money,
) (models.Order, dao.Receipt, error) {
	fact, err := paid.fact(models.FactPaid)
	if err != nil {
		return models.Order{}, dao.Receipt{}, err
	}
	return s.changeOrder(ctx, by(who, OrdersWrite), id, func(tx dao.Tx, o *models.Order) error {
		if fact.Amount = o.Due(); paid.Amount != nil {
			fact.Amount = *paid.Amount
		}
		if known, err := knows(o, fact, paid.Amount); known {
			return err
		}
		switch due := o.Due(); {
		case due == 0: // it is another payment, and not the first one told again
			return notAllowed(o)
		case fact.Amount < 1:
			return tooLittle(o.Currency, fact.Amount)
		case fact.Amount > due:
			return models.Invalid{{Field: "amount", Rule: models.TooLarge, Limit: due.String(), Got: fact.Amount.String()}}
		}
		if err := checkAmount(o, paid.Amount); err != nil {
			return err
		}
		addFact(tx, o, fact)
		return nil
	})
}

// tooLittle refuses an amount of nothing, or less.
func tooLittle(currency string, amount models.Money) error {
	return models.Invalid{{Field: "amount", Rule: models.TooSmall, Limit: models.UnitOf(currency).String(), Got: amount.String()}}
}

// checkAmount refuses an amount that is not in whole units of the order's currency; nil says none.
func checkAmount(o *models.Order, amount *models.Money) error {
	var wrong models.Invalid
	if amount != nil {
		wrong.CheckUnit("amount", *amount, o.Currency)
	}
	return wrong.Err()
}

// OrderFailed notes that a payment did not come about, or that one was claimed and has not come:
// orders.write. It ends nothing; the order waits for its money as before.
func (s *Shop) OrderFailed(
	ctx context.Context, who Who, id models.ID, failed Money,
) (models.Order, dao.Receipt, error) {
	fact, err := failed.fact(models.FactFailed)
	if err != nil {
		return models.Order{}, dao.Receipt{}, err
	}
	return s.changeOrder(ctx, by(who, OrdersWrite), id, func(tx dao.Tx, o *models.Order) error {
		if known, err := knows(o, fact, nil); known {
			return err
		}
		switch o.PaymentState() {
		case models.PaymentFailed:
			return nil
		case models.PaymentWaiting, models.PaymentClaimed:
			addFact(tx, o, fact)
			return nil
		}
		return notAllowed(o)
	})
}

// knows says whether an order has a fact already; another one under its id is a conflict. amount is
// what was said of it; nil where that is left to the order.
func knows(o *models.Order, fact models.Fact, amount *models.Money) (bool, error) {
	i := slices.IndexFunc(o.Ledger, func(known models.Fact) bool { return known.ID == fact.ID })
	if i < 0 {
		return false, nil
	}
	known := o.Ledger[i]
	if known.Kind != fact.Kind || known.Reference != fact.Reference || amount != nil && known.Amount != *amount {
		return true, dao.Conflict{Field: "_id", Value: fact.ID}
	}
	return true, nil
}

// addFact puts a fact into the ledger.
func addFact(tx dao.Tx, o *models.Order, fact models.Fact) {
	fact.At, fact.By = tx.Now(), tx.By()
	o.Ledger = append(o.Ledger, fact)
}
