package socket

import (
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/time/rate"
)

// state is where a connection stands to the feed.
type state uint8

const (
	stateNew    state = iota // it has not said hello
	stateBehind              // it takes what it missed from the ring when its queue is empty
	stateFeed                // a goroutine reads for it what it missed from the feed
	stateLive                // it gets what happens
)

// wire is what a connection is written to.
type wire interface {
	io.Writer
	io.Closer
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// conn is one connection, whatever its door. Its reader owns it: it makes it known to the hub and
// closes it.
type conn struct {
	hub     *Hub
	view            // its door, and what its reader may see
	place           // that it takes
	spoken  *spoken // of Socket.IO; else nil
	opened  time.Time
	frames  *rate.Limiter // nil for any number
	pong    atomic.Int64  // when the last one came, in nanoseconds after opened: not by the clock, which may be set
	greeted bool          // only its reader knows

	mu        sync.Mutex
	net       wire            // another one after an upgrade: written by a writer that has the connection
	raw       syscall.RawConn // nil where the connection has none
	queue     queue
	scheduled bool // a writer has it, or will
	parked    bool // it is scheduled, and in no writer's line until its client polls
	reason    reason
	trim      bool // what waits is thrown away before goodbye
	ended     time.Time
	moved     time.Time // when it last had taken a crumb, or had nothing to take
	crumbs    int       // bytes that it has taken since
	pinged    time.Time
	events    int64 // that were delivered
	acts      []act
	acting    bool // a goroutine does them

	state  state
	cursor int64 // what it has, or will not get; it stays where it is when the connection is live

	// Written by the reader, under the hub's lock and mu: read under either. So is view.
	user   string // the name or address that it has given; "" for nobody in the chat
	called string // by which the others know it
	topics []string
}

func (c *conn) wants(topic string) bool {
	for _, t := range c.topics {
		if t == topic {
			return true
		}
	}
	return false
}

// send queues one event and sees to its delivery.
func (c *conn) send(body any) {
	if c.give(&event{body: body}, false) {
		c.hub.writers.add(c)
	}
}

// give queues an event that is no change, as push does.
func (c *conn) give(e *event, optional bool) (wake bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pushLocked(c.heard(e).through(c.view), 1, optional)
}

// deliver queues steps for a live connection, and says whether it must be given to the writers.
// One that has enough to take falls behind, however well it reads: it takes the rest from the ring
// or the feed, its queue once empty; and so does each for a step that is too large for a queue. The
// caller holds the hub's lock.
func (c *conn) deliver(b *bundle) (wake bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != stateLive || c.reason != "" {
		return false
	}
	first, p := b.events[0].offset, piece{}
	switch {
	case b.size > maxQueue:
		c.state, c.cursor = stateBehind, max(c.cursor, first-1)
		return c.schedule()
	case c.cursor < first:
		p = b.through(c)
	default: // its page was newer than the hub
		if i := slices.IndexFunc(b.events, func(e *event) bool { return e.offset > c.cursor }); i >= 0 {
			p = pieceOf(b.events[i:], c.view, c.wants)
		}
	}
	switch {
	case len(p.text) == 0:
		return false
	case c.queue.fits(len(p.text), maxQueue):
		c.queue.add(p.text, p.events)
	default:
		c.state, c.cursor = stateBehind, max(c.cursor, first-1)
	}
	return c.schedule()
}

// push queues what is no change, and says whether the connection must be given to the writers. It
// closes a connection that leaves so much of that, unless what is pushed may be missed.
func (c *conn) push(text []byte, events int, optional bool) (wake bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pushLocked(text, events, optional)
}

func (c *conn) pushLocked(text []byte, events int, optional bool) (wake bool) {
	if c.reason != "" || len(text) == 0 {
		return false
	}
	if !c.queue.fits(len(text), maxQueue+maxFrame) {
		c.hub.metrics.dropped.Add(float64(events))
		if optional {
			return false
		}
		c.endLocked(reasonSlow)
	} else {
		c.queue.add(text, events)
	}
	return c.schedule()
}

// schedule notes that a writer will come, and says whether one must be asked to. The caller holds
// mu.
func (c *conn) schedule() bool {
	if c.scheduled {
		return false
	}
	c.scheduled, c.moved, c.crumbs = true, time.Now(), 0
	return true
}

// end says goodbye and closes the connection, once it has been said. Only the first reason counts.
func (c *conn) end(why reason) {
	c.mu.Lock()
	c.endLocked(why)
	wake := c.schedule()
	c.mu.Unlock()
	if wake {
		c.hub.writers.add(c)
	}
}

func (c *conn) endLocked(why reason) {
	if c.reason != "" {
		return
	}
	c.reason, c.ended = why, time.Now()
	if why == reasonSlow {
		c.trim = true // by the writer: it may be writing the first parcel just now
		return
	}
	c.queue.add(c.view.goodbye(why), 0)
}

// why returns the reason why the connection ends, or none.
func (c *conn) why() reason {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason
}

// next returns what is to be written now. Nothing means that nothing waits.
func (c *conn) next(buffer []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trim {
		c.trim = false
		c.hub.metrics.dropped.Add(float64(c.queue.cut()))
		c.queue.add(c.view.goodbye(c.reason), 0)
	}
	c.upgradeIfDue()
	if len(c.queue.parcels) == 0 && c.isBehind() {
		c.mu.Unlock() // the hub's lock comes first
		c.hub.fill(c)
		c.mu.Lock()
	}
	return c.queue.next(buffer)
}

// isBehind says whether something is there to take for it that is not in its queue.
func (c *conn) isBehind() bool {
	return c.reason == "" && (c.state == stateBehind || c.state == stateLive && c.isOwed())
}

// outcome is what a writer does with a connection after a write.
type outcome uint8

const (
	outcomeDone  outcome = iota // nothing waits
	outcomeAgain                // more waits
	outcomeStall                // it does not take more at the moment
)

// wrote notes what of the bytes has been written.
func (c *conn) wrote(asked, n int, err error) outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	delivered := c.queue.done(n)
	c.events += int64(delivered)
	c.hub.metrics.delivered(c.door, delivered, n)
	if c.crumbs += n; c.crumbs >= crumb || asked == 0 {
		c.moved, c.crumbs = time.Now(), 0
	}
	switch {
	case err != nil:
		c.queue = queue{}
		c.net.Close() // the reader sees to the rest
	case n < asked:
		return c.stall()
	case len(c.queue.parcels) > 0 || c.isBehind() || c.trim || c.upgrades():
		return outcomeAgain
	case c.reason != "":
		c.hangUp()
	}
	c.scheduled = false
	return outcomeDone
}

// hangUp ends our side of the line after goodbye. The reader goes on until the client's side has
// ended, too, or its time is up: a line that is closed with bytes unread is reset, and the client
// might never see why.
func (c *conn) hangUp() {
	if half, ok := c.net.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
		c.net.SetReadDeadline(time.Now().Add(goodbyeTimeout))
		return
	}
	c.net.Close()
}

// tick does what is due after a while, and says whether the connection must be given to the
// writers. at is the position of those who are live.
func (c *conn) tick(now time.Time, at *event) (wake bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.reason != "":
		if now.Sub(c.ended) > goodbyeTimeout {
			c.net.Close()
		}
		return false
	case c.state == stateNew && now.Sub(c.opened) >= helloTimeout:
		c.endLocked(reasonPolicy)
	case c.door != doorEvents && now.Sub(c.opened)-time.Duration(c.pong.Load()) >= pongTimeout:
		c.endLocked(reasonIdle)
	case c.scheduled && now.Sub(c.moved) >= stallTimeout:
		c.endLocked(reasonSlow)
	case now.Sub(c.pinged) >= pingEvery:
		c.pinged = now
		c.queue.add(c.view.ping(), 0)
		if c.state == stateLive && c.cursor <= at.offset {
			c.queue.add(at.through(c.view), 1)
		}
	default:
		return false
	}
	return c.schedule()
}
