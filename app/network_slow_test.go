//go:build unix

package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pulperia/dose"
)

var slowRequests = dose.Flag("slowloris", 200, 1000, "how many clients send their request slowly, or half of it")

// Clients that read nothing, or a byte a second, take a bounded piece of memory and are closed as
// slow. The others get everything, and whoever was closed goes on where it was.
func TestSlowReaders(t *testing.T) {
	dose.SkipSmall(t, "it waits for a time-out of 30 seconds")
	t.Parallel()
	s := openShop(t, t.TempDir(), noLimits...)
	before := s.state(t)
	const messages, readers = 1500, 20
	slow := make([]net.Conn, slowReaders.Get())
	inParallel(len(slow), 16, func(i int) { slow[i] = s.slowReader(t, i) })
	crowd := newAudience(t, s, readers, messages)
	peak := 0.0
	const batch = 60 // fits into the queue of whoever reads as fast as this machine lets him
	for sent := 0; sent < messages; sent += batch {
		inParallel(batch, 4, func(i int) { crowd.post(t, s, sent+i) })
		crowd.hasHeard(t, readers*(sent+batch))
		peak = max(peak, s.state(t).resident)
	}
	crowd.wait(t)
	most := before.resident + float64(len(slow))*(256<<10) + 64<<20
	if peak > most {
		t.Errorf("%.0f MiB, at most %.0f MiB were expected", peak/(1<<20), most/(1<<20))
	}
	s.closedAsSlow(t, len(slow))
	for _, conn := range slow {
		reset(conn)
	}
	s.back(t, before, patience)
	t.Attr("slow", strconv.Itoa(len(slow)))
	t.Attr("resident", fmt.Sprintf("%.0f MiB, at most %.0f MiB", before.resident/(1<<20), peak/(1<<20)))
}

// closedAsSlow waits until so many connections were. Where the machine takes longer than a ping may
// wait for its answer, a WebSocket that reads nothing is closed for that.
func (s *shop) closedAsSlow(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(2 * patience); ; time.Sleep(100 * time.Millisecond) { // those whose queue has room are closed after 30 seconds
		figures := s.metrics(t)
		closed := figures[`pulperia_socket_closed_total{reason="slow"}`] + figures[`pulperia_socket_closed_total{reason="idle"}`]
		if int(closed) >= n {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%v of %d were closed as slow", closed, n)
		}
	}
}

// slowReader listens to the chat through one of both doors, and reads nothing, or a byte a second.
func (s *shop) slowReader(t *testing.T, i int) net.Conn {
	narrow := net.Dialer{Timeout: patience, Control: smallBuffer, LocalAddr: &net.TCPAddr{IP: net.ParseIP(clientAddress(i))}}
	conn, err := narrow.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Error(err)
		return &net.TCPConn{}
	}
	if i%2 == 0 {
		io.WriteString(conn, "GET /events?topics=messages&user=lenta@example.com HTTP/1.1\r\nHost: localhost\r\n\r\n")
	} else {
		io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
		(&line{Conn: conn}).say(`{"type":"hello","user":"lenta@example.com","topics":["messages"]}`)
	}
	if i%4 < 2 {
		go func() {
			for one := make([]byte, 1); ; time.Sleep(time.Second) {
				if _, err := conn.Read(one); err != nil {
					return
				}
			}
		}()
	}
	return conn
}

// smallBuffer lets a socket take little before its other side has to wait. It must be so from the
// beginning: both sides' buffers grow with what they have seen.
func smallBuffer(_, _ string, raw syscall.RawConn) (err error) {
	outer := raw.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10) })
	return cmp.Or(outer, err)
}

// audience are those who read as fast as things come, and note how long it took.
type audience struct {
	readers sync.WaitGroup
	sent    []time.Time  // when the message with this number was sent
	heard   atomic.Int64 // messages, by all

	mu     sync.Mutex
	took   []time.Duration
	failed error
}

func newAudience(t *testing.T, s *shop, readers, messages int) *audience {
	t.Helper()
	a := &audience{sent: make([]time.Time, messages)}
	for i := range readers {
		l, err := openLine(s.URL, clientAddress(i), `{"type":"hello","user":"ana@example.com","topics":["messages"]}`)
		if err != nil {
			t.Fatal(err)
		}
		if welcome, err := l.hear(); err != nil || welcome.Type != "welcome" {
			t.Fatal(welcome, err)
		}
		a.readers.Go(func() {
			defer reset(l)
			a.note(a.read(l, messages))
		})
	}
	return a
}

func (a *audience) post(t *testing.T, s *shop, n int) {
	a.mu.Lock()
	a.sent[n] = time.Now()
	a.mu.Unlock()
	s.saySomething(t, fmt.Sprintf("%d %s", n, strings.Repeat("x", 1900)))
}

// read reads all messages; each must come once.
func (a *audience) read(l *line, messages int) error {
	heard := make([]bool, messages)
	for left := messages; left > 0; {
		l.SetReadDeadline(time.Now().Add(2 * patience))
		f, err := l.hear()
		if err != nil {
			return fmt.Errorf("%d messages have not come: %w", left, err)
		}
		if f.Type != "change" {
			continue
		}
		number, _, _ := strings.Cut(f.Doc.Message, " ")
		n, err := strconv.Atoi(number)
		if err != nil || n >= messages || heard[n] {
			return fmt.Errorf("%.20q came, or came again", f.Doc.Message)
		}
		heard[n] = true
		left--
		a.heard.Add(1)
		a.mu.Lock()
		a.took = append(a.took, time.Since(a.sent[n]))
		a.mu.Unlock()
	}
	return nil
}

func (a *audience) note(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failed = errors.Join(a.failed, err)
}

// hasHeard waits until all together have heard so many messages.
func (a *audience) hasHeard(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(2 * patience); a.heard.Load() < int64(n); time.Sleep(time.Millisecond) {
		if a.mu.Lock(); a.failed != nil || time.Now().After(end) {
			t.Fatalf("%d of %d messages were heard: %v", a.heard.Load(), n, a.failed)
		}
		a.mu.Unlock()
	}
}

// wait waits until all have read all, and tells how long it took from a message's sending to its
// coming.
func (a *audience) wait(t *testing.T) {
	t.Helper()
	a.readers.Wait()
	if a.failed != nil {
		t.Fatal(a.failed)
	}
	tellTimes(t, a.took)
}

// Thousands that send half a request, or a byte a second, keep nobody from being served, and the
// time-outs send them away.
func TestSlowloris(t *testing.T) {
	dose.SkipSmall(t, "it waits for time-outs of 30 seconds")
	t.Parallel()
	s := openShop(t, t.TempDir(), "--demo")
	before := s.state(t)
	customers := s.customers()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	begun := []string{
		"GET / HTTP/1.1\r\nHost: localhost\r\nX-",
		"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-",
		"POST /api/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"user\":",
		"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\nuser=",
		"", "P", "\x16\x03\x01",
	}
	conns := make([]net.Conn, slowRequests.Get())
	inParallel(len(conns), 32, func(i int) { conns[i] = s.halfRequest(ctx, t, i, begun[i%len(begun)]) })
	most := s.state(t)
	s.back(t, before, headerTimeout+readTimeout+patience)
	cancel()
	for _, conn := range conns {
		reset(conn)
	}
	customers.leave(t)
	t.Attr("connections", strconv.Itoa(len(conns)))
	t.Attr("descriptors", fmt.Sprintf("%.0f, then %.0f, then as before", before.files, most.files))
}

// halfRequest sends the beginning of a request; every second client goes on with a byte a second.
func (s *shop) halfRequest(ctx context.Context, t *testing.T, i int, begun string) net.Conn {
	conn, err := from(clientAddress(i))(ctx, "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Error(err)
		return &net.TCPConn{}
	}
	io.WriteString(conn, begun)
	if i%2 == 0 {
		go func() {
			for ctx.Err() == nil {
				if _, err := conn.Write([]byte("x")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
	}
	return conn
}
