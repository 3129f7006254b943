package shop

import "pulperia/dao/models"

// ShownOrder is an order as its buyer sees it. What else it has is the shop's.
type ShownOrder struct {
	ID        models.ID            `json:"_id"`
	Rev       int64                `json:"rev"`
	CreatedAt models.Time          `json:"createdAt"`
	UpdatedAt models.Time          `json:"updatedAt"`
	Number    int64                `json:"number"`
	State     models.OrderState    `json:"state"`
	Payment   ShownPayment         `json:"payment"`
	Buyer     models.Buyer         `json:"buyer"`
	Delivery  models.OrderDelivery `json:"delivery"`
	Note      string               `json:"note"`
	Currency  string               `json:"currency"`
	Lines     []ShownLine          `json:"lines"`
	Totals    models.Totals        `json:"totals"`
	Until     *models.Time         `json:"until"` // when it ends by itself as it stands; nil for never
	Receipts  []ShownReceipt       `json:"receipts"`
	History   []ShownEvent         `json:"history"`
}

// ShownReceipt is a receipt, which is served beside its order.
type ShownReceipt struct {
	ID   models.ID   `json:"_id"`
	At   models.Time `json:"at"`
	Type string      `json:"type"`
}

// ShownPayment is how it stands with the money.
type ShownPayment struct {
	Way   string              `json:"way"`
	State models.PaymentState `json:"state"`
	Due   models.Money        `json:"due"`
}

// ShownLine is a line, without a variant where it has none.
type ShownLine struct {
	Product   models.ID      `json:"product"`
	Variant   models.ID      `json:"variant,omitzero"`
	Code      string         `json:"code"`
	Title     string         `json:"title"`
	Options   string         `json:"options"`
	Thumbnail string         `json:"thumbnail"`
	Quantity  int64          `json:"quantity"`
	Unit      models.Money   `json:"unit"`
	Total     models.Money   `json:"total"`
	Tax       models.LineTax `json:"tax"`
	Refunded  int64          `json:"refunded"`
}

// TaxBeside says whether the price of one is without the tax, which is in the total.
func (l ShownLine) TaxBeside() bool { return l.Total != times(l.Unit, l.Quantity) }

// ShownEvent is a line of the history without who did it.
type ShownEvent struct {
	At   models.Time `json:"at"`
	What string      `json:"what"`
}

// StaffOrder is an order as the staff sees it.
type StaffOrder struct {
	ShownOrder
	By          string         `json:"by"` // who placed it
	PrivateNote string         `json:"privateNote"`
	Ledger      []models.Fact  `json:"ledger"`
	Events      []models.Event `json:"events"` // the history with who did it
}

// ShowOrder returns an order as its buyer sees it.
func ShowOrder(o models.Order) ShownOrder {
	shown := ShownOrder{
		ID: o.ID, Rev: o.Rev, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt, Number: o.Number, State: o.State,
		Payment: ShownPayment{o.Payment.Way, o.PaymentState(), o.Due()}, Buyer: o.Buyer, Delivery: o.Delivery,
		Note: o.Note, Currency: o.Currency, Lines: make([]ShownLine, len(o.Lines)), Totals: o.Totals,
		Receipts: make([]ShownReceipt, len(o.Receipts)), History: make([]ShownEvent, 0, len(o.History)),
	}
	for i, receipt := range o.Receipts {
		shown.Receipts[i] = ShownReceipt{receipt.ID, receipt.At, receipt.Type}
	}
	if o.EndsByItself() {
		shown.Until = &o.Until
	}
	for i, l := range o.Lines {
		shown.Lines[i] = ShownLine{
			l.Product, l.Variant, l.Code, l.Title, l.Options, l.Thumbnail, l.Quantity, l.Unit, l.Total, l.Tax, l.Refunded,
		}
	}
	for _, event := range o.History {
		if event.What != models.EventNotRestocked { // which is nothing to the buyer
			shown.History = append(shown.History, ShownEvent{event.At, event.What})
		}
	}
	return shown
}

// ShowStaffOrder returns an order as the staff sees it.
func ShowStaffOrder(o models.Order) StaffOrder {
	return StaffOrder{ShowOrder(o), o.By, o.PrivateNote, o.Ledger, o.Told()}
}
