package app

import (
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The shop names addresses that can be opened: of a listener at all addresses those of the machine,
// IPv6 where it is one for both.
func TestURLsOf(t *testing.T) {
	var machine []net.Addr
	for _, text := range []string{"127.0.0.1/8", "192.168.1.7/24", "fe80::1/64", "2001:db8::7/64", "::1/128"} {
		ip, network, err := net.ParseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		machine = append(machine, &net.IPNet{IP: ip, Mask: network.Mask})
	}
	for listening, want := range map[string][]string{
		"127.0.0.1:8080":   {"http://127.0.0.1:8080"},
		"192.168.1.7:8080": {"http://192.168.1.7:8080"},
		"[::1]:8080":       {"http://[::1]:8080"},
		"0.0.0.0:8080":     {"http://127.0.0.1:8080", "http://192.168.1.7:8080"},
		"[::]:8080":        {"http://127.0.0.1:8080", "http://192.168.1.7:8080", "http://[2001:db8::7]:8080"},
	} {
		address, err := net.ResolveTCPAddr("tcp", listening)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, urlsOf(address, machine)); diff != "" {
			t.Errorf("%s: %s", listening, diff)
		}
	}
}

// Every address that the program names when it listens at all addresses can be opened, and none is
// 0.0.0.0.
func TestNamedAddressesCanBeOpened(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"0.0.0.0:0", "[::]:0"} {
		s := closedShop(t, t.TempDir(), "--listen", listen)
		if strings.Contains(s.URL, "0.0.0.0") || strings.Contains(s.URL, "[::]") {
			t.Errorf("it is open at %s", s.URL)
		}
		answer, err := http.Get(s.URL + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if err := s.stop(t, os.Interrupt); err != nil {
			t.Error(err)
		}
	}
}

// What is new stands first in the shop, so that who is told of it and asks to be shown sees it; the
// API's order stays. So it is after a restart.
func TestNewGoodsStandFirst(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		s := openShop(t, store, "--demo")
		body := `{"title":"Recién llegado","description":"d","code":"NUEVO","price":1,"stock":1,"category":"c"}`
		if status, _, err := s.do(http.DefaultClient, "POST", "/api/products", body); err != nil || status != http.StatusCreated {
			t.Fatal(status, err)
		}
		wantFirst := func() {
			t.Helper()
			_, cards, _ := strings.Cut(s.page(t, "/products"), `id="p-`)
			first, _, _ := strings.Cut(cards, `id="p-`)
			if !strings.Contains(first, "Recién llegado") {
				t.Errorf("the first card is %.300s", first)
			}
			var listed []struct{ Code string }
			s.get(t, "/api/products?limit=100", &listed)
			if n := len(listed); listed[n-1].Code != "NUEVO" {
				t.Errorf("the API lists %v", listed)
			}
		}
		wantFirst()
		if err := s.stop(t, os.Interrupt); err != nil {
			t.Fatal(err)
		}
		s = openShop(t, store)
		wantFirst()
	})
}
