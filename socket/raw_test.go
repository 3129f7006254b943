package socket

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/gobwas/ws"
)

// raw is a client that speaks bytes.
type raw struct {
	t testing.TB
	net.Conn
	in *bufio.Reader
}

const handshake = "GET /ws HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

// request opens a line, sends a request and returns the answer. The line stays open.
func (s *testShop) request(text string) (*raw, *http.Response) {
	s.t.Helper()
	r := &raw{t: s.t, Conn: s.line()}
	s.t.Cleanup(func() { r.Close() })
	r.in = bufio.NewReader(r.Conn)
	if _, err := io.WriteString(r.Conn, text); err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.ReadResponse(r.in, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return r, answer
}

func (s *testShop) upgrade() *raw {
	s.t.Helper()
	r, answer := s.request(handshake + "\r\n")
	if answer.StatusCode != 101 || answer.Header.Get("X-Request-Id") == "" {
		s.t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	return r
}

// masked returns a frame as clients send it.
func masked(h ws.Header, payload string) []byte {
	h.Masked, h.Mask, h.Length = true, [4]byte{1, 2, 3, 4}, int64(len(payload))
	body := []byte(payload)
	ws.Cipher(body, h.Mask, 0)
	return ws.MustCompileFrame(ws.Frame{Header: h, Payload: body})
}

func text(payload string) []byte { return masked(ws.Header{Fin: true, OpCode: ws.OpText}, payload) }

// frame reads one frame.
func (r *raw) frame() (f ws.Frame, err error) {
	if f.Header, err = ws.ReadHeader(r.in); err != nil {
		return f, err
	}
	f.Payload = make([]byte, f.Header.Length)
	_, err = io.ReadFull(r.in, f.Payload)
	return f, err
}

// until reads frames up to one with the opcode, and returns it.
func (r *raw) until(opcode ws.OpCode) ws.Frame {
	for {
		f, err := r.frame()
		if err != nil {
			r.t.Errorf("wait for frame %x: %v", opcode, err)
			return f
		}
		if f.Header.OpCode == opcode {
			return f
		}
	}
}

// ended reads until the close frame, and returns what the client is told.
func (r *raw) ended() (ws.StatusCode, string) {
	r.t.Helper()
	code, why := ws.ParseCloseFrameData(r.until(ws.OpClose).Payload)
	return code, why
}
