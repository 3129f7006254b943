package routes

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"pulperia/dao/models"
)

// Whatever a visitor's browser sends of cookies and languages, the pages are there, and give back
// no header that was sent: of cookies, only a name that one may have in the chat.
func FuzzVisitor(f *testing.F) {
	f.Add("user=ana%40example.com; cart=665f1c2ab0e84d3f9a7c1e52; lang=en", "es-AR,es;q=0.9,en;q=0.8")
	f.Add("user=%zz; cart=; lang", "*;q=0, ,;q=x")
	f.Add("user=\"a\r\nX: y\"; user=b; cart=\xff", "\xff-\x00"+strings.Repeat("a-", 50))
	shop := openAPIShop(f)
	f.Fuzz(func(t *testing.T, cookies, languages string) {
		for _, path := range []string{"/cart", "/chat"} {
			got := shop.in(t).do("GET", path, "", "Cookie", cookies, "Accept-Language", languages)
			if got.Code != http.StatusOK {
				t.Errorf("%s: %d %v", path, got.Code, got.Header())
			}
			for _, c := range got.Result().Cookies() {
				user, err := url.QueryUnescape(c.Value)
				given := strings.HasPrefix(c.Name, userCookie+"-") && err == nil && models.CheckUser(user) == nil
				taken := (c.Name == userCookie || strings.Contains(cookies, c.Name)) && c.Value == "" && c.MaxAge < 0
				if !given && !taken {
					t.Errorf("%s sets %v", path, c)
				}
			}
		}
	})
}

// Whatever stands in X-Forwarded-For, the client is an address; and it is the peer's where the peer
// is no proxy of ours.
func FuzzForwarded(f *testing.F) {
	f.Add("203.0.113.7, 10.0.0.1", "10.0.0.2:5")
	f.Add("[2001:db8::1]:443,,::ffff:10.0.0.1%eth0", "[::1]:1")
	f.Add("\xff, 1.2.3.4.5, 999.1.1.1", "192.0.2.1:1")
	trusting := clients{[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	f.Fuzz(func(t *testing.T, hops, remote string) {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": strings.Split(hops, "|")}}
		peer := peerOf(r)
		got := trusting.address(r)
		if got.IsValid() != peer.IsValid() || !trusting.trusts(peer) && got != peer || got.Is4In6() || got.Zone() != "" {
			t.Errorf("%q behind %q is %v", hops, remote, got)
		}
		if (clients{}).address(r) != peer {
			t.Errorf("%q from %q is believed", hops, remote)
		}
	})
}

// Wherever a form asks to lead after a choice of language, it leads to a page of this server.
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/cart?x=1#y", "//evil.example", `/\evil.example`, "http:/x", "/\t/evil.example", "/%5cevil", "", "/..//evil.example", "/\u2028/x"} {
		f.Add(seed)
	}
	here, _ := url.Parse("http://shop.example/products")
	f.Fuzz(func(t *testing.T, to string) {
		path := localPath(to)
		got, err := here.Parse(path)
		if err != nil || got.Host != here.Host || got.Scheme != "http" || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t\x00") {
			t.Errorf("%q leads to %q", to, path)
		}
	})
}
