package socket

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	"pulperia/shop"
)

// testShop is a hub over a store of its own, behind a real HTTP server. Its lines are in memory, so
// that it fits into a bubble of synctest, where time is faked.
type testShop struct {
	t       testing.TB
	store   dao.Store
	hub     *Hub
	server  *http.Server
	lines   chan net.Conn
	stopRun func()
}

// inBubble runs a test on a shop in a bubble.
func inBubble(t *testing.T, o Options, f func(*testShop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(openShop(t, t.TempDir(), o)) })
}

func openShop(t testing.TB, dir string, o Options) *testShop {
	t.Helper()
	return openShopKeeping(t, dir, 10_000, o)
}

// openShopKeeping opens one whose feed keeps but so many changes, in files of 4 MiB.
func openShopKeeping(t testing.TB, dir string, keep int, o Options) *testShop {
	t.Helper()
	store, err := filemanagers.Open(context.Background(), dir, filemanagers.Options{Keep: keep, Fold: 1 << 10, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s := &testShop{t: t, store: store}
	s.start(o)
	t.Cleanup(s.stop)
	return s
}

// over opens another hub over a trade of its own.
func (s *testShop) over(trade *shop.Shop) *testShop {
	other := &testShop{t: s.t, store: s.store}
	other.start(Options{Shop: trade})
	s.t.Cleanup(other.leave)
	return other
}

func (s *testShop) start(o Options) {
	if o.Shop == nil {
		o.Shop = shop.New(s.store, shop.Options{})
	}
	if o.Who == nil {
		o.Open = true // who sees what is for names_test.go
	}
	if o.Metrics = prometheus.NewPedanticRegistry(); o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	hub, err := New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws", hub.WebSocket)
	mux.HandleFunc("GET /events", hub.Events)
	mux.HandleFunc("/socket.io/", hub.SocketIO)
	s.hub, s.server, s.lines = hub, &http.Server{Handler: mux, ReadTimeout: time.Second, WriteTimeout: time.Second}, make(chan net.Conn)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { hub.Run(ctx) })
	s.stopRun = func() { cancel(); running.Wait() }
	go s.server.Serve(&memoryListener{lines: s.lines, closed: make(chan struct{})})
}

// stop ends the shop as app does. A second stop does nothing.
func (s *testShop) stop() {
	s.leave()
	if err := s.store.Close(); err != nil {
		s.t.Error(err)
	}
}

// leave ends the process, and leaves the store to the others.
func (s *testShop) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	s.hub.Close(ctx)
	s.server.Close()
	s.stopRun()
}

// memoryListener accepts what [testShop.line] makes.
type memoryListener struct {
	lines  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case line := <-l.lines:
		return line, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

// line opens a line to the server.
func (s *testShop) line() net.Conn {
	near, far := net.Pipe()
	s.lines <- far
	return near
}

// settle lets everything happen that is about to.
func settle() {
	time.Sleep(300 * time.Millisecond)
	synctest.Wait()
}

// post stores a message as the HTTP API does.
func (s *testShop) post(text string) (models.Message, string) {
	s.t.Helper()
	m, receipt, err := s.store.Messages.Append(context.Background(), models.Message{User: "beto@example.com", Message: text})
	if err != nil {
		s.t.Fatal(err)
	}
	return m, receipt.Position.String()
}

// posts stores some messages and returns the position of the last.
func (s *testShop) posts(n int) (at string) {
	s.t.Helper()
	for i := range n {
		_, at = s.post(fmt.Sprint(i))
	}
	return at
}

func (s *testShop) head() string {
	s.t.Helper()
	at, err := s.store.Feed.Head(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return at.String()
}

func (s *testShop) recovered(kind recovery) float64 {
	return count(s.hub.metrics.recoveries[kind])
}

// count returns what a metric shows.
func count(m prometheus.Metric) float64 {
	var form dto.Metric
	m.Write(&form)
	return form.GetCounter().GetValue() + form.GetGauge().GetValue()
}
