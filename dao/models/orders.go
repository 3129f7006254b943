package models

import "slices"

// OrderState is how far an order has come.
type OrderState string

// The states. See the picture in docs/architecture.md.
const (
	OrderPlaced    OrderState = "placed"
	OrderAccepted  OrderState = "accepted"
	OrderReady     OrderState = "ready" // to be picked up
	OrderSent      OrderState = "sent"
	OrderDone      OrderState = "done" // handed over
	OrderCancelled OrderState = "cancelled"
	OrderExpired   OrderState = "expired"
)

// OrderStates are all that there are, in the order in which one goes through them.
func OrderStates() []OrderState {
	return []OrderState{
		OrderPlaced, OrderAccepted, OrderReady, OrderSent, OrderDone, OrderCancelled, OrderExpired,
	}
}

// Holds says whether an order in the state keeps its pieces from being sold to others.
func (s OrderState) Holds() bool {
	return s == OrderPlaced || s == OrderAccepted || s == OrderReady
}

// HandedOver says whether the pieces have left the shop.
func (s OrderState) HandedOver() bool { return s == OrderSent || s == OrderDone }

// IsOff says whether an order ended before its pieces left the shop.
func (s OrderState) IsOff() bool { return s == OrderCancelled || s == OrderExpired }

// Order is what somebody buys: copies of all that matters, so that it says the same for ever,
// whatever becomes of the catalogue. Nobody but staff and its buyer sees it.
type Order struct {
	Head
	Number      int64         `json:"number"` // unique
	State       OrderState    `json:"state"`
	Cart        ID            `json:"cart"`        // that it was made of
	RequestHash string        `json:"requestHash"` // of what was asked for, to know a repetition
	LinkHash    string        `json:"linkHash"`    // of the secret that opens it
	Links       int64         `json:"links"`       // how many secrets it had before that one
	By          string        `json:"by"`          // who placed it, as in steps
	Network     string        `json:"network"`     // a code of the one that it was placed from
	Buyer       Buyer         `json:"buyer"`
	Delivery    OrderDelivery `json:"delivery"`
	Payment     OrderPayment  `json:"payment"`
	Note        string        `json:"note"` // of the buyer
	PrivateNote string        `json:"privateNote"`
	Currency    string        `json:"currency"`
	Lines       []OrderLine   `json:"lines"` // never nil once normalized, as are the lists below
	Totals      Totals        `json:"totals"`
	Until       Time          `json:"until"`  // when it ends by itself unless it is paid; zero for never
	Ledger      []Fact        `json:"ledger"` // of its money, in order; nothing of it is ever changed
	Receipts    []Receipt     `json:"receipts"`
	History     []Event       `json:"history"` // of its states
}

// Buyer is who buys.
type Buyer struct {
	Name  string `json:"name"`
	Email string `json:"email"` // may be empty, as may the telephone
	Phone string `json:"phone"`
}

// OrderDelivery is how the goods reach the buyer.
type OrderDelivery struct {
	Way     string  `json:"way"`
	Name    string  `json:"name"`    // what the way was called
	Pickup  bool    `json:"pickup"`  // he comes for them
	Place   string  `json:"place"`   // where he does
	Hours   string  `json:"hours"`   // and when
	Address Address `json:"address"` // where he does not
}

// Address is where goods go to.
type Address struct {
	Street   string `json:"street"`
	City     string `json:"city"`
	Province string `json:"province"`
	Postcode string `json:"postcode"`
	Country  string `json:"country"` // ISO 3166, two letters
}

// OrderPayment is how an order is to be paid.
type OrderPayment struct {
	Way     string `json:"way"`
	Awaited bool   `json:"awaited"` // before the goods are handed over
}

// OrderLine is so many of one choice.
type OrderLine struct {
	Product   ID      `json:"product"`
	Variant   ID      `json:"variant"` // zero where the product had none
	Code      string  `json:"code"`
	Title     string  `json:"title"`
	Options   string  `json:"options"` // what told the variant from its siblings: "M / azul"
	Thumbnail string  `json:"thumbnail"`
	Quantity  int64   `json:"quantity"`
	Unit      Money   `json:"unit"`
	Total     Money   `json:"total"`
	Tax       LineTax `json:"tax"`
	Refunded  int64   `json:"refunded"`  // pieces
	Restocked int64   `json:"restocked"` // of these, pieces that can be sold again
}

// Choice returns what the line is of.
func (l OrderLine) Choice() Choice { return Choice{l.Product, l.Variant} }

// LineTax is the tax of a line.
type LineTax struct {
	Name   string `json:"name"`
	Rate   int64  `json:"rate"` // basis points
	Amount Money  `json:"amount"`
}

// Totals are the sums of an order. Whether the tax is within the items or beside them the total
// says.
type Totals struct {
	Items    Money `json:"items"`
	Delivery Money `json:"delivery"`
	Tax      Money `json:"tax"`
	Total    Money `json:"total"`
}

// FactKind is what has happened to the money of an order.
type FactKind string

// The facts.
const (
	FactClaimed  FactKind = "claimed" // the buyer says that he has paid
	FactPaid     FactKind = "paid"
	FactFailed   FactKind = "failed"
	FactRefunded FactKind = "refunded"
)

// Fact is a line of the ledger.
type Fact struct {
	ID        string   `json:"_id"` // unique
	At        Time     `json:"at"`
	By        string   `json:"by"` // as in steps; empty for the shop itself
	Kind      FactKind `json:"kind"`
	Amount    Money    `json:"amount"` // of what is paid or refunded, else 0
	Reference string   `json:"reference"`
}

// Event is a line of the history.
type Event struct {
	At   Time   `json:"at"`
	By   string `json:"by"` // as in steps; empty for the shop itself
	What string `json:"what"`
	Note string `json:"note"`
}

// EventLink is the line of the history that tells of another link. Its note is the hash of the one
// before, so that pages which that has opened learn of it; nobody is shown it.
const EventLink = "link"

// Told is the history as the staff sees it.
func (o *Order) Told() []Event {
	told := slices.Clone(o.History)
	for i := range told {
		if told[i].What == EventLink {
			told[i].Note = ""
		}
	}
	return told
}

// LinkBefore is the hash of the link that this very change has put another one in the place of; "" for
// none.
func (o *Order) LinkBefore() string {
	n := len(o.History)
	if n == 0 || o.History[n-1].What != EventLink || o.History[n-1].At != o.UpdatedAt {
		return ""
	}
	return o.History[n-1].Note
}

// EventNotRestocked is the line of the history, beside states, that names what came back and could not
// be put back, since the catalogue has it no longer.
const EventNotRestocked = "not restocked"

// PaymentState is how it stands with the money. It is what the ledger makes of it, and is kept
// nowhere.
type PaymentState string

// The states of payment.
const (
	PaymentNone           PaymentState = "none" // nothing is awaited before the goods are handed over
	PaymentWaiting        PaymentState = "waiting"
	PaymentClaimed        PaymentState = "claimed" // somebody is to look whether all has come
	PaymentPaid           PaymentState = "paid"
	PaymentFailed         PaymentState = "failed"
	PaymentPartlyRefunded PaymentState = "partly refunded"
	PaymentRefunded       PaymentState = "refunded"
)

// PaymentStates are all that there are.
func PaymentStates() []PaymentState {
	return []PaymentState{
		PaymentNone, PaymentWaiting, PaymentClaimed, PaymentPaid, PaymentFailed,
		PaymentPartlyRefunded, PaymentRefunded,
	}
}

// Sums returns what has come in and what has gone back.
func (o *Order) Sums() (paid, refunded Money) {
	for _, fact := range o.Ledger {
		switch fact.Kind {
		case FactPaid:
			paid = paid.Plus(fact.Amount)
		case FactRefunded:
			refunded = refunded.Plus(fact.Amount)
		}
	}
	return paid, refunded
}

// MendState gives an order whose state is none the one that its history says: the last that it came to.
func (o *Order) MendState() {
	if slices.Contains(OrderStates(), o.State) {
		return
	}
	o.State = OrderPlaced
	for _, event := range o.History {
		if state := OrderState(event.What); slices.Contains(OrderStates(), state) {
			o.State = state
		}
	}
}

// Refundable returns how much can go back: what has come and has not gone back, and never more than
// the order costs, whatever its ledger says.
func (o *Order) Refundable() Money {
	paid, refunded := o.Sums()
	return max(0, min(paid, o.Totals.Total)-refunded)
}

// Due returns what is still to be paid.
func (o *Order) Due() Money {
	paid, _ := o.Sums()
	return max(0, o.Totals.Total-paid)
}

// Owed returns what the shop waits for: nothing, once the order is off.
func (o *Order) Owed() Money {
	if o.State.IsOff() {
		return 0
	}
	return o.Due()
}

// PaymentState returns how it stands with the money. A part of the sum is a claim: it has come, and
// somebody has to see to the rest.
func (o *Order) PaymentState() PaymentState {
	paid, refunded := o.Sums()
	switch {
	case refunded > 0 && refunded >= paid:
		return PaymentRefunded
	case refunded > 0:
		return PaymentPartlyRefunded
	case paid >= o.Totals.Total && paid > 0:
		return PaymentPaid
	case paid > 0:
		return PaymentClaimed
	}
	for _, fact := range slices.Backward(o.Ledger) {
		switch fact.Kind {
		case FactClaimed:
			return PaymentClaimed
		case FactFailed:
			return PaymentFailed
		}
	}
	if o.Payment.Awaited && o.Totals.Total > 0 {
		return PaymentWaiting
	}
	return PaymentNone
}

// IsUnpaid says whether no money has come and nobody says that it has: such an order ends by itself.
func (o *Order) IsUnpaid() bool {
	return slices.Contains([]PaymentState{PaymentNone, PaymentWaiting, PaymentFailed}, o.PaymentState())
}

// EndsByItself says whether it does at its time, unless something happens before.
func (o *Order) EndsByItself() bool {
	isOpen := o.State == OrderPlaced || o.State == OrderAccepted && o.Payment.Awaited
	return o.Until != 0 && isOpen && o.IsUnpaid()
}

// Pieces returns how many of each choice the order is of.
func (o *Order) Pieces() map[Choice]int64 {
	pieces := make(map[Choice]int64, len(o.Lines))
	for _, line := range o.Lines {
		pieces[line.Choice()] += line.Quantity
	}
	return pieces
}
