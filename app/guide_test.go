package app

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"pulperia/faults/harness"
)

func guide(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What the guide and the README tell an operator to type is a command line that the program takes.
func TestGuidesCommands(t *testing.T) {
	found := 0
	for _, file := range []string{"docs/guide-operate.md", "README.md"} {
		for line := range strings.Lines(guide(t, file)) {
			typed := regexp.MustCompile("^    (?:\\./pulperia|go run \\.) ?(.*)|`(?:go run \\.|\\./pulperia|pulperia) ([^`]+)`").FindAllStringSubmatch(line, -1)
			for _, match := range typed {
				args := fieldsOf(match[1] + match[2])
				if line := strings.Join(args, " "); strings.Contains(line, "…") || strings.Contains(line, "--help") {
					continue
				}
				found++
				if _, err := parse(t, nil, args...); err != nil && !strings.Contains(err.Error(), "expected one of") {
					t.Errorf("%s: %q: %v", file, args, err)
				}
			}
		}
	}
	if found < 25 {
		t.Errorf("%d command lines: are they written otherwise by now?", found)
	}
}

// fieldsOf splits a command line at blanks outside of quotes and of $( ), and leaves comments out.
func fieldsOf(line string) (fields []string) {
	line, _, _ = strings.Cut(line, "    #")
	for _, field := range regexp.MustCompile(`(?:'[^']*'|"[^"]*"|\$\([^)]*\)|[^\s'"$]|\$)+`).FindAllString(line, -1) {
		fields = append(fields, strings.NewReplacer(`'`, "", `"`, "").Replace(field))
	}
	return fields
}

// A shop behind the proxies as the guide configures them has cookies that go over TLS only, knows
// that forms come from its own pages, keeps its lines open, and shows its figures to nobody who comes
// through the proxy. The proxy itself is used where it is installed; elsewhere it is imitated by what
// its configuration says.
func TestProxyOfGuide(t *testing.T) {
	for name, proxy := range map[string]func(t *testing.T, config, shop string) string{"nginx": behindNginx, "caddy": behindCaddy} {
		t.Run(name, func(t *testing.T) {
			config := regexp.MustCompile("(?s)```" + name + "\n(.*?)```").FindStringSubmatch(guide(t, "docs/guide-operate.md"))
			if config == nil {
				t.Fatal("the guide has no configuration")
			}
			s := closedShop(t, t.TempDir(), "--demo", "--trusted-proxy", "127.0.0.1")
			token := s.token(t)
			at := proxy(t, config[1], strings.TrimPrefix(s.URL, "http://"))
			browser := visitor()
			browser.Jar, _ = cookiejar.New(nil)
			browser.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
			ask := func(method, path, body string, headers ...string) harness.Answer {
				t.Helper()
				answer, err := harness.Send(browser, method, at+path, body, headers...)
				if err != nil {
					t.Fatal(err)
				}
				return answer
			}
			for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) { // until a proxy of its own is up
				if answer, err := harness.Send(browser, "GET", at+"/readyz", ""); err == nil && answer.StatusCode == http.StatusOK {
					break
				}
			}
			form := url.Values{"token": {token}, "name": {"Ana"}, "email": {"ana@example.com"}, "password": {ownersPassword}}
			signed := ask("POST", "/setup", form.Encode(), "Origin", at)
			if signed.StatusCode != http.StatusSeeOther {
				t.Fatalf("set up: %s %.300s", signed.Status, signed.Text)
			}
			session := false
			for _, cookie := range signed.Cookies() {
				session = session || strings.HasPrefix(cookie.Name, "__Host-") && cookie.Secure && cookie.HttpOnly
			}
			if !session {
				t.Errorf("the cookies are %v", signed.Cookies())
			}
			for want, answer := range map[int]harness.Answer{
				http.StatusOK:        ask("GET", "/api/carts", ""),
				http.StatusSeeOther:  ask("POST", "/language", "lang=en&to=/", "Origin", at),
				http.StatusForbidden: ask("POST", "/language", "lang=en&to=/", "Origin", "https://evil.example"),
			} {
				if answer.StatusCode != want {
					t.Errorf("%s %s: %s, want %d", answer.Request.Method, answer.Request.URL.Path, answer.Status, want)
				}
			}
			browser.Jar = nil
			if answer := ask("GET", "/metrics", ""); answer.StatusCode != http.StatusUnauthorized {
				t.Errorf("figures through the proxy: %s", answer.Status)
			}
			if answer := ask("GET", "/metrics", "", "X-Forwarded-For", "127.0.0.1"); answer.StatusCode != http.StatusUnauthorized {
				t.Errorf("figures for who says that he is local: %s", answer.Status)
			}
			s.metrics(t)
			hearsByBoth(t, browser, at)
			if strings.Contains(s.Log.String(), "not trusted") {
				t.Errorf("the proxy is not known:\n%s", &s.Log)
			}
		})
	}
}

// hearsByBoth opens a line by each door, and hears the welcome at once.
func hearsByBoth(t *testing.T, browser *http.Client, at string) {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), at+"/ws", &websocket.DialOptions{HTTPClient: &http.Client{Transport: browser.Transport}, HTTPHeader: http.Header{"Origin": {at}}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"hello","topics":["products"]}`)); err != nil {
		t.Fatal(err)
	}
	if _, text, err := conn.Read(t.Context()); err != nil || !strings.Contains(string(text), "welcome") {
		t.Errorf("WebSocket: %s, %v", text, err)
	}
	answer, err := browser.Get(at + "/events?topics=products")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	for in := bufio.NewReader(answer.Body); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("events: %v", err)
		}
		if strings.Contains(line, "welcome") {
			return
		}
	}
}

// behindNginx puts the guide's nginx before a shop.
func behindNginx(t *testing.T, config, shop string) string {
	t.Helper()
	folder := t.TempDir()
	cert, key := keyPair(t, folder)
	at, plain := freeAddress(t), freeAddress(t)
	wantIn(t, config, "listen 443 ssl;", "listen 80;", "/etc/letsencrypt/live/shop.example/fullchain.pem", "/etc/letsencrypt/live/shop.example/privkey.pem", "http://127.0.0.1:8080")
	path, err := exec.LookPath("nginx")
	if err != nil {
		return imitated(t, nginxHeaders(t, config), shop)
	}
	server := strings.NewReplacer("listen 443 ssl", "listen "+at+" ssl", "listen 80", "listen "+plain, "127.0.0.1:8080", shop,
		"/etc/letsencrypt/live/shop.example/fullchain.pem", cert, "/etc/letsencrypt/live/shop.example/privkey.pem", key).Replace(config)
	temporary := ""
	for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += fmt.Sprintf("%s_temp_path %s;\n", what, filepath.Join(folder, what))
	}
	file := filepath.Join(folder, "nginx.conf")
	whole := fmt.Sprintf("daemon off;\nmaster_process off;\npid %s;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n%s%s}\n", filepath.Join(folder, "pid"), temporary, server)
	if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	runs(t, path, "-p", folder, "-c", file, "-e", "stderr")
	return "https://" + at
}

// behindCaddy puts the guide's Caddy before a shop.
func behindCaddy(t *testing.T, config, shop string) string {
	t.Helper()
	folder := t.TempDir()
	cert, key := keyPair(t, folder)
	at := freeAddress(t)
	wantIn(t, config, "shop.example {", "reverse_proxy 127.0.0.1:8080")
	path, err := exec.LookPath("caddy")
	if err != nil {
		return imitated(t, func(out *http.Request, in *http.Request) { // as its documentation has it
			out.Header.Set("X-Forwarded-Host", in.Host)
			out.Header.Set("X-Forwarded-Proto", "https")
			out.Header.Set("X-Forwarded-For", "127.0.0.1")
		}, shop)
	}
	file := filepath.Join(folder, "Caddyfile")
	site := strings.NewReplacer("shop.example {", fmt.Sprintf("https://%s {\n\ttls %s %s", at, cert, key), "127.0.0.1:8080", shop).Replace(config)
	if err := os.WriteFile(file, []byte("{\n\tadmin off\n\tauto_https disable_redirects\n}\n"+site), 0o600); err != nil {
		t.Fatal(err)
	}
	runs(t, path, "run", "--config", file, "--adapter", "caddyfile")
	return "https://" + at
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
func imitated(t *testing.T, treat func(out, in *http.Request), shop string) string {
	t.Helper()
	proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = "http", shop
		treat(r.Out, r.In)
	}}
	server := httptest.NewTLSServer(proxy)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	return server.URL
}

// runs lets a program run until the end of the test.
func runs(t *testing.T, path string, args ...string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
}

// keyPair puts a certificate of this machine and its key into files.
func keyPair(t *testing.T, folder string) (cert, key string) {
	t.Helper()
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	text, err := x509.MarshalPKCS8PrivateKey(certificate(t, cert).PrivateKey)
	if err == nil {
		err = os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text}), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// freeAddress returns an address on which nobody listened just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
