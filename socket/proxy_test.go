package socket

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/coder/websocket"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"pulperia/dao/models"
	"pulperia/dose"
)

var (
	proxyTime = dose.Flag("proxy", 2*time.Second, 6*time.Second, "how long clients talk through a bad line")
	proxySeed = flag.Uint64("proxy.seed", uint64(time.Now().UnixNano()), "what the line does is made from")
)

// Clients talk, by WebSocket and by Socket.IO, or listen, by Server-Sent Events, through a line that drops, delays,
// slices down to bytes, resets, half-opens and ends in the middle of a frame. In the end each has
// the same list, which is the feed's: nothing is lost, nothing came twice, and the messages of each
// are there once.
func TestBadLine(t *testing.T) {
	t.Parallel()
	s := openShop(t, t.TempDir(), Options{ring: 64})
	server := httptest.NewServer(s.server.Handler)
	defer server.Close()
	line := badLine{t: t, upstream: server.Listener.Addr().String(), address: "127.0.0.1:0"}
	if runtime.GOOS == "linux" {
		line.address = "127.0.0.77:0" // where nobody else takes the port while the line is down
	}
	line.is()
	defer func() { line.proxy.Stop() }()
	seed := *proxySeed
	t.Attr("seed", fmt.Sprint(seed))
	random := rand.New(rand.NewPCG(seed, 0))
	start := s.head()
	ctx, cancel := context.WithTimeout(t.Context(), proxyTime.Get()+time.Minute)
	defer cancel()

	var all, talking sync.WaitGroup
	var end atomic.Pointer[string]
	talkers, address := make([]*talker, 60), line.address // which stays, but is written again each time
	for i := range talkers {
		talkers[i] = &talker{t: t, user: fmt.Sprintf("p%d@example.com", i), address: "ws://" + address + "/ws", since: start, ids: map[string]string{}, end: &end}
		talking.Add(1)
		talkers[i].said = sync.OnceFunc(talking.Done)
		if i < 50 {
			all.Go(func() { talkers[i].run(ctx, time.Now().Add(proxyTime.Get())) })
		} else {
			all.Go(func() { talkers[i].listen(ctx, "http://"+address, time.Now().Add(proxyTime.Get())) })
		}
	}
	inCourse, course := s.inCourse(ctx, address, time.Now().Add(proxyTime.Get()), &talking, func() bool { return end.Load() != nil })
	line.torment(random, time.Now().Add(proxyTime.Get()))
	talking.Wait()
	last := s.head()
	end.Store(&last)
	all.Wait()
	course.Wait()
	want := s.everything(start)
	sent := 0
	for _, one := range inCourse {
		sent += len(one.ids)
	}
	for _, one := range talkers {
		sent += len(one.ids)
		if diff := gocmp.Diff(want, one.seen); diff != "" {
			t.Fatalf("%s (seed %d): %s", one.user, seed, diff)
		}
	}
	if len(want) != sent {
		t.Errorf("%d messages were said, %d stored", sent, len(want))
	}
	t.Attr("messages", strconv.Itoa(sent))
	t.Attr("recoveries", fmt.Sprintf("none %v, ring %v, feed %v", s.recovered(recoveryNone), s.recovered(recoveryRing), s.recovered(recoveryFeed)))
}

// badLine is a line to the server that can be made bad.
type badLine struct {
	t                 testing.TB
	upstream, address string
	proxy             *toxiproxy.Proxy
}

// is breaks every connection, and makes the line one with the given toxics.
func (l *badLine) is(toxics ...string) {
	l.t.Helper()
	if l.proxy != nil {
		l.proxy.Stop()
	}
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l.proxy = toxiproxy.NewProxy(api, "line", l.address, l.upstream)
	for _, toxic := range toxics {
		if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			l.t.Error(err)
		}
	}
	if err := l.proxy.Start(); err != nil {
		l.t.Error(err)
	}
	l.address = l.proxy.Listen
}

// torment makes the line bad in another way again and again, and good at the end.
func (l *badLine) torment(random *rand.Rand, until time.Time) {
	toxics := []string{
		`{"type":"latency","attributes":{"latency":50,"jitter":50}}`,
		`{"type":"slicer","attributes":{"average_size":100,"size_variation":90,"delay":100}}`,
		`{"type":"bandwidth","attributes":{"rate":100}}`,
		`{"type":"reset_peer","toxicity":0.3,"attributes":{"timeout":200}}`,
		`{"type":"timeout","stream":"upstream","toxicity":0.4,"attributes":{"timeout":0}}`,
		`{"type":"timeout","stream":"downstream","toxicity":0.4,"attributes":{"timeout":0}}`,
		`{"type":"slicer","toxicity":0.5,"attributes":{"average_size":1,"size_variation":0,"delay":0}}`,
		`{"type":"slicer","stream":"upstream","attributes":{"average_size":1,"size_variation":0,"delay":10}}`,
		`{"type":"limit_data","toxicity":0.5,"attributes":{"bytes":%d}}`,
		`{"type":"limit_data","stream":"upstream","toxicity":0.5,"attributes":{"bytes":%d}}`,
	}
	for time.Now().Before(until) {
		toxic := toxics[random.IntN(len(toxics))]
		l.is(strings.Replace(toxic, "%d", strconv.Itoa(300+random.IntN(4000)), 1)) // the end comes wherever it comes
		time.Sleep(time.Second)
	}
	l.is()
}

// talker is a person who says something now and then and keeps at it, as the browser's client does.
type talker struct {
	t             testing.TB
	user, address string
	said          func()                  // tells that it will say nothing more
	end           *atomic.Pointer[string] // where the feed ends when nobody says anything more

	mu     sync.Mutex
	since  string
	seen   []string          // position and document of every change, in the order they came
	ids    map[string]string // what was said, by id
	unsaid []string          // ids without an ack, in the order they were said
}

func (p *talker) run(ctx context.Context, until time.Time) {
	for ctx.Err() == nil {
		dial, stop := context.WithTimeout(ctx, time.Second)
		conn, _, err := websocket.Dial(dial, p.address, nil)
		stop()
		if err == nil {
			conn.SetReadLimit(1 << 20)
			p.talk(ctx, conn, until)
			conn.CloseNow()
		}
		if p.isDone(until) {
			return
		}
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
	}
	p.t.Errorf("%s has not come to an end: %d unsaid, at %s", p.user, len(p.unsaid), p.since)
}

// isDone says whether everything is said and everything has been heard.
func (p *talker) isDone(until time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().Before(until) || len(p.unsaid) > 0 {
		return false
	}
	p.said()
	end := p.end.Load()
	return end != nil && *end == p.since
}

// talk uses one connection until it breaks or everything is done.
func (p *talker) talk(ctx context.Context, conn *websocket.Conn, until time.Time) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.mu.Lock()
	texts := []string{string(models.JSON(map[string]any{"type": "hello", "user": p.user, "since": p.since, "topics": []string{"messages"}}))}
	for _, id := range p.unsaid {
		texts = append(texts, p.ids[id])
	}
	p.mu.Unlock()
	go func() {
		defer cancel()
		for {
			for _, text := range texts {
				if conn.Write(ctx, websocket.MessageText, []byte(text)) != nil {
					return
				}
			}
			pong, stop := context.WithTimeout(ctx, time.Second)
			err := conn.Ping(pong)
			stop()
			if err != nil {
				return
			}
			time.Sleep(time.Duration(200+rand.IntN(400)) * time.Millisecond)
			if texts = nil; time.Now().Before(until) {
				texts = []string{p.think()}
			} else if p.isDone(until) {
				return
			}
		}
	}()
	for {
		_, text, err := conn.Read(ctx)
		if err != nil || !p.hear(text) {
			return
		}
	}
}

// think makes up something to say.
func (p *talker) think() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := models.NewID(time.Now())
	p.ids[id.String()] = message(id, fmt.Sprintf("%s %d", p.user, len(p.ids)))
	p.unsaid = append(p.unsaid, id.String())
	return p.ids[id.String()]
}

// hear notes what came. What is not whole is a line that broke: where it breaks between two of its
// reads, the library takes what it has for the message.
func (p *talker) hear(text []byte) (whole bool) {
	var f frame
	if json.Unmarshal(text, &f) != nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch f.Type {
	case "welcome":
		if !f.Recovered {
			p.t.Errorf("%s: not recovered from %s", p.user, p.since)
		}
	case "change":
		p.seen = append(p.seen, f.Position+" "+string(f.Doc))
		p.since = f.Position
	case "position":
		p.since = f.Position
	case "ack":
		for i, id := range p.unsaid {
			if id == f.ID {
				p.unsaid = append(p.unsaid[:i:i], p.unsaid[i+1:]...)
				break
			}
		}
	case "error":
		p.t.Errorf("%s: %s", p.user, text)
	}
	return true
}
