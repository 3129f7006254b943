package pages

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/views"
)

// wayRow is one entry of a list in a form. Its fields are named by list, row and field:
// deliveries-0-price.
type wayRow struct {
	At      string // how the names of its fields begin
	Way     string
	Words   string
	Kinds   []roleChoice
	On      bool // a way of paying is offered, a rate is the default one
	Names   map[string]string
	Form    typedForm
	Problem string // of the row as a whole, or of what no field shows
	New     bool   // for one more entry
	N       int

	HasAccounts, OpenPlace, OpenZone bool
}

// rowPlaces says of each entry of a list, as it is stored, which row of the form it came from.
type rowPlaces []int

// rows has problems name rows of the form where they name entries of a list.
func (places rowPlaces) rows(problems models.Invalid) models.Invalid {
	problems = slices.Clone(problems)
	for i, problem := range problems {
		list, rest, _ := strings.Cut(problem.Field, "[")
		number, rest, inside := strings.Cut(rest, "]")
		if n, err := strconv.Atoi(number); inside && err == nil && n < len(places) {
			problems[i].Field = fmt.Sprintf("%s[%d]%s", list, places[n], rest)
		}
	}
	return problems
}

// formOfRow is the part of a form that is a row, under the names of the fields alone.
func formOfRow(form url.Values, at string) url.Values {
	part := url.Values{}
	for name, values := range form {
		if name, is := strings.CutPrefix(name, at); is {
			part[name] = values
		}
	}
	return part
}

func rowAt(list string, i int) string { return list + "-" + strconv.Itoa(i) + "-" }

// newRow is the row of a value, or where there is a form of what was typed into it.
func newRow[T any](voice *views.Voice, kind fields.Kind[T], list string, i int, value T, form url.Values, problems models.Invalid, more ...string) wayRow {
	row := wayRow{At: rowAt(list, i), Names: map[string]string{}, N: i}
	for _, name := range append(kind.Names(fields.Update), more...) {
		row.Names[name] = row.At + name
	}
	if form == nil {
		row.Form = fill(voice, kind, value)
		return row
	}
	var own models.Invalid
	for _, problem := range problems {
		if name, is := strings.CutPrefix(problem.Field, fmt.Sprintf("%s[%d].", list, i)); is {
			problem.Field = name
			own = append(own, problem)
		}
	}
	part := formOfRow(form, row.At)
	row.Form, _ = retype(voice, kind, part, own)
	for _, name := range more {
		row.Form[name] = field{typed(part, name), sayProblem(voice, own, name)}
	}
	for _, problem := range own {
		field, _, _ := strings.Cut(problem.Field, "[")
		if _, shown := row.Form[field]; !shown {
			row.Problem = voice.Problem(problem)
		}
	}
	return row
}

// paymentRows are all ways of paying that there are, those that are offered marked.
func paymentRows(voice *views.Voice, s models.Settings, form url.Values, problems models.Invalid) (rows []wayRow) {
	offered := s.WithStart().Payments
	for i, way := range models.PaymentWays {
		value := models.Payment{Way: way, Days: models.DefaultDays(way)}
		at := slices.IndexFunc(offered, func(p models.Payment) bool { return p.Way == way })
		if at >= 0 {
			value = offered[at]
		}
		row := newRow(voice, fields.PaymentForm, "payments", i, value, form, problems, "accounts", "on")
		if row.On = at >= 0; form != nil {
			row.On = form.Get(row.Names["on"]) == "true"
		} else {
			row.Form["accounts"] = field{Value: accountLines(value.Accounts)}
		}
		row.HasAccounts = way == models.PayTransfer
		row.Way, row.Words = way, voice.Say("ways.pay."+way, nil)
		rows = append(rows, row)
	}
	return rows
}

func accountLines(accounts []models.Account) string {
	lines := make([]string, len(accounts))
	for i, account := range accounts {
		lines[i] = account.Name + ": " + account.Text
	}
	return strings.Join(lines, "\n")
}

// readPayments reads the ways that are offered. An account is a line: what it is, a colon, its text.
func readPayments(form url.Values, s *models.Settings) (places rowPlaces, wrong models.Invalid) {
	s.Payments = nil
	for i, way := range models.PaymentWays {
		part := formOfRow(form, rowAt("payments", i))
		if part.Get("on") != "true" {
			continue
		}
		payment := models.Payment{Way: way}
		note(&wrong, "payments", len(s.Payments), readTyped(part, fields.PaymentForm, &payment, s.Currency))
		for line := range strings.Lines(unixLines(part.Get("accounts"))) {
			if line = strings.TrimSpace(line); line != "" {
				name, text, _ := strings.Cut(line, ":")
				payment.Accounts = append(payment.Accounts, models.Account{Name: name, Text: text})
			}
		}
		s.Payments, places = append(s.Payments, payment), append(places, i)
	}
	return places, wrong
}

// note adds what cannot be read of an entry.
func note(wrong *models.Invalid, list string, i int, of models.Invalid) {
	for _, problem := range of {
		problem.Field = fmt.Sprintf("%s[%d].%s", list, i, problem.Field)
		*wrong = append(*wrong, problem)
	}
}

// deliveryRows are those that there are, and one more.
func deliveryRows(voice *views.Voice, s models.Settings, form url.Values, problems models.Invalid) (rows []wayRow) {
	all := append(s.WithStart().Deliveries, models.Delivery{})
	for i := range models.MaxDeliveries + 1 {
		at := rowAt("deliveries", i)
		if form == nil && i >= len(all) || form != nil && !form.Has(at+"name") {
			break
		}
		var value models.Delivery
		if form == nil {
			value = all[i]
		} else {
			value.Way, value.Kind = typed(form, at+"way"), typed(form, at+"kind")
		}
		row := newRow(voice, fields.DeliveryForm, "deliveries", i, value, form, problems, "kind", "way")
		row.Way, row.New = value.Way, value.Way == ""
		row.Words = row.Form["name"].Value
		row.OpenPlace, row.OpenZone = value.Kind == models.DeliverPickup, value.Kind == models.DeliverZone
		for _, kind := range append([]string{""}, models.DeliveryKinds...) {
			words := voice.Say("ways.kind."+kind, nil)
			if kind == "" {
				words = voice.Say("ways.none", nil)
			}
			row.Kinds = append(row.Kinds, roleChoice{kind, words, kind == value.Kind})
			if kind == value.Kind && row.Words == "" && kind != "" {
				row.Words = words
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// readDeliveries reads those that are of a kind; of none is who is to be taken away.
func readDeliveries(form url.Values, s *models.Settings) (places rowPlaces, wrong models.Invalid) {
	s.Deliveries = nil
	for i := 0; i <= models.MaxDeliveries && form.Has(rowAt("deliveries", i)+"name"); i++ {
		part := formOfRow(form, rowAt("deliveries", i))
		for _, name := range []string{"countries", "provinces", "postcodes"} {
			part.Set(name, strings.ReplaceAll(part.Get(name), ",", "\n"))
		}
		for _, name := range []string{"price", "freeFrom"} {
			if strings.TrimSpace(part.Get(name)) == "" {
				part.Set(name, "0")
			}
		}
		delivery := models.Delivery{Way: part.Get("way"), Kind: part.Get("kind")}
		if delivery.Kind != "" || delivery.Way == "" && strings.TrimSpace(part.Get("name")) != "" { // a name alone lacks its kind
			note(&wrong, "deliveries", len(s.Deliveries), readTyped(part, fields.DeliveryForm, &delivery, s.Currency))
			s.Deliveries, places = append(s.Deliveries, delivery), append(places, i)
		}
	}
	return places, wrong
}

// taxRows are the rates that there are, and two more.
func taxRows(voice *views.Voice, s models.Settings, form url.Values, problems models.Invalid) (rows []wayRow) {
	for i := range models.MaxRates {
		at := rowAt("taxes", i)
		if form == nil && i >= len(s.Taxes)+2 || form != nil && !form.Has(at+"name") {
			break
		}
		var value models.Tax
		if i < len(s.Taxes) {
			value = s.Taxes[i]
		}
		row := newRow(voice, fields.TaxForm, "taxes", i, value, form, problems)
		if row.New = value.Name == ""; row.New && form == nil {
			row.Form["points"] = field{}
		}
		if row.On = value.Default; form != nil {
			row.On = form.Get("default") == strconv.Itoa(i)
		}
		rows = append(rows, row)
	}
	return rows
}

// readTaxes reads the rates that have a name, and beside them what else the form says.
func readTaxes(form url.Values, s *models.Settings) (places rowPlaces, wrong models.Invalid) {
	s.Taxes, s.TaxAdded, s.AcceptAtOnce = nil, form.Get("taxAdded") == "true", form.Get("acceptAtOnce") == "true"
	for i := 0; i < models.MaxRates && form.Has(rowAt("taxes", i)+"name"); i++ {
		part := formOfRow(form, rowAt("taxes", i))
		if strings.TrimSpace(part.Get("name")) == "" && strings.TrimSpace(part.Get("points")) == "" {
			continue
		}
		tax := models.Tax{Default: form.Get("default") == strconv.Itoa(i)}
		note(&wrong, "taxes", len(s.Taxes), readTyped(part, fields.TaxForm, &tax, s.Currency))
		s.Taxes, places = append(s.Taxes, tax), append(places, i)
	}
	return places, wrong
}
