package models

import (
	"fmt"
	"math"
	"strconv"

	"github.com/bojanz/currency"
)

// IsCurrency says whether a text is the code of a currency (ISO 4217).
func IsCurrency(code string) bool { return currency.IsValid(code) }

// usualPlaces is how many decimals most currencies have, and one that nobody has named.
const usualPlaces = 2

// DecimalsOf is how many decimals a currency has by its code; 2 where that is none.
func DecimalsOf(code string) int {
	if digits, known := currency.GetDigits(code); known {
		return int(digits)
	}
	return usualPlaces
}

// UnitOf is the smallest unit of a currency. Of one that has more decimals than an amount it is the
// smallest amount.
func UnitOf(code string) Money {
	return unitOf(min(DecimalsOf(code), PricePlaces))
}

func unitOf(places int) Money {
	unit := One
	for range places {
		unit /= 10
	}
	return unit
}

// Fits says whether an amount has so many decimals at most.
func (m Money) Fits(places int) bool { return m%unitOf(places) == 0 }

// Decimal writes an amount with all the decimals of a currency: 1234.50 in pesos, 1235 in yen.
func (m Money) Decimal(currency string) string {
	unit := UnitOf(currency)
	m = m.Rounded(unit)
	text := strconv.FormatInt(int64(m/One), 10)
	if unit == One {
		return text
	}
	return text + "." + strconv.FormatInt(int64((m%One+One)/unit), 10)[1:]
}

// CheckUnit notes an amount that is not in whole units of a currency.
func (v *Invalid) CheckUnit(field string, amount Money, currency string) {
	switch {
	case amount%UnitOf(currency) == 0:
	case UnitOf(currency) == One:
		v.Add(field, WholeMoney, nil, amount.String())
	default:
		v.Add(field, Decimals, DecimalsOf(currency), amount.String())
	}
}

// CheckFine lists the amounts of a product that are finer than a hundredth where the currency is not:
// who writes 12.345 by hand may mean twelve thousand. That a currency has no decimals does not count,
// since it may have been another one.
func (p Product) CheckFine(currency string) (v Invalid) {
	v.checkFine("price", p.Price, currency)
	v.checkFine("compareAt", p.CompareAt, currency)
	for i, variant := range p.Variants {
		v.checkFine(fmt.Sprintf("variants[%d].price", i), variant.Price, currency)
	}
	return v
}

// CheckFine is that of products, for what deliveries cost, in the currency that the settings name.
func (s Settings) CheckFine(string) (v Invalid) {
	for i, delivery := range s.Deliveries {
		v.checkFine(fmt.Sprintf("deliveries[%d].price", i), delivery.Price, s.Currency)
		v.checkFine(fmt.Sprintf("deliveries[%d].freeFrom", i), delivery.FreeFrom, s.Currency)
	}
	return v
}

func (v *Invalid) checkFine(field string, amount Money, currency string) {
	if DecimalsOf(currency) < PricePlaces {
		currency = "" // of hundredths
	}
	v.CheckUnit(field, amount, currency)
}

// Rounded is the amount in whole units, half of one up; nothing where it is negative.
func (m Money) Rounded(unit Money) Money {
	m = max(m, 0)
	if rest := m % unit; rest >= unit-rest && m <= math.MaxInt64-unit {
		return m - rest + unit
	}
	return m - m%unit
}
