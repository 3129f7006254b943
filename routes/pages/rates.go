package pages

import (
	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

// rateChoice is a rate of tax that a product may name.
type rateChoice struct {
	Value, Words string // no value for the rate of what names none
	Chosen       bool
}

// ratesFor are the rates that a product can have which names one, or none (""). One that the settings
// have no longer is among them, so that saving something else of the product leaves it as it is.
func ratesFor(voice *views.Voice, taxes []models.Tax, chosen string) []rateChoice {
	if len(taxes) == 0 && chosen == "" {
		return nil
	}
	choices := []rateChoice{{Words: usualRate(voice, taxes), Chosen: chosen == ""}}
	known := chosen == ""
	for _, tax := range taxes {
		is := tax.Name == chosen
		known = known || is
		choices = append(choices, rateChoice{tax.Name, rateWords(voice, tax), is})
	}
	if !known {
		words := voice.Say("form.taxGone", map[string]any{"rate": chosen})
		choices = append(choices, rateChoice{chosen, words, true})
	}
	return choices
}

// usualRate says by which rate a product is taxed that names none.
func usualRate(voice *views.Voice, taxes []models.Tax) string {
	if usual := shop.RateOf(taxes, ""); usual.Default {
		return voice.Say("form.taxUsual", map[string]any{"rate": rateWords(voice, usual)})
	}
	return voice.Say("form.taxNone", nil)
}

func rateWords(voice *views.Voice, tax models.Tax) string {
	return rateName(voice, shop.SalesTax{Name: tax.Name, Rate: tax.Points})
}
