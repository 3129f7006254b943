package app

import (
	"context"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"
)

// On every engine a signal stops the shop in order: no more connections, goodbye to the sockets,
// then the requests under way, which still see a store. What the API stores comes over the socket
// before.
func TestGoodbye(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		goodbye(t, openShop(t, newStore(), "--origin", "https://partner.example"))
	})
}

func goodbye(t *testing.T, s *shop) {
	conn, _, err := websocket.Dial(t.Context(), s.URL+"/ws", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://partner.example"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"hello","user":"ana@example.com","topics":["messages"]}`)); err != nil {
		t.Fatal(err)
	}
	hear(t, conn, "welcome")
	if status, _, err := s.do(http.DefaultClient, "POST", "/api/messages", `{"user":"beto@example.com","message":"hola"}`); err != nil || status != 201 {
		t.Fatal(status, err)
	}
	hear(t, conn, `"message":"hola"`)
	answered, finish := s.underWay(t)
	if err := s.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	hear(t, conn, `{"type":"bye","reason":"shutdown"}`)
	if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the socket ended with %v", err)
	}
	if _, _, err := websocket.Dial(context.Background(), s.URL+"/ws", nil); err == nil {
		t.Error("the shop takes connections after goodbye")
	}
	finish()
	if err := <-answered; err != nil {
		t.Errorf("the request under way got %v", err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("the program ended with %v\n%s", err, &s.Log)
	}
}

// hear reads frames until one holds the text.
func hear(t *testing.T, conn *websocket.Conn, text string) {
	t.Helper()
	for {
		_, frame, err := conn.Read(t.Context())
		if err != nil {
			t.Fatalf("wait for %s: %v", text, err)
		}
		if strings.Contains(string(frame), text) {
			return
		}
	}
}
