package walk

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// line lies between a shop and its database. It counts the commands that the shop sends, lets
// everything take its time, and can refuse what would write, as a cluster does that is full.
type line struct {
	listener net.Listener
	upstream string
	delay    time.Duration // there, and once more back
	refusing atomic.Bool
	conns    map[net.Conn]bool // nil while it is cut
	commands atomic.Int64      // without the driver's own
	failed   atomic.Int64      // those that were refused
	mu       sync.Mutex
	names    map[string]int // how often each command came
}

// newLine lays one that ends with the test.
func newLine(t testing.TB, upstream string, delay time.Duration) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	l := &line{listener: listener, upstream: upstream, delay: delay, names: map[string]int{}, conns: map[net.Conn]bool{}}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go l.carry(client)
		}
	}()
	return l
}

func (l *line) address() string { return l.listener.Addr().String() }

// carry takes one connection through. It ends with either end.
func (l *line) carry(client net.Conn) {
	defer client.Close()
	if !l.admit(client) {
		return
	}
	defer l.dismiss(client)
	server, err := net.Dial("tcp", l.upstream)
	if err != nil {
		return
	}
	defer server.Close()
	up, down := newSlow(server, l.delay), newSlow(client, l.delay)
	defer up.end()
	defer down.end()
	go func() {
		defer client.Close()
		for {
			frame, err := readFrame(server)
			if err != nil {
				return
			}
			down.send(frame)
		}
	}()
	for {
		frame, err := readFrame(client)
		if err != nil {
			return
		}
		if command := commandOf(frame); l.refuses(command) {
			down.send(refusal(frame))
		} else {
			up.send(frame)
		}
	}
}

func (l *line) admit(client net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conns == nil {
		return false
	}
	l.conns[client] = true
	return true
}

func (l *line) dismiss(client net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, client)
}

// cut breaks all connections and lets none in.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for client := range l.conns {
		client.Close()
	}
	l.conns = nil
}

func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns = map[net.Conn]bool{}
}

// refuses counts a command, and says whether it is to be refused.
func (l *line) refuses(command string) bool {
	switch command {
	case "hello", "isMaster", "ismaster", "":
		return false
	}
	l.commands.Add(1)
	l.mu.Lock()
	l.names[command]++
	l.mu.Unlock()
	switch command {
	case "insert", "update", "delete", "findAndModify", "bulkWrite", "createIndexes", "create", "drop", "dropIndexes":
		if l.refusing.Load() {
			l.failed.Add(1)
			return true
		}
	}
	return false
}

// said is how often each command has come.
func (l *line) said() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[string]int{}
	for name, n := range l.names {
		all[name] = n
	}
	return all
}

// slow writes everything a while after it was sent, in its order.
type slow struct {
	to    net.Conn
	delay time.Duration
	queue chan parcel
	gone  chan struct{}
	end   func()
}

type parcel struct {
	due   time.Time
	bytes []byte
}

func newSlow(to net.Conn, delay time.Duration) *slow {
	s := &slow{to: to, delay: delay, queue: make(chan parcel, 256), gone: make(chan struct{})}
	s.end = sync.OnceFunc(func() { close(s.gone) })
	go func() {
		for {
			select {
			case p := <-s.queue:
				time.Sleep(time.Until(p.due))
				if _, err := to.Write(p.bytes); err != nil {
					to.Close() // whoever reads from it learns so
					return
				}
			case <-s.gone:
				return
			}
		}
	}()
	return s
}

func (s *slow) send(bytes []byte) {
	select {
	case s.queue <- parcel{time.Now().Add(s.delay), bytes}:
	case <-s.gone:
	}
}
