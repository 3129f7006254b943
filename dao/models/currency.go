package models

import "github.com/bojanz/currency"

// IsCurrency says whether a text is the code of a currency (ISO 4217).
func IsCurrency(code string) bool { return currency.IsValid(code) }

// DecimalsOf is how many decimals a currency has by its code; [PricePlaces] where that is none.
func DecimalsOf(code string) int {
	if digits, known := currency.GetDigits(code); known {
		return int(digits)
	}
	return PricePlaces
}

// UnitOf is the smallest unit of a currency. Of one that has more decimals than an amount it is the
// smallest amount.
func UnitOf(code string) Money {
	unit := Money(1)
	for range PricePlaces - DecimalsOf(code) {
		unit *= 10
	}
	return unit
}

// Rounded is the amount in whole units, half of one up; nothing where it is negative.
func (m Money) Rounded(unit Money) Money {
	m = max(m, 0)
	if rest := m % unit; rest >= unit-rest {
		return m - rest + unit
	}
	return m - m%unit
}
