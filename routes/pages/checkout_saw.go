package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

// sawLine is a line as the visitor saw it when he sent the form, which says so: what he is told of is
// what has changed since then.
type sawLine struct {
	of       models.Choice
	quantity int64
	unit     models.Money
	title    string // as it is now, or as the form says
	now      string // what has become of it where it is not in the cart any more: the end of a text's key
}

// sawOf is what the form says of a line.
func sawOf(line shop.Line, unit models.Money) string {
	return fmt.Sprintf("%s %s %d %d %s", line.Item.Product, line.Variant, line.Quantity, unit, titleOf(line))
}

func parseSaw(text string) (saw sawLine, is bool) {
	parts := strings.SplitN(text, " ", 5)
	if len(parts) < 5 {
		return saw, false
	}
	product, wrong1 := models.ParseID(parts[0])
	variant, wrong2 := models.ParseID(parts[1])
	quantity, wrong3 := strconv.ParseInt(parts[2], 10, 64)
	unit, wrong4 := strconv.ParseInt(parts[3], 10, 64)
	title := []rune(strings.ToValidUTF8(parts[4], "\uFFFD"))
	return sawLine{
		of: models.Choice{Product: product, Variant: variant}, quantity: quantity, unit: models.Money(unit),
		title: string(title[:min(len(title), 300)]),
		now:   "removed",
	}, cmp.Or(wrong1, wrong2, wrong3, wrong4) == nil
}

// changes says line by line what is no longer as the visitor saw it.
func (f checkoutForm) changes(voice *views.Voice, bill shop.Bill, sums shop.Sums) (said []string) {
	say := func(key string, values map[string]any) {
		said = append(said, voice.Say("checkout.change."+key, values))
	}
	known := map[models.Choice]bool{}
	at := map[models.Choice]int{} // among what can be bought
	for _, line := range bill.Lines {
		if line.CanBeBought() {
			at[line.Choice()] = len(at)
		}
	}
	for _, saw := range f.saw {
		known[saw.of] = true
		i := slices.IndexFunc(bill.Lines, func(l shop.Line) bool { return l.Choice() == saw.of })
		values := map[string]any{"title": saw.title, "was": saw.quantity}
		switch {
		case i < 0:
			say(saw.now, values)
		case !bill.Lines[i].CanBeBought(): // it stands below
		default:
			line, sum := bill.Lines[i], sums.Lines[at[saw.of]]
			if line.Quantity != saw.quantity {
				values["n"] = line.Quantity
				say("quantity", values)
			}
			if sum.Unit != saw.unit {
				say("price", map[string]any{"title": saw.title, "was": voice.Money(saw.unit), "now": voice.Money(sum.Unit)})
			}
		}
	}
	for _, line := range bill.Lines {
		if line.CanBeBought() && !known[line.Choice()] {
			say("added", map[string]any{"title": titleOf(line), "n": line.Quantity})
		}
	}
	return said
}
