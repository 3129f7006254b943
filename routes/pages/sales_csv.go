package pages

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pulperia/dao/models"
	"pulperia/routes/frame"
)

// byteOrderMark has spreadsheets read what follows as UTF-8.
const byteOrderMark = "\uFEFF"

// SalesCSV gives out orders as a table, one a row, cancelled ones included.
func (p *Pages) SalesCSV(w http.ResponseWriter, r *http.Request) {
	v, err := p.visit(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	args := readSales(queryOf(r), v.look.zone, time.Now())
	var text strings.Builder
	text.WriteString(byteOrderMark)
	table := csv.NewWriter(&text)
	table.UseCRLF = true
	table.Write([]string{ // into memory: it cannot fail
		"number", "date", "time", "state", "payment", "way", "name", "email", "phone", "delivery", "address", "code", "items", "deliveryPrice", "tax", "total",
		"paid", "refunded", "currency", "lines",
	})
	err = p.shop.OrdersOfDays(r.Context(), frame.WhoFrom(r.Context()), args.from, args.to, func(o models.Order) error {
		return table.Write(salesRecord(&o, v.look.zone))
	})
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	table.Flush()
	header := w.Header()
	header.Set("Content-Type", "text/csv; charset=utf-8")
	header.Set("Content-Disposition", `attachment; filename="orders-`+args.from.Format(time.DateOnly)+"-"+args.to.Format(time.DateOnly)+`.csv"`)
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Length", strconv.Itoa(text.Len()))
	w.Write([]byte(text.String()))
}

// salesRecord is an order in a row. What buyers have typed is text, whatever it begins with.
func salesRecord(o *models.Order, zone *time.Location) []string {
	placed := o.CreatedAt.Std().In(zone)
	paid, refunded := o.Sums()
	var codes, lines []string
	for _, line := range o.Lines {
		codes = append(codes, line.Code)
		lines = append(lines, strconv.FormatInt(line.Quantity, 10)+" × "+lineTitle(line))
	}
	delivery := o.Delivery.Name
	if o.Delivery.Pickup {
		delivery = "pickup"
	}
	return []string{
		strconv.FormatInt(o.Number, 10), placed.Format(time.DateOnly), placed.Format("15:04"), string(o.State), string(o.PaymentState()),
		harmless(o.Payment.Way), harmless(o.Buyer.Name), harmless(o.Buyer.Email), harmless(o.Buyer.Phone), harmless(delivery),
		harmless(strings.Join(addressLines(o.Delivery.Address), ", ")), harmless(strings.Join(codes, " ")),
		o.Totals.Items.String(), o.Totals.Delivery.String(), o.Totals.Tax.String(), o.Totals.Total.String(), paid.String(), refunded.String(),
		harmless(o.Currency), harmless(strings.Join(lines, "; ")),
	}
}

// formula is what a spreadsheet takes for the beginning of one, full-width forms included.
const formula = "=+-@\t\r\n|%＝＋－＠"

// harmless is a text that no spreadsheet takes for a formula: also one that divides the cells at
// semicolons, as where the comma is that of decimals.
func harmless(text string) string {
	cells := strings.Split(text, ";")
	for i := range cells {
		cells[i] = harmlessCell(cells[i])
	}
	return strings.Join(cells, ";")
}

// harmlessCell is one without semicolons; a formula may stand behind spaces.
func harmlessCell(text string) string {
	if start := strings.TrimLeft(text, " \u00a0\u200b\ufeff"); start != "" && strings.ContainsRune(formula, []rune(start)[0]) {
		return "'" + text
	}
	return text
}
