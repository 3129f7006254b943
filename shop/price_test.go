package shop_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao/models"
	"pulperia/shop"
)

// Lines sum to totals, whatever is bought, under whatever rates, included or added, in a currency of
// any decimals; all is in whole units, and no tax of a rate is further than half a unit from what
// the rate makes of its whole sum, nor that of a line further than one.
func TestLinesSumToTotals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settings := models.Settings{Currency: rapid.SampledFrom([]string{"", "ARS", "CLP", "KWD"}).Draw(t, "currency"), TaxAdded: rapid.Bool().Draw(t, "added")}
		for i := range rapid.IntRange(0, 4).Draw(t, "rates") {
			points := rapid.OneOf(rapid.SampledFrom([]int64{0, 1, 1050, 2100, models.MaxPoints}), rapid.Int64Range(0, models.MaxPoints))
			settings.Taxes = append(settings.Taxes, models.Tax{Name: string(rune('a' + i)), Points: points.Draw(t, "points"), Default: i == 1})
		}
		lines := make([]shop.Wanted, rapid.IntRange(0, 12).Draw(t, "lines"))
		for i := range lines {
			lines[i] = shop.Wanted{
				Unit:     models.Money(rapid.OneOf(rapid.Int64Range(0, 5000), rapid.Int64Range(0, 1_000_000_000)).Draw(t, "unit")),
				Quantity: rapid.Int64Range(1, 5000).Draw(t, "quantity"),
				Tax:      rapid.SampledFrom([]string{"", "a", "b", "c", "gone"}).Draw(t, "tax"),
			}
		}
		var delivery *models.Delivery
		if rapid.Bool().Draw(t, "delivered") {
			delivery = &models.Delivery{Kind: models.DeliverZone, Price: models.Money(rapid.Int64Range(0, 100_000).Draw(t, "cost")),
				FreeFrom: models.Money(rapid.Int64Range(0, 10_000).Draw(t, "from"))}
		}
		sums, err := shop.Price(settings, lines, delivery)
		if err != nil {
			t.Fatal(err)
		}
		checkSums(t, sums, models.UnitOf(settings.Currency), settings.TaxAdded)
	})
}

func checkSums(t *rapid.T, sums shop.Sums, unit models.Money, added bool) {
	all := append(slices.Clone(sums.Lines), sums.Delivery)
	var items, tax, total, byRate models.Money
	gross, taxes := map[string]models.Money{}, map[string]models.Money{}
	for i, one := range all {
		if i < len(sums.Lines) {
			items += one.Total
		}
		tax, total = tax+one.Tax, total+one.Total
		gross[one.Rate.Name] += one.Total
		taxes[one.Rate.Name] += one.Tax
		if one.Unit%unit != 0 || one.Total%unit != 0 || one.Tax%unit != 0 || one.Tax < 0 || one.Tax > one.Total {
			t.Errorf("%d: %+v is not in units of %d", i, one, unit)
		}
		checkTax(t, one, unit, unit, added)
	}
	if items != sums.Items || tax != sums.Tax || total != sums.Total || items+sums.Delivery.Total != total {
		t.Errorf("lines make %d, %d, %d, and the sums are %+v", items, tax, total, sums)
	}
	for _, rate := range sums.Rates {
		byRate += rate.Tax
		if gross[rate.Rate.Name] != rate.Total || taxes[rate.Rate.Name] != rate.Tax {
			t.Errorf("%+v is of %d, and of it %d", rate, gross[rate.Rate.Name], taxes[rate.Rate.Name])
		}
		checkTax(t, rate, unit, unit/2, added)
	}
	if byRate != sums.Tax {
		t.Errorf("the rates make %d of %d", byRate, sums.Tax)
	}
}

// checkTax holds a tax against its rate; within is how far off it may be.
func checkTax(t *rapid.T, s shop.Sum, unit, within models.Money, added bool) {
	whole, of := int64(models.MaxPoints)+s.Rate.Points, int64(s.Total)
	if added {
		whole, of = models.MaxPoints, int64(s.Total-s.Tax)
	}
	if s.Rate.Name == "" {
		whole, of = 1, 0
	}
	off := int64(s.Tax)*whole - of*s.Rate.Points // times whole
	if unit == 1 && within == 0 {                // half of the smallest unit
		off, within = 2*off, 1
	}
	if most := int64(within) * whole; off > most || -off > most {
		t.Errorf("%+v: the tax is off by %d/%d", s, off, whole)
	}
}

// The figures of an invoice that was worked out by hand: prices with their tax and without, a rate
// of a product's own, three equal lines that cannot share a cent, a currency without decimals.
func TestPrice(t *testing.T) {
	taxes := []models.Tax{{Name: "IVA", Points: 2100, Default: true}, {Name: "IVA 10,5", Points: 1050}, {Name: "exento"}}
	bread := shop.Wanted{Unit: 1000, Quantity: 1, Tax: "IVA 10,5"}
	zone := models.Delivery{Kind: models.DeliverZone, Price: 121_000, FreeFrom: 5000_000}
	for _, tt := range []struct {
		name     string
		settings models.Settings
		lines    []shop.Wanted
		delivery *models.Delivery

		tax                    []models.Money
		items, cost, all, owed models.Money // delivery, tax, total
	}{
		{"included", models.Settings{Taxes: taxes}, []shop.Wanted{{Unit: 121_000, Quantity: 2}, bread}, &zone, []models.Money{42_000, 100}, 243_000, 121_000, 63_100, 364_000},
		{"added", models.Settings{Taxes: taxes, TaxAdded: true}, []shop.Wanted{{Unit: 100_000, Quantity: 2}, bread}, nil, []models.Money{42_000, 110}, 243_110, 0, 42_110, 243_110},
		{"a cent for three", models.Settings{Taxes: taxes, TaxAdded: true}, []shop.Wanted{{Unit: 20, Quantity: 1}, {Unit: 20, Quantity: 1}, {Unit: 20, Quantity: 1}}, nil, []models.Money{10, 0, 0}, 70, 0, 10, 70},
		{"free from a sum", models.Settings{}, []shop.Wanted{{Unit: 2500_000, Quantity: 2}}, &zone, []models.Money{0}, 5000_000, 0, 0, 5000_000},
		{"exempt", models.Settings{Taxes: taxes}, []shop.Wanted{{Unit: 500, Quantity: 1, Tax: "exento"}}, nil, []models.Money{0}, 500, 0, 0, 500},
		{"fils", models.Settings{Taxes: taxes, Currency: "KWD", TaxAdded: true}, []shop.Wanted{{Unit: 1_005, Quantity: 3}}, nil, []models.Money{633}, 3_648, 0, 633, 3_648},
		{"whole pesos", models.Settings{Taxes: taxes, Currency: "CLP"}, []shop.Wanted{{Unit: 1190_500, Quantity: 1}}, nil, []models.Money{207_000}, 1191_000, 0, 207_000, 1191_000},
	} {
		sums, err := shop.Price(tt.settings, tt.lines, tt.delivery)
		if err != nil {
			t.Fatal(err)
		}
		var tax []models.Money
		for _, line := range sums.Lines {
			tax = append(tax, line.Tax)
		}
		if !slices.Equal(tax, tt.tax) || sums.Items != tt.items || sums.Delivery.Total != tt.cost || sums.Tax != tt.all || sums.Total != tt.owed {
			t.Errorf("%s: %+v", tt.name, sums)
		}
	}
}

// What no double holds to the last digit is refused, and so is what would pass 64 bits.
func TestTooDear(t *testing.T) {
	for _, tt := range []struct {
		unit     models.Money
		quantity int64
		added    bool
		currency string
		fine     bool
	}{
		{shop.MaxSum, 1, false, "", true},
		{shop.MaxSum, 2, false, "", false},
		{shop.MaxSum, 1, true, "", false},
		{shop.MaxFineSum, 1, false, "KWD", true},
		{shop.MaxFineSum + 1, 1, false, "KWD", false},
		{models.MaxPrice, 1_000_000, false, "", false},
		{models.MaxPrice, 10_000_000_000, false, "", false},
	} {
		settings := models.Settings{Currency: tt.currency, TaxAdded: tt.added, Taxes: []models.Tax{{Name: "all", Points: models.MaxPoints, Default: true}}}
		_, err := shop.Price(settings, []shop.Wanted{{Unit: tt.unit, Quantity: tt.quantity}}, nil)
		if invalid, is := errors.AsType[models.Invalid](err); tt.fine == is || !tt.fine && !invalid.Has("lines") {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}
