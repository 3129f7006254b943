package socket

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao/models"
)

// One client has so many connections and not one more; when one ends, another may come. Others do
// not pay for it.
func TestMaxConnections(t *testing.T) {
	client := netip.MustParsePrefix("192.0.2.1/32")
	o := Options{MaxConnections: 2, Client: func(*http.Request) netip.Prefix { return client }}
	inBubble(t, o, func(s *testShop) {
		first := s.upgrade()
		events, _ := s.request("GET /events?topics=products HTTP/1.1\r\nHost: shop.example\r\n\r\n")
		_, answer := s.request(handshake + "\r\n")
		if body, _ := io.ReadAll(answer.Body); answer.StatusCode != 429 || answer.Header.Get("Retry-After") == "" || !strings.Contains(string(body), `"too_many_requests"`) {
			t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
		}
		client = netip.MustParsePrefix("192.0.2.2/32")
		s.upgrade()
		client = netip.MustParsePrefix("192.0.2.1/32")
		first.Close()
		events.Close()
		settle()
		s.upgrade()
		s.upgrade()
		if n := count(s.hub.metrics.refused[refusedConnections]); n != 1 {
			t.Errorf("%v refused", n)
		}
	})
}

// What is no handshake gets an answer of HTTP.
func TestNoHandshake(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		for request, status := range map[string]int{
			"GET /ws HTTP/1.1\r\nHost: shop.example\r\n\r\n":                                                    426,
			strings.Replace(handshake, "13", "8", 1) + "\r\n":                                                   426,
			strings.Replace(handshake, "dGhlIHNhbXBsZSBub25jZQ==", "x", 1) + "\r\n":                             400,
			strings.Replace(handshake, "GET", "HEAD", 1) + "\r\n":                                               405,
			strings.Replace(handshake, "GET", "POST", 1) + "\r\n":                                               405,
			"GET /events?topics=nothing HTTP/1.1\r\nHost: shop.example\r\n\r\n":                                 400,
			"GET /events?topics=messages HTTP/1.1\r\nHost: shop.example\r\n\r\n":                                400,
			"GET /events?topics=products&since=x HTTP/1.1\r\nHost: shop.example\r\n\r\n":                        400,
			"HEAD /events?topics=products HTTP/1.1\r\nHost: shop.example\r\n\r\n":                               405,
			"GET /events?topics=products HTTP/1.1\r\nHost: shop.example\r\nOrigin: http://evil.example\r\n\r\n": 403,
		} {
			if _, answer := s.request(request); answer.StatusCode != status {
				t.Errorf("%q: %d", request, answer.StatusCode)
			}
		}
		settle()
		if s.open() != 0 || len(s.hub.clients) != 0 {
			t.Errorf("%d open, %v", s.open(), s.hub.clients)
		}
	})
}

// Close lets messages be stored that are under way, says goodbye to all, and refuses who comes
// later; twice is once.
func TestClose(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c, events := s.hello(ana, "", "messages"), s.events("?topics=products")
		stuck := s.upgrade() // it will never read goodbye
		id := models.NewID(time.Now())
		c.say(message(id, "hola"))
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.hub.Close(ctx)
		s.hub.Close(ctx)
		if s.open() != 0 {
			t.Errorf("%d open", s.open())
		}
		synctest.Wait()
		if got := c.heard("bye"); len(got) != 1 || got[0].Reason != "shutdown" || c.code() != 1001 {
			t.Errorf("%+v, code %d", got, c.code())
		}
		if got := events.heard("bye"); len(got) != 1 || got[0].Reason != "shutdown" {
			t.Errorf("%+v", got)
		}
		stuck.Close()
		if _, answer := s.request(handshake + "\r\n"); answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%d", answer.StatusCode)
		}
	})
}
