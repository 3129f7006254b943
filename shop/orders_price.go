package shop

import (
	"time"

	"pulperia/dao/models"
)

// How long an order waits for its money, by the way in which it is paid.
const (
	cashWaits     = 3 * day
	transferWaits = 2 * day
)

// priceOrder says what the lines of an order cost together, and how long it waits for its money.
func priceOrder(settings models.Settings, o *models.Order) (lasts time.Duration, err error) {
	o.Currency = settings.Currency
	o.Totals = models.Totals{}
	for _, line := range o.Lines {
		o.Totals.Items = plus(o.Totals.Items, line.Total)
	}
	o.Totals.Total = o.Totals.Items
	var wrong models.Invalid
	if o.Totals.Total > models.MaxTotal {
		wrong.Add("cart", models.TooLarge, models.MaxTotal, o.Totals.Total.String())
	}
	o.Delivery.Pickup = o.Delivery.Way == "pickup"
	if o.Delivery.Way != "pickup" && o.Delivery.Way != "delivery" {
		wrong.Add("delivery.way", models.NotOneOf, "pickup, delivery", o.Delivery.Way)
	}
	switch o.Payment.Way {
	case "cash":
		lasts = cashWaits
	case "transfer":
		lasts, o.Payment.Awaited = transferWaits, true
	default:
		wrong.Add("payment.way", models.NotOneOf, "cash, transfer", o.Payment.Way)
	}
	return lasts, wrong.Err()
}
