package socket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/retry"
)

// Hub tells every connection what it wants to know. Make one with [New], let it [Hub.Run], and
// [Hub.Close] it.
type Hub struct {
	Options
	metrics metrics
	writers *writers
	origins origins
	foreign *http.CrossOriginProtection // of what is posted
	ids     requestIDs
	started chan struct{} // closed when the hub knows where the feed is
	reads   chan struct{} // a place for each call of the store for who is behind
	storing sync.WaitGroup
	reading sync.WaitGroup
	telling *retry.Task     // tells who comes what was missed
	keeping *retry.Task     // stores messages
	working context.Context // of what the hub does on its own: it ends with Close
	stop    context.CancelFunc

	mu      sync.Mutex
	closed  bool
	empty   chan struct{} // closed when it is closed and the last connection has gone
	conns   map[*conn]struct{}
	again   context.CancelFunc            // has the wait for the feed begin anew
	clients map[netip.Prefix]int          // how many connections each has
	visits  map[string]int                // and each visit
	joined  map[string]map[*conn]struct{} // by topic
	ring    ring
	people  people
	speech  speech
	large   large
	away    bool // the store was when it was last asked

	access     chan struct{} // asks for a look at who came in
	changed    chan struct{} // asks for a look at the other processes
	neighbours neighbours
}

// maxReads is how many connections may read the feed at once: they must not keep the store from its
// other work.
const maxReads = 4

// New makes a hub. It fails when one of the origins is not in the form of an origin.
func New(o Options) (*Hub, error) {
	o = o.withDefaults()
	allowed, err := newOrigins(o.Origins)
	if err != nil {
		return nil, err
	}
	h := &Hub{
		Options: o,
		writers: newWriters(),
		origins: allowed,
		foreign: http.NewCrossOriginProtection(),
		ids:     newRequestIDs(),
		started: make(chan struct{}),
		telling: retry.New(o.Log, "tell connections what they have missed"),
		keeping: retry.New(o.Log, "store messages"),
		reads:   make(chan struct{}, maxReads),
		empty:   make(chan struct{}),
		conns:   map[*conn]struct{}{},
		again:   func() {},
		clients: map[netip.Prefix]int{},
		visits:  map[string]int{},
		joined:  map[string]map[*conn]struct{}{},
		ring:    ring{most: o.ring},
		people:  newPeople(),
		speech:  newSpeech(o.Log),

		access:     make(chan struct{}, 1),
		changed:    make(chan struct{}, 1),
		neighbours: newNeighbours(o.Log),
	}
	for _, origin := range o.Origins {
		if err := h.foreign.AddTrustedOrigin(strings.ToLower(origin)); err != nil {
			return nil, err
		}
	}
	h.working, h.stop = context.WithCancel(context.Background())
	h.metrics = newMetrics(o, h)
	return h, nil
}

// Run follows the feed until ctx is done. It must be going on as long as the hub is to tell
// anything.
func (h *Hub) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { h.follow(ctx) })
	all.Go(func() { h.watch(ctx) })
	all.Go(func() { h.exchange(ctx) })
	all.Go(func() { h.attend(ctx) })
	all.Go(func() { h.guard(ctx) })
	all.Wait()
}

const breath = time.Second // that the hub gives most of its readers for one bundle, at most

// follow takes changes from the feed and hands them on. When the past of the feed is another one,
// it begins again.
func (h *Hub) follow(ctx context.Context) {
	task := retry.New(h.Log, "follow the feed")
	for next := h.begin; ctx.Err() == nil; {
		err := next(ctx)
		if err == nil {
			next = h.advance
		} else if errors.Is(err, dao.ErrGone) {
			next = h.begin
		}
		retry.Sleep(ctx, task.Ended(ctx, err))
	}
}

// advance waits until the feed has something, and hands it on.
func (h *Hub) advance(ctx context.Context) error {
	at := h.position()
	if err := h.wait(ctx, at); err != nil {
		return err
	}
	events, err := h.read(ctx, at, step)
	if err != nil {
		return err
	}
	for _, b := range bundles(events) {
		h.publish(b)
		h.writers.wait()
		h.letBreathe(ctx)
	}
	return nil
}

// wait returns when the feed has something. With nobody to tell of it that need not be soon; it is
// begun anew when the first one comes or the last one goes.
func (h *Hub) wait(ctx context.Context, at dao.Position) error {
	for {
		waiting, again := context.WithCancel(ctx)
		h.mu.Lock()
		h.again = again
		if len(h.conns) == 0 {
			waiting = dao.Patiently(waiting)
		}
		h.mu.Unlock()
		err := h.Shop.Feed.Wait(waiting, at)
		anew := waiting.Err() != nil && ctx.Err() == nil
		again()
		if err == nil || !anew {
			return err
		}
	}
}

// letBreathe waits a moment when most connections do not keep up, as when a catalogue is imported:
// it would be wrong to close them all as slow. One slow reader among many changes nothing.
func (h *Hub) letBreathe(ctx context.Context) {
	h.mu.Lock()
	total := len(h.conns)
	h.mu.Unlock()
	for began := time.Now(); time.Since(began) < breath && h.writers.areStruggling(total, time.Now()); {
		retry.Sleep(ctx, stallPause)
	}
}

// begin goes to the end of the feed, and takes the last changes into the ring: after a restart
// everybody comes back at once and asks for them.
func (h *Hub) begin(ctx context.Context) error {
	head, err := h.Shop.Feed.Head(ctx)
	if err != nil {
		return err
	}
	from := dao.Position{Epoch: head.Epoch, Offset: max(0, head.Offset-int64(h.ring.most))}
	var recent []*event
	for at := from; at.Offset < head.Offset; {
		events, err := h.read(ctx, at, int(min(step, head.Offset-at.Offset)))
		switch {
		case errors.Is(err, dao.ErrGone): // it does not reach back that far, or not at all: then the hub is at the head
			from.Offset += (head.Offset - from.Offset + 1) / 2
			at, recent = from, nil
		case err != nil:
			return err
		default:
			recent = append(recent, events...)
			at.Offset += int64(len(events))
		}
	}
	h.beginAt(from, recent)
	return nil
}

// beginAt puts the hub behind the given events. Whoever had joined before stood in another past.
func (h *Hub) beginAt(from dao.Position, recent []*event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring.begin(from)
	h.accessChanged()
	for _, e := range recent {
		h.ring.add(e)
	}
	if h.speech.clients > 0 {
		h.newLists()
	}
	sent := 0
	for c := range h.conns {
		if len(c.topics) > 0 {
			c.end(reasonGone)
			sent++
		}
	}
	if sent > 0 {
		h.Log.Warn("the past of the feed is another one now; whoever is connected loads afresh", "connections", sent)
	}
	select {
	case <-h.started:
	default:
		close(h.started)
	}
}

// read returns the next changes after a position that is not the head, at most limit unless the next
// step has more, as events.
func (h *Hub) read(ctx context.Context, after dao.Position, limit int) ([]*event, error) {
	changes, err := h.Shop.Feed.Since(ctx, after, limit)
	if err == nil && len(changes) == 0 { // whoever took that for an answer would ask again at once
		err = fmt.Errorf("%w: nothing stands in the feed after %s, and its head is another", dao.ErrUnavailable, after)
	}
	events := make([]*event, len(changes))
	for i, c := range changes {
		if err == nil {
			events[i], err = h.shown(ctx, after.Epoch, c)
		}
	}
	if err != nil {
		return nil, err
	}
	return events, nil
}

// publish gives a bundle of steps to whoever is live and listens. Who is behind takes it from the
// ring in time.
func (h *Hub) publish(b *bundle) {
	now := time.Now()
	var wake []*conn
	h.mu.Lock()
	for _, e := range b.events {
		h.ring.add(e)
		h.note(e)
		if tellsOfAccess(e.body.(change).Change) {
			h.accessChanged()
		}
		h.metrics.lag.Observe(now.Sub(e.body.(change).At.Std()).Seconds())
	}
	for i, topic := range b.topics {
		for c := range h.joined[topic] {
			if !slices.ContainsFunc(b.topics[:i], c.wants) && c.deliver(b) { // once, whatever else of it is wanted
				wake = append(wake, c)
			}
		}
	}
	wake = append(wake, h.tellLists(now)...)
	h.mu.Unlock()
	h.writers.add(wake...)
}

// tell gives an event to all who are in the chat, but for one person. It may be missed by who is
// slow if it is optional.
func (h *Hub) tell(e *event, except string, optional bool) (wake []*conn) {
	for c := range h.joined[topicMessages] {
		if (except == "" || c.called != except) && c.give(e, optional) {
			wake = append(wake, c)
		}
	}
	return wake
}

func (h *Hub) position() dao.Position {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ring.position()
}
