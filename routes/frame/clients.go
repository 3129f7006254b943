package frame

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"pulperia/shop"
)

// Clients tells who asks: the peer, or the one for whom a trusted proxy asks.
type Clients struct {
	Trusted []netip.Prefix
	Site    string // the shop's own address, like https://shop.example; "" where requests tell it
}

// Address returns the client's address, and the zero address when the peer has none (a Unix
// socket).
//
// X-Forwarded-For is read from its end, where the nearest proxy wrote: the first address that is no
// trusted proxy is the client. What stands before it anybody may have made up.
func (c Clients) Address(r *http.Request) netip.Addr {
	peer := peerOf(r)
	if len(c.Trusted) == 0 || !c.trusts(peer) {
		return peer
	}
	lines := r.Header["X-Forwarded-For"]
	for _, line := range slices.Backward(lines) {
		hops := strings.Split(line, ",")
		for _, hop := range slices.Backward(hops) {
			address, ok := parseHop(strings.TrimSpace(hop))
			if !ok {
				return peer // the last one known to be true
			}
			if peer = address; !c.trusts(peer) {
				return peer
			}
		}
	}
	return peer
}

// Sender returns who says what a request brings.
func (c Clients) Sender(r *http.Request) shop.Sender {
	return shop.Sender{Who: WhoFrom(r.Context()), Network: Network(c.Address(r))}
}

// isLocal says whether a request comes from this machine and through no proxy, not even one that is
// trusted: what stands before that may be anywhere.
// A page of another site whose name leads here (DNS rebinding) comes from this machine, too, but by
// that name.
func (Clients) isLocal(r *http.Request) bool {
	return peerOf(r).IsLoopback() && !isForwarded(r) && isLoopbackName((&url.URL{Host: r.Host}).Hostname())
}

// isLoopbackName says whether a host's name is this machine's wherever it is used.
func isLoopbackName(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.Unmap().IsLoopback()
}

// isForwarded says whether a request bears the marks of a proxy.
func isForwarded(r *http.Request) bool {
	for name := range r.Header {
		if slices.Contains([]string{"Forwarded", "Via", "X-Real-Ip"}, name) || strings.HasPrefix(name, "X-Forwarded-") {
			return true
		}
	}
	return false
}

// behindUnknownProxy says whether a request bears the marks of a proxy that is not trusted: its
// address is that of all who come that way.
func (c Clients) behindUnknownProxy(r *http.Request) bool {
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if len(r.Header[header]) > 0 {
			return !c.trusts(peerOf(r))
		}
	}
	return false
}

// IsSecure says whether nobody on the way to the client can read along, as far as that is known: of
// what a trusted proxy says.
func (c Clients) IsSecure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" && c.trusts(peerOf(r))
}

// isForeign says whether a page of another origin makes a request: its browser sends the cookies of
// the shop along, but whoever uses it has not asked for that. A link that he has followed from
// elsewhere is none: what is opened by it that page cannot see.
func (c Clients) isForeign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "": // an old browser, a program, or no TLS
		said := r.Header.Get("Origin")
		origin, err := url.Parse(said)
		return said != "" && (err != nil || !strings.EqualFold(origin.Host, c.Host(r)))
	}
	return !IsRead(r) || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}

// AddressOf is the shop's own address, for links that are taken elsewhere: the one that it was given,
// or else as a request has it.
func (c Clients) AddressOf(r *http.Request) string {
	if c.Site != "" {
		return c.Site
	}
	scheme := "http"
	if c.IsSecure(r) {
		scheme = "https"
	}
	return scheme + "://" + c.Host(r)
}

// Host is the name under which the client has asked for the shop.
func (c Clients) Host(r *http.Request) string {
	if named := r.Header.Get("X-Forwarded-Host"); named != "" && c.trusts(peerOf(r)) {
		return named
	}
	return r.Host
}

func (c Clients) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(c.Trusted, func(p netip.Prefix) bool { return p.Contains(address) })
}

func peerOf(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return peer.Addr().Unmap().WithZone("")
}

// parseHop reads an address with or without a port: proxies write both.
func parseHop(text string) (netip.Addr, bool) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return address.Unmap().WithZone(""), err == nil
}

// Network is what counts as one address: an IPv6 provider gives a household a /64 at least, so one
// visitor has all of it.
func Network(client netip.Addr) netip.Prefix {
	bits := 32
	if client.Is6() {
		bits = 64
	}
	prefix, _ := client.Prefix(bits) // of no address: the zero prefix, one more sender
	return prefix
}
