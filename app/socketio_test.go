package app

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"
)

// On every engine a client of Socket.IO is told what there is, its message is answered when it is
// stored, and after a restart of the shop it is there for whoever comes.
func TestSocketIO(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store := newStore()
		s := openShop(t, store)
		conn := s.socketIO(t)
		hearPackets(t, conn, `42["messageLogs",[]]`, `42["products",[]]`)
		sayTo(t, conn, `421["message",{"user":"ana@example.com","message":"¿Tienen yerba?"}]`)
		hearPacket(t, conn, `431[{"status":"success","payload":{"_id":"`)
		sayTo(t, conn, `422["addProduct",{"title":"Yerba","description":"1 kg","code":17,"price":"450","stock":"7","category":"almacén","thumbnails":""}]`)
		hearPackets(t, conn, `432[{"status":"success","payload":{"_id":"`, `42["products",[{"id":"`)
		if status, _, err := s.do(http.DefaultClient, "POST", "/api/chat", `{"user":"beto@example.com","message":"Sí"}`); err != nil || status != 201 {
			t.Fatal(status, err)
		}
		hearPacket(t, conn, `"text":"Sí"`)
		if err := s.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		hearPacket(t, conn, `42["bye",{"type":"bye","reason":"shutdown"}]`)
		if err := s.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, &s.Log)
		}
		conn = openShop(t, store).socketIO(t)
		hearPackets(t, conn, `"text":"¿Tienen yerba?"`, `"title":"Yerba"`)
	})
}

// In a shop that is closed nobody adds a product without the right, and the client is given to any
// page.
func TestSocketIOOfClosedShop(t *testing.T) {
	t.Parallel()
	s := closedShop(t, t.TempDir())
	conn := s.socketIO(t)
	sayTo(t, conn, `421["addProduct",{"title":"Yerba","description":"1 kg","code":"y","price":1,"stock":1,"category":"c"}]`)
	hearPacket(t, conn, `431[{"status":"error","error":"unauthorized"`)
	sayTo(t, conn, `422["deleteProduct","665f1c2ab0e84d3f9a7c1e54"]`)
	hearPacket(t, conn, `432[{"status":"error","error":"unauthorized"`)
	sayTo(t, conn, `423["message",{"email":"ana.perez@example.com","message":"hola"}]`)
	hearPacket(t, conn, `"user":"ana","email":"ana","username":"ana","name":"ana","message":"hola"`)
	if status, body, err := s.do(http.DefaultClient, "GET", "/socket.io/socket.io.js", ""); err != nil || status != 200 || len(body) < 40_000 {
		t.Errorf("the client: %d, %d bytes, %v", status, len(body), err)
	}
	if status, body, err := s.do(http.DefaultClient, "GET", "/socket.io/?EIO=3&transport=polling", ""); err != nil || status != 400 {
		t.Errorf("an old client: %d %s %v", status, body, err)
	}
}

// socketIO opens a line, on which the client takes part.
func (s *shop) socketIO(t *testing.T) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), s.URL+"/socket.io/?EIO=4&transport=websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	hearPacket(t, conn, `0{"sid":"`)
	sayTo(t, conn, "40")
	hearPacket(t, conn, `40{"sid":"`)
	return conn
}

// hearPacket is hear for a client that answers pings.
func hearPacket(t *testing.T, conn *websocket.Conn, text string) {
	t.Helper()
	hearPackets(t, conn, text)
}

// hearPackets waits until each of the texts has come, in whatever order.
func hearPackets(t *testing.T, conn *websocket.Conn, texts ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var heard []byte
	for len(texts) > 0 {
		_, packet, err := conn.Read(ctx)
		if err != nil {
			t.Fatalf("wait for %q: %v, after %s", texts, err, heard)
		}
		heard = append(append(heard, '\n'), packet...)
		if string(packet) == "2" {
			sayTo(t, conn, "3")
		}
		texts = slices.DeleteFunc(texts, func(text string) bool { return strings.Contains(string(packet), text) })
	}
}

func sayTo(t *testing.T, conn *websocket.Conn, packet string) {
	t.Helper()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(packet)); err != nil {
		t.Fatal(err)
	}
}
