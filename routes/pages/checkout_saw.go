package pages

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao"
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

// compares says whether the page that is shown again tells what is another than the visitor saw: else
// he would agree to an amount that nobody has told him of. Of an order that may have been placed, and
// of a cart that is gone or empty, there is nothing to tell.
func (f checkoutForm) compares() bool {
	return f.refused != nil && !errors.Is(f.refused, dao.ErrUnknown) && !isCartGone(f.refused) && !f.wrong.Has("cart")
}

// isOf says whether all that the visitor saw was in a currency: amounts of two are not compared.
func (f checkoutForm) isOf(currency string) bool {
	for _, sum := range f.sums {
		if sum.currency != currency {
			return false
		}
	}
	return true
}

// changes says line by line what is no longer as the visitor saw it.
func (f checkoutForm) changes(voice *views.Voice, currency string, bill shop.Bill, sums shop.Sums) (said []string) {
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
			if sum.Unit != saw.unit && f.isOf(currency) {
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

// sawSum is what an order costs in all by one way of delivering, as the visitor saw it.
type sawSum struct {
	total, fee, added models.Money // fee: of the delivery, without tax that is added, which added is of all
	currency          string
	terms             string // what the shop says of the way, as a hash; "" for not known
}

// termsOf are what a shop says of a way of delivering: who agrees to come for his things knows where.
func termsOf(d models.Delivery) string {
	return string(models.HashOf([]byte(strings.Join([]string{d.Name, d.Address, d.Hours}, "\x00")))[:8])
}

// noCode stands in the form for a currency that nobody has named.
const noCode = "-"

// of is what the form says of a sum by a way.
func (s sawSum) of(way string) string {
	return fmt.Sprintf("%d %d %d %s #%s %s", s.total, s.fee, s.added, cmp.Or(s.currency, noCode), s.terms, way)
}

func parseSum(text string) (way string, saw sawSum, is bool) {
	parts := strings.SplitN(text, " ", 5)
	if len(parts) < 5 {
		return "", saw, false
	}
	for i, at := range []*models.Money{&saw.total, &saw.fee, &saw.added} {
		n, err := strconv.ParseInt(parts[i], 10, 64)
		if err != nil {
			return "", saw, false
		}
		*at = models.Money(n)
	}
	if saw.currency = parts[3]; saw.currency == noCode {
		saw.currency = ""
	}
	way = parts[4]
	if terms, isNew := strings.CutPrefix(way, "#"); isNew { // a page of an older pulperia has none
		saw.terms, way, _ = strings.Cut(terms, " ")
	}
	return way, saw, true
}

// sumChanges adds to what is said of the lines what is another of the sum: of the way that is chosen,
// or else of each.
func (f checkoutForm) sumChanges(voice *views.Voice, currency string, ways []deliveryChoice, said []string) []string {
	if !f.isOf(currency) {
		for _, sum := range f.sums {
			if sum.currency != currency {
				was, now := voice.In(sum.currency), voice.In(currency)
				return append(said, voice.Say("checkout.change.currency", map[string]any{
					"was": cmp.Or(sum.currency, was.Sign()), "now": cmp.Or(currency, now.Sign())}))
			}
		}
	}
	say := func(key, title string, was, now models.Money) {
		said = append(said, voice.Say("checkout.change."+key, map[string]any{"title": title, "was": voice.Money(was), "now": voice.Money(now)}))
	}
	taxed := false
	for _, way := range ways {
		saw, is := f.sums[way.Way]
		if !is || f.delivery != "" && f.delivery != way.Way {
			continue
		}
		if f.moved {
			said = append(said, voice.Say("checkout.change.terms", map[string]any{"title": way.Name}))
		}
		if saw.fee != way.Of.Fee && f.delivery == "" {
			say("price", way.Name, saw.fee, way.Of.Fee)
		} else if saw.fee != way.Of.Fee {
			say("delivery", "", saw.fee, way.Of.Fee)
		}
		isOther := (saw.added == 0) != (way.Of.Added == 0) || saw.added != way.Of.Added && len(said) == 0
		if isOther && !taxed { // else it follows from the rest
			say("tax", "", saw.added, way.Of.Added)
			taxed = true
		}
		if saw.total != way.Of.Total && len(said) == 0 {
			say("total", "", saw.total, way.Of.Total)
		}
	}
	return said
}
