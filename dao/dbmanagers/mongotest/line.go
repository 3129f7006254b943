package mongotest

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// Line is a way to a server that counts the commands of its clients, has each of them take longer,
// and can refuse those that write. It reads as much of the protocol as that needs:
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
type Line struct {
	URI string // of the same database, by this way

	server   string
	delay    time.Duration
	commands atomic.Int64
	refusal  atomic.Pointer[[]byte] // what writes are answered; nil: what the server answers
}

// NewLine lays one to the server of a URL. Each command takes so much longer as a server far away
// would need. It ends with the test.
func NewLine(t testing.TB, uri string, delay time.Duration) *Line {
	t.Helper()
	parsed, err := connstring.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	l := &Line{server: parsed.Hosts[0], delay: delay, URI: strings.Replace(uri, strings.Join(parsed.Hosts, ","), listener.Addr().String(), 1)}
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
	return l
}

// Commands returns how many have come, but for those by which drivers look after their connections.
func (l *Line) Commands() int64 { return l.commands.Load() }

// Refuse has all that writes be answered with an error from now on; of code 0 with what the server
// answers.
func (l *Line) Refuse(code int32, message string) {
	if code == 0 {
		l.refusal.Store(nil)
		return
	}
	answer, _ := bson.Marshal(bson.D{{Key: "ok", Value: 0.0}, {Key: "errmsg", Value: message}, {Key: "code", Value: code}})
	l.refusal.Store(&answer)
}

var (
	writes = []string{"insert", "update", "delete", "findAndModify", "create", "createIndexes"}
	upkeep = []string{"hello", "isMaster", "ismaster", "ping", "endSessions", "saslStart", "saslContinue"}
)

const (
	headerSize = 16 // length, id, id that is answered, kind
	opMsg      = 2013
	bodyAt     = headerSize + 5 // of a message's document: behind the flags and the kind of section
)

// carry passes on what one client and the server say to each other.
func (l *Line) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	var answering sync.WaitGroup
	defer answering.Wait()
	defer server.Close()
	answering.Go(func() { io.Copy(client, server); client.Close() })
	for {
		message := make([]byte, headerSize)
		if _, err := io.ReadFull(client, message); err != nil {
			return
		}
		message = append(message, make([]byte, binary.LittleEndian.Uint32(message)-headerSize)...)
		if _, err := io.ReadFull(client, message[headerSize:]); err != nil {
			return
		}
		refusal := l.meet(message)
		if refusal == nil {
			_, err = server.Write(message)
		} else {
			_, err = client.Write(refusal)
		}
		if err != nil {
			return
		}
	}
}

// meet counts a message and lets the time pass that it takes, and returns the answer when the
// server is not to have it.
func (l *Line) meet(message []byte) (answer []byte) {
	if binary.LittleEndian.Uint32(message[12:]) != opMsg {
		return nil
	}
	first, err := bson.Raw(message[bodyAt:][:binary.LittleEndian.Uint32(message[bodyAt:])]).IndexErr(0)
	if err != nil || slices.Contains(upkeep, first.Key()) {
		return nil
	}
	l.commands.Add(1)
	time.Sleep(l.delay)
	refusal := l.refusal.Load()
	if refusal == nil || !slices.Contains(writes, first.Key()) {
		return nil
	}
	answer = binary.LittleEndian.AppendUint32(nil, uint32(bodyAt+len(*refusal)))
	answer = binary.LittleEndian.AppendUint32(answer, 1)
	answer = append(answer, message[4:8]...)
	answer = binary.LittleEndian.AppendUint32(answer, opMsg)
	return append(append(answer, 0, 0, 0, 0, 0), *refusal...)
}
