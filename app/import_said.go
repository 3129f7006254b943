package app

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"pulperia/catalogue"
	"pulperia/dao/models"
)

// undecided is what the report says about figures with two readings.
const undecided = "a figure can be read in two ways, and no other figure of the file decides: say --decimal , or --decimal ."

func hasTwoReadings(problem error) bool {
	wrong, _ := errors.AsType[models.Invalid](problem)
	return slices.ContainsFunc(wrong, func(p models.Problem) bool { return p.Rule == models.TwoReadings })
}

// tally counts what is the same for many entries of a file, in the order in which it was first met.
type tally []counted

type counted struct {
	what, text string
	n          int
	lines      []int // the first ones
}

// count counts texts about an entry.
func (t *tally) count(e catalogue.Entry, texts ...string) {
	what := "product"
	if e.Kind != nil {
		what = string(e.Kind.Kind)
	}
	for _, text := range texts {
		i := slices.IndexFunc(*t, func(c counted) bool { return c.what == what && c.text == text })
		if i < 0 {
			i = len(*t)
			*t = append(*t, counted{what: what, text: text})
		}
		c := &(*t)[i]
		c.n++
		c.lines = append(c.lines, e.Line)[:min(c.n, 5)]
	}
}

// say says each text once, with how many it is about and where the first of them stand.
func (t tally) say(source *importSource) {
	for _, c := range t {
		source.say("%s: %s: %s", source.name, c, c.text)
	}
}

func (c counted) String() string {
	lines := make([]string, len(c.lines))
	for i, line := range c.lines {
		lines[i] = strconv.Itoa(line)
	}
	where := "line " + lines[0]
	if c.n > 1 {
		where = "lines " + strings.Join(lines, ", ")
	}
	if c.n > len(lines) {
		where += ", …"
	}
	return counts(c.n, c.what) + " (" + where + ")"
}

func counts(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// differences names the fields in which a product has changed, from what to what.
func differences(before, now models.Product) string {
	var parts []string
	for _, field := range models.ChangedFields(before, now) {
		from, to := apart(fieldText(before, field), fieldText(now, field))
		parts = append(parts, field+" "+from+" → "+to)
	}
	return strings.Join(parts, "; ")
}

func fieldText(p models.Product, field string) string {
	switch field {
	case "title":
		return strconv.Quote(p.Title)
	case "description":
		return strconv.Quote(p.Description)
	case "price":
		return p.Price.String()
	case "status":
		return strconv.FormatBool(p.Status)
	case "stock":
		return strconv.FormatInt(p.Stock, 10)
	case "category":
		return strconv.Quote(p.Category)
	case "thumbnails":
		return "[" + strings.Join(p.Thumbnails, ", ") + "]"
	case "compareAt":
		return p.CompareAt.String()
	case "counted":
		return strconv.FormatBool(!bool(p.Uncounted))
	case "tax":
		return strconv.Quote(p.Tax)
	case "tags":
		return "[" + strings.Join(p.Tags, ", ") + "]"
	case "vendor":
		return strconv.Quote(p.Vendor)
	case "barcode":
		return strconv.Quote(p.Barcode)
	case "variants":
		return variantsText(p.Variants)
	}
	return ""
}

func variantsText(variants []models.Variant) string {
	texts := make([]string, len(variants))
	for i, v := range variants {
		texts[i] = fmt.Sprintf("%s (%s): %s, %d in stock", v.Code, v.Name(), v.Price, v.Stock)
		if v.Uncounted {
			texts[i] = fmt.Sprintf("%s (%s): %s, not counted", v.Code, v.Name(), v.Price)
		}
	}
	return "[" + strings.Join(texts, "; ") + "]"
}

// apart shortens two texts to where they differ.
func apart(from, to string) (string, string) {
	const most, before = 60, 15
	same := 0
	for same < min(len(from), len(to)) && from[same] == to[same] {
		same++
	}
	for same > 0 && !utf8.RuneStart((from + " ")[same]) {
		same--
	}
	cut := func(text string) string {
		if len(text) <= most {
			return text
		}
		runes, begin := []rune(text), max(0, utf8.RuneCountInString(text[:same])-before)
		if begin > 0 {
			runes = append([]rune{'…'}, runes[begin:]...)
		}
		if len(runes) > most {
			runes = append(runes[:most], '…')
		}
		return string(runes)
	}
	return cut(from), cut(to)
}
