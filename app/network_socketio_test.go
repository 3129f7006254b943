package app

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"pulperia/dose"
)

// courseDoor is where clients of Socket.IO find their line.
const courseDoor = "/socket.io/?EIO=4&transport="

func openCourseLine(shop, client string) (*line, error) {
	return openLineAt(shop, courseDoor+"websocket", client, "40")
}

// hearPacket returns the next packet that begins so, and answers pings meanwhile.
func (l *line) hearPacket(begins string) (packet string, err error) {
	for {
		text, err := l.hearText()
		if err == nil && string(text) == "2" {
			err = l.say("3")
		}
		if packet = string(text); err != nil || strings.HasPrefix(packet, begins) {
			return packet, err
		}
	}
}

// Whoever floods the door of Socket.IO is limited as at the others, and nobody else notices.
func TestFloodsOfSocketIO(t *testing.T) {
	dose.SkipSmall(t, "it sends for long")
	s := openShop(t, t.TempDir(), "--demo")
	before := s.state(t)
	customers := s.customers()
	for i, flood := range []struct {
		name, packet string
		code         ws.StatusCode
		why          string
	}{
		{"pongs", "3", 4029, "flood"},
		{"unknown events", `42["dance",{"a":1}]`, 4029, "flood"},
		{"requests for lists", `42["getProducts"]`, 4029, "flood"},
		{"connects", "40", 4029, "flood"},
		{"large packet", `42["message","` + strings.Repeat("x", 64<<10) + `"]`, 1009, "too_big"},
		{"no packet", "abc", 1002, "bad_frame"},
		{"deep", "42" + strings.Repeat("[", 60_000), 1002, "bad_frame"},
		{"many bytes announced", `4511-["message"]`, 1002, "bad_frame"},
	} {
		t.Run(flood.name, func(t *testing.T) {
			l, err := openCourseLine(s.URL, fmt.Sprintf("127.0.2.%d", i+1))
			if err != nil {
				t.Fatal(err)
			}
			defer reset(l)
			go func() {
				for range 10_000 {
					if wsutil.WriteClientText(l, []byte(flood.packet)) != nil {
						return
					}
				}
			}()
			wantEnd(t, l, flood.code, flood.why)
		})
	}
	t.Run("sessions", func(t *testing.T) { floodSessions(t, s, "127.0.2.101") })
	t.Run("messages", func(t *testing.T) { floodCourseMessages(t, s, "127.0.2.102") })
	t.Run("new lines", func(t *testing.T) { floodUpgrades(t, s, "127.0.2.103") })
	customers.leave(t)
	s.back(t, before, patience)
}

// floodSessions opens sessions that poll, and asks for nothing, until there are as many as one address
// may have.
func floodSessions(t *testing.T, s *shop, client string) {
	visitor := &http.Client{Transport: &http.Transport{DialContext: from(client)}}
	defer visitor.CloseIdleConnections()
	for n := range 513 {
		answer, err := visitor.Get(s.URL + courseDoor + "polling")
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		switch {
		case answer.StatusCode == http.StatusTooManyRequests && n == 512:
			return
		case answer.StatusCode != 200:
			t.Fatalf("session %d: %s", n, answer.Status)
		}
	}
	t.Error("nothing limits sessions")
}

// floodCourseMessages talks without an end: what is too much is refused in the answer, and the line
// stays open.
func floodCourseMessages(t *testing.T, s *shop, client string) {
	l, err := openCourseLine(s.URL, client)
	if err != nil {
		t.Fatal(err)
	}
	defer reset(l)
	for i := range 50 {
		if err := l.say(fmt.Sprintf(`42%d["message",{"user":"mallory@example.com","message":"spam"}]`, i)); err != nil {
			t.Fatal(err)
		}
	}
	stored, refused := 0, 0
	l.SetReadDeadline(time.Now().Add(patience))
	for stored+refused < 50 {
		packet, err := l.hearPacket("43")
		switch {
		case err != nil:
			t.Fatal(err)
		case strings.Contains(packet, `"error":"too_many_requests"`) && strings.Contains(packet, `"retryAfter":`):
			refused++
		case strings.Contains(packet, `[{"status":"success",`):
			stored++
		}
	}
	if stored < 10 || stored > 20 {
		t.Errorf("%d of 50 were stored", stored)
	}
}

// floodUpgrades opens one line after the other for a session and says nothing over them: one is tried
// at a time.
func floodUpgrades(t *testing.T, s *shop, client string) {
	visitor := &http.Client{Transport: &http.Transport{DialContext: from(client)}}
	defer visitor.CloseIdleConnections()
	answer, err := visitor.Get(s.URL + courseDoor + "polling")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	_, session, _ := strings.Cut(string(text), `"sid":"`)
	session, _, _ = strings.Cut(session, `"`)
	left := 0
	for i := range 20 {
		l, err := openLineAt(s.URL, courseDoor+"websocket&sid="+session, client, "2probe")
		if l == nil {
			t.Fatal(err)
		}
		defer reset(l)
		l.SetReadDeadline(time.Now().Add(patience))
		if err == nil {
			_, err = l.hearText()
		}
		if err != nil {
			left++
		} else if i > 0 {
			t.Errorf("line %d is tried, too", i)
		}
	}
	if left != 19 {
		t.Errorf("%d of 20 were not tried", left)
	}
}

// All clients of Socket.IO drop and return at once, several times, while messages are said: each is
// told the list that has all of them.
func TestStormOfSocketIO(t *testing.T) {
	t.Parallel()
	s := openShop(t, t.TempDir(), noLimits...)
	before := s.state(t)
	const rounds, each = 3, 20
	lines, failures := make([]*line, stormClients.Get()), make([]error, stormClients.Get())
	for round := range rounds {
		var coming sync.WaitGroup
		for i := range lines {
			coming.Go(func() { lines[i], failures[i] = comeToCourse(s.URL, clientAddress(i)) })
		}
		inParallel(each, 4, func(i int) { s.saySomething(t, fmt.Sprintf("%d/%d", round, i)) })
		coming.Wait()
		s.saySomething(t, fmt.Sprintf("round %d", round))
		inParallel(len(lines), 64, func(i int) {
			for failures[i] == nil {
				packet, err := lines[i].hearPacket(`42["messageLogs",`)
				if failures[i] = err; strings.Contains(packet, fmt.Sprintf(`"message":"round %d"`, round)) {
					if n := strings.Count(packet, `"_id":`); n != (round+1)*(each+1) {
						failures[i] = fmt.Errorf("a list of %d", n)
					}
					break
				}
			}
		})
		for i, l := range lines {
			if failures[i] != nil {
				t.Fatalf("client %d in round %d: %v", i, round, failures[i])
			}
			reset(l)
		}
	}
	s.back(t, before, patience)
	t.Attr("clients", strconv.Itoa(len(lines)))
	t.Attr("returns", strconv.Itoa(len(lines)*(rounds-1)))
	t.Attr("lost", "0")
}

// comeToCourse opens a line, again while the queue of those who wait for accept is full.
func comeToCourse(shop, client string) (l *line, err error) {
	for range 20 {
		if l, err = openCourseLine(shop, client); err == nil {
			l.SetDeadline(time.Now().Add(2 * patience))
			return l, nil
		}
		if _, isNet := errors.AsType[net.Error](err); !isNet {
			return nil, err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, err
}
