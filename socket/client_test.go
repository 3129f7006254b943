package socket

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"pulperia/dao"
	"pulperia/dao/models"
)

// client is a WebSocket client that is not made of the server's library. It reads all the time.
type client struct {
	t    testing.TB
	conn *websocket.Conn

	mu     sync.Mutex
	frames []frame
	ended  error // what the reading ended with
}

// frame is whatever the server says.
type frame struct {
	Type, Position, Kind, Op, ID, Error, Message, User, Reason string
	Recovered, Available                                       bool
	People, Joined, Left                                       []string
	Count, RetryAfter                                          int
	Rev                                                        int64
	Doc                                                        json.RawMessage
}

// connect opens a connection and says nothing.
func (s *testShop) connect(headers ...string) *client {
	s.t.Helper()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return s.line(), nil }}
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Add(headers[i], headers[i+1])
	}
	conn, _, err := websocket.Dial(context.Background(), "ws://shop.example/ws", &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}, HTTPHeader: header})
	if err != nil {
		s.t.Fatal(err)
	}
	c := &client{t: s.t, conn: conn}
	conn.SetReadLimit(1 << 20)
	go c.read()
	s.t.Cleanup(func() { conn.CloseNow() })
	return c
}

// hello opens a connection that listens. An empty since is none.
func (s *testShop) hello(user, since string, topics ...string) *client {
	s.t.Helper()
	c := s.connect()
	said := map[string]any{"type": "hello", "topics": topics}
	if user != "" {
		said["user"] = user
	}
	if since != "" {
		said["since"] = since
	}
	c.say(string(models.JSON(said)))
	settle()
	return c
}

func (c *client) read() {
	for {
		_, text, err := c.conn.Read(context.Background())
		c.mu.Lock()
		if err != nil {
			c.ended = err
			c.mu.Unlock()
			return
		}
		var f frame
		if err := json.Unmarshal(text, &f); err != nil {
			c.t.Errorf("%v in %s", err, text)
		}
		c.frames = append(c.frames, f)
		c.mu.Unlock()
	}
}

// say sends a text.
func (c *client) say(text string) {
	c.t.Helper()
	if err := c.conn.Write(context.Background(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Logf("write: %v", err)
	}
}

// heard returns what has come since the last time, of the given types or of all.
func (c *client) heard(types ...string) (list []frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.frames {
		if len(types) == 0 {
			list = append(list, f)
		}
		for _, one := range types {
			if f.Type == one {
				list = append(list, f)
			}
		}
	}
	c.frames = nil
	return list
}

// code returns the close code that the connection ended with, or 0.
func (c *client) code() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		return 0
	}
	return int(websocket.CloseStatus(c.ended))
}

// texts returns the texts of messages.
func texts(changes []frame) []string {
	list := []string{}
	for _, f := range changes {
		var m models.Message
		if json.Unmarshal(f.Doc, &m) == nil {
			list = append(list, m.Message)
		}
	}
	return list
}

// positions returns where the changes stand.
func positions(changes []frame) []string {
	list := []string{}
	for _, f := range changes {
		list = append(list, f.Position)
	}
	return list
}

// everything returns all changes after a position, as a talker notes them.
func (s *testShop) everything(since string) (list []string) {
	at, _ := dao.ParsePosition(since)
	for {
		changes, err := s.store.Feed.Since(context.Background(), at, 1000)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(changes) == 0 {
			return list
		}
		for _, c := range changes {
			at.Offset = c.Offset
			list = append(list, at.String()+" "+string(c.Doc))
		}
	}
}
