package shop

import (
	"slices"
	"strings"
	"time"

	"pulperia/dao/models"
)

// Address is where goods are to go, as far as it decides who brings them there.
type Address struct {
	Country  string // ISO 3166-1, two letters
	Province string
	Postcode string
}

// Deliveries returns those that there are for an address, in the order of the settings: the places
// where goods are fetched, which need none, and the zones that the address is in.
func Deliveries(settings models.Settings, to Address) []models.Delivery {
	return slices.DeleteFunc(settings.WithStart().Deliveries, func(d models.Delivery) bool { return !reaches(d, to) })
}

// DeliveryOf returns the delivery that an order names, for its address. What is not there, and an
// address where it does not go, is refused by the name of the field.
func DeliveryOf(settings models.Settings, way string, to Address) (models.Delivery, error) {
	return deliveryOf(settings.WithStart().Deliveries, way, to)
}

func deliveryOf(all []models.Delivery, way string, to Address) (models.Delivery, error) {
	i := slices.IndexFunc(all, func(d models.Delivery) bool { return d.Way == way })
	var wrong models.Invalid
	switch {
	case i < 0:
		wrong.Add("delivery.way", models.NotOneOf, names(all, func(d models.Delivery) string { return d.Way }), models.Quoted(way))
	case !reaches(all[i], to):
		wrong.Add("delivery.address", models.NotServed, nil, "")
	default:
		return all[i], nil
	}
	return models.Delivery{}, wrong
}

// PaymentOf returns the way of paying that an order names; another is refused by the name of the
// field.
func PaymentOf(settings models.Settings, way string) (models.Payment, error) {
	return paymentOf(settings.WithStart().Payments, way)
}

func paymentOf(all []models.Payment, way string) (models.Payment, error) {
	if i := slices.IndexFunc(all, func(p models.Payment) bool { return p.Way == way }); i >= 0 {
		return all[i], nil
	}
	var wrong models.Invalid
	wrong.Add("payment.way", models.NotOneOf, names(all, func(p models.Payment) string { return p.Way }), models.Quoted(way))
	return models.Payment{}, wrong
}

func names[T any](all []T, name func(T) string) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = name(one)
	}
	return strings.Join(texts, ", ")
}

// reaches says whether a delivery goes to an address. What a zone asks for and the address does not
// say is not in it.
func reaches(d models.Delivery, to Address) bool {
	if d.Kind != models.DeliverZone {
		return true
	}
	country, postcode := models.NormalPostcode(to.Country), models.NormalPostcode(to.Postcode)
	province := models.Fold(models.NormalName(to.Province))
	among := func(places []string, fits func(place string) bool) bool {
		return len(places) == 0 || slices.ContainsFunc(places, fits)
	}
	return among(d.Countries, func(place string) bool { return place == country }) &&
		among(d.Provinces, func(place string) bool { return models.Fold(place) == province }) &&
		among(d.Postcodes, func(place string) bool { return strings.HasPrefix(postcode, place) })
}

// Deadline is until when an order of a time waits for its money: the end of the last of so many
// days, as the shop counts them.
func Deadline(way models.Payment, placed models.Time, zone *time.Location) models.Time {
	day := placed.Std().In(zone)
	return models.TimeOf(time.Date(day.Year(), day.Month(), day.Day()+int(way.Days), 23, 59, 59, 0, zone))
}

// ZoneOf is the time zone of a shop: that of its settings, or else the one that is given.
func ZoneOf(settings models.Settings, other *time.Location) *time.Location {
	if zone, err := time.LoadLocation(settings.TimeZone); err == nil && settings.TimeZone != "" {
		return zone
	}
	return other
}
