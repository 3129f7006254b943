package app

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// Past a limit everybody is told that it is one: pages and programs by 429, and a page that gets no
// line when it asks why. What a page brings with it is no request. A proxy that nobody named is
// said once in the log, and not believed.
func TestLimitSaysThatItIsOne(t *testing.T) {
	t.Parallel()
	s := closedShop(t, t.TempDir(), "--demo", "--requests-per-minute", "9")
	ask := func(path string, headers ...string) (int, string, http.Header) {
		t.Helper()
		answer, text := send(t, visitor(), "GET", s.URL+path, "", headers...)
		return answer.StatusCode, text, answer.Header
	}
	for range 20 {
		if status, _, _ := ask("/demo/yerba.svg", "X-Forwarded-For", "203.0.113.9"); status != http.StatusOK {
			t.Fatalf("a picture: %d", status)
		}
	}
	for range 3 {
		ask("/api/products")
	}
	for _, path := range []string{"/ws", "/events?topics=products", "/api/products", "/products"} {
		status, text, header := ask(path)
		told := strings.Contains(text, "too_many_requests") || strings.Contains(text, "Un momento")
		if status != http.StatusTooManyRequests || header.Get("Retry-After") == "" || !told {
			t.Errorf("%s: %d %v %.300s", path, status, header, text)
		}
	}
	if err := s.stop(t, os.Interrupt); err != nil {
		t.Error(err)
	}
	if n := strings.Count(s.Log.String(), "--trusted-proxy"); n != 1 {
		t.Errorf("the log names --trusted-proxy %d times", n)
	}
}

// Only a proxy that is trusted is believed that the visitor's line is encrypted.
func TestForwardedProtoOfTrustedProxyOnly(t *testing.T) {
	t.Parallel()
	for want, flags := range map[bool][]string{false: nil, true: {"--trusted-proxy", "127.0.0.1"}} {
		s := closedShop(t, t.TempDir(), flags...)
		answer, _ := send(t, visitor(), "POST", s.URL+"/language", "lang=en&to=/", "X-Forwarded-Proto", "https")
		if cookies := answer.Cookies(); len(cookies) != 1 || cookies[0].Secure != want {
			t.Errorf("%v: %v", flags, cookies)
		}
		if err := s.stop(t, os.Interrupt); err != nil {
			t.Error(err)
		}
	}
}
