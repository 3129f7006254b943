package app

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"pulperia/faults/harness"
)

// site is the shop's name in the guide's configurations.
const site = "shop.example"

// entrance is where a proxy listens, and the file with the certificates by which it is known.
type entrance struct{ tls, plain, roots string }

// proxies puts the guide's proxies before a shop: themselves, or imitated by what is known of them.
var proxies = map[string]struct {
	start    func(t *testing.T, program, config, shop string) entrance
	imitated func(t *testing.T, config, shop string) entrance
}{
	"nginx": {startNginx, imitatedNginx},
	"caddy": {startCaddy, imitatedCaddy},
}

// A shop behind the proxies as the guide configures them, in its very words, has cookies that go
// over TLS only, knows that forms come from its own pages, keeps its lines open and what it says on
// them unbuffered, refuses itself what is too large, shows its figures to nobody who comes through
// the proxy, and is there again when it has been started again.
func TestProxyOfGuide(t *testing.T) {
	for name, proxy := range proxies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := regexp.MustCompile("(?s)```" + name + "\n(.*?)```").FindStringSubmatch(guide(t, "docs/guide-operate.md"))
			if config == nil {
				t.Fatal("the guide has no configuration")
			}
			store := t.TempDir()
			s := closedShop(t, store, "--demo", "--trusted-proxy", "127.0.0.1")
			shop := strings.TrimPrefix(s.URL, "http://")
			var at entrance
			if program := proxyProgram(t, name); program != "" {
				at = proxy.start(t, program, config[1], shop)
			} else {
				at = proxy.imitated(t, config[1], shop)
			}
			b := at.browser(t)
			b.becomesOwner(s.token(t))
			b.isRedirected(at.plain)
			b.isKnown()
			b.isRefusedByTheShop()
			b.hearsByBoth()
			b.seesNoFigures()
			s.metrics(t)
			if strings.Contains(s.Log.String(), "not trusted") {
				t.Errorf("the proxy is not known:\n%s", &s.Log)
			}

			if err := s.Stop(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if answer := b.ask("GET", "/", ""); answer.StatusCode != http.StatusBadGateway {
				t.Errorf("without a shop: %s", answer.Status)
			}
			startCommand(t, command(t, "--store", store, "--listen", shop, "--trusted-proxy", "127.0.0.1")).untilOpen(t)
			b.isKnown()
			b.hearsByBoth()
		})
	}
}

// proxyProgram returns where a proxy is, or "" where the test may imitate it.
func proxyProgram(t *testing.T, name string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(cache, "pulperia", "proxies") // of scripts/setup-proxies
	for _, dir := range []string{"", "/usr/sbin/", "/usr/local/sbin/", root + "/usr/sbin/", root + "/usr/bin/"} {
		if path, err := exec.LookPath(dir + name); err == nil {
			return path
		}
	}
	if os.Getenv("REQUIRE_PROXIES") == "1" {
		t.Fatalf("there is no %s: run scripts/setup-proxies", name)
	}
	t.Logf("there is no %s: it is imitated. scripts/setup-proxies gets it", name)
	return ""
}

// customer is a browser that reaches the shop by its name.
type customer struct {
	t      *testing.T
	client *http.Client
	at     string
}

// browser knows the proxy by its certificate, and waits until it is up and the shop behind it.
func (f entrance) browser(t *testing.T) *customer {
	t.Helper()
	_, port, err := net.SplitHostPort(f.tls)
	if err != nil {
		t.Fatal(err)
	}
	b := &customer{t: t, client: visitor(), at: "https://" + net.JoinHostPort(site, port)}
	b.client.Jar, _ = cookiejar.New(nil)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		var answer harness.Answer
		text, err := os.ReadFile(f.roots)
		if err == nil {
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM(text)
			b.client.Transport = &http.Transport{
				TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true,
				DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
					return new(net.Dialer).DialContext(ctx, network, f.tls)
				},
			}
			answer, err = harness.Send(b.client, "GET", b.at+"/readyz", "")
		}
		if err == nil && answer.StatusCode == http.StatusOK {
			return b
		}
		if time.Now().After(end) {
			t.Fatalf("the shop is not reached through the proxy: %v", err)
		}
	}
}

func (b *customer) ask(method, path, body string, headers ...string) harness.Answer {
	b.t.Helper()
	answer, err := harness.Send(b.client, method, b.at+path, body, headers...)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer
}

// becomesOwner sets the shop up, and is signed in by a cookie for TLS alone.
func (b *customer) becomesOwner(token string) {
	b.t.Helper()
	form := url.Values{"token": {token}, "name": {"Ana"}, "email": {"ana@example.com"}, "password": {ownersPassword}}
	answer := b.ask("POST", "/setup", form.Encode(), "Origin", b.at)
	if answer.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("set up: %s %.300s", answer.Status, answer.Text)
	}
	session := false
	for _, cookie := range answer.Cookies() {
		session = session || strings.HasPrefix(cookie.Name, "__Host-session") && cookie.Secure && cookie.HttpOnly
	}
	if !session {
		b.t.Errorf("the cookies are %v", answer.Cookies())
	}
}

// isRedirected asks without TLS, and is sent to where there is.
func (b *customer) isRedirected(plain string) {
	b.t.Helper()
	client := visitor()
	client.Transport = &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, plain)
	}}
	defer client.CloseIdleConnections()
	answer, err := harness.Send(client, "GET", "http://"+site+"/", "")
	if err != nil {
		b.t.Fatal(err)
	}
	if to := answer.Header.Get("Location"); answer.StatusCode/100 != 3 || !strings.HasPrefix(to, "https://"+site) {
		b.t.Errorf("without TLS: %s to %q", answer.Status, to)
	}
}

// isKnown sees what only an owner sees, and sends forms from the shop's own pages alone.
func (b *customer) isKnown() {
	b.t.Helper()
	for want, answer := range map[int]harness.Answer{
		http.StatusOK:        b.ask("GET", "/api/carts", ""),
		http.StatusSeeOther:  b.ask("POST", "/language", "lang=en&to=/", "Origin", b.at),
		http.StatusForbidden: b.ask("POST", "/language", "lang=en&to=/", "Origin", "https://evil.example"),
	} {
		if answer.StatusCode != want {
			b.t.Errorf("%s %s: %s, want %d", answer.Request.Method, answer.Request.URL.Path, answer.Status, want)
		}
	}
}

// isRefusedByTheShop sends what is as large as the shop takes, and what is larger: it is the shop
// that says what is wrong with it.
func (b *customer) isRefusedByTheShop() {
	b.t.Helper()
	for size, want := range map[int]int{1<<20 - 100: http.StatusBadRequest, 1<<20 + 100: http.StatusRequestEntityTooLarge} {
		answer, err := harness.Send(b.client, "POST", b.at+"/api/products", `{"title":"`+strings.Repeat("x", size)+`"}`)
		for tries := 0; err != nil && tries < 5; tries++ { // refused early, the connection ends, and who still writes by then may not see the answer
			answer, err = harness.Send(b.client, "POST", b.at+"/api/products", `{"title":"`+strings.Repeat("x", size)+`"}`)
		}
		if err != nil {
			b.t.Fatal(err)
		}
		if answer.StatusCode != want || answer.Header.Get("X-Request-Id") == "" {
			b.t.Errorf("%d bytes: %s %.200s, want %d of the shop", size, answer.Status, answer.Text, want)
		}
	}
}

// seesNoFigures is another one, who is nobody, and may say that he is of this machine.
func (b *customer) seesNoFigures() {
	b.t.Helper()
	nobody := *b
	client := *b.client
	client.Jar = nil
	nobody.client = &client
	for _, headers := range [][]string{nil, {"X-Forwarded-For", "127.0.0.1"}, {"Forwarded", "for=127.0.0.1"}} {
		if answer := nobody.ask("GET", "/metrics", "", headers...); answer.StatusCode != http.StatusUnauthorized {
			b.t.Errorf("figures through the proxy, with %q: %s", headers, answer.Status)
		}
	}
}

// hearsByBoth opens a line by each door, and hears the welcome while it stays open.
func (b *customer) hearsByBoth() {
	b.t.Helper()
	options := &websocket.DialOptions{HTTPClient: &http.Client{Transport: b.client.Transport}, HTTPHeader: http.Header{"Origin": {b.at}}}
	conn, _, err := websocket.Dial(b.t.Context(), b.at+"/ws", options)
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(b.t.Context(), websocket.MessageText, []byte(`{"type":"hello","topics":["products"]}`)); err != nil {
		b.t.Fatal(err)
	}
	if _, text, err := conn.Read(b.t.Context()); err != nil || !strings.Contains(string(text), "welcome") {
		b.t.Errorf("WebSocket: %s, %v", text, err)
	}
	answer, err := b.client.Get(b.at + "/events?topics=products")
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	for in := bufio.NewReader(answer.Body); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			b.t.Fatalf("events: %v", err)
		}
		if strings.Contains(line, "welcome") {
			return
		}
	}
}

// startNginx starts nginx with the guide's server: only what is another machine's is exchanged, its
// ports, its certificate and where the shop listens.
func startNginx(t *testing.T, program, config, shop string) entrance {
	t.Helper()
	folder := t.TempDir()
	cert, key := keyPair(t, folder)
	at := entrance{tls: freeAddress(t), plain: freeAddress(t), roots: cert}
	server := exchanged(t, config, "listen 443 ssl;", "listen "+at.tls+" ssl;", "listen 80;", "listen "+at.plain+";", "127.0.0.1:8080", shop,
		"/etc/letsencrypt/live/shop.example/fullchain.pem", cert, "/etc/letsencrypt/live/shop.example/privkey.pem", key)
	temporary := ""
	for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += fmt.Sprintf("%s_temp_path %s;\n", what, filepath.Join(folder, what))
	}
	file := filepath.Join(folder, "nginx.conf")
	whole := fmt.Sprintf("daemon off;\nmaster_process off;\npid %s;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n%s%s}\n", filepath.Join(folder, "pid"), temporary, server)
	if err := os.WriteFile(file, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	runs(t, program, "-p", folder, "-c", file, "-e", "stderr")
	return at
}

// startCaddy starts Caddy with the guide's site: only where the shop listens is exchanged. Its ports
// and who certifies it stand in the options before the site.
func startCaddy(t *testing.T, program, config, shop string) entrance {
	t.Helper()
	folder := t.TempDir()
	at := entrance{tls: freeAddress(t), plain: freeAddress(t), roots: filepath.Join(folder, "pki/authorities/local/root.crt")}
	_, secure, _ := net.SplitHostPort(at.tls)
	_, plain, _ := net.SplitHostPort(at.plain)
	options := fmt.Sprintf("{\nadmin off\nlocal_certs\nskip_install_trust\ndefault_bind 127.0.0.1\nhttps_port %s\nhttp_port %s\nstorage file_system %s\n}\n", secure, plain, folder)
	file := filepath.Join(folder, "Caddyfile")
	if err := os.WriteFile(file, []byte(options+exchanged(t, config, "127.0.0.1:8080", shop)), 0o600); err != nil {
		t.Fatal(err)
	}
	runs(t, program, "run", "--config", file, "--adapter", "caddyfile")
	return at
}

// exchanged is a configuration with some parts exchanged, each of which stands in it.
func exchanged(t *testing.T, config string, parts ...string) string {
	t.Helper()
	for i := 0; i < len(parts); i += 2 {
		wantIn(t, config, parts[i])
	}
	return strings.NewReplacer(parts...).Replace(config)
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
