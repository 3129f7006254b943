package views

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mailgun/raymond/v2"

	"pulperia/dao/models"
)

// Voice is how the shop speaks one language: its texts, and the forms of numbers, amounts and
// times.
type Voice struct {
	Language         Language
	texts            texts
	groups           map[string]string // of texts, in JSON form
	thousands        string            // between groups of three digits
	point            string            // before the decimals
	unit             models.Money      // of the currency, which amounts are rounded to
	sign             string            // of the currency, with the space before the digits if there is one
	code, bare       string            // of the currency: its code, and its sign by itself
	noCode           string            // the sign where there is no code
	zone             *time.Location
	months, weekdays []string
}

func newVoice(language Language, s Settings) (*Voice, error) {
	all, err := readTexts(language)
	if err != nil {
		return nil, err
	}
	for key, said := range map[string]string{"shop.name": s.Name, "shop.logo": cmp.Or(s.Logo, s.Name), "shop.about": s.About} {
		if said != "" {
			all[key] = text{other: said}
		}
	}
	v := &Voice{
		Language: language, texts: all, groups: groupTexts(all), code: s.Code, noCode: s.NoCode, unit: cmp.Or(s.Unit, models.One/100), zone: s.Zone,
		months:   strings.Split(all["date.months"].other, " "),
		weekdays: strings.Split(all["date.weekdays"].other, " "),
	}
	v.thousands, v.point = ",", "."
	if language == Spanish {
		v.thousands, v.point = ".", ","
	}
	v.setSign(s.Currency)
	return v, nil
}

// setSign has amounts written with a sign.
func (v *Voice) setSign(sign string) {
	v.bare, v.sign = sign, sign
	last, _ := utf8.DecodeLastRuneInString(sign)
	if sign != "" && (v.Language == Spanish || unicode.IsLetter(last)) {
		v.sign += " "
	}
}

// In is the same voice for amounts in the currency of a code, which the shop may have had before: an
// order keeps its own. Where the sign is that of the shop's currency too, the code stands for it.
func (v *Voice) In(code string) *Voice {
	if code == v.code {
		return v
	}
	sign := v.noCode
	if code != "" {
		if sign = SignOf(code); sign == v.bare {
			sign = code
		}
	}
	other := *v
	other.code, other.unit = code, models.UnitOf(code)
	other.setSign(sign)
	return &other
}

// Sign is that of the currency.
func (v *Voice) Sign() string { return v.bare }

// moneyIn is Money for templates, in another currency where they name one: {{money total in=currency}}.
func (v *Voice) moneyIn(m models.Money, o *raymond.Options) string {
	if code, is := o.HashProp("in").(string); is {
		return v.In(code).Money(m)
	}
	return v.Money(m)
}

// helpers are what the templates may call.
func (v *Voice) helpers(asset func(string) string) map[string]any {
	return map[string]any{
		"t":      func(key string, o *raymond.Options) string { return v.Say(key, o.Hash()) },
		"money":  v.moneyIn,
		"number": v.Number,
		"day":    v.Day,
		"clock":  v.Clock,
		"asset":  asset,
		"data":   func(json string) raymond.SafeString { return raymond.SafeString(inScript.Replace(json)) },
		// for scripts
		"numbers": v.numbers,
		"texts":   func(group string) string { return v.groups[group] },
	}
}

// inScript makes of JSON what stands in a script element: nothing in it ends the element or begins
// a comment there, and it is the same JSON.
var inScript = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`, "\u2028", `\u2028`, "\u2029", `\u2029`)

// Money writes an amount with the currency's sign: "$ 1.234,50" in Spanish, "$1,234.50" in English;
// in a currency without decimals "$ 1.235" and "$1,235", with three "KWD 1.234,500".
func (v *Voice) Money(m models.Money) string {
	minus := ""
	if m < 0 {
		minus, m = "-", -m
	}
	m = m.Rounded(v.unit)
	text := minus + v.sign + v.Number(int64(m/models.One))
	if v.unit == models.One {
		return text
	}
	return text + v.point + strconv.FormatInt(int64((models.One+m%models.One)/v.unit), 10)[1:]
}

// Number writes a whole number with its digits in groups of three.
func (v *Voice) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(digits) - 3; i > first; i -= 3 {
		digits = digits[:i] + v.thousands + digits[i:]
	}
	return digits
}

// Percent writes hundredths of a percent: "10,5 %".
func (v *Voice) Percent(points int64) string {
	return v.Typed(models.Money(points)*models.One/100) + " %"
}

// Typed writes an amount as a person would type it into a form: "1234,5".
func (v *Voice) Typed(m models.Money) string { return strings.Replace(m.String(), ".", v.point, 1) }

// Day writes the day of a moment: "lunes 23 de noviembre de 2026".
func (v *Voice) Day(at models.Time) string { return v.DayOf(at.Std().In(v.zone)) }

// DayOf is Day of a moment where it is.
func (v *Voice) DayOf(t time.Time) string {
	return v.Say("date.day", map[string]any{
		"weekday": v.weekdays[t.Weekday()], "day": t.Day(), "month": v.months[t.Month()-1], "year": strconv.Itoa(t.Year()),
	})
}

// ShortDay writes the day of a moment where it is with as few characters as tell it: "23 nov".
func (v *Voice) ShortDay(t time.Time) string {
	month := []rune(v.months[t.Month()-1])
	return strconv.Itoa(t.Day()) + " " + string(month[:min(3, len(month))])
}

// Clock writes the time of day of a moment: "18:05".
func (v *Voice) Clock(at models.Time) string { return at.Std().In(v.zone).Format("15:04") }

// Date writes the day of a moment as a computer sorts it: "2026-11-23".
func (v *Voice) Date(at models.Time) string { return at.Std().In(v.zone).Format(time.DateOnly) }

// Ago says how long ago a moment was, or in how long it will be: "hace 2 horas", "en 3 días". The
// scripts say it anew as time goes by: public/js/voice.js.
func (v *Voice) Ago(at models.Time, now time.Time) string {
	left, past := at.Std().Sub(now), "ago.in."
	if left < 0 {
		left, past = -left, "ago."
	}
	switch {
	case left < time.Minute:
		return v.Say("ago.now", nil)
	case left < time.Hour:
		return v.Say(past+"minutes", map[string]any{"n": int64(left / time.Minute)})
	case left < 2*24*time.Hour:
		return v.Say(past+"hours", map[string]any{"n": int64(left / time.Hour)})
	}
	return v.Say(past+"days", map[string]any{"n": int64(left / (24 * time.Hour))})
}

// Moment writes a day and a time of it: "Hoy 18:05", "lunes 23 de noviembre de 2026 18:05".
func (v *Voice) Moment(at models.Time, now time.Time) string {
	day := v.Day(at)
	if v.Date(at) == v.Date(models.TimeOf(now)) {
		day = v.Say("date.today", nil)
	}
	return day + " " + v.Clock(at)
}

// Problem says what is asked of a field, without naming it: the text stands beside the field.
func (v *Voice) Problem(p models.Problem) string {
	var limit any = p.Limit
	if n, err := strconv.ParseInt(p.Limit, 10, 64); err == nil {
		limit = n
	}
	return v.Say("rule."+string(p.Rule), map[string]any{"limit": limit})
}
