package pages

import (
	"net/http/httptest"
	"testing"

	"pulperia/shop"
)

// Messages are divided by the day of the shop's clock.
func TestChatDays(t *testing.T) {
	p := barePages(t)
	v := p.stranger(httptest.NewRequestWithContext(t.Context(), "GET", "/chat", nil))
	old := shop.Shown{User: "ana@example.com", Message: "hola", CreatedAt: 1_000_000_000_000}
	later := old
	later.CreatedAt += 24 * 60 * 60 * 1000
	days := p.days(v, []shop.Shown{old, old, later})
	if len(days) != 2 || len(days[0].Messages) != 2 || days[0].Label == days[1].Label {
		t.Errorf("%+v", days)
	}
}
