package models

import (
	"slices"
	"strconv"
	"strings"
)

// The ways of paying, and the kinds of delivery.
const (
	PayCash     = "cash"     // where the goods are handed over
	PayTransfer = "transfer" // to an account of the shop

	DeliverPickup = "pickup" // at a place of the shop
	DeliverZone   = "zone"   // to an address
)

// PaymentWays and DeliveryKinds are those that there are.
var (
	PaymentWays   = []string{PayCash, PayTransfer}
	DeliveryKinds = []string{DeliverPickup, DeliverZone}
)

// The limits of what is said of them.
const (
	MaxDays       = 60 // that an order waits for its money
	MaxAccounts   = 10
	MaxDeliveries = 50
	MaxPlaces     = 200 // countries, provinces or beginnings of postcodes of a zone
	MaxRates      = 20
	MaxPoints     = 10_000 // 100 %
)

// Payment is a way of paying.
type Payment struct {
	Way      string    `json:"way"`      // one of PaymentWays
	Days     int64     `json:"days"`     // that an order waits for it
	Accounts []Account `json:"accounts"` // of a transfer: where to; never nil once normalized
	Note     string    `json:"note"`     // for the buyer
}

// Account is one text by which money finds the shop: its alias, CBU, IBAN, PIX or Bizum.
type Account struct {
	Name string `json:"name"` // what the text is: Alias
	Text string `json:"text"`
}

// Delivery is a way in which goods reach their buyer.
type Delivery struct {
	Way      string `json:"way"`  // names it in orders, for as long as it is there; made where none is said
	Kind     string `json:"kind"` // one of DeliveryKinds
	Name     string `json:"name"` // for the buyer; of a place it may be empty
	Address  string `json:"address"`
	Hours    string `json:"hours"`
	Price    Money  `json:"price"`    // of a zone, whatever is bought
	FreeFrom Money  `json:"freeFrom"` // the sum of the goods from which it costs nothing; 0 for none

	// Where a zone delivers to. A list that is empty takes all there are; never nil once normalized.
	Countries []string `json:"countries"` // ISO 3166-1, two letters
	Provinces []string `json:"provinces"`
	Postcodes []string `json:"postcodes"` // what they begin with
}

// Tax is a rate by which goods are taxed.
type Tax struct {
	Name    string `json:"name"`    // unique
	Points  int64  `json:"points"`  // a hundredth of a percent each
	Default bool   `json:"default"` // of what says no other; of one rate at most
}

// WithStart is what a shop goes by: the settings, and where they say nothing of how to pay and to
// deliver, cash and a place to fetch the goods. So it can sell before anything is set.
func (s Settings) WithStart() Settings {
	if len(s.Payments) == 0 {
		s.Payments = []Payment{{Way: PayCash}}
	}
	if len(s.Deliveries) == 0 {
		s.Deliveries = []Delivery{{Kind: DeliverPickup, Address: s.Place, Hours: s.Hours}}
	}
	s = s.Clone()
	s.normalizeWays()
	return s
}

// DefaultDays is how many days an order waits for a way of paying that says nothing else.
func DefaultDays(way string) int64 {
	if way == PayTransfer {
		return 2
	}
	return 3
}

// SamePayments says whether both are paid alike.
func SamePayments(a, b Settings) bool { return slices.EqualFunc(a.Payments, b.Payments, Payment.same) }

// SameDeliveries says whether both deliver alike.
func SameDeliveries(a, b Settings) bool {
	return slices.EqualFunc(a.Deliveries, b.Deliveries, Delivery.same)
}

func sameWays(a, b Settings) bool {
	return SamePayments(a, b) && SameDeliveries(a, b) &&
		slices.Equal(a.Taxes, b.Taxes) && a.TaxAdded == b.TaxAdded && a.AcceptAtOnce == b.AcceptAtOnce
}

func (p Payment) same(o Payment) bool {
	return p.Way == o.Way && p.Days == o.Days && p.Note == o.Note && slices.Equal(p.Accounts, o.Accounts)
}

func (d Delivery) same(o Delivery) bool {
	return d.Way == o.Way && d.Kind == o.Kind && d.Name == o.Name && d.Address == o.Address && d.Hours == o.Hours &&
		d.Price == o.Price && d.FreeFrom == o.FreeFrom &&
		slices.Equal(d.Countries, o.Countries) && slices.Equal(d.Provinces, o.Provinces) && slices.Equal(d.Postcodes, o.Postcodes)
}

// cloneWays gives the settings lists of their own, none of which is nil.
func (s *Settings) cloneWays() {
	s.Payments = append([]Payment{}, s.Payments...)
	for i := range s.Payments {
		s.Payments[i].Accounts = append([]Account{}, s.Payments[i].Accounts...)
	}
	s.Deliveries = append([]Delivery{}, s.Deliveries...)
	for i := range s.Deliveries {
		for _, places := range s.Deliveries[i].places() {
			*places = append([]string{}, *places...)
		}
	}
	s.Taxes = append([]Tax{}, s.Taxes...)
}

func (d *Delivery) places() []*[]string { return []*[]string{&d.Countries, &d.Provinces, &d.Postcodes} }

// normalizeWays makes texts normal ones and lists empty ones, and completes what was left out: days
// and the names by which orders know a delivery.
func (s *Settings) normalizeWays() {
	if s.Payments == nil || s.Deliveries == nil || s.Taxes == nil {
		s.cloneWays()
	}
	for i := range s.Payments {
		s.Payments[i].normalize()
	}
	for i := range s.Deliveries {
		s.Deliveries[i].normalize()
	}
	for i := range s.Deliveries {
		s.nameWay(i)
	}
	for i := range s.Taxes {
		s.Taxes[i].Name = NormalName(s.Taxes[i].Name)
	}
}

func (p *Payment) normalize() {
	if p.Way, p.Note = NormalName(p.Way), NormalText(p.Note); p.Days == 0 {
		p.Days = DefaultDays(p.Way)
	}
	if p.Accounts == nil {
		p.Accounts = []Account{}
	}
	for i, account := range p.Accounts {
		p.Accounts[i] = Account{NormalName(account.Name), NormalName(account.Text)}
	}
}

func (d *Delivery) normalize() {
	d.Way, d.Kind, d.Name = NormalName(d.Way), NormalName(d.Kind), NormalName(d.Name)
	d.Address, d.Hours = NormalText(d.Address), NormalText(d.Hours)
	for i, of := range d.places() {
		normal := []string{}
		for _, place := range *of {
			if place = NormalName(place); i != 1 { // but of provinces
				place = NormalPostcode(place)
			}
			if place != "" && !slices.Contains(normal, place) {
				normal = append(normal, place)
			}
		}
		*of = normal
	}
}

var codeMarks = strings.NewReplacer(" ", "", "-", "")

// NormalPostcode is a postcode, or what one begins with, as they are compared: in capitals, without
// spaces and hyphens. Codes of countries are compared alike.
func NormalPostcode(text string) string {
	return strings.ToUpper(codeMarks.Replace(NormalName(text)))
}

// nameWay gives a delivery without one a name of its own for orders: pickup, pickup-2, zone …
func (s *Settings) nameWay(i int) {
	d := &s.Deliveries[i]
	for n := 1; d.Way == ""; n++ {
		way := d.Kind
		if n > 1 {
			way += "-" + strconv.Itoa(n)
		}
		if !slices.ContainsFunc(s.Deliveries, func(o Delivery) bool { return o.Way == way }) {
			d.Way = way
		}
		if d.Kind == "" { // which is refused
			return
		}
	}
}
