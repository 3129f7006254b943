package models

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bojanz/currency"
)

func (s Settings) checkWays(v *Invalid) {
	if n := len(s.Payments); n > len(PaymentWays) {
		v.Add("payments", TooMany, len(PaymentWays), strconv.Itoa(n))
	} else {
		for i, p := range s.Payments {
			p.check(v, "payments["+strconv.Itoa(i)+"].", s.Payments[:i])
		}
	}
	if n := len(s.Deliveries); n > MaxDeliveries {
		v.Add("deliveries", TooMany, MaxDeliveries, strconv.Itoa(n))
	} else {
		for i, d := range s.Deliveries {
			d.check(v, "deliveries["+strconv.Itoa(i)+"].", s.Deliveries[:i])
		}
	}
	s.checkTaxes(v)
}

func (p Payment) check(v *Invalid, at string, before []Payment) {
	switch {
	case !slices.Contains(PaymentWays, p.Way):
		v.Add(at+"way", NotOneOf, strings.Join(PaymentWays, ", "), quote(p.Way))
	case slices.ContainsFunc(before, func(o Payment) bool { return o.Way == p.Way }):
		v.Add(at+"way", Twice, nil, quote(p.Way))
	}
	checkRange(v, at+"days", p.Days, 1, MaxDays)
	switch n := len(p.Accounts); {
	case n > MaxAccounts:
		v.Add(at+"accounts", TooMany, MaxAccounts, strconv.Itoa(n))
		return
	case n == 0 && p.Way == PayTransfer:
		v.Add(at+"accounts", Required, nil, "")
	}
	for i, account := range p.Accounts {
		v.checkName(at+"accounts["+strconv.Itoa(i)+"].name", account.Name)
		v.checkName(at+"accounts["+strconv.Itoa(i)+"].text", account.Text)
	}
	v.checkNotice(at+"note", p.Note)
}

func (d Delivery) check(v *Invalid, at string, before []Delivery) {
	if !slices.Contains(DeliveryKinds, d.Kind) {
		v.Add(at+"kind", NotOneOf, strings.Join(DeliveryKinds, ", "), quote(d.Kind))
	} else if v.checkName(at+"way", d.Way); slices.ContainsFunc(before, func(o Delivery) bool { return o.Way == d.Way }) {
		v.Add(at+"way", Twice, nil, quote(d.Way))
	}
	if d.Name != "" || d.Kind == DeliverZone {
		v.checkName(at+"name", d.Name)
	}
	v.checkNotice(at+"address", d.Address)
	v.checkNotice(at+"hours", d.Hours)
	checkRange(v, at+"price", d.Price, 0, MaxPrice)
	checkRange(v, at+"freeFrom", d.FreeFrom, 0, MaxPrice)
	for i, field := range []string{"countries", "provinces", "postcodes"} {
		places := *d.places()[i]
		if n := len(places); n > MaxPlaces {
			v.Add(at+field, TooMany, MaxPlaces, strconv.Itoa(n))
			continue
		}
		for j, place := range places {
			name := at + field + "[" + strconv.Itoa(j) + "]"
			if v.checkName(name, place); field == "countries" && !IsCountry(place) && !v.Has(name) {
				v.Add(name, NotCountry, nil, quote(place))
			}
		}
	}
}

// IsCountry says whether a text is the code of a country (ISO 3166-1, two letters).
func IsCountry(code string) bool {
	_, is := currency.ForCountryCode(code)
	return is
}

func (s Settings) checkTaxes(v *Invalid) {
	if n := len(s.Taxes); n > MaxRates {
		v.Add("taxes", TooMany, MaxRates, strconv.Itoa(n))
		return
	}
	for i, tax := range s.Taxes {
		at, before := "taxes["+strconv.Itoa(i)+"].", s.Taxes[:i]
		if v.checkName(at+"name", tax.Name); slices.ContainsFunc(before, func(o Tax) bool { return o.Name == tax.Name }) {
			v.Add(at+"name", Twice, nil, quote(tax.Name))
		}
		checkRange(v, at+"points", tax.Points, 0, MaxPoints)
		if tax.Default && slices.ContainsFunc(before, func(o Tax) bool { return o.Default }) {
			v.Add(at+"default", Twice, nil, "")
		}
	}
}
