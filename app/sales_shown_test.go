package app

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pulperia/dao/models"
)

// shownTo asks for a page as somebody's browser does.
func (s *inside) shownTo(t *testing.T, cookie []string, path string) string {
	t.Helper()
	answer, text := send(t, http.DefaultClient, "GET", s.URL+path, "", append(cookie, "Accept-Language", "en")...)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", path, answer.Status, text)
	}
	return text
}

// figuresOfPage returns the figures of the page of sales in units of the currency, by where they stand:
// the names of sums, or a table, the name of a row (but of a day) and which figure of it.
func figuresOfPage(t *testing.T, page string) map[string]int64 {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	got, table, row, sum, at := map[string]int64{}, "", "", "", 0
	for n := range root.Descendants() {
		text := strings.Join(strings.Fields(textOf(n)), " ")
		switch n.Data {
		case "dt":
			sum = text
		case "dd":
			got[sum] = figureOf(text)
		case "section":
			for _, a := range n.Attr {
				if a.Key == "aria-labelledby" {
					table = a.Val
				}
			}
		case "th":
			if row, at = table+"/"+text, 0; table == "by-day" {
				row = table
			}
		case "td":
			if text != "" {
				got[row+"/"+strconv.Itoa(at)] += figureOf(text)
			}
			at++
		}
	}
	return got
}

// figureOf reads the digits of a figure.
func figureOf(text string) int64 {
	n, _ := strconv.ParseInt(strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text), 10, 64)
	return n
}

// checkSalesTable holds the CSV against the orders, each in its row, cancelled ones included.
func checkSalesTable(t *testing.T, currency string, orders []soldOrder, table string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(table, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != len(orders)+1 {
		t.Fatalf("%s: %d rows of %d orders: %v", currency, len(rows), len(orders), err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, o := range orders {
		row := rows[o.Number] // without gaps, and in the order of their numbers
		lines := make([]string, len(o.Lines))
		for i, line := range o.Lines {
			lines[i] = fmt.Sprintf("%d × %s", line.Quantity, line.Title)
		}
		for name, want := range map[string]string{
			"number": strconv.FormatInt(o.Number, 10), "state": string(o.State), "way": o.Payment.Way, "currency": currency,
			"items": o.Totals.Items.String(), "deliveryPrice": o.Totals.Delivery.String(), "tax": o.Totals.Tax.String(), "total": o.Totals.Total.String(),
			"paid": o.sum(models.FactPaid).String(), "refunded": o.sum(models.FactRefunded).String(), "lines": strings.Join(lines, "; "),
		} {
			if got := row[column[name]]; got != want {
				t.Errorf("%s: %s of order %d is %q in the table, not %q", currency, name, o.Number, got, want)
			}
		}
	}
}
