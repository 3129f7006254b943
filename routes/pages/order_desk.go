package pages

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

// deskSheet is one order, as whoever works on it sees it.
type deskSheet struct {
	views.Page
	orderCard
	Refused                string     // why an act was not done
	Next                   *orderStep // what is to be done; nil for nothing
	Claims                 []factRow  // what the buyer says he has transferred, while somebody is to look
	Receipts               []receiptRow
	Others                 []orderStep
	Lines                  []orderRow
	Totals                 models.Totals
	Due, Paid, Refunded    models.Money
	Left                   models.Money // that can be given back
	Buyer                  buyerCard
	Address                []string
	PickupAt               string
	BuyerNote, PrivateNote string
	History                []factRow // what has happened, the latest first
	Editable, Returns      bool      // what whoever is signed in may do
	Cancels, Pays, Fails   bool      // what can be done with the order
	Restocks               bool
	Form                   typedForm // that was refused, or is to be filled
	Link, LinkShare        string    // that opens it to its buyer; shown once
}

// orderStep is something to do with an order by one press.
type orderStep struct {
	Words string // why; "" where the button says it
	Do    string
	To    string // where the form is sent, or of a link where it leads
	Leads bool   // it is a link: to a form that has to be filled
}

// orderRow is a line of an order.
type orderRow struct {
	Picture            shownPicture
	Title, Code        string
	Name               string // of its field in the form that gives back
	Quantity, Refunded int64
	Left               int64 // that can be given back
	Unit, Total        models.Money
	TaxBeside          bool   // the price of one is without the tax
	Tax                string // its name
	Asked              field  // to give back so many
}

// buyerCard is who bought, and how he is reached.
type buyerCard struct{ Name, Email, Phone, Call, WhatsApp string }

// factRow is something that has happened to an order or to its money.
type factRow struct {
	Words, By, Reference string
	Amount               models.Money
	At                   moment
	when                 models.Time
}

// OrderDesk shows an order to whoever works on it.
func (p *Pages) OrderDesk(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "oid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	p.showCounter(w, r, sheet{template: "order-desk", here: orderLink(id), private: thisMinute("order"), fill: func(ctx context.Context, v *visit) (any, error) {
		return p.deskSheet(ctx, v, id, orderAgain{})
	}})
}

// orderAgain is what an order's page shows of an act that was just asked for.
type orderAgain struct {
	refused string
	form    typedForm
	link    string
}

func (p *Pages) deskSheet(ctx context.Context, v *visit, id models.ID, again orderAgain) (deskSheet, error) {
	o, err := p.shop.Order(ctx, v.who, id)
	if err != nil {
		return deskSheet{}, err
	}
	names, err := p.doers(ctx, v, &o)
	if err != nil {
		return deskSheet{}, err
	}
	sheet := deskSheet{
		Page: p.counter(v, v.voice.Say("desk.order", map[string]any{"n": o.Number}), ordersPage), orderCard: orderCardOf(v, &o),
		Refused: again.refused, Totals: o.Totals, Due: o.Owed(), Buyer: buyerOf(v, &o), Address: addressLines(o.Delivery.Address),
		PickupAt: o.Delivery.Place, BuyerNote: o.Note, PrivateNote: o.PrivateNote, Form: again.form, Link: again.link,
		Receipts: receiptsOf(&o, "/api/orders/"+id.String()),
		Editable: v.who.Can(shop.OrdersWrite), Restocks: o.State.HandedOver(),
		Cancels: o.State.Holds(), Pays: o.Due() > 0, Fails: awaits(o.PaymentState()),
	}
	sheet.Paid, sheet.Refunded = o.Sums()
	sheet.Left = o.Refundable()
	sheet.Returns = v.who.Can(shop.OrdersRefund) && sheet.Left > 0
	if sheet.Form == nil {
		sheet.Form = typedForm{"note": field{Value: o.PrivateNote}}
	}
	sheet.tell(v, &o, names)
	if sheet.Editable {
		sheet.Next, sheet.Others = stepsOf(v.voice.In(o.Currency), &o, sheet.Returns)
	}
	if again.link != "" && sheet.Buyer.WhatsApp != "" {
		sheet.LinkShare = waTo(sheet.Buyer.WhatsApp, v.voice.Say("desk.wa.link", map[string]any{"n": o.Number, "link": again.link}))
	}
	if sheet.Buyer.WhatsApp != "" {
		sheet.Buyer.WhatsApp = waTo(sheet.Buyer.WhatsApp, p.greeting(v, &o))
	}
	sheet.Lines, err = p.orderRows(ctx, &o, sheet.Form)
	return sheet, err
}

// awaits says whether somebody waits for a payment.
func awaits(payment models.PaymentState) bool {
	return payment == models.PaymentWaiting || payment == models.PaymentClaimed
}

// tellsPayment says whether it matters how it stands with the money: not where an order is off, and
// nothing has come nor is said to have.
func tellsPayment(o *models.Order) bool {
	switch o.PaymentState() {
	case models.PaymentNone, models.PaymentWaiting, models.PaymentFailed:
		return !o.State.IsOff()
	}
	return true
}

// doers are the names of who has had to do with an order.
func (p *Pages) doers(ctx context.Context, v *visit, o *models.Order) (map[string]string, error) {
	var by []string
	for _, event := range o.History {
		by = append(by, event.By)
	}
	for _, fact := range o.Ledger {
		by = append(by, fact.By)
	}
	return p.shop.Doers(ctx, v.who, by...)
}

// tell fills in what has happened, the latest first.
func (s *deskSheet) tell(v *visit, o *models.Order, names map[string]string) {
	by := func(who string) string {
		switch name := names[who]; {
		case name != "":
			return name
		case who == "":
			return v.voice.Say("desk.by.itself", nil)
		case strings.HasPrefix(who, "visitor:"), strings.HasPrefix(who, "network:"):
			return v.voice.Say("desk.by.buyer", nil)
		}
		return v.voice.Say("desk.by.gone", nil)
	}
	for _, event := range o.Told() {
		s.History = append(s.History, factRow{v.voice.Say("desk.event."+event.What, nil), by(event.By), event.Note, 0, momentOf(v, event.At), event.At})
	}
	for _, fact := range o.Ledger {
		row := factRow{v.voice.Say("desk.fact."+string(fact.Kind), nil), by(fact.By), fact.Reference, fact.Amount, momentOf(v, fact.At), fact.At}
		s.History = append(s.History, row)
		if fact.Kind == models.FactClaimed && o.PaymentState() == models.PaymentClaimed {
			s.Claims = append(s.Claims, row)
		}
	}
	slices.SortStableFunc(s.History, func(a, b factRow) int { return cmp.Compare(a.when, b.when) })
	slices.Reverse(s.History)
}

// orderRows are the lines of an order, with what was asked of them.
func (p *Pages) orderRows(ctx context.Context, o *models.Order, form typedForm) (rows []orderRow, err error) {
	sources, shown := make([]string, len(o.Lines)), shop.ShowOrder(*o).Lines
	for i, line := range o.Lines {
		if sources[i] = line.Thumbnail; sources[i] == "" {
			sources[i] = p.asset(drawing(""))
		}
	}
	own, err := p.showPictures(ctx, sources)
	for i, line := range o.Lines {
		name := lineField(i)
		rows = append(rows, orderRow{
			Picture: shownAs(own, sources[i], line.Title), Title: lineTitle(line), Code: line.Code, Name: name,
			Quantity: line.Quantity, Refunded: line.Refunded, Left: line.Quantity - line.Refunded,
			Unit: line.Unit, Total: line.Total, TaxBeside: shown[i].TaxBeside(), Tax: line.Tax.Name, Asked: form[name],
		})
	}
	return rows, err
}
