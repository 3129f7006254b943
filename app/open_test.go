package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"pulperia/faults/harness"
)

// A shop that was opened to everybody ends to be so when people or keys are let in beside it: at the
// next request that can know, and for who is connected, all answers are 403 and say what to do; the
// log says it once. With --open-anyway it goes on.
func TestOpenEndsWithPeopleOrKeys(t *testing.T) {
	t.Parallel()
	for name, letIn := range map[string]func(store string){
		"people": func(store string) {
			saysOnMachine(t, store, "people", "add", "ana@example.com", "--name", "Ana", "--role", "helper")
		},
		"keys": func(store string) { addKey(t, store, "till", "helper") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := database(t)
			s, alone, anyway := openShop(t, store, "--demo"), openShop(t, store), openShop(t, store, "--open-anyway")
			lines := []*listener{
				dialSocket(t, s.URL, "ana@example.com", "", "messages"),
				dialEvents(t, s.URL, "beto@example.com", "", "messages"),
			}
			for _, line := range lines {
				line.welcomed()
			}
			letIn(store)
			for _, line := range lines {
				line.until("that everybody's access is revoked", func(f frame) bool { return f.Type == "bye" && f.Reason == "revoked" })
			}
			for _, s := range []*shop{s, alone} {
				for _, path := range []string{"/api/products", "/api/carts", "/", "/realtimeproducts", "/ws", "/events?user=a@b.c&topics=messages"} {
					s.untilRefused(t, "GET", path, "")
				}
				s.untilRefused(t, "POST", "/api/messages", `{"user":"ana@example.com","message":"hola"}`)
				if status, _, err := s.do(visitor(), "GET", "/healthz", ""); err != nil || status != http.StatusOK {
					t.Errorf("it lives: %d, %v", status, err)
				}
				if n := strings.Count(s.Log.String(), "has people or keys by now"); n != 1 {
					t.Errorf("it says %d times that it is no longer open", n)
				}
			}
			if status, text, err := anyway.do(visitor(), "GET", "/api/carts", ""); err != nil || status != http.StatusOK {
				t.Errorf("with --open-anyway: %d %s %v", status, text, err)
			}
		})
	}
}

// untilRefused sends a request until everybody is refused.
func (s *shop) untilRefused(t *testing.T, method, path, body string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		answer, err := harness.Send(visitor(), method, s.URL+path, body)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode == http.StatusForbidden && strings.Contains(answer.Text, "--open-anyway") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s %s: %s %.300s", method, path, answer.Status, answer.Text)
		}
	}
}
