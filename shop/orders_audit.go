package shop

import (
	"fmt"
	"math/bits"
	"slices"

	"pulperia/dao/models"
)

// rightIt is what to do about an order that says something which cannot be.
const rightIt = "compare it with an export of before, and put it right in orders.json or, on MongoDB, in its document"

// auditOrder says what is wrong within one order: what nobody can make of it by the shop's verbs. Each
// sentence names its number, the field and what to do.
func auditOrder(o *models.Order) (wrong []string) {
	say := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("order %d: ", o.Number)+fmt.Sprintf(format, args...)+": "+rightIt)
	}
	if err := o.Check(); err != nil {
		say("%v", err)
	}
	auditTotals(o, say)
	for i, line := range o.Lines {
		auditLine(fmt.Sprintf("lines[%d].", i), line, models.UnitOf(o.Currency), say)
	}
	auditLedger(o, say)
	auditHistory(o, say)
	return wrong
}

type sayWrong = func(format string, args ...any)

// auditTotals compares the sums to the lines. What the total has above these is the delivery's.
func auditTotals(o *models.Order, say sayWrong) {
	var items, tax models.Money
	for _, line := range o.Lines {
		items, tax = items.Plus(max(0, line.Total)), tax.Plus(max(0, line.Tax.Amount))
	}
	if items != o.Totals.Items || o.Totals.Items.Plus(o.Totals.Delivery) != o.Totals.Total {
		say("its lines are %s together, its delivery is %s, and its totals say %s and %s in all",
			items, o.Totals.Delivery, o.Totals.Items, o.Totals.Total)
	}
	if o.Totals.Delivery < 0 {
		say("totals.delivery is %s, which is below 0", o.Totals.Delivery)
	}
	if least, most := tax, tax.Plus(max(0, o.Totals.Delivery)); o.Totals.Tax < least || o.Totals.Tax > most {
		say("totals.tax is %s, and lines[…].tax.amount are %s together, with at most %s for the delivery",
			o.Totals.Tax, tax, most-least)
	}
}

// auditLine compares what a line costs to its pieces and its rate. A tax that is beside the price is
// in the total.
func auditLine(field string, line models.OrderLine, unit models.Money, say sayWrong) {
	pieces := times(line.Unit, max(0, line.Quantity))
	if line.Total != pieces && line.Total != pieces.Plus(max(0, line.Tax.Amount)) {
		say("%stotal is %s, and %d pieces at %sunit, which is %s, are %s", field, line.Total, line.Quantity, field, line.Unit, pieces)
	}
	before, whole := line.Total, uint64(models.MaxPoints)
	if line.Total == pieces {
		whole += uint64(max(0, line.Tax.Rate)) // it is within the price
	} else {
		before = pieces
	}
	high, low := bits.Mul64(uint64(max(0, before)/unit), uint64(max(0, line.Tax.Rate)))
	least, _ := bits.Div64(high%whole, low, whole)
	if want := models.Money(least) * unit; line.Tax.Amount < want || line.Tax.Amount > want+unit {
		say("%stax.amount is %s, and %stax.rate, which is %d hundredths of a percent, makes it %s",
			field, line.Tax.Amount, field, line.Tax.Rate, want)
	}
}

// auditLedger compares what has come and gone to what the order costs, and to what came back of it.
func auditLedger(o *models.Order, say sayWrong) {
	paid, _ := o.Sums()
	if paid > o.Totals.Total {
		say("ledger: %s are noted as paid, and totals.total is %s", paid, o.Totals.Total)
	}
	returned := false
	for i, fact := range o.Ledger {
		isMoney := fact.Kind == models.FactPaid || fact.Kind == models.FactRefunded
		returned = returned || fact.Kind == models.FactRefunded
		if fact.Kind == models.FactPaid && fact.Amount == 0 || !isMoney && fact.Amount != 0 {
			say("ledger[%d].amount is %s, which no fact of the kind %q has", i, fact.Amount, fact.Kind)
		}
	}
	for i, line := range o.Lines {
		if line.Refunded > 0 && !returned {
			say("lines[%d].refunded is %d, and no fact of its ledger is a refund", i, line.Refunded)
		}
		if line.Restocked > 0 && !o.State.HandedOver() {
			say("lines[%d].restocked is %d, and its state is %s: nothing has left the shop that could come back", i, line.Restocked, o.State)
		}
	}
}

// follows are the states that an order can go on to.
var follows = map[models.OrderState][]models.OrderState{
	"":                   {models.OrderPlaced},
	models.OrderPlaced:   {models.OrderAccepted, models.OrderCancelled, models.OrderExpired},
	models.OrderAccepted: {models.OrderReady, models.OrderSent, models.OrderCancelled},
	models.OrderReady:    {models.OrderDone, models.OrderCancelled},
	models.OrderSent:     {models.OrderDone},
}

// auditHistory goes through the states.
func auditHistory(o *models.Order, say sayWrong) {
	var state models.OrderState
	for i, event := range o.History {
		to := models.OrderState(event.What)
		if !slices.Contains(models.OrderStates(), to) {
			continue // it is of something else
		}
		if !slices.Contains(follows[state], to) {
			say("history[%d].what is %s, which does not follow on %q", i, to, state)
		}
		state = to
	}
	switch {
	case state == "":
		say("history is empty, and it begins with %q in each order", models.OrderPlaced)
	case state != o.State:
		say("state is %s, and by its history it is %s", o.State, state)
	}
}

// isOwed says whether an order was handed over and not all of its money is noted. That can be, and is
// what is left of one whose ledger was lost.
func isOwed(o *models.Order) bool { return o.State == models.OrderDone && o.Due() > 0 }
