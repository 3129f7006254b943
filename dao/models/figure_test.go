package models

import (
	"strings"
	"testing"
)

const cent = One / 100

// Figures are read as people write them, on both sides of the sea. What could be two numbers is
// never guessed.
func TestFigures(t *testing.T) {
	for text, want := range map[string]Money{
		"1234,5": 123450, "1234.5": 123450, "1.234,50": 123450, "1,234.50": 123450, "$ 1.234,50": 123450, " 1 234,50 ": 123450,
		"1.234": 123400, "1,234": 123400, "1.234.567": 123456700, "1.234.567,8": 123456780, "0": 0, "0,5": 50, "00012": 1200,
		"1,50": 150, "1.500000": 150, "12": 1200, "-5": -500, "1234.500": 123450, "15.0000": 1500, "ARS 100": 10000, "100 US$": 10000,
		"1'234.50": 123450, "-$5": -500, "1e3": 100000, "1.250.000": 125000000, "0.500": 50, "1\u00a0234,50": 123450,
	} {
		var v Invalid
		if got := (Notation{}).Money(&v, "price", text); got != want*cent || v != nil {
			t.Errorf("%q: %d %v, want %d cents", text, got, v, want)
		}
	}
	for text, want := range map[string]Rule{
		"": Required, " $ ": NotNumber, "abc": NotNumber, "gratis": NotNumber, "1.23.456": NotNumber, "12 34": NotNumber,
		"1,234,5": NotNumber, ".5": NotNumber, "5.": NotNumber, "--5": NotNumber, "1.2345": Decimals, "x5": NotNumber,
		"0.125": Decimals, strings.Repeat("9", 30): TooLarge, "-" + strings.Repeat("9", 30): TooSmall, "0x10": NotNumber, "١٢": NotNumber,
		"25.000": TwoReadings, "1,250": TwoReadings, "12.990": TwoReadings, "$ 1.250": TwoReadings, strings.Repeat("1", 70): NotNumber,
	} {
		var v Invalid
		(Notation{}).Money(&v, "price", text)
		if len(v) != 1 || v[0].Rule != want {
			t.Errorf("%q: %v, want %s", text, v, want)
		}
	}
	for text, want := range map[string]int64{"5.0": 5, "12": 12, "1.234": 1234, "1,000,000": 1_000_000, "-3": -3, "1e3": 1000} {
		var v Invalid
		if got := (Notation{}).Whole(&v, "stock", text, MaxStock); got != want || v != nil {
			t.Errorf("%q: %d %v, want %d", text, got, v, want)
		}
	}
	for text, want := range map[string]Rule{"1.000": TwoReadings, "1,000": TwoReadings, "2.5": NotWhole, "not stocked": NotWhole} {
		var v Invalid
		(Notation{}).Whole(&v, "stock", text, MaxStock)
		if len(v) != 1 || v[0].Rule != want {
			t.Errorf("%q: %v, want %s", text, v, want)
		}
	}
}

// The other figures of a file decide about one that could be two numbers; where they contradict
// each other nobody does.
func TestFiguresBesideOthers(t *testing.T) {
	for _, test := range []struct {
		beside, text string
		want         Money // -1 for refused
	}{
		{"12,50", "25.000", 2500000}, {"12.50", "25.000", 2500}, {"12.50", "1,250", 125000}, {"12,50", "1,250", 125},
		{"12.345", "25.000", 2500000}, {"1.250.000", "12.990", 1299000}, {"1,234.50", "12.990", 1299},
		{"1250", "25.000", -1}, {"25.000", "25.000", -1}, {"12,50 12.50", "25.000", -1}, {"12,50 12.50", "12.345", -1}, {"12.5", "12.345", -1},
	} {
		var n Notation
		for _, figure := range strings.Fields(test.beside) {
			n.LearnMoney(figure)
		}
		var v Invalid
		got := n.Money(&v, "price", test.text)
		if test.want < 0 && (len(v) != 1 || v[0].Rule != TwoReadings) || test.want >= 0 && (v != nil || got != test.want*cent) {
			t.Errorf("%q beside %q: %v, %v", test.text, test.beside, got, v)
		}
	}
	var v Invalid
	Notation{}.Money(&v, "price", "25.000")
	if want := `price can be read in two ways: 25 / 25000; got "25.000"`; v.Error() != want {
		t.Errorf("%s, want %s", v, want)
	}
}

// In a currency of three decimals a lone mark stands before them, unless the other figures show that
// it stands between thousands.
func TestFineFigures(t *testing.T) {
	for text, want := range map[string]Money{
		"1,5": 1500, "0.125": 125, "12.345": 12345, "12,345": 12345, "1.234,567": 1234567, "12.345.678": 12345678000, "1,500.250": 1500250,
	} {
		var v Invalid
		if got := NotationIn("KWD").Money(&v, "price", text); got != want || v != nil {
			t.Errorf("%q: %d %v, want %d", text, got, v, want)
		}
	}
	var v Invalid
	if NotationIn("KWD").Money(&v, "price", "0.1255"); len(v) != 1 || v[0].Rule != Decimals || v[0].Limit != "3" {
		t.Error(v)
	}
	for beside, want := range map[string]Money{"1,250.5": 12345000, "12,5": 12345} {
		var v Invalid
		n := NotationIn("BHD")
		n.LearnMoney(beside)
		if got := n.Money(&v, "price", "12,345"); got != want || v != nil {
			t.Errorf("beside %s: %d %v, want %d", beside, got, v, want)
		}
	}
}

// Whatever the text, reading it ends, and what is accepted is one of its readings whatever else was
// seen.
func FuzzFigure(f *testing.F) {
	for _, text := range []string{"1.234,50", "$ 25.000", "1e-3", "-1'000", "0.0", "١"} {
		f.Add(text, true, false)
	}
	f.Fuzz(func(t *testing.T, text string, point, comma bool) {
		n := Notation{Point: point, Comma: comma}
		var alone, beside, whole Invalid
		a, b := (Notation{}).Money(&alone, "price", text), n.Money(&beside, "price", text)
		n.Whole(&whole, "stock", text, MaxStock)
		if alone == nil && beside == nil && a != b {
			t.Errorf("%q is %v alone and %v beside %+v", text, a, b, n)
		}
		if len(beside) > 1 || len(whole) > 1 {
			t.Errorf("%q: %v %v", text, beside, whole)
		}
	})
}
