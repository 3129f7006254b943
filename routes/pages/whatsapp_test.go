package pages

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/shop"
)

// A cart of many lines fits into an address: what is not told by name is counted, and what cannot
// be bought is not asked for.
func TestWhatsAppOfALargeCart(t *testing.T) {
	p := barePages(t)
	v := p.stranger(httptest.NewRequestWithContext(t.Context(), "GET", "/cart", nil))
	bill := shop.Bill{}
	for i := range 60 {
		product := models.Product{Title: fmt.Sprint("P", i)}
		bill.Lines = append(bill.Lines, shop.Line{Item: models.Item{Quantity: 1}, Product: &product, Left: int64(i)}) // of the first there is none
	}
	link, err := url.Parse(askByWhatsApp(v, "5491122334455", bill, "http://shop/carts/1"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(link.Query().Get("text"), "\n")
	if len(lines) != 1+toldLines+3 || lines[1] != "1 × P1: $ 0,00" || lines[1+toldLines] != "y 19 productos más" {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
}
