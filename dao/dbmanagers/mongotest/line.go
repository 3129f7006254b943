package mongotest

import (
	"maps"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// Quota is how Atlas answers all that writes in a cluster that is full.
const Quota = "you are over your space quota, using 513 MB of 512 MB. Writes are blocked on your cluster"

// Line is a way from clients to a server that counts their commands and what is answered to them,
// and can be made a bad one under the connections that there are.
type Line struct {
	URI string // of the same database, by this way

	listener net.Listener
	server   string
	laid     trouble

	mu       sync.Mutex
	now      trouble
	conns    map[net.Conn]bool // from clients
	commands map[string]int    // how often each came, but for those of drivers that look after their connections
	answered int64             // bytes of the answers to them
}

// trouble is what is bad about a line. A line that lost something can only be hung up.
type trouble struct {
	delay time.Duration // there and back
	cut   bool          // nobody gets through
	deaf  bool          // nothing reaches the server
	mute  bool          // no answer comes back
	full  bool          // what would write is refused
}

// NewLine lays one to the server of a URL, which is so far away that each command takes so much
// longer. It ends with the test.
func NewLine(t testing.TB, uri string, delay time.Duration) *Line {
	t.Helper()
	l, err := Lay(uri, delay)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// Lay is NewLine outside of a test: who lays a line closes it.
func Lay(uri string, delay time.Duration) (*Line, error) {
	parsed, err := connstring.Parse(uri)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &Line{
		URI:      strings.Replace(uri, strings.Join(parsed.Hosts, ","), listener.Addr().String(), 1),
		listener: listener, server: parsed.Hosts[0], laid: trouble{delay: delay}, now: trouble{delay: delay},
		conns: map[net.Conn]bool{}, commands: map[string]int{},
	}
	if !strings.Contains(l.URI, "directConnection") { // a replica set would tell addresses around the line
		mark := "?"
		if strings.Contains(l.URI, "?") {
			mark = "&"
		}
		l.URI += mark + "directConnection=true"
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go l.carry(client)
		}
	}()
	return l, nil
}

// Close lets nobody else in. Who is connected stays so.
func (l *Line) Close() { l.listener.Close() }

// Cut breaks all connections and lets none through.
func (l *Line) Cut() { l.become(trouble{cut: true}) }

// Delay has each command take so much longer.
func (l *Line) Delay(d time.Duration) { l.become(trouble{delay: d}) }

// Deafen lets connections in and passes nothing on to the server.
func (l *Line) Deafen() { l.become(trouble{delay: l.laid.delay, deaf: true}) }

// Mute passes everything on to the server and drops the answers.
func (l *Line) Mute() { l.become(trouble{delay: l.laid.delay, mute: true}) }

// Fill has all that writes be refused, as by a cluster that is full: see Quota.
func (l *Line) Fill() { l.become(trouble{delay: l.laid.delay, full: true}) }

// Mend makes the line as good as it was laid.
func (l *Line) Mend() { l.become(l.laid) }

func (l *Line) become(next trouble) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if next.cut || l.now.deaf || l.now.mute {
		for client := range l.conns {
			client.Close()
		}
	}
	l.now = next
}

// Commands returns how often each command came, by its name.
func (l *Line) Commands() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.commands)
}

// Count returns how many commands came.
func (l *Line) Count() (n int) {
	for _, times := range l.Commands() {
		n += times
	}
	return n
}

// Answered returns how many bytes the answers to these commands had.
func (l *Line) Answered() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.answered
}

// admit says whether a client gets through.
func (l *Line) admit(client net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[client] = true
	return !l.now.cut
}

func (l *Line) dismiss(client net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, client)
	client.Close()
}

// carry takes what one client and the server say to each other through. It ends with either.
func (l *Line) carry(client net.Conn) {
	defer l.dismiss(client)
	if !l.admit(client) {
		return
	}
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	ended := make(chan struct{})
	defer close(ended)
	up, down := newLane(server, ended), newLane(client, ended)
	asked := map[uint32]bool{} // by the ids of commands that are counted
	go func() {
		defer client.Close()
		for {
			frame, err := readFrame(server)
			if err != nil {
				return
			}
			if now := l.weigh(frame, asked); !now.mute {
				down.send(frame, now.delay/2)
			}
		}
	}()
	for {
		frame, err := readFrame(client)
		if err != nil {
			return
		}
		command := commandOf(frame)
		switch now := l.meet(command, frame, asked); {
		case now.deaf:
		case now.full && writes[command]:
			down.send(refusal(frame), now.delay)
		default:
			up.send(frame, now.delay/2)
		}
	}
}

// meet counts a command, and says what is bad about the line that it goes.
func (l *Line) meet(command string, frame []byte, asked map[uint32]bool) trouble {
	l.mu.Lock()
	defer l.mu.Unlock()
	if command != "" && !upkeep[command] {
		l.commands[command]++
		asked[idOf(frame)] = true
	}
	return l.now
}

// weigh counts an answer, and says what is bad about the line that it goes.
func (l *Line) weigh(frame []byte, asked map[uint32]bool) trouble {
	l.mu.Lock()
	defer l.mu.Unlock()
	if id := answeredBy(frame); asked[id] {
		delete(asked, id)
		l.answered += int64(len(frame))
	}
	return l.now
}

var (
	writes = set("insert", "update", "delete", "findAndModify", "bulkWrite", "create", "createIndexes", "drop", "dropIndexes")
	upkeep = set("hello", "isMaster", "ismaster", "endSessions", "saslStart", "saslContinue")
)

func set(names ...string) map[string]bool {
	all := map[string]bool{}
	for _, name := range names {
		all[name] = true
	}
	return all
}

// lane is one direction: everything comes a while after it was sent, in its order.
type lane struct {
	queue chan parcel
	ended <-chan struct{}
}

type parcel struct {
	due   time.Time
	frame []byte
}

func newLane(to net.Conn, ended <-chan struct{}) lane {
	l := lane{make(chan parcel, 256), ended}
	go func() {
		for {
			select {
			case p := <-l.queue:
				time.Sleep(time.Until(p.due))
				if _, err := to.Write(p.frame); err != nil {
					to.Close() // whoever reads from it learns so
					return
				}
			case <-ended:
				return
			}
		}
	}()
	return l
}

func (l lane) send(frame []byte, delay time.Duration) {
	select {
	case l.queue <- parcel{time.Now().Add(delay), frame}:
	case <-l.ended:
	}
}
