package models

import (
	"errors"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a container or a Windows machine may have no zones of its own
)

// The limits of the settings' texts, in code points.
const (
	MaxLogo   = 24
	MaxNotice = 2_000
)

// Languages are those that the shop speaks.
var Languages = []string{"es", "en"}

// Settings are what a merchant says of his shop: one value, with the id [TheOne]. All of it is
// public, also where a buyer's money goes to. What is empty is not said.
type Settings struct {
	Head
	Name       string `json:"name"`
	Logo       string `json:"logo"`     // text
	Language   string `json:"language"` // of visitors whose browser asks for none of ours
	Currency   string `json:"currency"` // ISO 4217
	TimeZone   string `json:"timeZone"` // of the tz database
	Welcome    string `json:"welcome"`
	About      string `json:"about"`
	Place      string `json:"place"`
	Hours      string `json:"hours"`
	WhatsApp   string `json:"whatsapp"` // digits with the country's code, as wa.me takes them
	RoomClosed bool   `json:"roomClosed"`

	// How orders are paid, delivered and taxed; see [Settings.WithStart]. Lists are never nil once
	// normalized.
	Payments     []Payment  `json:"payments"`
	Deliveries   []Delivery `json:"deliveries"`
	Taxes        []Tax      `json:"taxes"`
	TaxAdded     bool       `json:"taxAdded"`     // to the prices; else they include it
	AcceptAtOnce bool       `json:"acceptAtOnce"` // orders; else the merchant does it
}

// Clone returns a copy that shares nothing with s.
func (s Settings) Clone() Settings {
	s.cloneWays()
	return s
}

// Same says whether both hold the same content.
func (s Settings) Same(o Settings) bool {
	return s.ID == o.ID && s.Name == o.Name && s.Logo == o.Logo && s.Language == o.Language && s.Currency == o.Currency &&
		s.TimeZone == o.TimeZone && s.Welcome == o.Welcome && s.About == o.About && s.Place == o.Place && s.Hours == o.Hours &&
		s.WhatsApp == o.WhatsApp && s.RoomClosed == o.RoomClosed && sameWays(s, o)
}

// Normalize makes the texts normal ones, and a telephone number digits.
func (s *Settings) Normalize() {
	for _, text := range []*string{&s.Name, &s.Logo} {
		*text = NormalName(*text)
	}
	for _, text := range []*string{&s.Welcome, &s.About, &s.Place, &s.Hours, &s.Language, &s.TimeZone} {
		*text = NormalText(*text)
	}
	s.Currency = strings.ToUpper(NormalText(s.Currency))
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" +-().\u00a0", r) {
			return -1
		}
		return r
	}, s.WhatsApp)
	if strings.Trim(digits, "0123456789") == "" { // else an error shows what was written
		s.WhatsApp = digits
	}
	s.normalizeWays()
}

// Check returns [Invalid] with every field that breaks a rule, or nil.
func (s Settings) Check() error {
	var v Invalid
	if s.Name != "" {
		v.checkShortName("name", s.Name)
	}
	if s.Logo != "" {
		v.checkText("logo", s.Logo, MaxLogo, false)
	}
	if s.Language != "" && !slices.Contains(Languages, s.Language) {
		v.Add("language", NotOneOf, strings.Join(Languages, ", "), quote(s.Language))
	}
	switch {
	case s.Currency == "":
	case !IsCurrency(s.Currency):
		v.Add("currency", NotCurrency, nil, quote(s.Currency))
	case DecimalsOf(s.Currency) > PricePlaces:
		v.Add("currency", FinerMoney, PricePlaces, s.Currency)
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "Local" {
		v.Add("timeZone", NotZone, nil, quote(s.TimeZone))
	}
	v.checkNotice("welcome", s.Welcome)
	v.checkNotice("about", s.About)
	v.checkNotice("place", s.Place)
	v.checkNotice("hours", s.Hours)
	if n := len(s.WhatsApp); n > 0 && (n < 8 || n > 15 || strings.Trim(s.WhatsApp, "0123456789") != "" || s.WhatsApp[0] == '0') {
		v.Add("whatsapp", NotPhone, nil, quote(s.WhatsApp))
	}
	s.checkWays(&v)
	return v.Err()
}

// CheckChange is Check for a change of old: a currency that was taken before it had to be a known
// one is not held against what else changes.
func (s Settings) CheckChange(old Settings) error {
	invalid, _ := errors.AsType[Invalid](s.Check())
	return slices.DeleteFunc(invalid, func(p Problem) bool { return p.Field == "currency" && s.Currency == old.Currency }).Err()
}

func (v *Invalid) checkNotice(field, text string) {
	if text != "" {
		v.checkText(field, text, MaxNotice, true)
	}
}
