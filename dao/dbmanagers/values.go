package dbmanagers

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
)

// Single values, read with tolerance. None of these functions fails on any bytes, and neither does
// Lookup of one key; with several it panics, as the methods of RawValue without OK do.

// valuesOf returns the values of an array; none when it is no array.
func valuesOf(value bson.RawValue) []bson.RawValue {
	array, _ := value.ArrayOK()
	values, _ := array.Values()
	return values
}

// elementsOf returns the fields of a document; none when it is no document.
func elementsOf(value bson.RawValue) []bson.RawElement {
	doc, _ := value.DocumentOK()
	elements, _ := doc.Elements()
	return elements
}

// textsOf reads a text, or an array of texts.
func textsOf(value bson.RawValue) (texts []string) {
	for _, one := range append(valuesOf(value), value) {
		if one.Type == bson.TypeString {
			texts = append(texts, textOf(one))
		}
	}
	return texts
}

// textOf reads texts, and numbers and booleans as the texts that JavaScript makes of them. Anything
// else is "".
func textOf(value bson.RawValue) string {
	switch value.Type {
	case bson.TypeString:
		text, _ := value.StringValueOK()
		return strings.ToValidUTF8(text, "\uFFFD")
	case bson.TypeBoolean:
		on, _ := value.BooleanOK()
		return strconv.FormatBool(on)
	case bson.TypeInt32, bson.TypeInt64:
		n, _ := value.AsInt64OK()
		return strconv.FormatInt(n, 10)
	case bson.TypeDouble:
		f, _ := value.DoubleOK()
		if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e21) {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
		return strconv.FormatFloat(f, 'f', -1, 64)
	case bson.TypeDecimal128:
		number, _ := value.Decimal128OK()
		return number.String()
	}
	return ""
}

// cent is a hundredth of the currency.
const cent = models.One / 100

// numberOf is an amount as other programs keep it: the double nearest to it; moneyOf reads it back.
// Past 2^53 thousandths, too, cents are told apart.
func numberOf(amount models.Money) float64 {
	if amount%cent == 0 {
		return float64(amount/cent) / 100
	}
	return float64(amount) / float64(models.One)
}

// centsKey is an amount in cents, as listings go by it: whole, but for a finer amount, which the
// server orders among the others.
func centsKey(amount models.Money) any {
	if amount%cent == 0 {
		return int64(amount / cent)
	}
	return float64(amount) / float64(cent)
}

// moneyOf reads an amount, rounded to the nearest thousandth. What is no number is 0, and so is one
// of 10^14 or more.
func moneyOf(value bson.RawValue) models.Money {
	if f, ok := value.DoubleOK(); ok {
		// Almost always: the double nearest to so many cents, or thousandths. With at most 15 digits
		// no other amount has the same one.
		if cents := math.Round(f * 100); math.Abs(cents) < 1e15 && cents/100 == f {
			return models.Money(cents) * cent
		}
		if fine := math.Round(f * 1000); math.Abs(fine) < 1e15 && fine/1000 == f {
			return models.Money(fine)
		}
	}
	number, _ := decimalOf(value)
	n, rest, _ := number.cut(models.PricePlaces)
	if rest >= "5" {
		n++
	}
	return models.Money(number.sign(n))
}

// wholeOf reads a number and rounds it down. It is not ok when there is none, or when it is 10^17
// or more and no integer of BSON.
func wholeOf(value bson.RawValue) (n int64, ok bool) {
	if value.Type == bson.TypeInt32 || value.Type == bson.TypeInt64 {
		return value.AsInt64OK()
	}
	number, ok := decimalOf(value)
	if !ok {
		return 0, false
	}
	n, rest, ok := number.cut(0)
	if number.negative && strings.Trim(rest, "0") != "" {
		n++
	}
	return number.sign(n), ok
}

// The times that models.Time can write: the years 0 to 9999.
const (
	minTime = models.Time(-62_167_219_200_000)
	maxTime = models.Time(253_402_300_799_999)
)

// timeOf reads a date, a text of RFC 3339 and a number of milliseconds since 1970.
func timeOf(value bson.RawValue) (models.Time, bool) {
	if value.Type == bson.TypeString {
		parsed, err := time.Parse(time.RFC3339, strings.TrimSpace(textOf(value)))
		return clamp(models.TimeOf(parsed)), err == nil
	}
	if ms, ok := value.DateTimeOK(); ok {
		return clamp(models.Time(ms)), true
	}
	ms, ok := wholeOf(value)
	return clamp(models.Time(ms)), ok
}

func clamp(t models.Time) models.Time { return max(minTime, min(t, maxTime)) }

// decimal is a number as its digits tell it: ± digits × 10^exponent. Digits begin with no zero;
// zero has none.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// numberForm is a number as people and programs write it. A comma stands before one or two decimals
// only: in 1,234 it may separate thousands.
var numberForm = regexp.MustCompile(`^([+-]?)([0-9]*)(?:\.([0-9]*)|,([0-9]{1,2}))?(?:[eE]([+-]?[0-9]{1,5}))?$`)

// decimalOf reads a number of any type, or a text that is one and nothing else. A double is what
// its shortest digits say, as people see it: 1.115, not 1.11499999999999999.
func decimalOf(value bson.RawValue) (decimal, bool) {
	const longest = 64 // characters: bounds the work
	text := strings.TrimSpace(textOf(value))
	if f, ok := value.DoubleOK(); ok {
		text = strconv.FormatFloat(f, 'e', -1, 64)
	}
	if len(text) > longest {
		return decimal{}, false
	}
	parts := numberForm.FindStringSubmatch(text)
	if parts == nil || parts[2]+parts[3]+parts[4] == "" {
		return decimal{}, false
	}
	fraction := parts[3] + parts[4]
	exponent, _ := strconv.Atoi(parts[5]) // nothing is 0
	return decimal{parts[1] == "-", strings.TrimLeft(parts[2]+fraction, "0"), exponent - len(fraction)}, true
}

// cut returns the whole part of the number times 10^places, without its sign, and the digits after
// it. It is not ok, and 0, when the whole part has more than 17 digits: with one more, rounding up
// could leave what models.Money can be.
func (d decimal) cut(places int) (n int64, rest string, ok bool) {
	at := len(d.digits) + d.exponent + places // how many digits the whole part has
	switch {
	case d.digits == "":
		return 0, "", true
	case at > 17:
		return 0, "", false
	case at < 0:
		return 0, "0" + d.digits, true
	case at > len(d.digits):
		d.digits += strings.Repeat("0", at-len(d.digits))
	}
	n, _ = strconv.ParseInt(d.digits[:at], 10, 64) // nothing is 0
	return n, d.digits[at:], true
}

func (d decimal) sign(n int64) int64 {
	if d.negative {
		return -n
	}
	return n
}
