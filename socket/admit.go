package socket

import (
	"context"
	"io"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"pulperia/shop"
)

// refused says why no connection is made.
type refused string

const (
	refusedOrigin      refused = "origin"
	refusedRequests    refused = "requests"
	refusedConnections refused = "connections"
	refusedShutdown    refused = "shutdown"
	refusedHandshake   refused = "handshake" // it is none, or asks for what there is not
	refusedStore       refused = "store"
	refusedRight       refused = "right"
)

func refusals() []refused {
	return []refused{refusedOrigin, refusedRequests, refusedConnections, refusedShutdown, refusedHandshake, refusedStore, refusedRight}
}

// admit takes a place for one more connection of a client, and says why not otherwise. [Hub.leave]
// gives it back.
func (h *Hub) admit(p place) (why refused, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return refusedShutdown, false
	}
	if most := h.MaxConnections; most > 0 &&
		(h.clients[p.client] >= most || p.visit() != "" && h.visits[p.visit()] >= min(most, visitConnections)) {
		return refusedConnections, false
	}
	h.clients[p.client]++
	h.visits[p.visit()]++
	return "", true
}

// leave gives back a place.
func (h *Hub) leave(p place) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clients[p.client]--; h.clients[p.client] <= 0 {
		delete(h.clients, p.client)
	}
	if h.visits[p.visit()]--; h.visits[p.visit()] <= 0 {
		delete(h.visits, p.visit())
	}
}

// place is that of a connection: whose it is, and where he is.
type place struct {
	who    shop.Who
	client netip.Prefix
}

func (p place) sender() shop.Sender { return shop.Sender{Who: p.who, Network: p.client} }

// visit names the visit that the connection is of, "" when it is of none.
func (p place) visit() string {
	if !p.who.IsVisit() {
		return ""
	}
	return p.who.By
}

// sight is what the reader of a connection may see.
func (h *Hub) sight(who shop.Who) shop.Sight {
	if sight := who.Sight(); h.Open == (sight == shop.SightCourse) {
		return sight
	}
	return shop.SightNames
}

// open makes a connection known to the hub. It is new: it has not said hello.
func (h *Hub) open(v view, line wire, p place) *conn { return h.openSession(v, nil, line, p) }

// openSession is open for a connection of Socket.IO.
func (h *Hub) openSession(v view, s *spoken, line wire, p place) *conn {
	now := time.Now()
	v.sight = h.sight(p.who)
	c := &conn{hub: h, view: v, place: p, net: line, raw: rawConn(line), opened: now, pinged: now, moved: now}
	c.spoken = s
	if h.FramesPerMinute > 0 {
		c.frames = rate.NewLimiter(rate.Limit(h.FramesPerMinute)/60, max(1, h.FramesPerMinute/3))
	}
	h.mu.Lock()
	if h.conns[c] = struct{}{}; len(h.conns) == 1 {
		h.again()
	}
	h.noteSession(c)
	closed := h.closed
	h.mu.Unlock()
	h.metrics.connections[v.door].Inc()
	if p.who.SignedIn() {
		h.accessChanged() // it may have, since the door was asked
	}
	if closed { // meanwhile: Close has not seen it
		c.end(reasonShutdown)
	}
	return c
}

// gone forgets a connection whose reader has ended, and closes it.
func (h *Hub) gone(c *conn) {
	c.mu.Lock()
	if c.reason == "" {
		c.reason = reasonLost
	}
	why, events := c.reason, c.events
	c.queue = queue{}
	c.mu.Unlock()
	c.cut()

	h.mu.Lock()
	if _, is := h.conns[c]; !is { // it had two lines, and both have ended
		h.mu.Unlock()
		return
	}
	if delete(h.conns, c); len(h.conns) == 0 {
		h.again()
	}
	for _, topic := range c.topics {
		if delete(h.joined[topic], c); len(h.joined[topic]) == 0 {
			delete(h.joined, topic)
		}
	}
	h.people.leave(c.called, time.Now())
	h.forgetSession(c)
	h.knockIfFresh()
	h.leftAlone()
	h.mu.Unlock()
	h.leave(c.place)
	h.metrics.connections[c.door].Dec()
	h.metrics.closed[why].Inc()
	h.Log.Info("connection ended", "door", c.door.String(), "client", c.client.Addr().String(), "reason", string(why),
		"duration", time.Since(c.opened), "events", events)
}

// cut closes the line of a connection, whatever is under way on it.
func (c *conn) cut() {
	c.mu.Lock()
	lines := []io.Closer{c.net}
	if c.upgrades() {
		lines = append(lines, c.spoken.upgrade)
	}
	c.mu.Unlock()
	for _, line := range lines {
		line.Close()
	}
}

// Close lets the messages that are under way be stored, says goodbye to everyone, the other
// processes too, and returns when all have gone or ctx is done; those who are still there are then
// cut off. Whoever comes later is refused. A second Close harms nothing.
func (h *Hub) Close(ctx context.Context) {
	h.mu.Lock()
	first := !h.closed
	h.closed = true
	h.leftAlone()
	h.mu.Unlock()
	defer context.AfterFunc(ctx, h.stop)() // what the store does not answer in time ends with ctx
	h.storing.Wait()
	h.stop()
	h.reading.Wait()
	if first {
		var leaving sync.WaitGroup
		leaving.Go(func() { h.farewell(ctx) })
		defer leaving.Wait()
	}
	for _, c := range h.connected() {
		c.end(reasonShutdown)
	}
	select {
	case <-h.empty:
		return
	case <-ctx.Done():
	}
	for _, c := range h.connected() {
		c.cut()
	}
	<-h.empty
}

// leftAlone notes when the last connection of a closed hub has gone. The caller holds the lock.
func (h *Hub) leftAlone() {
	if !h.closed || len(h.conns) > 0 {
		return
	}
	select {
	case <-h.empty:
	default:
		close(h.empty)
	}
}

// connected returns all connections.
func (h *Hub) connected() []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.conns))
}
