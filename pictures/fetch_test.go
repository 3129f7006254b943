package pictures

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// Only addresses of the whole internet are reached, however they are written.
func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"93.184.216.34": true, "1.1.1.1": true, "2606:4700:4700::1111": true, "::ffff:93.184.216.34": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "0.0.0.0": false, "100.64.0.1": false,
		"224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false, "::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd12::1": false,
		"ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:db8::1": false,
	} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// What stands in this machine's network is not fetched, by no name and behind no redirect; what is
// no picture's size is cut off.
func TestFetch(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/picture":
			w.Write([]byte("bytes"))
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/large":
			w.Write(bytes.Repeat([]byte{0}, MaxBytes+1))
		default:
			http.NotFound(w, r)
		}
	}))
	defer site.Close()
	name := strings.Replace(site.URL, "127.0.0.1", "localhost", 1)
	for _, address := range []string{site.URL + "/picture", name + "/picture"} {
		if file, err := NewFetcher(nil).Fetch(t.Context(), address); err == nil || !strings.Contains(err.Error(), "no public address") {
			t.Errorf("%s: %q, %v", address, file, err)
		}
	}
	here := NewFetcher(func(netip.Addr) bool { return true })
	if file, err := here.Fetch(t.Context(), site.URL+"/picture"); err != nil || string(file) != "bytes" {
		t.Errorf("%q, %v", file, err)
	}
	for path, why := range map[string]string{"/absent": "404", "/round": "elsewhere", "/file": "elsewhere", "/large": "more than"} {
		if _, err := here.Fetch(t.Context(), site.URL+path); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
