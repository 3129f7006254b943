package pages

import (
	"net/http"
	"net/url"
	"strings"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

// orderSheet is an order as its buyer sees it.
type orderSheet struct {
	views.Page
	Base       string // its own address, where its forms post to
	Secret     string // by which its scripts follow it: whoever sees this page has it already
	Number     int64
	State      string // in a word
	Next       string // in a sentence, what happens next
	Notice     string // why what was asked for was not done
	Before     bool   // the order was placed before what the visitor has typed last
	Goods      []shop.ShownLine
	Totals     models.Totals
	Currency   string // of the order, as of all its amounts
	Pickup     bool
	Delivery   models.OrderDelivery
	Address    []string // in lines
	Buyer      models.Buyer
	Note       string
	Way        string // of paying, in words
	WayNote    string
	Paid       string // how it stands with the money, in words
	Due        models.Money
	Refunded   models.Money // that has gone back
	Until      string       // when it ends by itself; "" for never
	Accounts   []models.Account
	Claim      claimForm
	CanCancel  bool
	Receipts   []receiptRow
	WhatsApp   string
	History    []eventRow
	IsFinished bool
}

// claimForm is where the buyer says that he has transferred; shown as long as that is awaited.
type claimForm struct {
	Shown, Said bool
	Fact        string // sent twice it is one
	Reference   field
	Files       bool // a receipt can be sent along
	Problem     string
}

// receiptRow is a receipt that the buyer has sent: a photo is shown, a document has its name.
type receiptRow struct {
	N     int64 // which of the order's, from 1
	Name  string
	To    string
	Photo bool
}

// receiptsOf are the receipts of an order, at an address under which they are served.
func receiptsOf(o *models.Order, base string) (rows []receiptRow) {
	for i, receipt := range o.Receipts {
		rows = append(rows, receiptRow{
			N: int64(i + 1), Name: receipt.FileName(o.Number, i), To: base + "/receipts/" + receipt.ID.String(),
			Photo: strings.HasPrefix(receipt.Type, "image/"),
		})
	}
	return rows
}

type eventRow struct{ When, Iso, What string }

// ownHeaders keep a page that a secret opens out of caches and of what is found, and its address from
// where its visitor goes next. Where a browser does not say which page a form is sent from
// (Sec-Fetch-Site), Origin does, and that it says only under the other policy.
func ownHeaders(w http.ResponseWriter, r *http.Request, v *visit) {
	v.secret = true
	w.Header().Set("X-Robots-Tag", "noindex")
	if r.Header.Get("Sec-Fetch-Site") != "" {
		w.Header().Set("Referrer-Policy", "no-referrer")
	}
}

// Order shows an order to who has its secret.
func (p *Pages) Order(w http.ResponseWriter, r *http.Request) {
	p.showOrder(w, r, http.StatusOK, orderSheet{Before: queryOf(r).Get(saysBefore) != ""})
}

// showOrder shows an order, with what an act has left to say.
func (p *Pages) showOrder(w http.ResponseWriter, r *http.Request, status int, sheet orderSheet) {
	v, err := p.visit(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	secret := r.PathValue("secret")
	order, err := p.shop.OwnOrder(r.Context(), secret)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	v.here = "/o/" + secret
	ownHeaders(w, r, v)
	sheet.Page = p.page(v, v.voice.Say("order.title", map[string]any{"n": order.Number}), "order")
	sheet.Base, sheet.Secret = v.here, secret
	if sheet.Before {
		sheet.Notice = v.voice.Say("order.before", nil)
	}
	sheet.fill(v, order)
	p.answer(w, r, v, status, "order", sheet)
}

func (s *orderSheet) fill(v *visit, order models.Order) {
	shown, voice := shop.ShowOrder(order), v.voice.In(order.Currency)
	s.Currency = order.Currency
	s.Number, s.Goods, s.Totals, s.Buyer, s.Note = shown.Number, shown.Lines, shown.Totals, shown.Buyer, shown.Note
	s.Pickup, s.Delivery, s.Address = shown.Delivery.Pickup, shown.Delivery, addressLines(shown.Delivery.Address)
	if s.Delivery.Name == "" {
		s.Delivery.Name = voice.Say("checkout.pickup", nil)
	}
	s.State = voice.Say("order.state."+string(shown.State), nil)
	s.Next = nextOf(voice, order)
	if shown.Until != nil {
		s.Until = whenOf(voice, *shown.Until)
	}
	s.Way, s.Due = voice.Say("pay."+payName(shown.Payment.Way), nil), shown.Payment.Due
	if tellsPayment(&order) {
		s.Paid = voice.Say("order.money."+strings.ReplaceAll(string(shown.Payment.State), " ", "_"), map[string]any{"due": voice.Money(s.Due)})
	}
	s.transfer(v, order)
	paid, refunded := order.Sums()
	s.Refunded = refunded
	s.CanCancel = order.State == models.OrderPlaced && paid == 0
	s.IsFinished = !order.State.Holds() && order.State != models.OrderSent
	s.Receipts = receiptsOf(&order, s.Base)
	for _, event := range shown.History {
		what := voice.Say("order.event."+event.What, nil)
		s.History = append(s.History, eventRow{whenOf(voice, event.At), event.At.String(), what})
	}
	if number := v.look.settings.WhatsApp; number != "" {
		s.WhatsApp = orderByWhatsApp(voice, number, shown)
	}
}

// transfer fills in where the money goes to, and the form that says that it has gone.
func (s *orderSheet) transfer(v *visit, order models.Order) {
	if order.Payment.Way != models.PayTransfer || !order.State.Holds() || s.Due == 0 {
		return
	}
	for _, way := range v.look.settings.WithStart().Payments {
		if way.Way == order.Payment.Way {
			s.Accounts, s.WayNote = way.Accounts, way.Note
		}
	}
	state := order.PaymentState()
	s.Claim.Said = state == models.PaymentClaimed
	s.Claim.Files = len(order.Receipts) < models.MaxReceipts
	s.Claim.Shown = state == models.PaymentWaiting || state == models.PaymentFailed || s.Claim.Said && s.Claim.Files
	s.Claim.Fact = newFormID()
}

// whenOf is a moment as people say it.
func whenOf(voice *views.Voice, at models.Time) string {
	return voice.Say("order.moment", map[string]any{"day": voice.Day(at), "clock": voice.Clock(at)})
}

// payName is how the texts know a way of paying.
func payName(way string) string {
	if way == models.PayTransfer {
		return way
	}
	return models.PayCash
}

// nextOf says in a sentence what happens next, and what the buyer is to do for it.
func nextOf(voice *views.Voice, o models.Order) string {
	paid, refunded := o.Sums()
	values := map[string]any{"due": voice.Money(o.Due()), "back": voice.Money(paid - refunded)}
	if o.Until != 0 {
		values["until"] = whenOf(voice, o.Until)
	}
	key, state := string(o.State), o.PaymentState()
	switch o.State {
	case models.OrderPlaced, models.OrderAccepted:
		switch {
		case state == models.PaymentWaiting, state == models.PaymentFailed, state == models.PaymentClaimed:
			key = string(state)
		case o.State == models.OrderAccepted && !o.Delivery.Pickup:
			key += ".send"
		case o.State == models.OrderPlaced && state == models.PaymentPaid:
			key += ".paid"
		}
	case models.OrderReady, models.OrderSent:
		if o.Due() > 0 {
			key += ".due"
		}
	case models.OrderCancelled, models.OrderExpired:
		if paid > refunded {
			key = "back"
		}
	}
	return voice.Say("order.next."+key, values)
}

// addressLines is an address as one writes it on a parcel.
func addressLines(a models.Address) (lines []string) {
	for _, line := range []string{a.Street, strings.TrimSpace(a.Postcode + " " + a.City), a.Province, a.Country} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// orderByWhatsApp is the address that opens a chat with the merchant, in which the order stands
// already; not its secret, for what is written in a chat others see.
func orderByWhatsApp(voice *views.Voice, number string, order shop.ShownOrder) string {
	said := []string{voice.Say("whatsapp.order", map[string]any{"n": order.Number})}
	for i, line := range order.Lines {
		if i == toldLines {
			said = append(said, voice.Say("whatsapp.more", map[string]any{"n": int64(len(order.Lines) - i)}))
			break
		}
		title := line.Title
		if line.Options != "" {
			title += " – " + line.Options
		}
		said = append(said, voice.Say("whatsapp.line", map[string]any{"n": line.Quantity, "title": title, "price": voice.Money(line.Total)}))
	}
	said = append(said, voice.Say("whatsapp.total", map[string]any{"total": voice.Money(order.Totals.Total)}), order.Buyer.Name)
	return "https://wa.me/" + number + "?text=" + strings.ReplaceAll(url.QueryEscape(strings.Join(said, "\n")), "+", "%20")
}
