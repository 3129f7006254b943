package pages

import (
	"net/url"
	"strings"

	"pulperia/shop"
)

// toldLines is how many lines of a cart a message tells: phones take no longer address.
const toldLines = 40

// askByWhatsApp is the address that opens a chat with the merchant, in which the visitor's message
// is written already: what of the cart can be bought, the total, and where the cart is.
func askByWhatsApp(v *visit, number string, bill shop.Bill, cart string) string {
	lines, left := []string{v.voice.Say("whatsapp.hello", nil)}, 0
	for _, line := range bill.Lines {
		switch {
		case !line.CanBeBought():
		case len(lines) > toldLines:
			left++
		default:
			lines = append(lines, v.voice.Say("whatsapp.line", map[string]any{
				"n": line.Quantity, "title": line.Product.Title, "price": v.voice.Money(line.Subtotal),
			}))
		}
	}
	if left > 0 {
		lines = append(lines, v.voice.Say("whatsapp.more", map[string]any{"n": left}))
	}
	lines = append(lines, v.voice.Say("whatsapp.total", map[string]any{"total": v.voice.Money(bill.Total)}), cart)
	return "https://wa.me/" + number + "?text=" + strings.ReplaceAll(url.QueryEscape(strings.Join(lines, "\n")), "+", "%20")
}
