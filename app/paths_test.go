package app

import "testing"

// A path that means the same as a tidy one is answered as that, without a redirect and with a
// request id, as the contract has it.
func TestUntidyPaths(t *testing.T) {
	s := openInside(t, t.TempDir())
	for path, want := range map[string]int{
		"/api//products": 200, "//": 200, "//chat/": 200, "/ws/": 404,
		"/api/./products": 404, "/x/../chat/": 404, "/api/carts/..": 404, "/./ws": 404, "/%2e%2e/%2e%2e/etc/passwd": 404,
	} {
		answer, text := s.send(t, visitor(), "GET", path, "")
		if answer.StatusCode != want || answer.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: %d %v %.200s, want %d", path, answer.StatusCode, answer.Header, text, want)
		}
	}
}
