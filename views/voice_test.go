package views

import (
	"testing"
	"time"

	"pulperia/dao/models"
)

func voices(t *testing.T, currency string) map[Language]*Voice {
	t.Helper()
	all := map[Language]*Voice{}
	for _, language := range Languages() {
		voice, err := newVoice(language, Settings{Currency: currency, Zone: time.FixedZone("UYT", -3*60*60)})
		if err != nil {
			t.Fatal(err)
		}
		all[language] = voice
	}
	return all
}

// Amounts are written from thousandths, never through a float.
func TestMoney(t *testing.T) {
	for _, tt := range []struct {
		amount           models.Money
		currency, es, en string
	}{
		{0, "$", "$ 0,00", "$0.00"},
		{50, "$", "$ 0,05", "$0.05"},
		{1234500, "$", "$ 1.234,50", "$1,234.50"},
		{999990, "$", "$ 999,99", "$999.99"},
		{1000000, "$", "$ 1.000,00", "$1,000.00"},
		{10000000000000, "$", "$ 10.000.000.000,00", "$10,000,000,000.00"},
		{90071992547409930, "$", "$ 90.071.992.547.409,93", "$90,071,992,547,409.93"},
		{-1234500, "$", "-$ 1.234,50", "-$1,234.50"},
		{1500, "UYU", "UYU 1,50", "UYU 1.50"},
		{1500, "", "1,50", "1.50"},
	} {
		voices := voices(t, tt.currency)
		if got := voices[Spanish].Money(tt.amount); got != tt.es {
			t.Errorf("Spanish: %q, want %q", got, tt.es)
		}
		if got := voices[English].Money(tt.amount); got != tt.en {
			t.Errorf("English: %q, want %q", got, tt.en)
		}
	}
}

// In a currency of three decimals all of them are written.
func TestFineMoney(t *testing.T) {
	voice, err := newVoice(Spanish, Settings{Currency: "KWD", Unit: 1})
	if err != nil {
		t.Fatal(err)
	}
	for amount, want := range map[models.Money]string{0: "KWD 0,000", 5: "KWD 0,005", 1234500: "KWD 1.234,500", -1005: "-KWD 1,005"} {
		if got := voice.Money(amount); got != want {
			t.Errorf("%d: %q, want %q", amount, got, want)
		}
	}
	if got := voice.Percent(1050); got != "10,5 %" {
		t.Error(got)
	}
}

// In a currency without decimals amounts are whole, half of one up, for scripts, too.
func TestWholeMoney(t *testing.T) {
	voice, err := newVoice(Spanish, Settings{Currency: "$", Unit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for amount, want := range map[models.Money]string{0: "$ 0", 1490: "$ 1", 1500: "$ 2", 1234500: "$ 1.235", -1234000: "-$ 1.234"} {
		if got := voice.Money(amount); got != want {
			t.Errorf("%d: %q, want %q", amount, got, want)
		}
	}
	if got := voice.numbers(); got != `{"point":",","sign":"$ ","thousands":".","unit":1000}` {
		t.Error(got)
	}
}

func TestNumberTypedAndTimes(t *testing.T) {
	voices := voices(t, "$")
	es, en := voices[Spanish], voices[English]
	night := models.TimeOf(time.Date(2026, 11, 24, 1, 5, 0, 0, time.UTC)) // still the 23rd, three hours west
	for _, tt := range []struct{ got, want string }{
		{es.Number(999), "999"},
		{es.Number(1000), "1.000"},
		{en.Number(-1234567), "-1,234,567"},
		{en.Number(-123), "-123"},
		{es.Typed(1234500), "1234,5"},
		{en.Typed(1234500), "1234.5"},
		{es.Day(night), "lunes 23 de noviembre de 2026"},
		{en.Day(night), "Monday, November 23, 2026"},
		{es.Clock(night), "22:05"},
		{es.Date(night), "2026-11-23"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

// One and many differ, and an argument is never read as a place for another.
func TestSay(t *testing.T) {
	es := voices(t, "$")[Spanish]
	for _, tt := range []struct {
		key  string
		args map[string]any
		want string
	}{
		{"home.count", map[string]any{"n": int64(1)}, "1 producto en los estantes."},
		{"home.count", map[string]any{"n": 2}, "2 productos en los estantes."},
		{"home.count", map[string]any{"n": int64(0)}, "0 productos en los estantes."},
		{"home.count", map[string]any{"n": int64(1000)}, "1.000 productos en los estantes."},
		{"home.results", map[string]any{"q": "{q}{n}"}, "Resultados para «{q}{n}»"},
		{"no.such.key", nil, "no.such.key"},
	} {
		if got := es.Say(tt.key, tt.args); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.key, got, tt.want)
		}
	}
}

// What is wrong with a field is said in the language, with the limit of the rule.
func TestProblem(t *testing.T) {
	voices := voices(t, "$")
	err := models.Product{Title: "t", Description: "d", Code: "c", Category: "x", Price: models.MaxPrice + 1, Stock: -1}.Check()
	invalid := err.(models.Invalid)
	if got, want := voices[Spanish].Problem(invalid[0]), "Tiene que ser 10.000.000.000 o menos."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := voices[English].Problem(invalid[1]), "It must be 0 or more."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestChooseLanguage(t *testing.T) {
	negotiator := NewNegotiator()
	for header, want := range map[string]Language{
		"":                        Spanish,
		"es":                      Spanish,
		"es-AR,es;q=0.9,en;q=0.8": Spanish,
		"en":                      English,
		"en-GB,en;q=0.9":          English,
		"en-US;q=0.4,es-UY":       Spanish,
		"fr,en;q=0.3":             English,
		"zh-CN":                   Spanish,
		"fr-FR, de;q=0.5":         Spanish,
		"*":                       Spanish,
		"es;q=0, en":              English,
		"ééé;;;==":                Spanish,
		"en;q=nonsense":           Spanish,
	} {
		if got := negotiator.Choose(header, Spanish); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

// What the scripts are given is all that they need to write as the templates do.
func TestForScripts(t *testing.T) {
	for currency, want := range map[string]map[Language]string{
		"$":   {Spanish: `{"point":",","sign":"$ ","thousands":".","unit":10}`, English: `{"point":".","sign":"$","thousands":",","unit":10}`},
		"UYU": {Spanish: `{"point":",","sign":"UYU ","thousands":".","unit":10}`, English: `{"point":".","sign":"UYU ","thousands":",","unit":10}`},
		"":    {Spanish: `{"point":",","sign":"","thousands":".","unit":10}`, English: `{"point":".","sign":"","thousands":",","unit":10}`},
	} {
		for language, voice := range voices(t, currency) {
			if got := voice.numbers(); got != want[language] {
				t.Errorf("%q in %s: %s, want %s", currency, language, got, want[language])
			}
		}
	}
	want := `{"stock.few":{"one":"Queda {n}","other":"Quedan {n}"},"stock.in":"Hay en stock","stock.off":"No está a la venta","stock.out":"Agotado"}`
	if got := voices(t, "$")[Spanish].groups["stock"]; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
