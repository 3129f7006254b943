package shop

import (
	"errors"

	"pulperia/dao/models"
)

// priceOrder says what an order costs by the ways that its buyer has chosen, and until when it waits
// for its money. A way that there is not, and an address that none reaches, are models.Invalid.
func priceOrder(terms *terms, o *models.Order, now models.Time) error {
	to := o.Delivery.Address
	delivery, noDelivery := deliveryOf(
		terms.Deliveries, o.Delivery.Way, Address{Country: to.Country, Province: to.Province, Postcode: to.Postcode})
	payment, noPayment := paymentOf(terms.Payments, o.Payment.Way)
	wrong, _ := errors.AsType[models.Invalid](noDelivery)
	more, _ := errors.AsType[models.Invalid](noPayment)
	wrong = append(wrong, more...)
	if noDelivery == nil && delivery.Kind == models.DeliverZone && to.Street == "" {
		wrong.Add("delivery.address.street", models.Required, nil, "")
	}
	if len(wrong) > 0 {
		return wrong
	}
	o.Delivery.Name, o.Delivery.Pickup = delivery.Name, delivery.Kind == models.DeliverPickup
	if o.Delivery.Place, o.Delivery.Hours = "", delivery.Hours; o.Delivery.Pickup {
		o.Delivery.Place = delivery.Address
	}
	o.Payment.Awaited = payment.Way == models.PayTransfer
	o.Until = Deadline(payment, now, terms.zone)
	if terms.AcceptAtOnce {
		o.State = models.OrderAccepted
	}
	return priceLines(terms.Settings, o, &delivery)
}

// priceLines says what the lines of an order and their delivery cost; nil for none. Each line has the
// name of the rate of its product.
func priceLines(settings models.Settings, o *models.Order, delivery *models.Delivery) error {
	sums, err := Price(settings, wantedOf(o), delivery)
	if err != nil {
		return err
	}
	for i, sum := range sums.Lines {
		line := &o.Lines[i]
		line.Unit, line.Total = sum.Unit, sum.Total
		line.Tax = models.LineTax{Name: sum.Rate.Name, Rate: sum.Rate.Points, Amount: sum.Tax}
	}
	o.Currency = settings.Currency
	o.Totals = models.Totals{
		Items: sums.Items, Delivery: sums.Delivery.Total, Tax: sums.Tax, Total: sums.Total,
	}
	return nil
}

// wantedOf are the lines of an order before they are priced.
func wantedOf(o *models.Order) []Wanted {
	wanted := make([]Wanted, len(o.Lines))
	for i, line := range o.Lines {
		wanted[i] = Wanted{Unit: line.Unit, Quantity: line.Quantity, Tax: line.Tax.Name}
	}
	return wanted
}
