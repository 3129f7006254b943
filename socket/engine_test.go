package socket

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"pulperia/socket/socketio"
)

// What Engine.IO's document asks of a handshake, over both lines.
func TestEngineHandshake(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		_, polls := s.polling()
		_, framed := s.frames()
		want := socketio.Handshake{Upgrades: []string{"websocket"}, PingInterval: 25_000, PingTimeout: 35_000, MaxPayload: 64 << 10}
		if polls.Session == "" || polls.Session == framed.Session {
			t.Errorf("sessions %q and %q", polls.Session, framed.Session)
		}
		polls.Session = ""
		if diff := cmp.Diff(want, polls); diff != "" {
			t.Error(diff)
		}
		want.Upgrades, framed.Session = []string{}, ""
		if diff := cmp.Diff(want, framed); diff != "" {
			t.Error(diff)
		}
		c := s.engineClient()
		for _, tt := range []struct{ method, address, says string }{
			{"GET", "?transport=polling", "Unsupported protocol version"},
			{"GET", "?EIO=abc&transport=polling", "Unsupported protocol version"},
			{"GET", "?EIO=3&transport=polling", "Unsupported protocol version"},
			{"GET", "?EIO=3&transport=websocket", "Unsupported protocol version"},
			{"GET", "?EIO=4", "Transport unknown"},
			{"GET", "?EIO=4&transport=abc", "Transport unknown"},
			{"POST", "?EIO=4&transport=polling", "Bad handshake method"},
			{"PUT", "?EIO=4&transport=polling", "Bad handshake method"},
			{"GET", "?EIO=4&transport=polling&sid=nobody", "Session ID unknown"},
			{"POST", "?EIO=4&transport=polling&sid=nobody", "Session ID unknown"},
			{"GET", "?EIO=4&transport=websocket&sid=nobody", "Session ID unknown"},
		} {
			request, _ := http.NewRequest(tt.method, "http://shop.example/socket.io/"+tt.address, nil)
			answer, err := c.http.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			text := make([]byte, 200)
			n, _ := answer.Body.Read(text)
			answer.Body.Close()
			if answer.StatusCode != 400 || !strings.Contains(string(text[:n]), `"message":"`+tt.says+`"`) {
				t.Errorf("%s %s: %d %s", tt.method, tt.address, answer.StatusCode, text[:n])
			}
		}
	})
}

// A client that polls is told in answers what is there, together, and waits where nothing is. The
// server's time-outs for requests do not end that.
func TestPolling(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c, _ := s.polling()
		if status, text := c.post("40"); status != 200 || text != "ok" {
			t.Fatalf("%d %s", status, text)
		}
		settle()
		_, text := c.poll()
		if got := strings.Split(text, "\x1e"); !strings.HasPrefix(got[0], `40{"sid":"`) {
			t.Errorf("%q", got)
		}
		var lists string
		for !strings.Contains(lists, "products") {
			_, text := c.poll()
			lists += text
		}
		began := time.Now()
		time.AfterFunc(10*time.Second, func() { s.post("hola") })
		status, text := c.poll()
		if status != 200 || !strings.HasPrefix(text, `42["message",{`) || !strings.Contains(text, `"text":"hola"`) || time.Since(began) < 10*time.Second {
			t.Errorf("after %s: %d %s", time.Since(began), status, text)
		}
		if status, text := c.post("42[\"message\",{\"user\":\"a\",\"message\":\"1\"}]\x1e42[\"message\",{\"user\":\"a\",\"message\":\"2\"}]"); status != 200 || text != "ok" {
			t.Errorf("%d %s", status, text)
		}
		settle()
		if page, err := s.hub.Shop.Messages.Page(context.Background(), [12]byte{}, 10); err != nil || len(page) != 3 || page[2].Message != "2" {
			t.Errorf("%+v %v", page, err)
		}
	})
}

// What breaks the protocol ends a session, whichever line it goes over.
func TestEngineFaults(t *testing.T) {
	for name, packets := range map[string][]string{
		"no packet":        {"abc"},
		"nothing":          {""},
		"not connected":    {`42["message","x"]`},
		"no Socket.IO":     {"4abc"},
		"no array":         {"40", "42{}"},
		"no id":            {"40", `42abc["message",{}]`},
		"an open packet":   {"0{}"},
		"a ping":           {"2"},
		"text for bytes":   {"40", `451-["message",{"_placeholder":true,"num":0}]`, "40"},
		"an error of ours": {"40", `44{"message":"x"}`},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{}, func(s *testShop) {
				c, _ := s.frames()
				c.say(packets...)
				settle()
				if got := last(t, c.heard()); c.code() != int(websocket.StatusProtocolError) || got != "41" {
					t.Errorf("the line ended with %d, after %s: its client would come back", c.code(), got)
				}
				p, _ := s.polling()
				status := 200
				for _, packet := range packets {
					status, _ = p.post(packet)
				}
				if status != 400 {
					t.Errorf("posted: %d", status)
				}
				settle()
				p.poll() // it is told why
				settle()
				if status, _ := p.poll(); status != 400 {
					t.Errorf("the session goes on: %d", status)
				}
			})
		})
	}
}

// Two requests that wait, or two that send, end the session: nobody could say in which order things
// came.
func TestOneRequestAtATime(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c, _ := s.polling()
		first := make(chan string)
		go func() { status, text := c.poll(); first <- http.StatusText(status) + " " + text }()
		settle()
		if status, _ := c.ask("GET", "polling&t=burst&sid="+c.session, ""); status != 400 {
			t.Errorf("the second: %d", status)
		}
		if got := <-first; !strings.HasPrefix(got, "OK ") || !strings.HasSuffix(got, "1") {
			t.Errorf("the first: %q", got)
		}
		settle()
		if status, _ := c.poll(); status != 400 {
			t.Errorf("then: %d", status)
		}
	})
}

// Every 25 seconds there is a ping; who does not answer for a minute is gone, as is who does not
// come back for what waits.
func TestEngineHeartbeat(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c, _ := s.frames()
		c.say("40")
		silent, _ := s.frames()
		silent.say("40")
		p, _ := s.polling()
		p.post("40")
		away, _ := s.polling()
		away.post("40")
		var pings atomic.Int64
		go func() {
			for status := 200; status == 200; {
				var text string
				if status, text = p.poll(); strings.HasSuffix(text, "2") {
					pings.Add(1)
					p.post("3")
				}
			}
		}()
		for range 5 {
			time.Sleep(26 * time.Second)
			synctest.Wait()
			c.mu.Lock()
			ping := len(c.packets) > 0 && c.packets[len(c.packets)-1] == "2"
			c.packets = nil
			c.mu.Unlock()
			if !ping {
				t.Fatal("no ping came")
			}
			c.say("3")
		}
		if silent.code() != 4009 || c.code() != 0 {
			t.Errorf("the silent one ended with %d, the other with %d", silent.code(), c.code())
		}
		if status, _ := away.poll(); status != 400 {
			t.Errorf("who did not come back is still there: %d", status)
		}
		if n := pings.Load(); n != 5 {
			t.Errorf("%d pings came by polling", n)
		}
		p.post("1")
		settle()
	})
}

// A client goes on over WebSocket where it polled before, and nothing is lost or out of order on
// the way. Its old line is none any more.
func TestUpgrade(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		c, _ := s.polling()
		c.post("40")
		settle()
		for got := ""; !strings.Contains(got, `"products"`); {
			_, text := c.poll()
			got += text
		}
		waits := make(chan string, 1)
		go func() { _, text := c.poll(); waits <- text }()
		settle()
		if err := c.dial("websocket&sid=" + c.session); err != nil {
			t.Fatal(err)
		}
		c.say("2probe")
		settle()
		if got := c.heard(); len(got) != 1 || got[0] != "3probe" {
			t.Errorf("%q", got)
		}
		if got := <-waits; got != "6" {
			t.Errorf("the request that waited got %q", got)
		}
		if _, got := c.poll(); got != "6" {
			t.Errorf("one that came then got %q", got)
		}
		s.post("meanwhile")
		settle()
		c.say("5", `427["message",{"user":"ana","message":"behind"}]`)
		settle()
		settle()
		var order []string
		for _, packet := range c.heard() {
			for _, text := range []string{"meanwhile", "behind"} {
				if strings.HasPrefix(packet, `42["message",`) && strings.Contains(packet, `"text":"`+text+`"`) {
					order = append(order, text)
				}
			}
			if strings.HasPrefix(packet, "437[") {
				order = append(order, "ack")
			}
		}
		if len(order) != 3 || order[0] != "meanwhile" {
			t.Errorf("%q", order)
		}
		if status, _ := c.poll(); status != 400 {
			t.Errorf("it may still poll: %d", status)
		}
		other := s.engineClient()
		if other.dial("websocket&sid="+c.session) == nil {
			t.Error("there are two lines")
		}
		if n := count(s.hub.metrics.connections[doorSocketIO]); n != 1 {
			t.Errorf("%v connections", n)
		}
		c.socket.CloseNow()
		settle()
		if n := count(s.hub.metrics.connections[doorSocketIO]); n != 0 {
			t.Errorf("%v connections when it has gone", n)
		}
	})
}

// A line that is tried and left leaves the old one as it is.
func TestUpgradeGivenUp(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		for _, says := range []string{"", "2probe", "4hello", "2other"} {
			c, _ := s.polling()
			if err := c.dial("websocket&sid=" + c.session); err != nil {
				t.Fatal(err)
			}
			if says != "" {
				c.say(says)
			}
			settle()
			c.socket.CloseNow()
			settle()
			if status, text := c.post("40"); status != 200 {
				t.Errorf("%q: %d %s", says, status, text)
			}
			if _, text := c.poll(); !strings.HasPrefix(text, `40{"sid"`) {
				t.Errorf("%q: %s", says, text)
			}
		}
	})
}

// Who says goodbye is let go, over both lines.
func TestEngineClose(t *testing.T) {
	inBubble(t, Options{}, func(s *testShop) {
		p, _ := s.polling()
		waits := make(chan string)
		go func() { _, text := p.poll(); waits <- text }()
		settle()
		p.post("1")
		if got := <-waits; got != "6" {
			t.Errorf("who waited got %q", got)
		}
		settle()
		if status, _ := p.poll(); status != 400 {
			t.Errorf("then %d", status)
		}
		alone, _ := s.polling()
		alone.post("1")
		settle()
		c, _ := s.frames()
		c.say("1")
		left := s.connected()
		left.say("41")
		settle()
		if c.code() != 1000 || left.code() != 1000 {
			t.Errorf("%d %d", c.code(), left.code())
		}
		if n := count(s.hub.metrics.closed[reasonClient]); n != 4 {
			t.Errorf("%v have said goodbye", n)
		}
	})
}
