package pages

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/views"
)

// typedForm is the form of a kind as a page shows it: its fields by their names.
type typedForm map[string]field

// fill is the form of a value as it is stored.
func fill[T any](voice *views.Voice, kind fields.Kind[T], value T) typedForm {
	form := typedForm{}
	for f := range kind.Of(fields.Update) {
		form[f.Name] = field{Value: asTyped(voice, f.At(&value), f.Null)}
	}
	return form
}

// asTyped is what somebody types for what stands in a field: nothing for none, where there may be none.
func asTyped(voice *views.Voice, at any, none bool) string {
	switch at := at.(type) {
	case *string:
		return *at
	case *bool:
		return strconv.FormatBool(*at)
	case *int64:
		return strconv.FormatInt(*at, 10)
	case *models.Uncounted:
		return strconv.FormatBool(!bool(*at))
	case *models.Money:
		if *at == 0 && none {
			return ""
		}
		return voice.Typed(*at)
	case *fields.Percent:
		return voice.Typed(models.Money(*at) * models.One / 100)
	case *[]string:
		return strings.Join(*at, "\n")
	}
	panic(fmt.Sprintf("no form for a %T", at))
}

// readTyped reads a form, whose amounts are in a currency, into a value, and returns what cannot be
// read of it.
func readTyped[T any](form url.Values, kind fields.Kind[T], into *T, currency string) (wrong models.Invalid) {
	notation := notationOf(form, kind, currency)
	return readTypedAs(form, kind, into, notation)
}

// notationOf is how the figures of a form are written.
func notationOf[T any](form url.Values, kind fields.Kind[T], currency string) models.Notation {
	notation := models.NotationIn(currency)
	into := new(T) // 1.234,50 beside it says that a stock of 1.000 is a thousand
	for f := range kind.Of(fields.Update) {
		switch f.At(into).(type) {
		case *models.Money:
			notation.LearnMoney(form.Get(f.Name))
		case *int64:
			notation.Learn(form.Get(f.Name), 0)
		}
	}
	return notation
}

func readTypedAs[T any](form url.Values, kind fields.Kind[T], into *T, notation models.Notation) (wrong models.Invalid) {
	for f := range kind.Of(fields.Update) {
		text := unixLines(form.Get(f.Name))
		switch at := f.At(into).(type) {
		case *string:
			*at = text
		case *bool:
			*at = text == "true"
		case *int64:
			*at = notation.Whole(&wrong, f.Name, text, f.Most)
		case *models.Uncounted:
			*at = text == "false"
		case *models.Money:
			if *at = 0; !f.Null || strings.TrimSpace(text) != "" {
				*at = notation.Money(&wrong, f.Name, text)
			}
		case *fields.Percent:
			percent := models.Notation{}.Money(&wrong, f.Name, text)
			*at = fields.Percent(percent * 100 / models.One)
		case *[]string:
			*at = nil
			for line := range strings.Lines(text) {
				if line = strings.TrimSpace(line); line != "" {
					*at = append(*at, line)
				}
			}
		default:
			panic(fmt.Sprintf("field %s: no form for a %T", f.Name, at))
		}
	}
	return wrong
}

// retype is the form as it was typed, with what is wrong beside each field, and of how many fields
// something is.
func retype[T any](voice *views.Voice, kind fields.Kind[T], form url.Values, wrong models.Invalid) (again typedForm, marked int) {
	again = typedForm{}
	for f := range kind.Of(fields.Update) {
		one := field{typed(form, f.Name), sayProblem(voice, wrong, f.Name)}
		if again[f.Name] = one; one.Problem != "" {
			marked++
		}
	}
	return again, marked
}

// tell says beside each field what is stored, where that is something else.
func (form typedForm) tell(voice *views.Voice, stored typedForm) {
	is := func(text string) string { return strings.TrimSpace(unixLines(text)) }
	for name, one := range form {
		if now := stored[name].Value; is(one.Value) != is(now) {
			one.Problem = voice.Say("shelf.now", map[string]any{"now": now})
			form[name] = one
		}
	}
}

// unixLines is a text with the ends of lines that the shop keeps: browsers send others.
func unixLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
