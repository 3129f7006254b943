package socket

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"pulperia/dao/models"
	"pulperia/socket/socketio"
)

// courseTalker is a talker who speaks Socket.IO: each time that it comes it is told the newest list, and
// what nobody has acknowledged it says again under the same id.
type courseTalker struct {
	talker
	polls  bool
	last   []string // ids of the last list
	ended  bool     // it has everything
	failed string
}

// run talks, over one connection after the other, until it has the list that isLast.
func (p *courseTalker) run(ctx context.Context, shop string, until time.Time, isLast func(ids []string) bool) {
	for ctx.Err() == nil && !p.isThrough() {
		if p.polls {
			p.poll(ctx, shop, until, isLast)
		} else {
			p.dial(ctx, shop, until, isLast)
		}
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		p.t.Errorf("%s has not come to an end: %d unsaid, a list of %d", p.user, len(p.unsaid), len(p.last))
	}
	if p.failed != "" {
		p.t.Errorf("%s: %s", p.user, p.failed)
	}
}

func (p *courseTalker) isThrough() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// dial uses one WebSocket connection until it breaks.
func (p *courseTalker) dial(ctx context.Context, shop string, until time.Time, isLast func([]string) bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // a line may be half-open
	defer cancel()
	line, _, err := websocket.Dial(ctx, shop+"/socket.io/?EIO=4&transport=websocket", nil)
	if err != nil {
		return
	}
	defer line.CloseNow()
	line.SetReadLimit(1 << 20)
	go func() {
		defer cancel()
		for texts := p.again("40"); ctx.Err() == nil; texts = p.more(until) {
			for _, text := range texts {
				if line.Write(ctx, websocket.MessageText, []byte(text)) != nil {
					return
				}
			}
			time.Sleep(time.Duration(200+rand.IntN(400)) * time.Millisecond)
		}
	}()
	for {
		_, text, err := line.Read(ctx)
		if err != nil || !p.hears(string(text), isLast) {
			return
		}
	}
}

// poll uses one session that polls until a request fails.
func (p *courseTalker) poll(ctx context.Context, shop string, until time.Time, isLast func([]string) bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	ask := func(method, session, body string) (text string, ok bool) {
		request, _ := http.NewRequestWithContext(ctx, method, shop+"/socket.io/?EIO=4&transport=polling"+session, strings.NewReader(body))
		answer, err := client.Do(request)
		if err != nil {
			return "", false
		}
		defer answer.Body.Close()
		whole, err := io.ReadAll(answer.Body)
		return string(whole), err == nil && answer.StatusCode == 200
	}
	text, ok := ask("GET", "", "")
	var hello socketio.Handshake
	if !ok || text == "" || json.Unmarshal([]byte(text[1:]), &hello) != nil {
		return
	}
	session := "&sid=" + hello.Session
	go func() {
		defer cancel()
		for texts := p.again("40"); ctx.Err() == nil; texts = p.more(until) {
			if len(texts) > 0 {
				if _, ok := ask("POST", session, strings.Join(texts, "\x1e")); !ok {
					return
				}
			}
			time.Sleep(time.Duration(200+rand.IntN(400)) * time.Millisecond)
		}
	}()
	for {
		text, ok := ask("GET", session, "")
		if !ok {
			return
		}
		for packet := range strings.SplitSeq(text, "\x1e") {
			if !p.hears(packet, isLast) {
				return
			}
		}
	}
}

// again is what a client that comes says first.
func (p *courseTalker) again(first string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	texts := []string{first}
	for _, id := range p.unsaid {
		texts = append(texts, p.ids[id])
	}
	return texts
}

// more is what it says next.
func (p *courseTalker) more(until time.Time) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !time.Now().Before(until) {
		if len(p.unsaid) == 0 {
			p.said()
		}
		return nil
	}
	id, n := models.NewID(time.Now()), len(p.ids)
	p.ids[id.String()] = fmt.Sprintf(`42%d["message",{"_id":"%s","user":"%s","message":"%s %d"}]`, n, id, p.user, p.user, n)
	p.unsaid = append(p.unsaid, id.String())
	return []string{p.ids[id.String()]}
}

// hears notes what a packet says, and says whether the line goes on.
func (p *courseTalker) hears(packet string, isLast func([]string) bool) (goesOn bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list, isList := strings.CutPrefix(packet, `42["messageLogs",`)
	switch {
	case strings.HasPrefix(packet, "43"):
		_, id, _ := strings.Cut(packet, `"status":"success","payload":{"_id":"`)
		if len(id) < 24 {
			p.failed = packet
			return true
		}
		p.unsaid = slices.DeleteFunc(p.unsaid, func(one string) bool { return one == id[:24] })
	case isList:
		var messages []struct {
			ID string `json:"_id"`
		}
		if json.Unmarshal([]byte(strings.TrimSuffix(list, "]")), &messages) != nil {
			return false // a line that broke
		}
		p.last = nil
		for _, m := range messages {
			p.last = append(p.last, m.ID)
		}
		p.ended = len(p.unsaid) == 0 && isLast(p.last)
		return !p.ended
	}
	return true
}

// inCourse has clients of Socket.IO talk through a bad line. What they say comes once, and all of them
// have the same last list in the end, which is the store's.
func (s *testShop) inCourse(ctx context.Context, address string, until time.Time, talking *sync.WaitGroup, end func() bool) (talkers []*courseTalker, all *sync.WaitGroup) {
	all = &sync.WaitGroup{}
	for i := range 10 {
		p := &courseTalker{polls: i%2 == 0}
		p.t, p.user, p.ids = s.t, fmt.Sprintf("c%d@example.com", i), map[string]string{}
		talking.Add(1)
		p.said = sync.OnceFunc(talking.Done)
		scheme := map[bool]string{true: "http://", false: "ws://"}[p.polls]
		all.Go(func() {
			p.run(ctx, scheme+address, until, func(ids []string) bool { return end() && slices.Equal(ids, s.lastIDs()) })
		})
		talkers = append(talkers, p)
	}
	return talkers, all
}

// lastIDs are those of the last hundred messages, the newest last.
func (s *testShop) lastIDs() (ids []string) {
	page, err := s.hub.Shop.Messages.Page(context.Background(), models.ID{}, listMessages)
	if err != nil {
		s.t.Error(err)
	}
	for _, m := range page {
		ids = append(ids, m.ID.String())
	}
	return ids
}
