package pages

import (
	"net/url"
	"strings"

	"pulperia/dao/models"
	"pulperia/views"
)

// stepsOf are what can be done with an order by one press: the one that comes next, and the others.
func stepsOf(voice *views.Voice, o *models.Order, returns bool) (next *orderStep, others []orderStep) {
	names := nextSteps(o, returns)
	for i, name := range names {
		step := orderStep{Do: voice.Say("desk.step."+name, map[string]any{"total": voice.Money(o.Due())}), To: orderLink(o.ID) + "/" + name}
		if name == "refund" {
			step.To, step.Leads = "#refund", true
		}
		if i == 0 && isNext(o, name) {
			step.Words = voice.Say("desk.why."+name, map[string]any{"name": o.Buyer.Name, "total": voice.Money(o.Due())})
			next = &step
			continue
		}
		if name != "refund" {
			others = append(others, step)
		}
	}
	return next, others
}

// isNext says whether a step is one that waits to be done, and not merely one that can be.
func isNext(o *models.Order, name string) bool {
	return name != "accept" || o.State == models.OrderPlaced
}

// nextSteps names what can be done with an order by one press, what comes next first.
func nextSteps(o *models.Order, returns bool) (names []string) {
	add := func(is bool, name string) {
		if is {
			names = append(names, name)
		}
	}
	payment, due := o.PaymentState(), o.Due() > 0
	unpaid := o.Payment.Awaited && due
	ended := o.State.IsOff()
	hands := o.State == models.OrderReady || o.State == models.OrderSent
	add(ended && returns, "refund")
	add(!ended && due && (payment == models.PaymentClaimed || unpaid), "paid")
	add(o.State == models.OrderPlaced, "accept")
	add(o.State == models.OrderAccepted && o.Delivery.Pickup, "ready")
	add(o.State == models.OrderAccepted && !o.Delivery.Pickup, "send")
	add(hands && due, "hand")
	add(hands, "done")
	add(o.State == models.OrderDone && due && len(names) == 0, "paid")
	return names
}

// buyerOf is who bought, and by which number WhatsApp finds him.
func buyerOf(v *visit, o *models.Order) buyerCard {
	card := buyerCard{Name: o.Buyer.Name, Email: o.Buyer.Email, Phone: o.Buyer.Phone}
	if digits := o.Buyer.PhoneDigits(); digits != "" {
		card.Call = digits
		if strings.HasPrefix(strings.TrimSpace(o.Buyer.Phone), "+") {
			card.Call = "+" + digits
		}
		card.WhatsApp = internationalOf(o.Buyer.Phone, digits, v.look.settings.WhatsApp)
	}
	return card
}

// The lengths of numbers of WhatsApp, and of what tells countries apart in them.
const (
	leastDigits = 8
	mostDigits  = 15
	mostCountry = 4 // Argentina's mobiles begin with 549
)

// internationalOf is a telephone number as wa.me takes it, or "" where nobody can tell. Whoever lives
// where the shop is leaves his country's code out: the shop's own number has it, in front of as many
// digits as his has.
func internationalOf(phone, digits, ours string) string {
	switch {
	case strings.HasPrefix(strings.TrimSpace(phone), "+"):
	case strings.HasPrefix(digits, "00"):
		digits = digits[2:]
	default:
		digits = strings.TrimLeft(digits, "0")
		country := len(ours) - len(digits)
		if country == 0 && ours != "" && digits[:1] == ours[:1] {
			break // he has written all of it
		}
		if country < 1 || country > mostCountry {
			return ""
		}
		digits = ours[:country] + digits
	}
	if len(digits) < leastDigits || len(digits) > mostDigits {
		return ""
	}
	return digits
}

// waTo is the address that opens a chat in which a text is written already.
func waTo(digits, text string) string {
	return "https://wa.me/" + digits + "?text=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// greeting is what a message to the buyer begins with: of which shop and order it is, and how far it
// has come.
func (p *Pages) greeting(v *visit, o *models.Order) string {
	return v.voice.Say("desk.wa.hello", map[string]any{
		"name": o.Buyer.Name, "shop": v.voice.Say("shop.name", nil), "n": o.Number,
		"total": v.voice.In(o.Currency).Money(o.Totals.Total), "state": v.voice.Say("desk.state."+string(o.State), nil),
	})
}
