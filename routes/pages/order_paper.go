package pages

import (
	"context"
	"net/http"
	"slices"

	"pulperia/dao/models"
	"pulperia/views"
)

// paperSheet is an order on paper.
type paperSheet struct {
	views.Page
	As       string
	Back     string // the order
	Forms    []paperForm
	Number   int64
	Date     string
	Buyer    buyerCard
	Address  []string
	Pickup   bool
	Way      string // of delivering
	Lines    []orderRow
	Totals   models.Totals
	Currency string // of the order
	Paid     models.Money
	Refund   models.Money // that has gone back
	Due      models.Money
	Payment  string
	Note     string
	Priced   bool
	Ended    string // in words, where the order ended before anything was handed over
}

// paperForm leads to another form of the same paper.
type paperForm struct {
	To, Words string
	Here      bool
}

// papers are the forms: a sheet of A4, the roll of a till, and what is put into the parcel.
var papers = []string{"a4", "till", "slip"}

// OrderPaper shows an order as it is printed.
func (p *Pages) OrderPaper(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "oid")
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	as := queryOf(r).Get("as")
	if !slices.Contains(papers, as) {
		as = papers[0]
	}
	here := orderLink(id) + "/paper?as=" + as
	p.showCounter(w, r, sheet{template: "orderPaper", here: here, private: "paper", fill: func(ctx context.Context, v *visit) (any, error) {
		o, err := p.shop.Order(ctx, v.who, id)
		if err != nil {
			return nil, err
		}
		sheet := paperSheet{
			Page: p.counter(v, v.voice.Say("desk.order", map[string]any{"n": o.Number}), ordersPage), As: as, Back: orderLink(id), Number: o.Number,
			Date: v.voice.Day(o.CreatedAt) + " " + v.voice.Clock(o.CreatedAt), Buyer: buyerOf(v, &o), Address: addressLines(o.Delivery.Address),
			Pickup: o.Delivery.Pickup, Way: o.Delivery.Name, Totals: o.Totals, Currency: o.Currency, Payment: wayName(v.voice, o.Payment.Way), Note: o.Note,
			Priced: as != "slip", Due: o.Owed(),
		}
		sheet.Paid, sheet.Refund = o.Sums()
		if o.State.IsOff() {
			sheet.Ended = stateWords(v.voice, &o)
		}
		for _, form := range papers {
			sheet.Forms = append(sheet.Forms, paperForm{orderLink(id) + "/paper?as=" + form, v.voice.Say("desk.paper."+form, nil), form == as})
		}
		sheet.Lines, err = p.orderRows(ctx, &o, nil)
		return sheet, err
	}})
}
