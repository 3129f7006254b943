package pages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

const (
	salesPage    = "/admin/sales"
	salesDays    = 30 // that are shown unless others are asked for
	salesMost    = 50 // products that are named
	basisPercent = 100
)

// salesSheet is what was sold, added up.
type salesSheet struct {
	views.Page
	From, To string
	Spans    []salesSpan
	Parts    []salesPart // of each currency, the shop's first
	Many     bool        // these are more than one
	CSV      string
	NotAll   bool // the days that were asked for are more than are shown
}

// salesPart is what was sold in one currency, added up.
type salesPart struct {
	Key      string // which tells its tables from those of others
	Currency string
	Called   string // how the currency is called: by its code, or else its sign
	Sum      shop.Sales
	Orders   int64
	Average  models.Money // of an order
	Chart    *chart
	Days     []salesRow
	Products []salesRow
	Rest     salesRow // the products that are not named
	More     int64    // how many these are
	Taxes    []salesRow
	Ways     []salesRow
}

// salesSpan leads to the last days.
type salesSpan struct {
	To, Words string
	Here      bool
}

type salesRow struct {
	Name, Code string
	N          int64
	Tax, Total models.Money
}

// salesArgs are the days that an address asks for, each as it begins where the shop is.
type salesArgs struct {
	from, to time.Time
	cut      bool
}

func readSales(query url.Values, zone *time.Location, now time.Time) salesArgs {
	now = now.In(zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	args := salesArgs{from: today.AddDate(0, 0, 1-salesDays), to: today}
	if to, err := time.ParseInLocation(time.DateOnly, query.Get("to"), zone); err == nil && to.Year() > 0 {
		args.to = to
		args.from = to.AddDate(0, 0, 1-salesDays)
	}
	if from, err := time.ParseInLocation(time.DateOnly, query.Get("from"), zone); err == nil && from.Year() > 0 {
		args.from = from
	}
	if args.from.After(args.to) {
		args.from, args.to = args.to, args.from
	}
	if first := args.to.AddDate(0, 0, 1-shop.MaxSalesDays); args.from.Before(first) {
		args.from, args.cut = first, true
	}
	return args
}

func (a salesArgs) link(page string) string {
	return page + "?" + url.Values{"from": {a.from.Format(time.DateOnly)}, "to": {a.to.Format(time.DateOnly)}}.Encode()
}

// Sales shows what was sold.
func (p *Pages) Sales(w http.ResponseWriter, r *http.Request) {
	query := queryOf(r)
	here := salesPage
	if len(query) > 0 {
		here = readSales(query, p.looks.last().zone, time.Now()).link(salesPage)
	}
	p.showCounter(w, r, sheet{template: "sales", here: here, private: "sales", fill: func(ctx context.Context, v *visit) (any, error) {
		return p.salesSheet(ctx, v, readSales(query, v.look.zone, time.Now()))
	}})
}

func (p *Pages) salesSheet(ctx context.Context, v *visit, args salesArgs) (any, error) {
	sum, err := p.shop.Sales(ctx, v.who, args.from, args.to, v.look.zone)
	if err != nil {
		return nil, err
	}
	sheet := salesSheet{
		Page: p.counter(v, v.voice.Say("sales.title", nil), salesPage), NotAll: args.cut,
		From: args.from.Format(time.DateOnly), To: args.to.Format(time.DateOnly), CSV: args.link(salesPage + ".csv"),
		Spans: spansOf(v, args),
	}
	for i, one := range append([]shop.Sales{sum}, sum.Others...) {
		if one.Orders > 0 {
			part := salesPartOf(v.voice.In(one.Currency), one)
			if i > 0 {
				part.Key = "-" + strconv.Itoa(i)
			}
			sheet.Parts = append(sheet.Parts, part)
		}
	}
	sheet.Many = len(sheet.Parts) > 1
	return sheet, nil
}

// salesPartOf is what was sold in one currency, which the voice is for.
func salesPartOf(voice *views.Voice, sum shop.Sales) salesPart {
	part := salesPart{
		Currency: sum.Currency, Called: cmp.Or(sum.Currency, voice.Sign()), Sum: sum, Orders: int64(sum.Orders),
		Average: sum.Total / models.Money(sum.Orders), Chart: chartOf(voice, sum.Days),
	}
	for i := range sum.Days {
		if day := sum.Days[len(sum.Days)-1-i]; day.Orders > 0 {
			part.Days = append(part.Days, salesRow{Name: dayName(voice, day.Name), N: int64(day.Orders), Total: day.Total})
		}
	}
	for i, one := range sum.Products {
		if i >= salesMost {
			part.More++
			part.Rest.N += one.Quantity
			part.Rest.Total += one.Total
			continue
		}
		part.Products = append(part.Products, salesRow{Name: one.Name, Code: one.Code, N: one.Quantity, Total: one.Total})
	}
	for _, tax := range sum.Taxes {
		part.Taxes = append(part.Taxes, salesRow{Name: rateName(voice, tax), Tax: tax.Tax, Total: tax.Total})
	}
	if of := sum.DeliveryTax; of != nil {
		part.Taxes = append(part.Taxes, salesRow{Name: voice.Say("sales.delivery", nil), Tax: of.Tax, Total: of.Total})
	}
	for _, way := range sum.Ways {
		part.Ways = append(part.Ways, salesRow{Name: wayName(voice, way.Name), N: int64(way.Orders), Total: way.Total})
	}
	return part
}

// dayName is a date as people say it.
func dayName(voice *views.Voice, date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return voice.DayOf(day)
}

// rateName is a rate of tax by its name and percentage, which many names have already.
func rateName(voice *views.Voice, tax shop.SalesTax) string {
	if tax.Name == "" {
		return voice.Say("sales.noTax", nil)
	}
	if percent := voice.Percent(tax.Rate); !strings.Contains(tax.Name, percent) {
		return tax.Name + " " + percent
	}
	return tax.Name
}

// wayName is a way of paying in words.
func wayName(voice *views.Voice, way string) string {
	if key := "ways.pay." + way; voice.Knows(key) {
		return voice.Say(key, nil)
	}
	return cmp.Or(way, voice.Say("desk.way.other", nil))
}

// spansOf lead to the last week, month and quarter.
func spansOf(v *visit, args salesArgs) (spans []salesSpan) {
	today := readSales(nil, v.look.zone, time.Now()).to
	for _, days := range []int{1, 7, 30, 90, 365} {
		span := salesArgs{from: today.AddDate(0, 0, 1-days), to: today}
		spans = append(spans, salesSpan{
			span.link(salesPage), v.voice.Say("sales.span."+strconv.Itoa(days), nil), span.from.Equal(args.from) && span.to.Equal(args.to)})
	}
	return spans
}
