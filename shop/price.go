package shop

import (
	"slices"

	"pulperia/dao/models"
)

// MaxSum is the most that an order may come to, and MaxFineSum that in a currency of three decimals:
// what a double, as other programs keep money, still holds to the last digit.
const (
	MaxSum     = models.Money(9_999_999_999_999_990)
	MaxFineSum = models.Money(999_999_999_999_999)
)

// Wanted is a line that is to be priced: so many of one thing, at the price that the catalogue has.
type Wanted struct {
	Unit     models.Money
	Quantity int64
	Tax      string // the name of its rate; the default where there is none of that name
}

// Sum is what is to be paid for a line or for the delivery.
type Sum struct {
	Unit  models.Money // the price of one, in whole units of the currency
	Rate  models.Tax   // without a name where nothing is taxed
	Total models.Money // with the tax
	Tax   models.Money // in the total
}

// Sums are what is to be paid for an order.
type Sums struct {
	Lines    []Sum
	Delivery Sum
	Rates    []Sum // all that is taxed by each rate, in the order in which the rates first come

	Items models.Money // the totals of the lines
	Tax   models.Money // in the total
	Total models.Money // of the lines and of the delivery
	Added models.Money // of the tax, what the prices do not include
}

// Price prices lines and their delivery; nil for none. Tax is worked out once for all that has one
// rate, rounded half up to the smallest unit of the currency, and shared out by largest remainder,
// so that lines always sum to totals. A sum above [MaxSum], or [MaxFineSum], is refused.
func Price(settings models.Settings, lines []Wanted, delivery *models.Delivery) (Sums, error) {
	most, unit, all, goods := MaxSum, models.UnitOf(settings.Currency), make([]Sum, len(lines), len(lines)+1), models.Money(0)
	if unit == 1 {
		most = MaxFineSum
	}
	for i, line := range lines {
		price := line.Unit.Rounded(unit)
		all[i] = Sum{Unit: price, Rate: RateOf(settings.Taxes, line.Tax), Total: times(price, line.Quantity)}
		goods = goods.Plus(all[i].Total)
	}
	last := Sum{}
	if delivery != nil {
		last.Unit, last.Rate = DeliveryPrice(*delivery, goods).Rounded(unit), RateOf(settings.Taxes, "")
		last.Total = last.Unit
	}
	if goods.Plus(last.Total) > most {
		return Sums{}, tooDear(most)
	}
	all = append(all, last)
	sums := Sums{Rates: shareTaxes(all, settings.TaxAdded, unit)}
	sums.Lines, sums.Delivery = all[:len(lines):len(lines)], all[len(lines)]
	for _, line := range sums.Lines {
		sums.Items += line.Total
	}
	for _, rate := range sums.Rates {
		sums.Tax += rate.Tax
	}
	if sums.Total = sums.Items + sums.Delivery.Total; sums.Total > most {
		return Sums{}, tooDear(most)
	}
	sums.Added = sums.Total - goods - last.Unit
	return sums, nil
}

func tooDear(most models.Money) error {
	var wrong models.Invalid
	wrong.Add("lines", models.TooLarge, most, "")
	return wrong
}

// RateOf returns the rate of a name, or else the default one. Without either nothing is taxed.
func RateOf(taxes []models.Tax, name string) models.Tax {
	usual := models.Tax{}
	for _, tax := range taxes {
		if tax.Name == name && name != "" {
			return tax
		}
		if tax.Default {
			usual = tax
		}
	}
	return usual
}

// DeliveryPrice is what a delivery costs where the goods come to so much by the catalogue.
func DeliveryPrice(d models.Delivery, goods models.Money) models.Money {
	if d.Kind == models.DeliverPickup || d.FreeFrom > 0 && goods >= d.FreeFrom {
		return 0
	}
	return d.Price
}

// shareTaxes gives each sum its tax, and its total that tax where it is added, and returns the sums
// by rates.
func shareTaxes(sums []Sum, added bool, unit models.Money) (rates []Sum) {
	for i := range sums {
		rate := sums[i].Rate
		if rate.Name == "" || slices.ContainsFunc(rates, func(s Sum) bool { return s.Rate.Name == rate.Name }) {
			continue
		}
		var of []*Sum
		for j := i; j < len(sums); j++ {
			if sums[j].Rate.Name == rate.Name {
				of = append(of, &sums[j])
			}
		}
		rates = append(rates, shareTax(of, rate, added, unit))
	}
	return rates
}

// shareTax does it for what has one rate. A total is at most MaxSum and a rate at most 100 %, so no
// product passes 64 bits.
func shareTax(sums []*Sum, rate models.Tax, added bool, unit models.Money) Sum {
	whole, points := uint64(models.MaxPoints), uint64(min(max(rate.Points, 0), models.MaxPoints))
	if !added {
		whole += points
	}
	parted := func(total models.Money) (units models.Money, rest uint64) {
		product := uint64(total/unit) * points
		return models.Money(product / whole), product % whole
	}
	all, rests, left := Sum{Rate: rate}, make([]uint64, len(sums)), models.Money(0)
	for i, sum := range sums {
		all.Total += sum.Total
		sum.Tax, rests[i] = parted(sum.Total)
		left -= sum.Tax
	}
	units, rest := parted(all.Total)
	if rest >= whole-rest { // half up
		units++
	}
	left += units
	order := make([]int, len(sums))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { // the largest first, of equal ones the first line
		switch {
		case rests[a] > rests[b]:
			return -1
		case rests[a] < rests[b]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] {
		sums[i].Tax++
	}
	for _, sum := range sums {
		if sum.Tax *= unit; added {
			sum.Total += sum.Tax
		}
	}
	if all.Tax = units * unit; added {
		all.Total += all.Tax
	}
	return all
}
