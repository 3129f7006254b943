package socket

import (
	"net/http"
	"testing"
)

// Pages of the shop's own host and of the configured origins get in, matched as a whole; nobody
// else does.
func TestOrigins(t *testing.T) {
	o, err := newOrigins([]string{"https://partner.example", "http://127.0.0.1:3000", "https://xn--almacn-dva.example"})
	if err != nil {
		t.Fatal(err)
	}
	const none = "(no header)"
	for _, tt := range []struct {
		host, origin string
		allowed      bool
	}{
		{"shop.example", none, true},
		{"shop.example", "https://shop.example", true},
		{"shop.example", "http://shop.example", true},
		{"shop.example", "https://shop.example:443", true},
		{"shop.example", "http://shop.example:80", true},
		{"shop.example:443", "https://shop.example", true},
		{"shop.example:8443", "https://shop.example:8443", true},
		{"Shop.Example", "https://shop.example", true},
		{"shop.example", "HTTPS://SHOP.EXAMPLE", true},
		{"[::1]:8080", "http://[::1]:8080", true},
		{"127.0.0.1:8080", "http://127.0.0.1:8080", true},
		{"shop.example", "https://partner.example", true},
		{"shop.example", "https://PARTNER.example:443", true},
		{"shop.example", "http://127.0.0.1:3000", true},
		{"shop.example", "https://xn--almacn-dva.example", true},
		{"xn--almacn-dva.test", "https://xn--almacn-dva.test", true},

		{"shop.example", "", false},
		{"shop.example", "null", false},
		{"shop.example", "https://evil.example", false},
		{"shop.example", "https://shop.example.evil.example", false},
		{"shop.example", "https://evil-shop.example", false},
		{"shop.example", "https://evilshop.example", false},
		{"shop.example", "https://sub.shop.example", false},
		{"shop.example", "https://shop.exampl", false},
		{"shop.example", "https://shop.example:8443", false},
		{"shop.example:8080", "http://shop.example", false},
		{"shop.example:8080", "http://shop.example:80801", false},
		{"shop.example", "https://shop.example.", false},
		{"shop.example", "https://shop.example/", false},
		{"shop.example", "https://shop.example/path", false},
		{"shop.example", "https://shop.example?x", false},
		{"shop.example", "https://shop.example#x", false},
		{"shop.example", "https://shop.example@evil.example", false},
		{"shop.example", "https://evil.example@shop.example", false},
		{"shop.example", "https://shop.example:", false},
		{"shop.example", "ftp://shop.example", false},
		{"shop.example", "file://", false},
		{"shop.example", "chrome-extension://shop.example", false},
		{"shop.example", "shop.example", false},
		{"shop.example", "//shop.example", false},
		{"shop.example", "https:shop.example", false},
		{"shop.example", " https://shop.example", false},
		{"shop.example", "https://shop.example https://evil.example", false},
		{"shop.example", "https://evil.example,https://shop.example", false},
		{"shop.example", "https://\u0073hop.ex\u0430mple", false}, // a Cyrillic a
		{"shop.example", "https://shop.e\u212aample", false},      // the Kelvin sign
		{"kiosk.example", "https://\u212aiosk.example", false},    // which folds to k
		{"xn--almacn-dva.test", "https://almacén.test", false},    // browsers write punycode
		{"shop.example", "https://shop%2eexample", false},         // percent encoding
		{"shop.example", "http://partner.example", false},         // another scheme than the one on the list
		{"shop.example", "https://partner.example:3000", false},   // another port
		{"shop.example", "https://partner.example.evil.test", false},
		{"shop.example", "http://127.0.0.1", false},
		{"127.0.0.1:8080", "http://localhost:8080", false},
		{"", "https://", false},
	} {
		r := &http.Request{Host: tt.host, Header: http.Header{}}
		if tt.origin != none {
			r.Header["Origin"] = []string{tt.origin}
		}
		if got := o.allow(r); got != tt.allowed {
			t.Errorf("%q at %q: allowed %v", tt.origin, tt.host, got)
		}
	}
	twice := &http.Request{Host: "shop.example", Header: http.Header{"Origin": {"https://shop.example", "https://evil.example"}}}
	if o.allow(twice) {
		t.Error("two origins")
	}
	for _, text := range []string{"", "null", "*", "https://*.example", "shop.example", "https://shop.example/", "ws://shop.example"} {
		if CheckOrigin(text) == nil {
			t.Errorf("%q was taken for an origin", text)
		}
	}
}

// A foreign page that is allowed must be told so, or its browser keeps the events from it; the
// refused one is not.
func TestOriginIsChecked(t *testing.T) {
	inBubble(t, Options{Origins: []string{"https://partner.example"}}, func(s *testShop) {
		const events = "GET /events?topics=products HTTP/1.1\r\nHost: shop.example\r\nOrigin: "
		if _, answer := s.request(events + "https://partner.example\r\n\r\n"); answer.StatusCode != 200 || answer.Header.Get("Access-Control-Allow-Origin") != "https://partner.example" {
			t.Errorf("%d %v", answer.StatusCode, answer.Header)
		}
		for _, request := range []string{events, handshake + "Origin: "} {
			if _, answer := s.request(request + "https://evil.example\r\n\r\n"); answer.StatusCode != 403 || answer.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%d %v", answer.StatusCode, answer.Header)
			}
		}
	})
}
