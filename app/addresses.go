package app

import (
	"net"
	"net/netip"
)

// urlsOf returns the addresses at which a browser finds a shop that listens at one: first for this
// machine, then for those around it. A listener at all addresses (0.0.0.0, or [::] with those of
// IPv4) is at each that the machine has; no browser can open 0.0.0.0 itself.
func urlsOf(listening net.Addr, machine []net.Addr) (urls []string) {
	at, err := netip.ParseAddrPort(listening.String())
	if err != nil || !at.Addr().IsUnspecified() {
		return []string{"http://" + listening.String()}
	}
	add := func(address netip.Addr) {
		urls = append(urls, "http://"+netip.AddrPortFrom(address, at.Port()).String())
	}
	add(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	for _, one := range machine {
		prefix, err := netip.ParsePrefix(one.String())
		if err != nil {
			continue
		}
		address := prefix.Addr().Unmap()
		if address.IsGlobalUnicast() && (address.Is4() || at.Addr().Is6()) { // neither loopback nor link-local, which needs a zone
			add(address)
		}
	}
	return urls
}
