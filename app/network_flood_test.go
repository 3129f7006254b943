package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"pulperia/dose"
)

const catalogueHello = `{"type":"hello","topics":["products"]}`

// Whoever floods the shop is limited, by the name that the contract has for it, and nobody else
// notices.
func TestFloods(t *testing.T) {
	dose.SkipSmall(t, "it sends for long")
	s := openShop(t, t.TempDir(), "--demo")
	before := s.state(t)
	customers := s.customers()
	for i, flood := range []struct {
		name string
		send func(t *testing.T, s *shop, client string)
	}{
		{"requests", floodRequests},
		{"connections", floodConnections},
		{"texts", func(t *testing.T, s *shop, client string) { floodFrames(t, s, client, ws.OpText, "{}", 4029, "flood") }},
		{"pings", func(t *testing.T, s *shop, client string) { floodFrames(t, s, client, ws.OpPing, "x", 4029, "flood") }},
		{"pongs", func(t *testing.T, s *shop, client string) { floodFrames(t, s, client, ws.OpPong, "", 4029, "flood") }},
		{"large frame", func(t *testing.T, s *shop, client string) {
			floodFrames(t, s, client, ws.OpText, strings.Repeat("x", 64<<10+1), 1009, "too_big")
		}},
		{"junk", floodJunk},
		{"messages", floodMessages},
		{"headers", floodHeaders},
	} {
		t.Run(flood.name, func(t *testing.T) { flood.send(t, s, fmt.Sprintf("127.0.1.%d", i+1)) })
	}
	customers.leave(t)
	s.back(t, before, patience)
}

// floodRequests sends requests as fast as they go until the shop has enough of it; then it says
// when to come back.
func floodRequests(t *testing.T, s *shop, client string) {
	visitor := &http.Client{Transport: &http.Transport{DialContext: from(client)}}
	defer visitor.CloseIdleConnections()
	for n := range 20_000 {
		answer, err := visitor.Get(s.URL + "/api/products?limit=1")
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode == http.StatusTooManyRequests {
			if n < 2000 || answer.Header.Get("Retry-After") == "" || answer.Header.Get("X-Request-Id") == "" {
				t.Errorf("limited after %d with %v", n, answer.Header)
			}
			return
		}
	}
	t.Error("nothing limits requests")
}

// floodConnections opens lines until there are as many as one address may have.
func floodConnections(t *testing.T, s *shop, client string) {
	var lines []net.Conn
	defer func() {
		for _, l := range lines {
			reset(l)
		}
	}()
	for range 513 {
		l, err := openLine(s.URL, client, catalogueHello)
		var refused ws.StatusError
		if errors.As(err, &refused) && refused == http.StatusTooManyRequests && len(lines) == 512 {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	t.Error("nothing limits connections")
}

// floodFrames sends the same frame again and again, and wants the line closed with a code and a
// reason.
func floodFrames(t *testing.T, s *shop, client string, opcode ws.OpCode, payload string, code ws.StatusCode, why string) {
	l, err := openLine(s.URL, client, catalogueHello)
	if err != nil {
		t.Fatal(err)
	}
	defer reset(l)
	go func() {
		for range 10_000 {
			if wsutil.WriteClientMessage(l, opcode, []byte(payload)) != nil {
				return
			}
		}
	}()
	wantEnd(t, l, code, why)
}

// floodJunk sends what is no frame, after a handshake that was one.
func floodJunk(t *testing.T, s *shop, client string) {
	for _, junk := range []string{strings.Repeat("\x00", 4096), strings.Repeat("\xff", 4096), "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"} {
		l, err := openLine(s.URL, client, catalogueHello)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(l, junk)
		wantEnd(t, l, 1002, "bad_frame")
		reset(l)
	}
}

// wantEnd reads a line to its end.
func wantEnd(t *testing.T, l *line, code ws.StatusCode, why string) {
	t.Helper()
	l.SetReadDeadline(time.Now().Add(patience))
	for {
		_, err := l.hearText()
		closed, ok := errors.AsType[wsutil.ClosedError](err)
		if ok && closed.Code == code && closed.Reason == why {
			return
		}
		if err != nil {
			t.Errorf("the line ended with %v, not with %d %s", err, code, why)
			return
		}
	}
}

// floodMessages talks without an end, on both ways into the chat. A third of the limit is stored,
// the rest refused, and the line stays open.
func floodMessages(t *testing.T, s *shop, client string) {
	l, err := openLine(s.URL, client, `{"type":"hello","user":"mallory@example.com","topics":["messages"]}`)
	if err != nil {
		t.Fatal(err)
	}
	defer reset(l)
	for i := range 50 {
		if err := l.say(fmt.Sprintf(`{"type":"message","id":"6500000000000000000001%02x","message":"spam"}`, i)); err != nil {
			t.Fatal(err)
		}
	}
	acks, refused := 0, 0
	l.SetReadDeadline(time.Now().Add(patience))
	for acks+refused < 50 {
		f, err := l.hear()
		switch {
		case err != nil:
			t.Fatal(err)
		case f.Type == "ack":
			acks++
		case f.Type == "error" && f.Error == "too_many_requests" && f.RetryAfter > 0:
			refused++
		}
	}
	if acks < 10 || acks > 20 {
		t.Errorf("%d of 50 were stored", acks)
	}
	elsewhere := &http.Client{Transport: &http.Transport{DialContext: from(client), DisableKeepAlives: true}}
	status := 0
	for tries := 0; status != http.StatusTooManyRequests && tries < 3; tries++ { // within two seconds there is room for one again
		if status, _, err = s.do(elsewhere, "POST", "/api/messages", `{"user":"mallory@example.com","message":"spam"}`); err != nil {
			t.Fatal(err)
		}
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("the other way in: %d", status)
	}
}

// floodHeaders sends a header without an end. It is refused at 64 KiB and what net/http allows
// beside.
func floodHeaders(t *testing.T, s *shop, client string) {
	for _, path := range []string{"/api/products", "/ws", "/events", "/socket.io/", "/"} {
		conn, err := from(client)(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(patience))
		go func() {
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\n", path)
			for i := range 1000 {
				if _, err := fmt.Fprintf(conn, "X-%d: %s\r\n", i, strings.Repeat("x", 1000)); err != nil {
					return
				}
			}
		}()
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %v, %v", path, answer, err)
		}
		reset(conn)
	}
}
