package socket

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// origins says which pages may connect: those of the shop's own host, and those on a list.
type origins map[string]bool

func newOrigins(list []string) (origins, error) {
	o := origins{}
	for _, text := range list {
		if err := CheckOrigin(text); err != nil {
			return nil, err
		}
		parsed, _ := parseOrigin(text)
		o[parsed.String()] = true
	}
	return o, nil
}

// CheckOrigin returns an error if text is not an origin as browsers write it, such as
// https://shop.example or http://127.0.0.1:8080.
func CheckOrigin(text string) error {
	if _, ok := parseOrigin(text); !ok {
		return fmt.Errorf("origin %q: must be a scheme and a host, like https://shop.example or http://127.0.0.1:3000", text)
	}
	return nil
}

// allow says whether the page that asks may connect. A request without Origin comes from no page: a
// browser always says it on a WebSocket, and a program could say what it likes; there is nothing
// that a connection may do by a cookie.
func (o origins) allow(r *http.Request) bool {
	said := r.Header["Origin"]
	if len(said) == 0 {
		return true
	}
	page, ok := parseOrigin(said[0])
	if !ok || len(said) > 1 {
		return false
	}
	if o[page.String()] {
		return true
	}
	// The scheme is not compared: behind a proxy that ends TLS the shop does not know its own.
	own, ok := parseOrigin(page.scheme + "://" + r.Host)
	return ok && own == page
}

// isForeign says whether an allowed page is of another origin, so that its browser must be told.
func (o origins) isForeign(r *http.Request) bool {
	page, ok := parseOrigin(r.Header.Get("Origin"))
	return ok && o[page.String()]
}

// origin is a page's origin (RFC 6454), in one form: lower case, with its port.
type origin struct{ scheme, host, port string }

// String returns the one form.
func (o origin) String() string { return o.scheme + "://" + net.JoinHostPort(o.host, o.port) }

// parseOrigin reads an origin. It must be one as a whole: a scheme, a host, perhaps a port, and
// nothing else.
func parseOrigin(text string) (origin, bool) {
	u, err := url.Parse(text)
	if err != nil || !isPlain(text) || u.User != nil || u.Host == "" {
		return origin{}, false
	}
	o := origin{strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()}
	if o.host == "" || !strings.EqualFold(text, u.Scheme+"://"+u.Host) || strings.HasSuffix(u.Host, ":") {
		return origin{}, false
	}
	switch {
	case o.scheme == "http" && o.port == "":
		o.port = "80"
	case o.scheme == "https" && o.port == "":
		o.port = "443"
	}
	return o, o.scheme == "http" || o.scheme == "https"
}

// isPlain says whether a text has only what origins are made of. Others fold to letters of theirs
// (the Kelvin sign to k).
func isPlain(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte(".-_:/[]", c) >= 0) {
			return false
		}
	}
	return true
}
