package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

const waysPage = "/admin/ways"

// waysSheet is how orders are paid, delivered and taxed: three forms, each saved by itself.
type waysSheet struct {
	views.Page
	Rev                                      int64
	MayPay                                   bool // change the ways of paying
	Payments, Deliveries, Taxes              []wayRow
	TaxAdded, AcceptAtOnce, NoDefault        bool
	Password                                 field
	PaymentsWrong, DeliveriesWrong, TaxWrong string
}

// Ways shows the forms.
func (p *Pages) Ways(w http.ResponseWriter, r *http.Request) {
	p.showCounter(w, r, sheet{template: "ways", here: waysPage, private: "ways", fill: func(_ context.Context, v *visit) (any, error) {
		return p.waysSheet(v, v.look.settings), nil
	}})
}

func (p *Pages) waysSheet(v *visit, s models.Settings) waysSheet {
	return waysSheet{
		Page: p.counter(v, v.voice.Say("ways.title", nil), waysPage), Rev: s.Rev, MayPay: v.who.Can(shop.PaymentsWrite),
		Payments: paymentRows(v.voice, s, nil, nil), Deliveries: deliveryRows(v.voice, s, nil, nil), Taxes: taxRows(v.voice, s, nil, nil),
		TaxAdded: s.TaxAdded, AcceptAtOnce: s.AcceptAtOnce, NoDefault: shop.RateOf(s.Taxes, "").Name == "",
	}
}

// waysForm is one of the forms: how it is read, and how it is shown again with what was typed.
type waysForm struct {
	read  func(form url.Values, s *models.Settings) (rowPlaces, models.Invalid)
	again func(sheet *waysSheet, v *visit, form url.Values, problems models.Invalid)
}

// SavePayments stores the ways of paying, for who gives his password again.
func (p *Pages) SavePayments(w http.ResponseWriter, r *http.Request) {
	p.saveWays(w, r, waysForm{readPayments, func(sheet *waysSheet, v *visit, form url.Values, problems models.Invalid) {
		sheet.Payments, sheet.PaymentsWrong = paymentRows(v.voice, models.Settings{}, form, problems), waysSummary(v.voice, problems)
		sheet.Password = field{"", sayProblem(v.voice, problems, "password")}
	}})
}

// SaveDeliveries stores how goods reach their buyer.
func (p *Pages) SaveDeliveries(w http.ResponseWriter, r *http.Request) {
	p.saveWays(w, r, waysForm{readDeliveries, func(sheet *waysSheet, v *visit, form url.Values, problems models.Invalid) {
		sheet.Deliveries, sheet.DeliveriesWrong = deliveryRows(v.voice, models.Settings{}, form, problems), waysSummary(v.voice, problems)
	}})
}

// SaveTaxes stores the rates, and how orders are accepted.
func (p *Pages) SaveTaxes(w http.ResponseWriter, r *http.Request) {
	p.saveWays(w, r, waysForm{readTaxes, func(sheet *waysSheet, v *visit, form url.Values, problems models.Invalid) {
		sheet.Taxes, sheet.TaxWrong = taxRows(v.voice, models.Settings{}, form, problems), waysSummary(v.voice, problems)
		sheet.TaxAdded, sheet.AcceptAtOnce = form.Get("taxAdded") == "true", form.Get("acceptAtOnce") == "true"
		sheet.NoDefault = form.Get("default") == ""
	}})
}

// saveWays stores what a form says, if nobody has changed the settings since it was filled.
func (p *Pages) saveWays(w http.ResponseWriter, r *http.Request, of waysForm) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	rev, _ := strconv.ParseInt(form.Get("rev"), 10, 64) // without one the form is of no revision
	var places rowPlaces
	who, err := p.shop.Prove(r.Context(), frame.WhoFrom(r.Context()), form.Get("password"), p.session.From(r))
	if err == nil {
		_, _, err = p.shop.ChangeSettings(r.Context(), who, func(s *models.Settings) error {
			var wrong models.Invalid
			places, wrong = of.read(form, s)
			return wrong.Err()
		}, func(was, _ models.Settings) error {
			if was.Rev != rev {
				return errStale
			}
			return nil
		})
	}
	problems := places.rows(fieldsOf(err))
	if errors.Is(err, errStale) {
		problems = models.Invalid{{Field: "rev", Rule: models.Changed}}
	}
	switch {
	case problems != nil:
		p.refill(w, r, statusOf(problems), "ways", waysPage, func(_ context.Context, v *visit) (any, error) {
			sheet := p.waysSheet(v, v.look.settings)
			of.again(&sheet, v, form, problems)
			return sheet, nil
		})
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.lead(w, r, waysPage)
	}
}

func waysSummary(voice *views.Voice, problems models.Invalid) string {
	if problems.Has("rev") {
		return voice.Say("shelf.changed", nil)
	}
	return summaryOf(voice, problems)
}
