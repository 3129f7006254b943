package frame

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// The client is the peer, or the last address in X-Forwarded-For that is no trusted proxy, when the
// peer is one.
func TestClientAddress(t *testing.T) {
	c := Clients{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for _, tt := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"192.0.2.1:1", nil, "192.0.2.1"},
		{"192.0.2.1:1", []string{"203.0.113.9"}, "192.0.2.1"},
		{"10.0.0.1:1", nil, "10.0.0.1"},
		{"10.0.0.1:1", []string{"203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:1", []string{"1.2.3.4, 203.0.113.9, 10.9.9.9"}, "203.0.113.9"},
		{"10.0.0.1:1", []string{"1.2.3.4", "203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:1", []string{"203.0.113.9, nonsense, 10.9.9.9"}, "10.9.9.9"},
		{"10.0.0.1:1", []string{"203.0.113.9:4711"}, "203.0.113.9"},
		{"[fd00::1]:1", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		{"[::ffff:10.0.0.1]:1", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:1", []string{"10.0.0.2, 10.0.0.3"}, "10.0.0.2"},
		{"@", nil, "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
		if got := c.Address(r).String(); got != tt.want {
			t.Errorf("%s %q: %s, want %s", tt.remote, tt.forwarded, got, tt.want)
		}
	}
}

// Only a proxy that is trusted is believed that the visitor's line is encrypted.
func TestSecureLine(t *testing.T) {
	c := Clients{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for remote, want := range map[string]bool{"10.0.0.1:1": true, "192.0.2.1:1": false} {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-Proto": {"https"}}}
		if got := c.IsSecure(r); got != want {
			t.Errorf("%s: %t", remote, got)
		}
	}
	if !(Clients{}).IsSecure(&http.Request{RemoteAddr: "192.0.2.1:1", TLS: &tls.ConnectionState{}}) {
		t.Error("TLS of our own is none")
	}
}

// Whatever stands in X-Forwarded-For, the client is an address; and it is the peer's where the peer
// is no proxy of ours.
func FuzzForwarded(f *testing.F) {
	f.Add("203.0.113.7, 10.0.0.1", "10.0.0.2:5")
	f.Add("[2001:db8::1]:443,,::ffff:10.0.0.1%eth0", "[::1]:1")
	f.Add("\xff, 1.2.3.4.5, 999.1.1.1", "192.0.2.1:1")
	trusting := Clients{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	f.Fuzz(func(t *testing.T, hops, remote string) {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": strings.Split(hops, "|")}}
		peer := peerOf(r)
		got := trusting.Address(r)
		if got.IsValid() != peer.IsValid() || !trusting.trusts(peer) && got != peer || got.Is4In6() || got.Zone() != "" {
			t.Errorf("%q behind %q is %v", hops, remote, got)
		}
		if (Clients{}).Address(r) != peer {
			t.Errorf("%q from %q is believed", hops, remote)
		}
	})
}

// The whole /64 of an IPv6 address is one sender.
func TestNetwork(t *testing.T) {
	for text, want := range map[string]string{"192.0.2.1": "192.0.2.1/32", "2001:db8:0:1:2::3": "2001:db8:0:1::/64"} {
		if got := Network(netip.MustParseAddr(text)).String(); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// What comes from this machine by the name of another site, which leads here (DNS rebinding), is a page
// of that site.
func TestOnThisMachine(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost:8080": true, "LOCALHOST": true, "127.0.0.1:8080": true, "127.0.0.2": true, "[::1]:8080": true,
		"evil.example:8080": false, "localhost.evil.example": false, "192.0.2.1": false, "": false,
	} {
		r := &http.Request{RemoteAddr: "127.0.0.1:1", Host: host}
		if got := (Clients{}).isLocal(r); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
