package app

import (
	"net/http"
	"strings"
	"testing"

	"pulperia/dao/models"
	trade "pulperia/shop"
)

// While the merchant has closed the room, no door shows what was said in it, whoever asks, and what
// another program writes there meanwhile reaches nobody; when it is open again all is there.
func TestDoorsOfClosedRoom(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		s := closedInside(t, newStore())
		manager := []string{"Authorization", "Bearer " + s.newKey(t, models.RoleManager)}
		close := func(closed bool) {
			t.Helper()
			_, _, err := s.trade.ChangeSettings(t.Context(), trade.Machine, func(v *models.Settings) error { v.RoomClosed = closed; return nil })
			if err != nil {
				t.Fatal(err)
			}
		}
		s.post(t, "un secreto")
		was := dialSocket(t, s.URL, "ana@example.com", "", "messages", "settings")
		was.welcomed()
		close(true)
		was.until("that it is closed", func(f frame) bool { return f.Kind == "setting" })
		if _, _, err := s.trade.TakeMessage(t.Context(), models.Message{User: "eva", Message: "otro secreto"}); err != nil {
			t.Fatal(err)
		}
		form := "user=ana&message=hola"
		for _, who := range [][]string{nil, manager} {
			for _, ask := range []struct {
				method, path, body string
				want               int
			}{
				{"GET", "/api/messages", "", 409}, {"GET", "/api/messages?limit=1&before=" + nobody, "", 409}, {"GET", "/chat", "", 404},
				{"GET", "/chat?before=" + nobody, "", 404}, {"POST", "/chat", form, 409}, {"POST", "/chat/user", "user=%3C", 400},
				{"POST", "/api/messages", `{"user":"ana","message":"hola"}`, 409}, {"GET", "/events?user=eva&topics=messages,products", "", 409},
				{"GET", "/events?user=eva&topics=messages&since=" + was.seen, "", 409},
			} {
				headers := who
				if ask.body != "" && ask.body[0] != '{' {
					headers = append(headers[:len(headers):len(headers)], "Content-Type", "application/x-www-form-urlencoded")
				}
				answer, text := s.send(t, http.DefaultClient, ask.method, ask.path, ask.body, headers...)
				if answer.StatusCode != ask.want || strings.Contains(text, "secreto") || ask.want == 409 && ask.path[1] != 'c' && !strings.Contains(text, "not_allowed") {
					t.Errorf("%s %s: %s %.500s", ask.method, ask.path, answer.Status, text)
				}
			}
			if got := byWebSocket(t, s, "messages", who); got != "refused" {
				t.Errorf("by WebSocket: %s", got)
			}
		}
		close(false)
		for _, f := range was.until("that it is open", func(f frame) bool { return f.Kind == "setting" }) {
			if f.Kind == "message" {
				t.Errorf("who was there hears %+v", f)
			}
		}
		if _, text := s.send(t, http.DefaultClient, "GET", "/api/messages", ""); strings.Count(text, "secreto") != 2 {
			t.Errorf("open again: %s", text)
		}
	})
}
