package pages

import (
	"context"
	"net/http"
	"strings"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

// checkoutSheet is the one page on which a cart becomes an order.
type checkoutSheet struct {
	views.Page
	ID         string // of the order that the form makes: sent twice it is one
	Goods      []checkoutLine
	Left       []string // what is in the cart and cannot be bought as it stands
	Changes    []string // what is another since the visitor saw it
	Notice     string   // why nothing was placed, in a sentence
	Form       typedForm
	Deliveries []deliveryChoice
	Payments   []paymentChoice
	Countries  []countryChoice // of which one is to be chosen; none where there is one at most
	Country    string          // that one
	Zones      bool            // something can be brought
	Items      models.Money
	Total      totalOf // of the way that is chosen
	Before     string  // where the order is that was made of this cart before; "" for none
	WhatsApp   string
}

// checkoutLine is a line of what is ordered.
type checkoutLine struct {
	Title       string
	Quantity    int64
	Unit, Total models.Money
	Saw         string // what the form says that the visitor saw
}

// totalOf is what all of it costs by one way.
type totalOf struct {
	Known           bool
	Delivery, Total models.Money
	Fee, Added      models.Money // of the delivery without tax that is added, and that tax of all
	Taxes           []taxRow
}

type taxRow struct {
	Name   string
	Amount models.Money
}

// deliveryChoice is a way in which the goods may reach the visitor.
type deliveryChoice struct {
	At                   int // in the list, from 0
	Way, Name, Where     string
	Hours                string
	Pickup, Chosen, Only bool
	Of                   totalOf
	Saw                  string
}

// paymentChoice is a way of paying.
type paymentChoice struct {
	At           int
	Way, Note    string
	Transfer     bool
	Days         int64
	Chosen, Only bool
}

type countryChoice struct {
	Code, Name string
	Chosen     bool
}

// Checkout shows the page.
func (p *Pages) Checkout(w http.ResponseWriter, r *http.Request) {
	id, before, err := p.orderToMake(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	p.keep(w, r, orderCookie, id.String(), orderCookieLasts)
	private := "checkout " + id.String() + " " + before + " " + p.held(r, cartCookie) + " " + p.clients.AddressOf(r)
	p.show(w, r, sheet{template: "checkout", here: "/checkout", private: private, formID: id.String(),
		fill: func(ctx context.Context, v *visit) (any, error) {
			return p.checkoutSheet(ctx, v, checkoutForm{id: id, before: before, payment: "", delivery: ""})
		}})
}

// orderToMake is the id of the order that the visitor's cart becomes: the same in all his tabs, until
// there is such an order. before leads to it where there is.
func (p *Pages) orderToMake(r *http.Request) (id models.ID, before string, err error) {
	id, _ = models.ParseID(p.held(r, orderCookie)) // what is no id is as good as none
	cart, _ := models.ParseID(p.held(r, cartCookie))
	if !id.IsZero() {
		placed, err := p.shop.OrderOfCart(r.Context(), id, cart)
		switch {
		case err == nil:
			before = placed.Link()
			if now, err := p.shop.Carts.Get(r.Context(), cart); err == nil && len(now.Products) == 0 {
				return id, before, nil // there is nothing to order under another one
			}
		case isOrderMissing(err):
			return id, "", nil
		default:
			return id, "", err
		}
	}
	id, err = models.ParseID(newFormID())
	return id, before, err
}

func (p *Pages) checkoutSheet(ctx context.Context, v *visit, form checkoutForm) (any, error) {
	title := v.voice.Say("checkout.title", nil)
	sheet := checkoutSheet{
		Page: p.page(v, title, "cart"), ID: form.id.String(), Before: form.before, Notice: form.notice(v.voice), Form: form.again(v.voice),
	}
	sheet.At["order"] = true
	bill, err := p.shop.Bill(ctx, v.cart)
	if err != nil {
		return nil, err
	}
	settings := v.look.settings.WithStart()
	sums, err := shop.Quote(settings, bill, nil)
	if err != nil { // more than an order may come to
		sheet.Notice = v.voice.Say("checkout.dear", nil)
		return sheet, nil
	}
	sheet.Items = sums.Items
	sheet.lines(v.voice, bill, sums)
	if form.compares() {
		sheet.Changes = form.changes(v.voice, settings.Currency, bill, sums)
	}
	if len(sheet.Goods) == 0 {
		return sheet, nil
	}
	sheet.deliveries(v.voice, settings, bill, form)
	if form.compares() {
		sheet.Changes = form.sumChanges(v.voice, settings.Currency, sheet.Deliveries, sheet.Changes)
	}
	if len(sheet.Changes) > 0 && !form.asksAgain { // and he has something to mend, too
		sheet.Notice = strings.TrimSpace(sheet.Notice + " " + v.voice.Say("checkout.also", nil))
	}
	sheet.payments(settings, form)
	sheet.countries(v.voice, settings, form)
	if number := settings.WhatsApp; number != "" {
		sheet.WhatsApp = askByWhatsApp(v, number, bill, v.site+"/carts/"+v.cart.ID.String())
	}
	return sheet, nil
}

// lines fills in what can be bought, and names the rest.
func (s *checkoutSheet) lines(voice *views.Voice, bill shop.Bill, sums shop.Sums) {
	for _, line := range bill.Lines {
		if !line.CanBeBought() {
			s.Left = append(s.Left, leftOut(voice, line))
			continue
		}
		sum := sums.Lines[len(s.Goods)]
		s.Goods = append(s.Goods, checkoutLine{
			Title: titleOf(line), Quantity: line.Quantity, Unit: sum.Unit, Total: sum.Total, Saw: sawOf(line, sum.Unit),
		})
	}
}

// leftOut says why a line cannot be ordered as it stands.
func leftOut(voice *views.Voice, line shop.Line) string {
	key, title := "checkout.left.gone", voice.Say("cart.gone", nil)
	if line.Product != nil {
		title = titleOf(line)
	}
	switch {
	case line.IsGone():
	case line.MustChoose():
		key = "checkout.left.choose"
	case line.Left == 0:
		key = "checkout.left.out"
	default:
		key = "checkout.left.short"
	}
	return voice.Say(key, map[string]any{"title": title, "n": line.Left})
}
