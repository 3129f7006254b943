package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// frame is whatever a shop says on a line.
type frame struct {
	Type, Position, Kind, Op, ID, Error, Reason string
	Recovered, Available                        bool
	People, Joined, Left                        []string
	Rev                                         int64
	RetryAfter                                  int
	Doc                                         struct {
		Message, Title string
		Price          float64
		Products       []struct{ Quantity int }
	}
}

// what says in a word what a change is about.
func (f frame) what() string {
	switch f.Kind {
	case "message":
		return f.Doc.Message
	case "product":
		return fmt.Sprint(f.Doc.Title, " ", f.Doc.Price)
	}
	return fmt.Sprint(f.Kind, " of ", len(f.Doc.Products))
}

// listener is one line to a shop. Its frames come in the order in which they were said.
type listener struct {
	t      *testing.T
	frames chan frame // closed when the line ends
	say    func(text string)
	hangUp func()
	seen   string // the last position
}

// door is a way into a shop for who listens.
type door func(t *testing.T, shop, user, since string, topics ...string) *listener

var doors = map[string]door{"ws": dialSocket, "events": dialEvents}

func newListener(t *testing.T) (*listener, context.Context) {
	ctx, cancel := context.WithCancel(t.Context())
	return &listener{t: t, frames: make(chan frame, 10_000), hangUp: cancel}, ctx
}

func (l *listener) hear(text []byte) {
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		l.t.Errorf("%v in %s", err, text)
	}
	l.frames <- f
}

// dialSocket listens by WebSocket. An empty since is none.
func dialSocket(t *testing.T, shop, user, since string, topics ...string) *listener {
	t.Helper()
	l, ctx := newListener(t)
	conn, _, err := websocket.Dial(ctx, shop+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	l.say = func(text string) {
		if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
			t.Error(err)
		}
	}
	hello := map[string]any{"type": "hello", "user": user, "topics": topics}
	if since != "" {
		hello["since"] = since
	}
	text, err := json.Marshal(hello)
	if err != nil {
		t.Fatal(err)
	}
	l.say(string(text))
	go func() {
		defer close(l.frames)
		for {
			_, text, err := conn.Read(ctx)
			if err != nil {
				conn.CloseNow()
				return
			}
			l.hear(text)
		}
	}()
	t.Cleanup(l.hangUp)
	return l
}

// dialEvents listens by Server-Sent Events.
func dialEvents(t *testing.T, shop, user, since string, topics ...string) *listener {
	t.Helper()
	l, ctx := newListener(t)
	query := url.Values{"user": {user}, "topics": {strings.Join(topics, ",")}}
	request, err := http.NewRequestWithContext(ctx, "GET", shop+"/events?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Last-Event-ID", since)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status)
	}
	go func() {
		defer close(l.frames)
		defer answer.Body.Close()
		for in := bufio.NewReader(answer.Body); ; {
			text, err := in.ReadString('\n')
			if err != nil {
				return // with half a line, perhaps
			}
			if data, ok := strings.CutPrefix(text, "data: "); ok {
				l.hear([]byte(data))
			}
		}
	}()
	t.Cleanup(l.hangUp)
	return l
}

// patience is how long something may take that comes by itself, on a busy machine.
const patience = 30 * time.Second

// until reads frames to the one that is waited for, and returns them all, that one last.
func (l *listener) until(what string, is func(frame) bool) (heard []frame) {
	l.t.Helper()
	for late := time.After(patience); ; {
		select {
		case f, open := <-l.frames:
			if !open {
				l.t.Fatalf("the line ended before it brought %s; heard %+v", what, heard)
			}
			if heard = append(heard, f); f.Position != "" {
				l.seen = f.Position
			}
			if is(f) {
				return heard
			}
		case <-late:
			l.t.Fatalf("the line brought no %s; heard %+v", what, heard)
		}
	}
}

// welcomed reads the welcome.
func (l *listener) welcomed() frame {
	l.t.Helper()
	heard := l.until("welcome", func(f frame) bool { return f.Type == "welcome" })
	return heard[len(heard)-1]
}

// changes reads to the change with the given words, and returns the words of all changes on the
// way.
func (l *listener) changes(last string) (words []string) {
	l.t.Helper()
	for _, f := range l.until(last, func(f frame) bool { return f.Type == "change" && f.what() == last }) {
		if f.Type == "change" {
			words = append(words, f.what())
		}
	}
	return words
}
