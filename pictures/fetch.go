package pictures

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// The bounds of one picture that is fetched.
const (
	fetchTimeout  = time.Minute
	dialTimeout   = 10 * time.Second
	mostRedirects = 5
)

// Fetcher gets pictures from other sites. It reaches public addresses only: whoever writes a
// catalogue must not see by it what stands in the network of who imports it.
type Fetcher struct{ client *http.Client }

// NewFetcher returns one. may says of an address whether it may be reached; nil for [Public].
func NewFetcher(may func(netip.Addr) bool) *Fetcher {
	if may == nil {
		may = Public
	}
	dialer := net.Dialer{Timeout: dialTimeout, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address) // as it was resolved, so that no name leads elsewhere
		if err != nil || !may(to.Addr()) {
			return fmt.Errorf("%s is no public address", to.Addr())
		}
		return nil
	}}
	return &Fetcher{&http.Client{
		Timeout:   fetchTimeout,
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTimeout, ForceAttemptHTTP2: true}, // and no proxy
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > mostRedirects || r.URL.Scheme != "http" && r.URL.Scheme != "https" {
				return errors.New("it leads elsewhere again and again")
			}
			return nil
		},
	}}
}

// Fetch returns what an address serves, as long as it could be a picture.
func (f *Fetcher) Fetch(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "image/jpeg, image/png, image/webp, image/gif")
	request.Header.Set("User-Agent", "pulperia")
	answer, err := f.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the site answers %s", answer.Status)
	}
	file, err := io.ReadAll(io.LimitReader(answer.Body, MaxBytes+1))
	if err == nil && len(file) > MaxBytes {
		err = refuse(Large, "it has more than %d bytes", MaxBytes)
	}
	return file, err
}

// special are the public-looking networks of the registries of special addresses: for documents, for
// carriers, and those that lead on to others (RFC 6890 and its successors).
var special = func() (list []netip.Prefix) {
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}()

// Public says whether an address is one of the whole internet.
func Public(address netip.Addr) bool {
	address = address.Unmap()
	for _, network := range special {
		if network.Contains(address) {
			return false
		}
	}
	return address.IsGlobalUnicast() && !address.IsPrivate()
}
