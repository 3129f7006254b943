package models

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Notation is what the figures of one source (a file, a form) show of how it writes decimals. A
// figure like 25.000 or 1,250 may mean two numbers: the source's other figures decide, or else it
// is refused with both. The zero value has seen nothing.
type Notation struct {
	Point, Comma bool
	Fine         bool // amounts have three decimals: see [NotationIn]
}

// NotationIn has seen nothing, of a source whose amounts are in a currency. Where that has three
// decimals, 12.345 and 12,345 are such an amount as long as no other figure says otherwise.
func NotationIn(currency string) Notation { return Notation{Fine: DecimalsOf(currency) > usualPlaces} }

// Places is how many decimals an amount may have. In a currency without any it is as elsewhere: that
// they are too many is a rule of the shop.
func (n Notation) Places() int {
	if n.Fine {
		return PricePlaces
	}
	return usualPlaces
}

// LearnMoney is [Notation.Learn] of an amount.
func (n *Notation) LearnMoney(text string) { n.Learn(text, n.Places()) }

// Blank says whether nothing has been seen yet.
func (n Notation) Blank() bool { return !n.Point && !n.Comma }

// Learn takes in what a figure with so many decimals at most shows: 12,50 and 1.234.567 are written
// with a decimal comma, and so is a price of 12.345, which has no third decimal.
func (n *Notation) Learn(text string, places int) {
	f := parseFigure(text)
	switch {
	case f.point == f.comma:
	case f.comma == "", fits(f.point, places) && !fits(f.comma, places):
		n.Point = true
	case f.point == "", fits(f.comma, places) && !fits(f.point, places):
		n.Comma = true
	}
}

// Money reads an amount. What is wrong with it is added to v.
func (n Notation) Money(v *Invalid, field, text string) Money {
	number := n.read(v, field, text, n.Places(), NotNumber)
	if number == "" {
		return 0
	}
	amount, problem := parseMoney(number)
	switch {
	case !fits(number, n.Places()):
		v.Add(field, Decimals, n.Places(), quote(text))
	case problem != "":
		outOfRange(v, field, number, 0, MaxPrice)
	}
	return amount
}

// Whole reads a whole number, also when it is written as 12.0. What is wrong with it is added to v.
func (n Notation) Whole(v *Invalid, field, text string, most int64) int64 {
	number := n.read(v, field, text, 0, NotWhole)
	if number == "" {
		return 0
	}
	if !fits(number, 0) {
		v.Add(field, NotWhole, nil, quote(text))
		return 0
	}
	amount, problem := parseMoney(number)
	if problem != "" {
		outOfRange(v, field, number, 0, most)
	}
	return int64(amount / One)
}

// outOfRange notes a number that no integer of ours holds.
func outOfRange[N Money | int64](v *Invalid, field, number string, least, most N) {
	if strings.HasPrefix(number, "-") {
		v.Add(field, TooSmall, least, number)
		return
	}
	v.Add(field, TooLarge, most, number)
}

// read returns what a figure says as JSON writes it, or notes why that cannot be known and returns
// "". rule is what a text breaks that is no figure.
func (n Notation) read(v *Invalid, field, text string, places int, rule Rule) string {
	if strings.TrimSpace(text) == "" {
		v.Add(field, Required, nil, "")
		return ""
	}
	n.Learn(text, places)
	f := parseFigure(text)
	switch {
	case f.point == "" && f.comma == "":
		v.Add(field, rule, nil, quote(text))
	case f.point == f.comma, f.comma == "", f.point != "" && n.Point && !n.Comma:
		return f.point
	case f.point == "", n.Comma && !n.Point:
		return f.comma
	case n.Fine && n.Blank() && places > 0: // prices are written with all three decimals there
		if strings.Contains(f.point, ".") {
			return f.point
		}
		return f.comma
	default:
		v.Add(field, TwoReadings, trimZeros(f.point)+" / "+trimZeros(f.comma), quote(text))
	}
	return ""
}

// HasTwoReadings says whether a figure alone may mean two numbers.
func HasTwoReadings(text string, places int) bool {
	f := parseFigure(text)
	var alone Notation
	alone.Learn(text, places)
	return f.point != f.comma && alone.Blank()
}

// figure is what a text says, as JSON writes it, if the point is its decimal sign and if the comma
// is; "" for nothing.
type figure struct{ point, comma string }

// groupMarks are what stands between groups of digits, beside points and commas.
var groupMarks = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "'", " ", "’", " ")

// parseFigure reads 1234.5, 1.234,50, 1,234.50, $ 1 234,50, ARS 1'234.50, 1e3.
func parseFigure(text string) figure {
	text = trimCurrency(strings.TrimSpace(text))
	if len(text) > maxMoneyText {
		return figure{}
	}
	rest, negative := strings.CutPrefix(text, "-")
	rest = trimCurrency(rest)
	if strings.ContainsAny(rest, "eE") {
		if _, problem := parseMoney(rest); problem == notNumber {
			return figure{}
		}
		return figure{text, text}
	}
	rest = groupMarks.Replace(rest)
	f := figure{reading(rest, ".", ","), reading(rest, ",", ".")}
	for _, one := range []*string{&f.point, &f.comma} {
		if negative && *one != "" {
			*one = "-" + *one
		}
	}
	return f
}

// reading returns what digits say with one mark before the decimals and another one, or spaces,
// between thousands.
func reading(text, decimal, thousands string) string {
	whole, fraction, hasFraction := strings.Cut(text, decimal)
	if hasFraction && !digits(fraction) {
		return ""
	}
	for _, mark := range []string{thousands, " "} {
		if strings.Contains(whole, mark) && isGrouped(whole, mark) {
			whole = strings.ReplaceAll(whole, mark, "")
		}
	}
	if !digits(whole) {
		return ""
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if !hasFraction {
		return whole
	}
	return whole + "." + fraction
}

// isGrouped says whether digits stand in groups of three with a mark between them: 1.234.567.
func isGrouped(text, mark string) bool {
	groups := strings.Split(text, mark)
	for i, group := range groups {
		if !digits(group) || i > 0 && len(group) != 3 {
			return false
		}
	}
	return len(groups) > 1 && len(groups[0]) <= 3 && groups[0][0] != '0'
}

// fits says whether a number has no more decimals, but for zeros at its end.
func fits(number string, places int) bool {
	if strings.ContainsAny(number, "eE") {
		amount, problem := parseMoney(number)
		return problem == "" && amount.Fits(places)
	}
	_, fraction, _ := strings.Cut(number, ".")
	return len(strings.TrimRight(fraction, "0")) <= places
}

func trimZeros(number string) string {
	if strings.Contains(number, ".") {
		number = strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
	}
	return number
}

// trimCurrency takes a currency off: its sign, with capitals that belong to it ("US$"), or three
// letters ("ARS").
func trimCurrency(text string) string {
	isMark := func(r rune) bool { return unicode.Is(unicode.Sc, r) || 'A' <= r && r <= 'Z' }
	first := strings.TrimLeftFunc(text, isMark)
	if isCurrency(text[:len(text)-len(first)]) {
		text = strings.TrimLeftFunc(first, unicode.IsSpace)
	}
	last := strings.TrimRightFunc(text, isMark)
	if isCurrency(text[len(last):]) {
		text = strings.TrimRightFunc(last, unicode.IsSpace)
	}
	return text
}

func isCurrency(text string) bool {
	hasSign := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Sc, r) })
	return utf8.RuneCountInString(text) <= 4 && (len(text) == 3 || hasSign)
}
