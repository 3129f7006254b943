package dbmanagers

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// fakeServer speaks as much of MongoDB's protocol as connecting needs, and says what it is told to:
// a test cannot have a server of every age and temper.
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
type fakeServer struct {
	address string
	hello   bson.D                      // over the usual one
	answer  func(command string) bson.D // nil: the usual

	mu    sync.Mutex
	asked map[string]bson.Raw // the last command of each name
}

const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013
)

// newFakeServer starts a server; what it says may be set until something connects.
func newFakeServer(t *testing.T) *fakeServer {
	t.Helper()
	s := &fakeServer{asked: map[string]bson.Raw{}}
	s.address = listen(t, s.serve)
	return s
}

// listen accepts connections on a port of this machine until the test ends, and returns the
// address.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			running.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for _, conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return listener.Addr().String()
}

func (s *fakeServer) serve(conn net.Conn) {
	defer conn.Close()
	for {
		var header [16]byte // length, id, id that is answered, kind
		if _, err := io.ReadFull(conn, header[:]); err != nil {
			return
		}
		body := make([]byte, binary.LittleEndian.Uint32(header[:])-16)
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		kind := binary.LittleEndian.Uint32(header[12:])
		at := 5 // of the document: behind the flags and the kind of section
		if kind == opQuery {
			at = 4 + len("admin.$cmd\x00") + 8
		}
		size := binary.LittleEndian.Uint32(body[at:])
		answer, err := bson.Marshal(s.reply(bson.Raw(body[at : at+int(size)])))
		if err != nil {
			panic(err)
		}
		before := make([]byte, 5)
		replyKind := uint32(opMsg)
		if kind == opQuery {
			before, replyKind = append(make([]byte, 16), 1, 0, 0, 0), opReply
		}
		out := binary.LittleEndian.AppendUint32(nil, uint32(16+len(before)+len(answer)))
		out = binary.LittleEndian.AppendUint32(out, 1)
		out = append(out, header[4:8]...)
		out = binary.LittleEndian.AppendUint32(out, replyKind)
		if _, err := conn.Write(append(append(out, before...), answer...)); err != nil {
			return
		}
	}
}

// reply answers a command.
func (s *fakeServer) reply(command bson.Raw) bson.D {
	elements, err := command.Elements()
	if err != nil {
		panic(err)
	}
	name := elements[0].Key()
	s.mu.Lock()
	s.asked[name] = command
	s.mu.Unlock()
	if s.answer != nil {
		if answer := s.answer(name); answer != nil {
			return answer
		}
	}
	switch name {
	case "hello", "isMaster", "ismaster":
		usual := bson.M{"ismaster": true, "isWritablePrimary": true, "helloOk": true, "minWireVersion": 0, "maxWireVersion": 21, "maxBsonObjectSize": 16 << 20,
			"maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000, "logicalSessionTimeoutMinutes": 30, "ok": 1}
		for _, field := range s.hello {
			usual[field.Key] = field.Value
		}
		return toD(usual)
	case "find", "aggregate", "listIndexes":
		return bson.D{{Key: "cursor", Value: bson.D{{Key: "id", Value: int64(0)}, {Key: "ns", Value: "ecommerce.meta"}, {Key: "firstBatch", Value: bson.A{}}}}, {Key: "ok", Value: 1}}
	case "saslStart":
		return bson.D{{Key: "conversationId", Value: 1}, {Key: "done", Value: true}, {Key: "payload", Value: bson.Binary{}}, {Key: "ok", Value: 1}}
	case "insert":
		return bson.D{{Key: "n", Value: 1}, {Key: "ok", Value: 1}}
	}
	return bson.D{{Key: "ok", Value: 1}}
}

func toD(m bson.M) (d bson.D) {
	for key, value := range m {
		d = append(d, bson.E{Key: key, Value: value})
	}
	return d
}

// last returns the last command of a name.
func (s *fakeServer) last(t *testing.T, name string) bson.Raw {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked[name] == nil {
		t.Fatalf("nobody asked for %s", name)
	}
	return s.asked[name]
}

// refuse answers a command with an error of a code.
func refuse(wanted string, code int32) func(string) bson.D {
	return refuseSaying(wanted, code, "no,\nsays the server")
}

func refuseSaying(wanted string, code int32, text string) func(string) bson.D {
	return func(command string) bson.D {
		if command != wanted {
			return nil
		}
		return bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: code}, {Key: "errmsg", Value: text}}
	}
}
