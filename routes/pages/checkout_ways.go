package pages

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

// deliveries fills in the ways that go to the address that was typed; all of them as long as there is
// none.
func (s *checkoutSheet) deliveries(voice *views.Voice, settings models.Settings, bill shop.Bill, form checkoutForm) {
	all := settings.Deliveries
	if to := form.asked.Delivery.Address; to.Province != "" || to.Postcode != "" {
		near := shop.Deliveries(settings, shop.Address{Country: to.Country, Province: to.Province, Postcode: to.Postcode})
		all = slices.DeleteFunc(slices.Clone(all), func(d models.Delivery) bool {
			fits := slices.ContainsFunc(near, func(n models.Delivery) bool { return n.Way == d.Way })
			return !fits && d.Way != form.delivery // which says that it does not
		})
	}
	for i, d := range all {
		one := deliveryChoice{
			At: i, Way: d.Way, Name: d.Name, Where: d.Address, Hours: d.Hours, Pickup: d.Kind == models.DeliverPickup,
			Chosen: d.Way == form.delivery || len(all) == 1, Only: len(all) == 1,
		}
		if !one.Pickup {
			s.Zones, one.Where = true, whereTo(d)
		}
		if one.Name == "" {
			one.Name = voice.Say("checkout."+d.Kind, nil)
		}
		sums, err := shop.Quote(settings, bill, &d)
		if err != nil {
			continue
		}
		one.Of = totalOf{
			Known: true, Delivery: sums.Delivery.Total, Total: sums.Total, Fee: sums.Delivery.Unit, Added: sums.Added,
		}
		for _, rate := range sums.Rates {
			if rate.Tax > 0 {
				one.Of.Taxes = append(one.Of.Taxes, taxRow{rate.Rate.Name, rate.Tax})
			}
		}
		one.Saw = sawSum{sums.Total, sums.Delivery.Unit, sums.Added, settings.Currency, termsOf(d)}.of(d.Way)
		if one.Chosen {
			s.Total = one.Of
		}
		s.Deliveries = append(s.Deliveries, one)
	}
}

// whereTo says where a zone is, as the merchant has written it.
func whereTo(d models.Delivery) string {
	return strings.Join(slices.Concat(d.Provinces, d.Postcodes), ", ")
}

func (s *checkoutSheet) payments(settings models.Settings, form checkoutForm) {
	for i, p := range settings.Payments {
		s.Payments = append(s.Payments, paymentChoice{
			At: i, Way: p.Way, Note: p.Note, Transfer: p.Way == models.PayTransfer, Days: p.Days,
			Chosen: p.Way == form.payment || len(settings.Payments) == 1, Only: len(settings.Payments) == 1,
		})
	}
}

// countries fills in those that the zones go to, where that matters.
func (s *checkoutSheet) countries(voice *views.Voice, settings models.Settings, form checkoutForm) {
	var codes []string
	for _, d := range settings.Deliveries {
		codes = append(codes, d.Countries...)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if len(codes) == 1 {
		s.Country = codes[0]
		return
	}
	names := display.Regions(language.Make(string(voice.Language)))
	for _, code := range codes {
		one := countryChoice{Code: code, Name: code, Chosen: code == form.asked.Delivery.Address.Country}
		if region, err := language.ParseRegion(code); err == nil {
			one.Name = names.Name(region)
		}
		s.Countries = append(s.Countries, one)
	}
}
