package models

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// The limits of an order.
const (
	MaxOrderNote = 1_000
	MaxReference = 100
	MaxLedger    = 200
	MaxHistory   = 200
	MaxTotal     = Money(10 << 53) // a double tells its cents apart
	MaxPhone     = 30
	MaxWay       = 60
	MaxRate      = 10_000 // basis points
)

// Clone returns a copy that shares nothing with o.
func (o Order) Clone() Order {
	o.Lines = append([]OrderLine{}, o.Lines...)
	o.Ledger, o.History = append([]Fact{}, o.Ledger...), append([]Event{}, o.History...)
	o.Receipts = append([]Receipt{}, o.Receipts...)
	return o
}

// Same says whether both hold the same content.
func (o Order) Same(p Order) bool {
	return o.ID == p.ID && o.Number == p.Number && o.State == p.State && o.Cart == p.Cart &&
		o.RequestHash == p.RequestHash && o.LinkHash == p.LinkHash && o.Links == p.Links && o.By == p.By &&
		o.Network == p.Network && o.Buyer == p.Buyer && o.Delivery == p.Delivery && o.Payment == p.Payment &&
		o.Note == p.Note && o.PrivateNote == p.PrivateNote && o.Currency == p.Currency &&
		slices.Equal(o.Lines, p.Lines) && o.Totals == p.Totals && o.Until == p.Until &&
		slices.Equal(o.Ledger, p.Ledger) && slices.Equal(o.Receipts, p.Receipts) && slices.Equal(o.History, p.History)
}

// Normalize makes the texts normal ones, and missing lists empty ones.
func (o *Order) Normalize() {
	o.Buyer.Normalize()
	o.Delivery.Normalize()
	o.Payment.Way = NormalName(o.Payment.Way)
	o.Note, o.PrivateNote = NormalText(o.Note), NormalText(o.PrivateNote)
	if o.Lines == nil {
		o.Lines = []OrderLine{}
	}
	if o.Ledger == nil {
		o.Ledger = []Fact{}
	}
	if o.Receipts == nil {
		o.Receipts = []Receipt{}
	}
	if o.History == nil {
		o.History = []Event{}
	}
}

// Normalize makes the texts normal ones.
func (b *Buyer) Normalize() {
	b.Name, b.Email, b.Phone = NormalName(b.Name), NormalEmail(b.Email), NormalName(b.Phone)
}

// PhoneDigits returns the digits of the telephone number.
func (b Buyer) PhoneDigits() string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, b.Phone)
}

// PhoneKey returns that by which a telephone number is known again, however it is written: 00 stands
// for the + before a country.
func (b Buyer) PhoneKey() string { return strings.TrimPrefix(b.PhoneDigits(), "00") }

// Normalize makes the texts normal ones.
func (d *OrderDelivery) Normalize() {
	d.Way = NormalName(d.Way)
	a := &d.Address
	d.Name, d.Place, d.Hours = NormalName(d.Name), NormalText(d.Place), NormalText(d.Hours)
	for _, text := range []*string{&a.Street, &a.City, &a.Province, &a.Postcode} {
		*text = NormalName(*text)
	}
	a.Country = strings.ToUpper(NormalName(a.Country))
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (o *Order) Check() error {
	var v Invalid
	checkRange(&v, "number", o.Number, 1, 1<<53)
	if !slices.Contains(OrderStates(), o.State) {
		v.Add("state", NotOneOf, joined(OrderStates()), quote(string(o.State)))
	}
	v.checkSecret("requestHash", o.RequestHash, true)
	v.checkSecret("linkHash", o.LinkHash, true)
	v = append(v, o.CheckAsked()...)
	if n := len(o.Lines); n == 0 || n > MaxItems {
		v.Add("lines", NoneOrMany, MaxItems, strconv.Itoa(n))
	}
	for i := range o.Lines {
		v.addUnder("lines", i, o.Lines[i].problems())
	}
	checkRange(&v, "totals.total", o.Totals.Total, 0, MaxTotal)
	o.checkLedger(&v)
	o.checkReceipts(&v)
	return v.Err()
}

// CheckAsked lists what is wrong with what a buyer says.
func (o *Order) CheckAsked() (v Invalid) {
	v.checkPersonName("buyer.name", o.Buyer.Name)
	if o.Buyer.Email != "" {
		v.checkAddress("buyer.email", o.Buyer.Email)
	}
	if o.Buyer.Phone != "" {
		v.checkText("buyer.phone", o.Buyer.Phone, MaxPhone, false)
		if n := len(o.Buyer.PhoneDigits()); (n < 6 || n > 15) && !v.Has("buyer.phone") {
			v.Add("buyer.phone", NotTel, nil, quote(o.Buyer.Phone))
		}
	}
	v.checkText("delivery.way", o.Delivery.Way, MaxWay, false)
	to := &o.Delivery.Address
	for _, part := range [...]struct{ name, text string }{
		{"street", to.Street}, {"city", to.City}, {"province", to.Province}, {"postcode", to.Postcode},
	} {
		if part.text != "" {
			v.checkName("delivery.address."+part.name, part.text)
		}
	}
	if c := to.Country; c != "" && (len(c) != 2 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		v.Add("delivery.address.country", NotCountry, nil, quote(c))
	}
	v.checkText("payment.way", o.Payment.Way, MaxWay, false)
	if o.Note != "" {
		v.checkText("note", o.Note, MaxOrderNote, true)
	}
	if o.PrivateNote != "" {
		v.checkText("privateNote", o.PrivateNote, MaxOrderNote, true)
	}
	return v
}

var lineBreaks = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")

// CheckHidden notes characters in a text of one or more lines that leave nothing to see, or have
// others show elsewhere: in what a stranger says of an order, as in his name.
func (v *Invalid) CheckHidden(field, text string) {
	if !v.Has(field) && hasHidden(lineBreaks.Replace(NormalName(text))) {
		v.Add(field, Hidden, nil, quote(text))
	}
}

// CheckReference notes what is wrong with the reference of a payment, which may be empty.
func (v *Invalid) CheckReference(field, text string) {
	if text != "" {
		v.checkText(field, text, MaxReference, false)
		v.CheckHidden(field, text)
	}
}

func (l *OrderLine) problems() (v Invalid) {
	if l.Product.IsZero() {
		v.Add("product", Required, nil, "")
	}
	checkRange(&v, "quantity", l.Quantity, 1, MaxQuantity)
	checkRange(&v, "unit", l.Unit, 0, math.MaxInt64)
	checkRange(&v, "total", l.Total, 0, MaxTotal)
	checkRange(&v, "tax.rate", l.Tax.Rate, 0, MaxRate)
	checkRange(&v, "refunded", l.Refunded, 0, max(0, l.Quantity))
	checkRange(&v, "restocked", l.Restocked, 0, max(0, l.Refunded))
	return v
}

// checkLedger holds that no fact stands in it twice, and that no more goes back than has come.
func (o *Order) checkLedger(v *Invalid) {
	if n := len(o.Ledger); n > MaxLedger {
		v.Add("ledger", TooMany, MaxLedger, strconv.Itoa(n))
	}
	if n := len(o.History); n > MaxHistory {
		v.Add("history", TooMany, MaxHistory, strconv.Itoa(n))
	}
	known := make(map[string]bool, len(o.Ledger))
	for i, fact := range o.Ledger {
		field := "ledger[" + strconv.Itoa(i) + "]."
		if fact.ID == "" || known[fact.ID] {
			v.Add(field+"_id", Twice, nil, quote(fact.ID))
		}
		known[fact.ID] = true
		if kinds := []FactKind{FactClaimed, FactPaid, FactFailed, FactRefunded}; !slices.Contains(kinds, fact.Kind) {
			v.Add(field+"kind", NotOneOf, joined(kinds), quote(string(fact.Kind)))
		}
		if fact.Reference != "" {
			v.checkText(field+"reference", fact.Reference, MaxReference, false)
		}
		checkRange(v, field+"amount", fact.Amount, 0, MaxTotal)
	}
	if paid, refunded := o.Sums(); refunded > paid {
		v.Add("ledger", TooLarge, paid, refunded.String())
	}
}

// joined names values one after the other.
func joined[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return strings.Join(texts, ", ")
}

// addUnder adds the problems of an entry of a list. Entries name no list themselves, as mostly nothing
// is wrong with them.
func (v *Invalid) addUnder(list string, i int, of Invalid) {
	for _, p := range of {
		p.Field = list + "[" + strconv.Itoa(i) + "]." + p.Field
		*v = append(*v, p)
	}
}
