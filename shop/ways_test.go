package shop_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
)

// A shop sells before anything is set: for cash, at a place of its own, and a merchant who sets one
// of both leaves the other as it is.
func TestWaysFromTheStart(t *testing.T) {
	settings := models.Settings{Place: "Defensa 1", Hours: "de 9 a 20"}
	cash, err1 := shop.PaymentOf(settings, "cash")
	pickup, err2 := shop.DeliveryOf(settings, "pickup", shop.Address{})
	if err1 != nil || err2 != nil || cash.Days != 3 || pickup.Address != "Defensa 1" || pickup.Hours != "de 9 a 20" || pickup.Price != 0 {
		t.Error(cash, pickup, err1, err2)
	}
	settings.Payments = []models.Payment{{Way: models.PayTransfer}}
	transfer, err := shop.PaymentOf(settings, "transfer")
	if _, err2 := shop.DeliveryOf(settings, "pickup", shop.Address{}); err != nil || err2 != nil || transfer.Days != 2 {
		t.Error(transfer, err, err2)
	}
	if _, err := shop.PaymentOf(settings, "cash"); err == nil || !strings.Contains(err.Error(), "payment.way must be one of transfer") {
		t.Error(err)
	}
	if len(settings.Deliveries) > 0 {
		t.Error("what a shop goes by is written into its settings")
	}
}

// A zone takes the addresses that all of its lists take, however they are written; an address that
// none takes is refused by its name.
func TestDeliveries(t *testing.T) {
	settings := models.Settings{Deliveries: []models.Delivery{
		{Kind: "pickup"},
		{Kind: "zone", Name: "moto", Countries: []string{"AR"}, Postcodes: []string{"C14", "14"}},
		{Kind: "zone", Name: "correo", Countries: []string{"ar", "UY"}, Provinces: []string{"Córdoba", "Montevideo"}},
		{Kind: "pickup", Name: "galpón"},
	}}
	for want, to := range map[string]shop.Address{
		"pickup pickup-2":        {},
		"pickup zone pickup-2":   {Country: "ar", Province: "CABA", Postcode: "c 1425-abc"},
		"pickup zone-2 pickup-2": {Country: "UY", Province: "montevideo", Postcode: "1400"},
	} {
		var ways []string
		for _, d := range shop.Deliveries(settings, to) {
			ways = append(ways, d.Way)
		}
		if got := strings.Join(ways, " "); got != want {
			t.Errorf("%+v: %s, want %s", to, got, want)
		}
		d, err := shop.DeliveryOf(settings, "zone-2", to)
		if served := slices.Contains(ways, "zone-2"); served != (err == nil) || served && d.Name != "correo" ||
			!served && err.Error() != "delivery.address is where the shop does not deliver to" {
			t.Errorf("%+v: %v, %v", to, d, err)
		}
	}
	if _, err := shop.DeliveryOf(settings, "dron", shop.Address{}); err == nil || !strings.Contains(err.Error(), `one of pickup, zone, zone-2, pickup-2; got "dron"`) {
		t.Error(err)
	}
}

// The last day is a whole one where the shop is, also where a clock is put back in between.
func TestDeadline(t *testing.T) {
	for zone, want := range map[string]string{
		"America/Argentina/Buenos_Aires": "2026-10-26T02:59:59.000Z", "Europe/Madrid": "2026-10-25T22:59:59.000Z", "UTC": "2026-10-25T23:59:59.000Z",
	} {
		placed := models.TimeOf(time.Date(2026, 10, 24, 1, 0, 0, 0, time.UTC))
		days := int64(1)
		if zone == "America/Argentina/Buenos_Aires" { // where it is the 23rd still
			days = 2
		}
		got := shop.Deadline(models.Payment{Days: days}, placed, shop.ZoneOf(models.Settings{TimeZone: zone}, time.UTC))
		if got.String() != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
}
