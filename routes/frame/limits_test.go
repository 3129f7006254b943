package frame_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/routes/routestest"
)

// Past the limit an address gets 429 with Retry-After, JSON or a page; others, and what watches
// over the shop, do not.
func TestRequestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the time to wait is a whole number of seconds
		shop := routestest.Open(t, func(o *routestest.Setup) {
			o.RequestsPerMinute = 6
			o.Open = false // which takes nothing from a proxy
			o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}
		})
		for i := range 4 {
			got := shop.Do("GET", "/api/products", "")
			if refused := i >= 2; (got.Code == 429) != refused {
				t.Errorf("request %d: %d", i, got.Code)
			} else if refused && (got.Failure().Error != "too_many_requests" || got.Header().Get("Retry-After") != "10") {
				t.Errorf("%q %s", got.Header().Get("Retry-After"), got.Body)
			}
		}
		if got := shop.Do("GET", "/", ""); got.Code != 429 || !got.IsHTML() || got.Header().Get("Retry-After") == "" {
			t.Errorf("a page: %d %v", got.Code, got.Header())
		}
		for _, path := range []string{"/healthz", "/readyz", "/metrics", "/public/css/tokens.css", "/demo/nothing.svg", "/images/nothing.webp"} {
			if got := shop.Do("GET", path, ""); got.Code == 429 {
				t.Errorf("%s: %d", path, got.Code)
			}
		}
		for _, client := range []string{"203.0.113.1", "203.0.113.2", "203.0.113.3"} {
			if got := shop.Do("GET", "/api/products", "", "Remote", "10.0.0.1:1", "X-Forwarded-For", client); got.Code != 200 {
				t.Errorf("%s pays for another client of the proxy: %d", client, got.Code)
			}
		}
		if text := shop.Do("GET", "/metrics", "").Body.String(); !strings.Contains(text, `pulperia_limited_total{limit="requests"} 3`) ||
			!strings.Contains(text, `pulperia_limit_per_minute{limit="requests"} 6`) {
			t.Errorf("%s", text)
		}
	})
}

// One user has one limit, whatever the spelling, on the API and on the page; refused messages are
// not stored.
func TestMessageLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the time to wait is a whole number of seconds
		shop := routestest.Open(t, func(o *routestest.Setup) { o.MessagesPerMinute = 6 })
		for i, user := range []string{"ana@example.com", "ANA@example.com"} {
			if got := shop.Do("POST", "/api/messages", fmt.Sprintf(`{"user":%q,"message":"%d"}`, user, i)); got.Code != 201 {
				t.Errorf("%d %s", got.Code, got.Body)
			}
		}
		if got := shop.Do("POST", "/api/messages", routestest.MessageJSON()); got.Code != 429 || got.Header().Get("Retry-After") != "10" || got.Failure().Error != "too_many_requests" {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		if got := shop.Do("POST", "/chat", "user=ana%40example.com&message=hola", "Content-Type", "application/x-www-form-urlencoded"); got.Code != 429 {
			t.Errorf("/chat: %d", got.Code)
		}
		if got := shop.Do("POST", "/api/messages", routestest.MessageJSON(`"user":"beto@example.com"`)); got.Code != 201 {
			t.Errorf("another user: %d %s", got.Code, got.Body)
		}
		if head, _ := shop.Store.Feed.Head(t.Context()); head.Offset != 3 {
			t.Errorf("%d messages were stored", head.Offset)
		}
	})
}

// Two shops of one process have limits and figures of their own.
func TestTwoShops(t *testing.T) {
	routestest.Open(t)
	routestest.Open(t, func(o *routestest.Setup) { o.Metrics = prometheus.NewPedanticRegistry() })
}
