package socket

import (
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"

	"pulperia/dose"
)

// However connections end, their goroutines and file descriptors go with them.
func TestResourcesReturn(t *testing.T) {
	s := openShop(t, t.TempDir(), Options{FramesPerMinute: 300})
	server := httptest.NewUnstartedServer(s.server.Handler)
	server.Config.ReadHeaderTimeout = time.Second // a handshake may not be slow
	server.Start()
	defer server.Close()
	goroutines, files := 0, openFiles(t)
	for same := 0; same < 10; time.Sleep(10 * time.Millisecond) { // some have still to begin
		if n := ours(); n == goroutines {
			same++
		} else {
			goroutines, same = n, 0
		}
	}
	greeting := string(text(`{"type":"hello","user":"ana@example.com","topics":["messages"]}`))
	var lines []net.Conn
	for range 20 {
		for _, what := range []string{
			handshake + "\r\n" + greeting, // comes with the handshake, before there is an answer
			handshake + "\r\n" + greeting + "\xff\xff\xff\xff",
			handshake + "\r\n" + greeting + string(frameOf(true, ws.OpClose, "")),
			handshake + "\r\n",
			handshake,
			"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n",
			"GET /events?topics=products HTTP/1.1\r\nHost: x\r\n\r\n",
			"\x16\x03\x01junk",
		} {
			line, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(line, what)
			lines = append(lines, line)
		}
	}
	poll(t, func() string { return missing("connections", s.open(), 80) }) // those without an end of their own
	s.posts(5)
	var closing sync.WaitGroup
	for i, line := range lines {
		if i%2 == 0 {
			line.(*net.TCPConn).SetLinger(0) // with a reset
		}
		closing.Go(func() { line.Close() })
	}
	closing.Wait()
	poll(t, func() string { return missing("connections", s.open(), 0) })
	poll(t, func() string {
		if n := ours(); n > goroutines {
			return fmt.Sprintf("%d goroutines, %d before", n, goroutines)
		}
		if n := openFiles(t); n > files {
			return fmt.Sprintf("%d files are open, %d before", n, files)
		}
		return ""
	})
	if len(s.hub.joined)+len(s.hub.clients) > 0 {
		t.Errorf("%d topics, %d clients are left", len(s.hub.joined), len(s.hub.clients))
	}
}

// A burst of five megabytes, such as an import, closes the one reader who is stuck. The others get
// all of it; should one of them be so slow that it is closed, too, it comes back and goes on where
// it was.
func TestBurst(t *testing.T) {
	dose.SkipSmall(t, "it waits for a time-out of 30 seconds")
	t.Parallel()
	s := openShop(t, t.TempDir(), Options{})
	server := httptest.NewServer(s.server.Handler)
	defer server.Close()
	start := s.head()
	listen := func(since string) *client {
		conn, _, err := websocket.Dial(t.Context(), server.URL+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.CloseNow() })
		conn.SetReadLimit(1 << 20)
		c := &client{t: t, conn: conn}
		c.say(`{"type":"hello","user":"ana@example.com","topics":["messages"],"since":"` + since + `"}`)
		go c.read()
		return c
	}
	stuck, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Close()
	stuck.(*net.TCPConn).SetReadBuffer(4 << 10)
	io.WriteString(stuck, handshake+"\r\n"+string(text(`{"type":"hello","user":"ana@example.com","topics":["messages"]}`)))
	readers := []*client{listen(start), listen(start), listen(start)}
	poll(t, func() string { return missing("welcomed", int(s.recovered(recoveryNone)), 4) })
	s.burst()
	s.burst()
	for _, c := range readers {
		got := []string{start}
		poll(t, func() string {
			code := c.code()
			got = append(got, positions(c.heard("change"))...)
			if code == 4008 {
				c = listen(got[len(got)-1])
			}
			return missing("changes", len(got), 1201)
		})
		for i, at := range got {
			if want := fmt.Sprintf("%s.%d", start[:8], i); at != want {
				t.Fatalf("%s instead of %s", at, want)
			}
		}
	}
	poll(t, func() string {
		if n := count(s.hub.metrics.closed[reasonSlow]); n < 1 {
			return "the stuck reader is still there"
		}
		return ""
	})
}

// ours counts the goroutines of the server and of the hub: those of other tests' tools come and go.
func ours() (n int) {
	stacks := make([]byte, 16<<20)
	for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(stack, "net/http.(*conn)") || strings.Contains(stack, "pulperia/socket.(*") {
			n++
		}
	}
	return n
}

func missing(what string, got, want int) string {
	if got == want {
		return ""
	}
	return fmt.Sprintf("%d %s, not %d", got, what, want)
}

// poll waits until nothing is wrong any more.
func poll(t *testing.T, wrong func() string) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		text := wrong()
		if text == "" {
			return
		}
		if time.Since(began) > time.Minute {
			t.Fatal(text)
		}
	}
}

func openFiles(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil && runtime.GOOS == "linux" {
		t.Fatal(err)
	}
	return len(list)
}
