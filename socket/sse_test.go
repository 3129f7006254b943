package socket

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// source is what a browser's EventSource is: it reads all the time and knows the last id.
type source struct {
	client
	line     *raw
	lastID   string
	comments int
}

// events opens a stream of events. Headers are lines of the request.
func (s *testShop) events(query string, headers ...string) *source {
	s.t.Helper()
	request := "GET /events" + query + " HTTP/1.1\r\nHost: shop.example\r\n" + strings.Join(append(headers, ""), "\r\n") + "\r\n"
	line, answer := s.request(request)
	if answer.StatusCode != 200 || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		s.t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	e := &source{client: client{t: s.t}, line: line}
	go e.read(answer.Body)
	settle()
	return e
}

func (e *source) read(body io.Reader) {
	var kind string
	for lines := bufio.NewScanner(body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		e.mu.Lock()
		switch name {
		case "":
			e.comments++
		case "id":
			e.lastID = value
		case "event":
			kind = value
		case "data":
			var f frame
			if err := json.Unmarshal([]byte(value), &f); err != nil || f.Type != kind {
				e.t.Errorf("%s: %s", kind, value)
			}
			e.frames = append(e.frames, f)
		}
		e.mu.Unlock()
	}
}

// id returns what a browser would send as Last-Event-ID.
func (e *source) id() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lastID
}

// The same events with the same positions come as Server-Sent Events, each with its position as id,
// and Last-Event-ID goes before since. The server's time-outs for answers do not end it.
func TestEvents(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		s.post("before")
		page := s.head()
		s.post("missed")
		e := s.events("?topics=messages&user=ana%40example.com&since=" + page)
		ws := s.hello(beto, page, "messages")
		time.Sleep(10 * time.Second)
		s.post("live")
		settle()
		got, same := e.heard(), ws.heard("change")
		if got[0].Type != "welcome" || !got[0].Recovered {
			t.Errorf("%+v", got[0])
		}
		if diff := cmp.Diff(same, only(got, "change")); diff != "" || len(same) != 2 {
			t.Errorf("%d changes %s", len(same), diff)
		}
		if e.id() != s.head() {
			t.Errorf("the last id is %s", e.id())
		}
		id := e.id()
		e.line.Close()
		s.post("missed again")
		e = s.events("?topics=messages&user=ana%40example.com&since="+page, "Last-Event-ID: "+id)
		if diff := cmp.Diff([]string{"missed again"}, texts(e.heard("change"))); diff != "" {
			t.Error(diff)
		}
	})
}

// A browser that has heard nothing but the welcome comes back to where it stood, unless something
// was to follow.
func TestEventsResume(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		at := s.posts(2)
		settle()
		if e := s.events("?topics=products"); e.id() != at {
			t.Errorf("from now on: id %q", e.id())
		}
		if e := s.events("?topics=products&since=00000000.1"); e.id() != at || e.heard("welcome")[0].Recovered {
			t.Errorf("another epoch: id %q", e.id())
		}
		for want, e := range map[string]*event{
			"":     {body: welcome{Replay: true}},
			"id: ": {body: welcome{}},
		} {
			if got := string(e.through(view{door: doorEvents})); strings.HasPrefix(got, "id: ") != (want != "") {
				t.Errorf("%q", got)
			}
		}
	})
}

// Every 25 seconds there is a sign of life and a position; nobody need answer it. A second request
// on the line ends it.
func TestEventsHeartbeat(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		e := s.events("?topics=products")
		at := s.posts(1)
		time.Sleep(101 * time.Second)
		synctest.Wait()
		e.mu.Lock()
		comments := e.comments
		e.mu.Unlock()
		if got := e.heard("position"); len(got) != 4 || got[0].Position != at || e.id() != at || comments < 4 {
			t.Errorf("%+v, %d comments", got, comments)
		}
		io.WriteString(e.line, "GET / HTTP/1.1\r\n")
		settle()
		if got := e.heard("bye"); len(got) != 1 || got[0].Reason != "policy" {
			t.Errorf("%+v", got)
		}
	})
}
