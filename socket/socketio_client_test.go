package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"pulperia/socket/socketio"
)

const engine = "http://shop.example/socket.io/?EIO=4&transport="

// engineClient is a client of Engine.IO that does as its document says, no more.
type engineClient struct {
	t       testing.TB
	http    *http.Client
	header  http.Header
	session string
	socket  *websocket.Conn // nil for who polls

	mu      sync.Mutex
	packets []string
	ended   error
}

func (s *testShop) engineClient(headers ...string) *engineClient {
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Add(headers[i], headers[i+1])
	}
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return s.line(), nil }}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &engineClient{t: s.t, http: &http.Client{Transport: transport}, header: header}
}

// ask sends a request, and returns the status and the body of its answer.
func (c *engineClient) ask(method, query, body string) (int, string) {
	c.t.Helper()
	request, err := http.NewRequest(method, engine+query, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header = c.header.Clone()
	answer, err := c.http.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

func (c *engineClient) poll() (int, string) { return c.ask("GET", "polling&sid="+c.session, "") }
func (c *engineClient) post(body string) (int, string) {
	return c.ask("POST", "polling&sid="+c.session, body)
}

// polling opens a session that polls, and returns it with what the server said first.
func (s *testShop) polling(headers ...string) (*engineClient, socketio.Handshake) {
	s.t.Helper()
	c := s.engineClient(headers...)
	status, text := c.ask("GET", "polling", "")
	var hello socketio.Handshake
	if status != 200 || text[:1] != "0" || json.Unmarshal([]byte(text[1:]), &hello) != nil {
		s.t.Fatalf("%d %s", status, text)
	}
	c.session = hello.Session
	return c, hello
}

// dial opens a WebSocket line. It reads all the time.
func (c *engineClient) dial(query string) error {
	socket, answer, err := websocket.Dial(context.Background(), engine+query, &websocket.DialOptions{HTTPClient: c.http, HTTPHeader: c.header})
	if err != nil {
		if answer == nil {
			c.t.Fatal(err)
		}
		return err
	}
	socket.SetReadLimit(4 << 20)
	c.socket = socket
	c.t.Cleanup(func() { socket.CloseNow() })
	go func() {
		for {
			_, text, err := socket.Read(context.Background())
			c.mu.Lock()
			if err != nil {
				c.ended = err
				c.mu.Unlock()
				return
			}
			c.packets = append(c.packets, string(text))
			c.mu.Unlock()
		}
	}()
	return nil
}

// frames opens a session over WebSocket alone.
func (s *testShop) frames(headers ...string) (*engineClient, socketio.Handshake) {
	s.t.Helper()
	c := s.engineClient(headers...)
	if err := c.dial("websocket"); err != nil {
		s.t.Fatal(err)
	}
	settle()
	var hello socketio.Handshake
	if got := c.heard(); len(got) != 1 || got[0][:1] != "0" || json.Unmarshal([]byte(got[0][1:]), &hello) != nil {
		s.t.Fatalf("%q", got)
	}
	c.session = hello.Session
	return c, hello
}

// connected is frames for a client that takes part, which has been told the first lists.
func (s *testShop) connected(headers ...string) *engineClient {
	s.t.Helper()
	c, _ := s.frames(headers...)
	c.say("40")
	settle()
	got := c.heard()
	if len(got) == 3 {
		slices.Sort(got[1:]) // the first to come gets the lists as they are read
	}
	if len(got) != 3 || !strings.HasPrefix(got[0], `40{"sid":"`) || !strings.HasPrefix(got[1], `42["messageLogs",[`) || !strings.HasPrefix(got[2], `42["products",[`) {
		s.t.Fatalf("%q", got)
	}
	return c
}

// say sends packets, each in a frame.
func (c *engineClient) say(packets ...string) {
	for _, packet := range packets {
		if err := c.socket.Write(context.Background(), websocket.MessageText, []byte(packet)); err != nil {
			c.t.Logf("write: %v", err)
		}
	}
}

// heard returns what has come since the last time, pings aside.
func (c *engineClient) heard() (packets []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, packet := range c.packets {
		if packet != "2" {
			packets = append(packets, packet)
		}
	}
	c.packets = nil
	return packets
}

// named returns the arguments of the events of a name that have come since the last time.
func (c *engineClient) named(name string) (args []string) {
	for _, packet := range c.heard() {
		if arg, is := strings.CutPrefix(packet, `42["`+name+`",`); is {
			args = append(args, strings.TrimSuffix(arg, "]"))
		}
	}
	return args
}

// code returns the close code that the line ended with, or 0.
func (c *engineClient) code() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		return 0
	}
	return int(websocket.CloseStatus(c.ended))
}

// textsOf returns the texts of a list of messages.
func textsOf(t testing.TB, list string) (texts []string) {
	var messages []struct{ Text string }
	if err := json.NewDecoder(bytes.NewReader([]byte(list))).Decode(&messages); err != nil {
		t.Errorf("%v in %s", err, list)
	}
	for _, m := range messages {
		texts = append(texts, m.Text)
	}
	return texts
}
