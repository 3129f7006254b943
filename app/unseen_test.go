package app

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pulperia/dao/models"
)

// unseen are texts that show nothing, and hidden are addresses that show as ana@example.com.
var (
	unseen = []string{"\u200b", "\u200d\u2060\u200b", "\u3164", "\u2800 \u2800", "\u202e\u202c", "\ufe0f"}
	hidden = []string{"ana\u200b@example.com", "\u202aana@example.com", "ana@example\u00ad.com", "ana\u2066\u2069@example.com", "ana\u200d@example.com"}
)

// What cannot be seen is refused by name at every door; sequences of emoji stay whole.
func TestNamesThatCannotBeSeen(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		s := openInside(t, store, "--messages-per-minute", "0")
		client := visitor()
		for _, bad := range hidden {
			answer, body := s.send(t, client, "POST", "/api/messages", jsonOf(t, map[string]any{"user": bad, "message": "hola"}))
			wantUnseen(t, "the API", answer.StatusCode, body, `"user","reason":"must not contain characters that cannot be seen`)
			answer, body = s.send(t, client, "POST", "/chat/user", url.Values{"user": {bad}}.Encode())
			wantUnseen(t, "the form", answer.StatusCode, body, "no se ven")
			if said := dialSocket(t, s.URL, bad, "", "messages").until("bye", func(f frame) bool { return f.Type == "bye" || f.Type == "error" || f.Type == "welcome" }); said[len(said)-1].Type == "welcome" {
				t.Errorf("the socket lets %q in", bad)
			}
		}
		for _, bad := range unseen {
			answer, body := s.send(t, client, "POST", "/api/messages", jsonOf(t, map[string]any{"user": "ana@example.com", "message": bad}))
			wantUnseen(t, "the API", answer.StatusCode, body, `"message","reason":"must show something`)
			for _, field := range []string{"title", "code"} {
				product := map[string]any{"title": "Mate", "description": "d", "code": "M", "price": 1, "stock": 1, "category": "c"}
				product[field] = bad
				answer, body := s.send(t, client, "POST", "/api/products", jsonOf(t, product))
				wantUnseen(t, "the API", answer.StatusCode, body, `"`+field+`","reason":"must show something`)
			}
		}
		const whole = "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️ 🇦🇷 1️⃣"
		s.must(t, "POST", "/api/messages", jsonOf(t, map[string]any{"user": "ana@example.com", "message": whole}))
		if text := s.must(t, "GET", "/api/messages", ""); !strings.Contains(text, whole) {
			t.Errorf("the emoji are %s", text)
		}
		s.close()
		file := filepath.Join(t.TempDir(), "messages.jsonl")
		var lines strings.Builder
		for i, bad := range unseen {
			lines.Write(models.JSON(models.Message{ID: models.ID{0x66, 11: byte(i)}, User: "ana@example.com", Message: bad}))
			lines.WriteByte('\n')
		}
		if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, code := execute(t, "import", file, "--store", store); code == 0 || strings.Count(out, "message must show something") != len(unseen) {
			t.Errorf("import: exit %d: %s", code, out)
		}
	})
}

func wantUnseen(t *testing.T, door string, status int, body, reason string) {
	t.Helper()
	if status < 400 || status >= 500 || !strings.Contains(body, reason) {
		t.Errorf("%s answers %d without %q: %s", door, status, reason, body)
	}
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
