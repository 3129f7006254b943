package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"pulperia/faults/harness"
)

// line is one connection of thousands to a shop: a WebSocket whose frames are read by who holds it,
// without a goroutine of its own.
type line struct {
	net.Conn
	in *bufio.Reader
}

// from dials as the given address of this machine: to the shop each of 127.0.0.0/8 is another
// client.
func from(client string) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(client)}, Timeout: patience}
	return d.DialContext
}

// openLine makes a handshake and says hello.
func openLine(shop, client, hello string) (*line, error) {
	return openLineAt(shop, "/ws", client, hello)
}

func openLineAt(shop, path, client, hello string) (*line, error) {
	dialer := ws.Dialer{Timeout: patience, NetDial: from(client)}
	conn, in, _, err := dialer.Dial(context.Background(), "ws"+strings.TrimPrefix(shop, "http")+path)
	if err != nil {
		return nil, err
	}
	if in == nil {
		in = bufio.NewReaderSize(conn, 512)
	}
	l := &line{conn, in}
	return l, l.say(hello)
}

func (l *line) say(text string) error { return wsutil.WriteClientText(l, []byte(text)) }

// hear returns the next frame of data, or the reason that the shop gives for the end.
func (l *line) hear() (f frame, err error) {
	text, err := l.hearText()
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	return f, err
}

func (l *line) hearText() (text []byte, err error) {
	for {
		head, err := ws.ReadHeader(l.in)
		if err == nil && head.Length > 1<<20 {
			err = fmt.Errorf("a frame of %d bytes", head.Length)
		}
		if err != nil {
			return nil, err
		}
		payload := make([]byte, head.Length)
		if _, err := io.ReadFull(l.in, payload); err != nil {
			return nil, err
		}
		switch head.OpCode {
		case ws.OpText:
			return payload, nil
		case ws.OpPing:
			if err := wsutil.WriteClientMessage(l, ws.OpPong, payload); err != nil {
				return nil, err
			}
		case ws.OpClose:
			code, why := ws.ParseCloseFrameData(payload)
			return nil, wsutil.ClosedError{Code: code, Reason: why}
		}
	}
}

// reset ends a line without a goodbye, and without a port that stays taken for a minute. None is
// none.
func reset(conn net.Conn) {
	if l, ok := conn.(*line); ok {
		if l == nil {
			return
		}
		conn = l.Conn
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// state is what a shop says of itself in its metrics.
type state struct{ goroutines, files, resident, heap float64 }

func (s *shop) state(t testing.TB) state {
	t.Helper()
	m := s.metrics(t)
	return state{m["go_goroutines"], m["process_open_fds"], m["process_resident_memory_bytes"], m["go_memstats_heap_inuse_bytes"]}
}

// metrics reads all figures, by their names with labels.
func (s *shop) metrics(t testing.TB) map[string]float64 {
	t.Helper()
	figures, err := harness.Metrics(visitor(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return figures
}

// back waits until the shop has no more goroutines and open files than before, give or take those
// of who asks it.
func (s *shop) back(t testing.TB, before state, within time.Duration) state {
	t.Helper()
	const few = 12
	for end := time.Now().Add(within); ; time.Sleep(100 * time.Millisecond) {
		now := s.state(t)
		if now.goroutines <= before.goroutines+few && now.files <= before.files+few {
			return now
		}
		if time.Now().After(end) {
			t.Fatalf("there were %v goroutines and %v open files, and there are %v and %v", before.goroutines, before.files, now.goroutines, now.files)
		}
	}
}

// customers are people from another address who shop all the while. Whatever else goes on, all that
// they ask for is answered.
type customers struct {
	done    chan struct{}
	ended   chan struct{}
	served  int
	slowest time.Duration
	failed  error
}

func (s *shop) customers() *customers {
	c := &customers{done: make(chan struct{}), ended: make(chan struct{})}
	visitor := &http.Client{Timeout: patience, Transport: &http.Transport{DialContext: from("127.0.0.9")}}
	go func() {
		defer close(c.ended)
		defer visitor.CloseIdleConnections()
		for n := 0; c.failed == nil; n++ {
			began := time.Now()
			c.failed = s.shopping(visitor, n)
			c.slowest = max(c.slowest, time.Since(began))
			c.served++
			select {
			case <-c.done:
				return
			case <-time.After(50 * time.Millisecond): // people look before they go on
			}
		}
	}()
	return c
}

// shopping is one thing that a customer does.
func (s *shop) shopping(visitor *http.Client, n int) error {
	step := []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/", "", 200}, {"GET", "/api/products", "", 200}, {"POST", "/api/carts", "", 201}, {"GET", "/chat", "", 200},
		{"POST", "/api/messages", fmt.Sprintf(`{"user":"clienta%d@example.com","message":"hola"}`, n), 201},
	}[n%5]
	status, _, err := s.do(visitor, step.method, step.path, step.body)
	if err == nil && status != step.status {
		err = fmt.Errorf("%s %s: %d", step.method, step.path, status)
	}
	return err
}

// leave ends the shopping, and fails if anything was not answered as it should be.
func (c *customers) leave(t testing.TB) {
	t.Helper()
	close(c.done)
	<-c.ended
	if c.failed != nil {
		t.Errorf("after %d answers a customer got none: %v", c.served, c.failed)
	}
	t.Attr("served", strconv.Itoa(c.served))
	t.Attr("slowest", c.slowest.Round(time.Millisecond).String())
}

// tellTimes tells how long things took.
func tellTimes(t testing.TB, took []time.Duration) {
	slices.Sort(took)
	for name, place := range map[string]int{"p50": 50, "p99": 99} {
		t.Attr(name, took[len(took)*place/100].Round(time.Millisecond/10).String())
	}
}

// seedOf returns the seed that was asked for, or a new one, and tells it.
func seedOf(t testing.TB, given uint64) uint64 {
	if given == 0 {
		given = rand.Uint64()
	}
	t.Attr("seed", strconv.FormatUint(given, 10))
	return given
}
