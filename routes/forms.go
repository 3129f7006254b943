package routes

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/views"
)

// field is one field of a form as a page shows it: what was typed, and what is wrong with it.
type field struct{ Value, Problem string }

// readForm returns what a form posted. A body that cannot be read as a form is an error of the visitor.
func readForm(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		if problemOf(err).status == http.StatusRequestEntityTooLarge {
			return nil, err
		}
		return nil, problem{status: http.StatusBadRequest, code: "invalid", message: "This form cannot be read."}
	}
	return r.PostForm, nil
}

// typed returns a field of a form so that it can be shown again: bytes that are no text cannot.
func typed(form url.Values, name string) string { return strings.ToValidUTF8(form.Get(name), "\uFFFD") }

// sayProblem tells the first problem of a field and of what is inside it, or "".
func sayProblem(voice *views.Voice, v models.Invalid, name string) string {
	for _, p := range v {
		if p.Field == name || strings.HasPrefix(p.Field, name+"[") {
			return voice.Problem(p)
		}
	}
	return ""
}

// typedPrice reads an amount as people type it: 1234.5, 1234,5, 1.234,50, 1,234.50 and $ 1.234,50 are the same.
func typedPrice(v *models.Invalid, name, text string) models.Money {
	number := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(text), "$€£"))
	if number == "" {
		v.Add(name, models.Required, nil, "")
		return 0
	}
	whole, fraction, ok := splitNumber(number)
	if !ok {
		v.Add(name, models.NotNumber, nil, "")
		return 0
	}
	if len(strings.TrimRight(fraction, "0")) > 2 {
		v.Add(name, models.Decimals, nil, "")
		return 0
	}
	cents := (fraction + "00")[:2]
	return models.Money(inRange(v, name, whole+cents, models.MaxPrice))
}

// typedWhole reads a whole number as people type it, thousands separated or not.
func typedWhole(v *models.Invalid, name, text string, most int64) int64 {
	if text = strings.TrimSpace(text); text == "" {
		v.Add(name, models.Required, nil, "")
		return 0
	}
	whole, fraction, ok := splitNumber(text)
	if !ok {
		v.Add(name, models.NotNumber, nil, "")
		return 0
	}
	if strings.Trim(fraction, "0") != "" {
		v.Add(name, models.NotWhole, nil, "")
		return 0
	}
	return inRange(v, name, whole, most)
}

// inRange returns what digits say, if a program can hold it; the rules of the value say the rest.
func inRange(v *models.Invalid, name, digits string, most any) int64 {
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err == nil:
		return n
	case strings.HasPrefix(digits, "-"):
		v.Add(name, models.TooSmall, 0, "")
	default:
		v.Add(name, models.TooLarge, most, "")
	}
	return 0
}

// splitNumber takes a number apart into its whole digits, with their sign, and its decimals. Points and commas before
// groups of exactly three digits separate thousands, the last one otherwise the decimals: a single "1.234" is one
// thousand and some, because no price has three decimals, but "0.125" is not.
func splitNumber(text string) (whole, fraction string, ok bool) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "").Replace(text)
	digits, negative := strings.CutPrefix(text, "-")
	if last := strings.LastIndexAny(digits, ".,"); last >= 0 {
		mark := digits[last : last+1]
		grouped := len(digits)-last-1 == 3 && isGrouped(digits, mark)
		if !grouped {
			digits, fraction = digits[:last], digits[last+1:]
			if fraction == "" || strings.Trim(fraction, "0123456789") != "" {
				return "", "", false
			}
			mark = strings.Trim(".,", mark)
		}
		if strings.Contains(digits, mark) {
			if !isGrouped(digits, mark) {
				return "", "", false
			}
			digits = strings.ReplaceAll(digits, mark, "")
		}
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", "", false
	}
	if negative {
		digits = "-" + digits
	}
	return digits, fraction, true
}

// isGrouped says whether digits stand in groups of three with a mark between them: 1.234.567.
func isGrouped(text, mark string) bool {
	groups := strings.Split(text, mark)
	for i, group := range groups {
		if strings.Trim(group, "0123456789") != "" || i > 0 && len(group) != 3 {
			return false
		}
	}
	return len(groups) > 1 && len(groups[0]) >= 1 && len(groups[0]) <= 3 && groups[0][0] != '0'
}
