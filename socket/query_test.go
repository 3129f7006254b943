package socket

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever the query and the headers of /events and an origin hold, they are a hello within its
// limits or a refusal that is text.
func FuzzEventsQuery(f *testing.F) {
	f.Add("since=9f2c61ab.7&topics=messages,products&user=ana@example.com", "", "https://shop.example")
	f.Add("topics=cart:665f1c2ab0e84d3f9a7c1e52&topics=,,products", "9f2c61ab.8", "null")
	f.Add("topics=%ff&user=%00&since=%zz;a=b", "\xff.-1", "https://[::1%25]:99999")
	f.Fuzz(func(t *testing.T, query, last, from string) {
		r := &http.Request{Host: "shop.example", URL: &url.URL{Path: "/events", RawQuery: query}, Header: http.Header{"Last-Event-Id": {last}, "Origin": {from}}}
		said, refused := decodeQuery(r)
		if refused != nil && (refused.Message == "" || !utf8.ValidString(refused.Message)) {
			t.Errorf("refused with %q", refused.Message)
		}
		if refused == nil && (len(said.Topics) > maxTopics || said.User != "" && !utf8.ValidString(said.User)) {
			t.Errorf("%+v", said)
		}
		if want := strings.EqualFold(from, "https://shop.example") || strings.EqualFold(from, "http://shop.example") ||
			strings.EqualFold(from, "https://shop.example:443") || strings.EqualFold(from, "http://shop.example:80"); (origins{}).allow(r) != want {
			t.Errorf("%q may come in: %v", from, !want)
		}
	})
}
