package models

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Each rule of the ways is told by the field that breaks it; all that is wrong at once.
func TestWaysRules(t *testing.T) {
	account := []Account{{"Alias", "lo.de.ana"}}
	long := make([]string, MaxPlaces+1)
	for i := range long {
		long[i] = strings.Repeat("a", i+1)
	}
	for _, tt := range []struct {
		settings Settings
		want     string
	}{
		{Settings{}.WithStart(), ""},
		{Settings{Payments: []Payment{{Way: PayTransfer, Days: MaxDays, Accounts: account}, {Way: PayCash}}}, ""},
		{Settings{Payments: []Payment{{Way: "crypto"}, {Way: PayCash, Days: -1}}}, "payments[0].way not_one_of, payments[1].days too_small"},
		{Settings{Payments: []Payment{{Way: PayCash}, {Way: PayCash, Days: MaxDays + 1}}}, "payments[1].way twice, payments[1].days too_large"},
		{Settings{Payments: make([]Payment, 3)}, "payments too_many"},
		{Settings{Payments: []Payment{{Way: PayTransfer}}}, "payments[0].accounts required"},
		{Settings{Payments: []Payment{{Way: PayCash, Note: "a\x00", Accounts: []Account{{"", "a\u200bb"}}}}},
			"payments[0].accounts[0].name required, payments[0].accounts[0].text hidden, payments[0].note control"},
		{Settings{Deliveries: []Delivery{{Kind: DeliverPickup}, {Kind: DeliverPickup}, {Kind: DeliverZone, Name: "Moto", Countries: []string{" ar"}}}}, ""},
		{Settings{Deliveries: []Delivery{{Kind: "dron"}, {}, {Kind: DeliverZone}}}, "deliveries[0].kind not_one_of, deliveries[1].kind not_one_of, deliveries[2].name required"},
		{Settings{Deliveries: []Delivery{{Kind: DeliverPickup, Way: "a"}, {Kind: DeliverPickup, Way: " a "}}}, "deliveries[1].way twice"},
		{Settings{Deliveries: []Delivery{{Kind: DeliverZone, Name: "Z", Price: -1, FreeFrom: MaxPrice + 1, Countries: []string{"AR", "Argentina"}, Provinces: long}}},
			"deliveries[0].price too_small, deliveries[0].freeFrom too_large, deliveries[0].countries[1] not_country, deliveries[0].provinces too_many"},
		{Settings{Deliveries: make([]Delivery, MaxDeliveries+1)}, "deliveries too_many"},
		{Settings{Taxes: []Tax{{"IVA", 2100, true}, {"Exento", 0, false}}}, ""},
		{Settings{Taxes: []Tax{{"IVA", -1, true}, {"IVA ", MaxPoints + 1, true}, {}}},
			"taxes[0].points too_small, taxes[1].name twice, taxes[1].points too_large, taxes[1].default twice, taxes[2].name required"},
		{Settings{Taxes: make([]Tax, MaxRates+1)}, "taxes too_many"},
	} {
		tt.settings.Normalize()
		invalid, _ := errors.AsType[Invalid](tt.settings.Check())
		var got []string
		for _, p := range invalid {
			got = append(got, p.Field+" "+string(p.Rule))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%+v: %v, want %s", tt.settings, got, tt.want)
		}
	}
}

// What was left out is completed, once and for all: a delivery keeps the name by which orders know
// it, also when another one is put before it. What a program of before has stored has empty lists.
func TestWaysAreCompleted(t *testing.T) {
	var s Settings
	if err := json.Unmarshal([]byte(`{"name":"Lo de Ana"}`), &s); err != nil {
		t.Fatal(err)
	}
	if s.Normalize(); string(JSON(s.Payments))+string(JSON(s.Deliveries))+string(JSON(s.Taxes)) != "[][][]" {
		t.Errorf("%+v", s)
	}
	s.Payments = []Payment{{Way: PayTransfer, Accounts: []Account{{" CBU ", " 1 "}}}}
	s.Deliveries = []Delivery{{Kind: DeliverZone, Name: "Moto", Postcodes: []string{"c 14-25", "C1425", " "}}, {Kind: DeliverPickup}, {Kind: DeliverZone, Name: "Correo"}}
	s.Normalize()
	if p := s.Payments[0]; p.Days != 2 || p.Accounts[0] != (Account{"CBU", "1"}) || !slices.Equal(s.Deliveries[0].Postcodes, []string{"C1425"}) {
		t.Errorf("%+v", s)
	}
	s.Deliveries = append([]Delivery{{Kind: DeliverZone, Name: "Bici"}}, s.Deliveries...)
	s.Normalize()
	var ways []string
	for _, d := range s.Deliveries {
		ways = append(ways, d.Way)
	}
	if got := strings.Join(ways, " "); got != "zone-3 zone pickup zone-2" {
		t.Error(got)
	}
}

// A copy shares nothing, and each part of the ways makes other settings.
func TestWaysAreContent(t *testing.T) {
	settings := func() Settings {
		return Settings{
			Payments:   []Payment{{Way: PayTransfer, Accounts: []Account{{"a", "b"}}}},
			Deliveries: []Delivery{{Kind: DeliverZone, Countries: []string{"AR"}, Provinces: []string{"Salta"}, Postcodes: []string{"1"}}},
			Taxes:      []Tax{{Name: "IVA"}},
		}
	}
	for i, change := range []func(*Settings){
		func(s *Settings) { s.Payments[0].Way = "" }, func(s *Settings) { s.Payments[0].Days = 1 }, func(s *Settings) { s.Payments[0].Note = "n" },
		func(s *Settings) { s.Payments[0].Accounts[0].Text = "c" }, func(s *Settings) { s.Payments = nil },
		func(s *Settings) { s.Deliveries[0].Way = "w" }, func(s *Settings) { s.Deliveries[0].Kind = "" }, func(s *Settings) { s.Deliveries[0].Name = "n" },
		func(s *Settings) { s.Deliveries[0].Address = "a" }, func(s *Settings) { s.Deliveries[0].Hours = "h" },
		func(s *Settings) { s.Deliveries[0].Price = 1 }, func(s *Settings) { s.Deliveries[0].FreeFrom = 1 },
		func(s *Settings) { s.Deliveries[0].Countries[0] = "UY" }, func(s *Settings) { s.Deliveries[0].Provinces[0] = "Jujuy" },
		func(s *Settings) { s.Deliveries[0].Postcodes[0] = "2" }, func(s *Settings) { s.Deliveries = nil },
		func(s *Settings) { s.Taxes[0].Points = 1 }, func(s *Settings) { s.Taxes = nil },
		func(s *Settings) { s.TaxAdded = true }, func(s *Settings) { s.AcceptAtOnce = true },
	} {
		was := settings()
		now := was.Clone()
		if !was.Same(now) {
			t.Fatal("a copy is another one")
		}
		if change(&now); was.Same(now) || !was.Same(settings()) {
			t.Errorf("change %d: %+v", i, now)
		}
	}
}

// Currencies have the decimals of ISO 4217, and an amount is rounded to whole units, half of one up.
func TestCurrencyUnits(t *testing.T) {
	for code, want := range map[string]Money{
		"": 10, "ARS": 10, "EUR": 10, "CLP": 1000, "PYG": 1000, "JPY": 1000, "KWD": 1, "BHD": 1, "TND": 1,
	} {
		if got := UnitOf(code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
	for amount, want := range map[Money]Money{0: 0, 499: 0, 500: 1000, 1499: 1000, 1500: 2000, -700: 0} {
		if got := amount.Rounded(1000); got != want {
			t.Errorf("%d: %d, want %d", amount, got, want)
		}
	}
	for code, want := range map[string]string{"": "1234.57", "ARS": "1234.57", "CLP": "1235", "KWD": "1234.567"} {
		if got := Money(1234567).Decimal(code); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	if IsCurrency("ABC") || !IsCurrency("KWD") || DecimalsOf("KWD") != 3 || DecimalsOf("CLP") != 0 || DecimalsOf("") != 2 {
		t.Error("not the currencies of ISO 4217")
	}
	finer := Settings{Currency: "CLF"} // of four decimals
	if problems, _ := errors.AsType[Invalid](finer.Check()); len(problems) != 1 || problems[0].Rule != FinerMoney {
		t.Error(problems)
	}
}

// What an amount is written as in a currency is read back as it was, typed or as JSON, and one that
// is finer than the currency is refused.
func TestAmountsOfCurrencies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom([]string{"", "ARS", "JPY", "KWD", "TND"}).Draw(t, "currency")
		unit := UnitOf(code)
		amount := Money(rapid.Int64Range(0, int64(MaxPrice/unit)).Draw(t, "units")) * unit
		var v Invalid
		if v.CheckUnit("price", amount, code); v != nil {
			t.Fatal(v)
		}
		typed := NotationIn(code).Money(&v, "price", strings.Replace(amount.String(), ".", ",", 1))
		sent, err := ParseMoney(amount.Decimal(code))
		if v != nil || err != nil || typed != amount || sent != amount {
			t.Fatalf("%s is typed %s (%v) and sent as %s (%v)", amount, typed, v, sent, err)
		}
		if unit == 1 {
			return
		}
		want := Decimals
		if unit == One {
			want = WholeMoney
		}
		if v.CheckUnit("price", amount+unit/10, code); len(v) != 1 || v[0].Rule != want {
			t.Fatalf("%s in %q: %v", amount+unit/10, code, v)
		}
	})
}
