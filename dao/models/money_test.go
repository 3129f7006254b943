package models_test

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// The form of a number is that of RFC 8259, the value decides, and nothing is rounded.
func TestParseMoney(t *testing.T) {
	for text, want := range map[string]models.Money{
		"0": 0, "-0": 0, "0.00": 0, "0e9999999999": 0, "5": 5000, "1.5": 1500, "1.50": 1500, "15e-1": 1500, "0.15E+1": 1500, "1.500000": 1500,
		"1234.5": 1234500, "-0.05": -50, "1e-2": 10, "1000e-6": 1, "1e2": 100000, "0.29": 290, "1.115": 1115, "4.35": 4350,
		"9007199254740.993":   9007199254740993, // more than a float can tell apart
		"999999999999999.999": 999_999_999_999_999_999, "-999999999999999.999": -999_999_999_999_999_999,
	} {
		if got, err := models.ParseMoney(text); err != nil || got != want {
			t.Errorf("%s is %d thousandths, %v; want %d", text, got, err, want)
		}
	}
	for text, reason := range map[string]string{
		"1.0005": "three decimals", "0.0001": "three decimals", "1e-4": "three decimals", "1e-9999999999": "three decimals",
		"1e15": "out of range", "1000000000000000": "out of range", "1e9999999999": "out of range", "-1e400": "out of range",
		"": "not a number", "-": "not a number", "+1": "not a number", "--1": "not a number", ".5": "not a number", "1.": "not a number",
		"01": "not a number", "-01": "not a number", "1e": "not a number", "1e+": "not a number", "1e+-1": "not a number", "1e1.5": "not a number",
		"1e5e5": "not a number", "1.2.3": "not a number", "0x10": "not a number", "1_000": "not a number", "1,5": "not a number", " 1": "not a number",
		"1 ": "not a number", "NaN": "not a number", "Infinity": "not a number", "null": "not a number", `"3"`: "not a number", "٣": "not a number",
		strings.Repeat("1", 65): "at most 64 characters",
	} {
		if got, err := models.ParseMoney(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s is %d thousandths, %v; want an error with %q", text, got, err, reason)
		}
	}
}

func TestMoneyString(t *testing.T) {
	for amount, want := range map[models.Money]string{
		0: "0", 5000: "5", 1234500: "1234.5", 990: "0.99", 50: "0.05", 500: "0.5", 1: "0.001", 1010: "1.01", -5: "-0.005", -1500: "-1.5", models.MaxPrice: "10000000000",
	} {
		if got := amount.String(); got != want {
			t.Errorf("%d thousandths are written %s, want %s", amount, got, want)
		}
	}
}

// What is written is read back, on its own and in a document.
func TestMoneyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := models.Money(rapid.Int64Range(-999_999_999_999_999_999, 999_999_999_999_999_999).Draw(t, "amount"))
		if got, err := models.ParseMoney(want.String()); err != nil || got != want {
			t.Errorf("%s is read as %d, %v", want, got, err)
		}
		var got models.Money
		if err := json.Unmarshal(models.JSON(want), &got); err != nil || got != want {
			t.Errorf("%s is read from JSON as %d, %v", models.JSON(want), got, err)
		}
	})
}

// A refused number leaves what was there.
func TestMoneyUnmarshalRefused(t *testing.T) {
	for _, text := range []string{`"3"`, "null", "true", "1.0005", "[]"} {
		got := models.Money(7)
		if err := json.Unmarshal([]byte(text), &got); err == nil || got != 7 {
			t.Errorf("%s is read as %d, %v", text, got, err)
		}
	}
}

// The oracle is the rational number that the text denotes.
func TestMoneyAgainstRationals(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?0{0,2}[0-9]{1,2})?`)
	nearLimit := rapid.StringMatching(`-?[0-9]9{12,19}(\.9[0-9]0{0,3})?(e-?[0-3])?`)
	rapid.Check(t, func(t *rapid.T) {
		checkMoney(t, rapid.OneOf(number, nearLimit).Draw(t, "text"))
	})
}

func FuzzParseMoney(f *testing.F) {
	for _, text := range []string{"0", "-1.50", "1e-2", "1E+3", "9999999999999999.99", "1.", "01", "1e99999999999", "0.000000000001e12", "1e+-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkMoney(t, text) })
}

func checkMoney(t rapid.TB, text string) {
	got, err := models.ParseMoney(text)
	form := regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?([0-9]+))?$`).FindStringSubmatch(text)
	if form == nil || len(text) > 64 {
		if err == nil {
			t.Fatalf("%q is no number of at most 64 characters, but is read as %d", text, got)
		}
		return
	}
	if len(strings.TrimLeft(form[4], "0")) > 3 {
		return // too much work for the oracle
	}
	amount, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("the oracle cannot read %q", text)
	}
	thousandths := amount.Mul(amount, big.NewRat(1000, 1))
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil)
	if !thousandths.IsInt() || thousandths.Num().CmpAbs(limit) >= 0 {
		if err == nil {
			t.Fatalf("%q is read as %d, want it refused", text, got)
		}
		return
	}
	if err != nil || int64(got) != thousandths.Num().Int64() {
		t.Fatalf("%q is read as %d, %v; want %s", text, got, err, thousandths.Num())
	}
}
