package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// wire is a way to a shop that a test can cut. Pages that are opened through it live at its
// address.
type wire struct {
	t        *testing.T
	listener net.Listener
	shop     string // its address

	mu        sync.Mutex
	cut       bool // nothing gets through
	noSockets bool // WebSocket is refused, as some proxies do
	swallow   bool // the answers to forms are lost, and the connection with each
	open      map[net.Conn]bool
}

// throughWire returns the shop as it is seen at the other end of a wire.
func (s *shop) throughWire(t *testing.T) (*shop, *wire) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &wire{t: t, listener: listener, shop: strings.TrimPrefix(s.url, "http://"), open: map[net.Conn]bool{}}
	go l.accept()
	t.Cleanup(func() { listener.Close(); l.breakOff(); l.restore() })
	return &shop{t, "http://" + listener.Addr().String(), s.store, s.stop, s.dir}, l
}

// breakOff cuts the wire, and all that goes over it.
func (l *wire) breakOff() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for conn := range l.open {
		conn.Close()
	}
}

func (l *wire) restore() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut, l.swallow = false, false
}

// leadTo lets the wire end at another shop.
func (l *wire) leadTo(s *shop) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shop = strings.TrimPrefix(s.url, "http://")
}

// refuseSockets lets HTTP through and nothing else.
func (l *wire) refuseSockets() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.noSockets = true
}

func (l *wire) accept() {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		go l.carry(conn)
	}
}

// enter notes a connection and says where it leads, unless the wire is cut.
func (l *wire) enter(conn net.Conn) (shop string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.cut {
		l.open[conn] = true
	}
	return l.shop, !l.cut
}

func (l *wire) leave(conn net.Conn) {
	conn.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, conn)
}

// carry takes one connection to the shop, request by request as long as sockets are refused.
func (l *wire) carry(conn net.Conn) {
	defer l.leave(conn)
	address, ok := l.enter(conn)
	if !ok {
		return
	}
	shop, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer shop.Close()
	answers := io.Writer(conn)
	if l.swallows() {
		answers = io.Discard
	}
	go func() {
		io.Copy(answers, shop)
		conn.Close()
	}()
	for in := bufio.NewReader(conn); ; {
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		switch upgrades := request.Header.Get("Upgrade") != ""; {
		case upgrades && l.refusesSockets():
			fmt.Fprint(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			return
		case upgrades:
			request.Write(shop)
			io.Copy(shop, in)
			return
		}
		request.Write(shop)
	}
}

// swallowAnswers lets requests through from now on, and no answer back, until it is restored.
func (l *wire) swallowAnswers() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.swallow = true
	for conn := range l.open {
		conn.Close() // new connections are such ones
	}
}

func (l *wire) swallows() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.swallow
}

func (l *wire) refusesSockets() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.noSockets
}

// soonTimeout is how long something may take that comes by itself: a page that has been offline for
// long pauses for up to 45 seconds.
const soonTimeout = 90 * time.Second

// soon waits until a script has the value that it should have, on a page that is there as a whole.
// The page may load anew meanwhile.
func (p *page) soon(what, script string, want any) {
	p.t.Helper()
	var got any
	var err error
	wait := fmt.Sprintf(`(async () => {
		const end = performance.now() + 1000
		for (;;) {
			const got = document.readyState === "loading" ? null : %s
			if (JSON.stringify(got) === %s || performance.now() > end) return got
			await new Promise(done => setTimeout(done, 20))
		}
	})()`, script, js(asJSON(want)))
	for deadline := time.Now().Add(soonTimeout); time.Now().Before(deadline); {
		ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
		got, err = chromedp.Run(ctx, chromedp.Evaluate[any](wait, chromedp.EvalAwaitPromise))
		cancel()
		if err == nil && asJSON(got) == asJSON(want) {
			return
		}
	}
	p.fail("on %s, %s: got %s, want %s (%v)", p.where(), what, asJSON(got), asJSON(want), err)
}

// forgive takes what went wrong and was meant to: a line that was cut is an error to the browser.
// It must have been noted.
func (p *page) forgive(words ...string) {
	p.t.Helper()
	p.where()
	p.seen.mu.Lock()
	defer p.seen.mu.Unlock()
	before := len(p.seen.problems)
	p.seen.problems = slices.DeleteFunc(p.seen.problems, func(problem string) bool {
		return slices.ContainsFunc(words, func(part string) bool { return strings.Contains(problem, part) })
	})
	if len(p.seen.problems) == before {
		p.t.Errorf("nothing of %q went wrong", words)
	}
}
