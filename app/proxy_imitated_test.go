package app

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"regexp"
	"strings"
	"testing"
)

// imitatedNginx is a proxy that does what the configuration says, where there is no nginx.
func imitatedNginx(t *testing.T, config, shop string) entrance {
	t.Helper()
	return imitated(t, nginxHeaders(t, config), shop)
}

// imitatedCaddy is a proxy that does what Caddy's documentation says, where there is none.
func imitatedCaddy(t *testing.T, _, shop string) entrance {
	t.Helper()
	return imitated(t, func(out, in *http.Request) {
		out.Header.Set("X-Forwarded-Host", in.Host)
		out.Header.Set("X-Forwarded-Proto", "https")
		out.Header.Set("X-Forwarded-For", "127.0.0.1")
	}, shop)
}

func wantIn(t *testing.T, config string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(config, part) {
			t.Fatalf("the configuration has no %q:\n%s", part, config)
		}
	}
}

// nginxHeaders reads which headers the configuration sets, in the server that has TLS. A location
// that set one itself would lose all of these; each of them is for a path that is there.
func nginxHeaders(t *testing.T, config string) func(out, in *http.Request) {
	t.Helper()
	_, server, _ := strings.Cut(config, "listen 443 ssl;")
	before, locations, _ := strings.Cut(server, "location")
	if strings.Contains(locations, "proxy_set_header") {
		t.Error("a location sets headers of its own, and so loses those of the server")
	}
	wantIn(t, locations, " / {", " = /ws {", " = /events {", "proxy_buffering off;")
	wantIn(t, before, "proxy_http_version 1.1;")
	set := map[string]string{}
	for _, header := range regexp.MustCompile(`proxy_set_header\s+(\S+)\s+(\S+);`).FindAllStringSubmatch(before, -1) {
		set[header[1]] = header[2]
	}
	for name, value := range map[string]string{"Upgrade": "$http_upgrade", "Connection": "$connection_upgrade"} {
		if set[name] != value {
			t.Errorf("%s is %q, so no WebSocket passes", name, set[name])
		}
		delete(set, name) // httputil does that
	}
	if set["X-Forwarded-For"] != "$remote_addr" {
		t.Errorf("X-Forwarded-For is %q, so all visitors are one", set["X-Forwarded-For"])
	}
	return func(out, in *http.Request) {
		out.Host = shopOf(out)
		for name, value := range set {
			value = strings.NewReplacer("$http_host", in.Host, "$host", in.Host, "$remote_addr", "127.0.0.1", "$scheme", "https", `""`, "").Replace(value)
			switch {
			case name == "Host":
				out.Host = value
			case value == "":
				out.Header.Del(name)
			default:
				out.Header.Set(name, value)
			}
		}
	}
}

func shopOf(out *http.Request) string { return out.URL.Host }

// imitated is a proxy with TLS that treats the headers of requests so.
func imitated(t *testing.T, treat func(out, in *http.Request), shop string) entrance {
	t.Helper()
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = "http", shop
		treat(r.Out, r.In)
	}}
	server := httptest.NewUnstartedServer(proxy)
	folder := t.TempDir()
	cert, key := keyPair(t, folder)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.StartTLS()
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	plain := httptest.NewServer(http.RedirectHandler("https://"+site, http.StatusMovedPermanently))
	t.Cleanup(plain.Close)
	return entrance{tls: server.Listener.Addr().String(), plain: plain.Listener.Addr().String(), roots: cert}
}
