package models

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Money is an amount in thousandths of the shop's one currency, whatever decimals that has: see
// [UnitOf]. In JSON it is a plain number (1234.5), read from its digits and never through a float.
type Money int64

// PricePlaces is how many decimals an amount can have, and One is one of the currency.
const (
	PricePlaces = 3
	One         = Money(1000)
)

// Plus adds an amount and stops at the largest there is: 500 lines of the dearest product, a million
// of each, would pass it, and other programs write into carts and ledgers what they like.
func (m Money) Plus(more Money) Money {
	if more > 0 && m > math.MaxInt64-more {
		return math.MaxInt64
	}
	return m + more
}

// maxMoneyText bounds the work that a hostile number can ask for.
const maxMoneyText = 64

// ParseMoney reads a number as JSON writes it (RFC 8259, section 6). What counts is its value: 1.50
// and 15e-1 are the same amount, 1.0005 is refused.
func ParseMoney(text string) (Money, error) {
	amount, problem := parseMoney(text)
	if problem != "" {
		return 0, fmt.Errorf("%s %s", quote(text), problem)
	}
	return amount, nil
}

const notNumber, range64 = "is not a number", "is out of range"

func parseMoney(text string) (amount Money, problem string) {
	if len(text) > maxMoneyText {
		return 0, "is not a number of at most 64 characters"
	}
	rest, negative := strings.CutPrefix(text, "-")
	mantissa, exponentText, hasExponent := strings.Cut(strings.ReplaceAll(rest, "E", "e"), "e")
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if !digits(whole) || len(whole) > 1 && whole[0] == '0' || hasPoint && !digits(fraction) {
		return 0, notNumber
	}
	exponent := 0
	if hasExponent {
		if !digits(strings.TrimLeft(exponentText, "+-")) || strings.LastIndexAny(exponentText, "+-") > 0 {
			return 0, notNumber
		}
		var err error
		if exponent, err = strconv.Atoi(exponentText); err != nil {
			exponent = 1 << 20 * sign(exponentText)
		}
	}
	all := strings.TrimLeft(whole+fraction, "0")
	if all == "" {
		return 0, ""
	}
	shift := exponent - len(fraction) + PricePlaces // amount = all × 10^shift
	for shift < 0 && strings.HasSuffix(all, "0") {
		all, shift = all[:len(all)-1], shift+1
	}
	if shift < 0 {
		return 0, "has more than three decimals"
	}
	if len(all)+shift > 18 {
		return 0, range64
	}
	n, err := strconv.ParseInt(all+strings.Repeat("0", shift), 10, 64)
	if err != nil {
		return 0, range64
	}
	if negative {
		n = -n
	}
	return Money(n), ""
}

func sign(exponent string) int {
	if strings.HasPrefix(exponent, "-") {
		return -1
	}
	return 1
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// String writes the amount with as many decimals as it needs: 5, 1234.5, 0.99.
func (m Money) String() string { return string(m.append(nil)) }

func (m Money) append(b []byte) []byte {
	if m < 0 {
		b, m = append(b, '-'), -m
	}
	b = strconv.AppendInt(b, int64(m/One), 10)
	rest := m % One
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for digit := One / 10; rest > 0; digit /= 10 {
		b, rest = append(b, byte('0'+rest/digit)), rest%digit
	}
	return b
}

// MarshalJSON writes the amount as a number.
func (m Money) MarshalJSON() ([]byte, error) { return m.append(make([]byte, 0, 16)), nil }

// UnmarshalJSON reads the amount as [ParseMoney] does.
func (m *Money) UnmarshalJSON(text []byte) error {
	parsed, err := ParseMoney(string(text))
	if err == nil {
		*m = parsed
	}
	return err
}
