package app

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"pulperia/dose"
)

var (
	handshakes   = dose.Flag("handshakes", 300, 3000, "how many connections come and go, in every way in which one ends")
	stormClients = dose.Flag("storm", 100, 500, "how many clients drop and return at once")
	slowReaders  = dose.Flag("slowreaders", 50, 200, "how many clients read nothing, or a byte a second")
)

// noLimits are the flags of a shop whose limits are not what is tried.
var noLimits = []string{"--max-connections", "0", "--requests-per-minute", "0", "--messages-per-minute", "0", "--frames-per-minute", "0"}

// clientAddress spreads clients over addresses, as one has but 28,000 ports.
func clientAddress(i int) string { return fmt.Sprintf("127.0.%d.%d", 2+i/200%50, 1+i%200) }

// inParallel runs f for 0 to n-1 with so many at a time.
func inParallel(n, atATime int, f func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range atATime {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	all.Wait()
}

// Connections come and go, in every way in which one ends. Goroutines and open files are then what
// they were, and memory no more than a tenth of the connections had needed already.
func TestHandshakes(t *testing.T) {
	t.Parallel()
	s := openShop(t, t.TempDir(), noLimits...)
	before := s.state(t)
	comeAndGo(t, s, max(1, handshakes.Get()/10))
	early := s.back(t, before, patience)
	comeAndGo(t, s, handshakes.Get())
	late := s.back(t, before, patience)
	const noise = 24 << 20 // the collector lets the heap double before it looks
	if late.resident > early.resident+noise {
		t.Errorf("%.1f MiB after %d connections, %.1f MiB after %d more", early.resident/(1<<20), handshakes.Get()/10, late.resident/(1<<20), handshakes.Get())
	}
	t.Attr("handshakes", strconv.Itoa(handshakes.Get()+handshakes.Get()/10))
	t.Attr("resident", fmt.Sprintf("%.1f MiB, then %.1f MiB", early.resident/(1<<20), late.resident/(1<<20)))
	t.Attr("goroutines", fmt.Sprintf("%.0f, then %.0f", before.goroutines, late.goroutines))
	t.Attr("descriptors", fmt.Sprintf("%.0f, then %.0f", before.files, late.files))
}

// comeAndGo opens n connections and ends each in another way.
func comeAndGo(t *testing.T, s *shop, n int) {
	t.Helper()
	hello := `{"type":"hello","user":"ana@example.com","topics":["messages","products"]}`
	ends := []func(l *line){
		func(l *line) { reset(l) },
		func(l *line) { l.hear(); reset(l) },
		func(l *line) { wsutil.WriteClientMessage(l, ws.OpClose, nil); l.hear(); reset(l) },
		func(l *line) { l.Write([]byte("\xff\xff")); l.hear(); reset(l) },
		func(l *line) { l.Write([]byte{0x81, 0xff, 0, 0}); reset(l) }, // in the middle of a frame
		func(l *line) { l.hear(); l.Close() },
	}
	inParallel(n, 32, func(i int) {
		l, err := openLine(s.URL, clientAddress(i), hello)
		if err != nil {
			t.Errorf("connection %d: %v", i, err)
			return
		}
		l.SetDeadline(time.Now().Add(patience))
		ends[i%len(ends)](l)
	})
}

// All clients drop and return at once, several times, while things happen; each gets all of it,
// once and in order.
func TestReconnectStorm(t *testing.T) {
	t.Parallel()
	s := openShop(t, t.TempDir(), noLimits...)
	before := s.state(t)
	const rounds, each = 4, 25
	clients := make([]*stormClient, stormClients.Get())
	for i := range clients {
		clients[i] = &stormClient{shop: s.URL, address: clientAddress(i)}
	}
	for round := range rounds {
		var coming sync.WaitGroup
		for _, c := range clients {
			coming.Go(func() { c.come(round == 0) })
		}
		if round == 0 {
			coming.Wait() // all have their first position
		}
		inParallel(each, 4, func(i int) { s.saySomething(t, fmt.Sprintf("%d/%d", round, i)) })
		coming.Wait()
		inParallel(len(clients), 64, func(i int) { clients[i].listen((round + 1) * each) })
		for _, c := range clients {
			reset(c.line)
		}
		inParallel(each, 4, func(i int) { s.saySomething(t, fmt.Sprintf("%d/%d, nobody is there", round, i)) })
		for _, c := range clients {
			c.missed += each
		}
	}
	for i, c := range clients {
		if c.failed != nil {
			t.Fatalf("client %d: %v", i, c.failed)
		}
	}
	s.back(t, before, patience)
	t.Attr("clients", strconv.Itoa(len(clients)))
	t.Attr("returns", strconv.Itoa(len(clients)*(rounds-1)))
	t.Attr("lost", "0")
}

// saySomething stores a message.
func (s *shop) saySomething(t testing.TB, text string) {
	status, _, err := s.do(visitor(), "POST", "/api/messages", fmt.Sprintf(`{"user":"beto@example.com","message":%q}`, text))
	if err != nil || status != 201 {
		t.Errorf("%q: %d, %v", text, status, err)
	}
}

// stormClient follows the chat over one line after the other.
type stormClient struct {
	shop, address, since string
	line                 *line
	heard, missed        int
	offset               int64
	failed               error
}

// come connects and reads the welcome. The first time the client has seen nothing.
func (c *stormClient) come(first bool) {
	if c.failed != nil {
		return
	}
	hello := fmt.Sprintf(`{"type":"hello","user":"ana@example.com","since":%q,"topics":["messages"]}`, c.since)
	if first {
		hello = `{"type":"hello","user":"ana@example.com","topics":["messages"]}`
	}
	for tries := 0; ; tries++ {
		c.line, c.failed = openLine(c.shop, c.address, hello)
		if c.failed == nil {
			break
		}
		if _, isNet := errors.AsType[net.Error](c.failed); !isNet || tries > 20 { // the queue of those who wait for accept has an end
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.line.SetDeadline(time.Now().Add(2 * patience))
	welcome, err := c.line.hear()
	for err == nil && welcome.Type != "welcome" {
		welcome, err = c.line.hear()
	}
	if err == nil && !welcome.Recovered {
		err = errors.New("not recovered")
	}
	if first && err == nil {
		c.since = welcome.Position
		_, offset, _ := strings.Cut(c.since, ".")
		c.offset, err = strconv.ParseInt(offset, 10, 64)
	}
	c.failed = err
}

// listen reads until as many changes have come as there were, each at the position after the last.
func (c *stormClient) listen(said int) {
	for c.failed == nil && c.heard < said+c.missed {
		f, err := c.line.hear()
		if err != nil {
			c.failed = err
			return
		}
		if f.Type != "change" {
			continue
		}
		c.heard++
		c.offset++
		if !strings.HasSuffix(f.Position, fmt.Sprintf(".%d", c.offset)) {
			c.failed = fmt.Errorf("%s comes after change %d", f.Position, c.offset-1)
		}
		c.since = f.Position
	}
}
