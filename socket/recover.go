package socket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pulperia/dao"
)

// recovery says how a client that comes gets what it missed.
type recovery string

const (
	recoveryNone recovery = "none" // it missed nothing, or did not say where it is
	recoveryRing recovery = "ring" // from the memory of the hub
	recoveryFeed recovery = "feed" // from the store
	recoveryGone recovery = "gone" // not at all: it loads afresh
)

func recoveries() []recovery {
	return []recovery{recoveryNone, recoveryRing, recoveryFeed, recoveryGone}
}

// plan finds out how a client recovers. The errors are the store's.
func (h *Hub) plan(ctx context.Context, since *dao.Position) (recovery, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	select {
	case <-h.started:
	case <-ctx.Done():
		return "", fmt.Errorf("%w: the feed has not been reached yet", dao.ErrUnavailable)
	}
	if since == nil {
		return recoveryNone, nil
	}
	h.mu.Lock()
	at := h.ring.position()
	_, inRing := h.ring.after(since.Offset)
	h.mu.Unlock()
	switch {
	case since.Epoch != at.Epoch:
		return recoveryGone, nil
	case since.Offset == at.Offset:
		return recoveryNone, nil
	case since.Offset < at.Offset && inRing:
		return recoveryRing, nil
	}
	// Only the store knows: it is in the feed, or was, or the page is newer than the hub.
	_, err := h.Shop.Feed.Since(ctx, *since, 1)
	switch {
	case errors.Is(err, dao.ErrGone):
		return recoveryGone, nil
	case err != nil:
		return "", err
	case since.Offset > at.Offset:
		return recoveryNone, nil
	}
	return recoveryFeed, nil
}

// join lets a connection take part, after hello: it is welcomed, and gets what it missed and what
// happens.
func (h *Hub) join(c *conn, said hello, handle string, how recovery) {
	h.metrics.recoveries[how].Inc()
	h.mu.Lock()
	at := h.ring.position()
	from := at
	if said.Since != nil && how != recoveryGone {
		from = *said.Since
	}
	if from.Epoch != at.Epoch { // it has become another one since the plan was made
		from, how = at, recoveryGone
	}
	c.mu.Lock()
	c.user, c.called, c.topics, c.cursor, c.state = said.User, handle, said.Topics, from.Offset, stateBehind
	if from.Offset >= at.Offset {
		c.state = stateLive
	}
	c.mu.Unlock()
	for _, topic := range c.topics {
		if h.joined[topic] == nil {
			h.joined[topic] = map[*conn]struct{}{}
		}
		h.joined[topic][c] = struct{}{}
	}
	h.people.join(handle)
	h.knockIfFresh()
	hi := welcome{Store: h.Shop.Identity(), Position: at, Recovered: how != recoveryGone, Replay: from.Offset < at.Offset, Count: h.people.count()}
	hi.Position.Offset = max(at.Offset, from.Offset)
	if c.wants(topicMessages) {
		hi.People = h.people.names()
	}
	wake := c.give(&event{body: hi}, false)
	if h.away {
		wake = c.give(&event{body: available(false)}, false) || wake
	}
	h.mu.Unlock()
	if wake {
		h.writers.add(c)
	}
}

// fill gives a connection that is behind, and whose queue is empty, the next chunk of what it
// missed. When nothing is left of that, it is live from this very moment, because the hub does not
// move meanwhile.
func (h *Hub) fill(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.isBehind():
		return
	case c.state == stateLive:
		h.fillList(c)
		return
	}
	events, ok := h.ring.after(c.cursor)
	if !ok && h.closed {
		c.endLocked(reasonShutdown)
		return
	}
	if !ok {
		c.state = stateFeed
		h.reading.Go(func() { h.readFeed(c) })
		return
	}
	if c.take(events); c.cursor < h.ring.last {
		return
	}
	c.state = stateLive
	if n := len(events); n > 0 && !c.wantsOf(events[n-1].end, events) {
		// What it was sent last is not where it stands: lest it asks for all that again when it
		// comes back.
		c.queue.add((&event{body: position(h.ring.position())}).through(c.view), 1)
	}
}

// wantsOf says whether it gets one of those of the events whose step has this end.
func (c *conn) wantsOf(end int64, events []*event) bool {
	return slices.ContainsFunc(events, func(e *event) bool { return e.end == end && e.isFor(c.wants) })
}

// take queues the next of the events that it missed, a chunk at most, and moves on: step by step, of
// which each is one piece unless it is too large for that. The caller holds mu.
func (c *conn) take(events []*event) {
	for len(events) > 0 && c.queue.size < chunk {
		n := firstStep(events)
		step := events[:n]
		events = events[n:]
		if sizeOf(step) > maxQueue {
			if !c.takePart(step) {
				return
			}
			continue
		}
		if p := pieceOf(step, c.view, c.wants); p.events > 0 {
			c.queue.add(p.text, p.events)
		}
		c.cursor = step[n-1].offset
	}
}

// takePart queues a chunk of a step, and says whether that was the rest of it.
func (c *conn) takePart(step []*event) (all bool) {
	full := false
	giveStep(step, c.view, c.wants, func(e *event, text []byte) {
		if full = full || c.queue.size >= chunk; !full {
			c.queue.add(text, 1)
			c.cursor = e.offset
		}
	})
	if !full {
		c.cursor = step[len(step)-1].offset
	}
	return !full
}

// readFeed reads for a connection that is behind a step of what the ring has no longer.
func (h *Hub) readFeed(c *conn) {
	select {
	case h.reads <- struct{}{}:
	case <-h.working.Done():
		return
	}
	defer func() { <-h.reads }()
	ctx, cancel := context.WithTimeout(h.working, storeTimeout)
	defer cancel()
	c.mu.Lock()
	from, ended := c.cursor, c.reason != ""
	c.mu.Unlock()
	if ended {
		return
	}
	events, err := h.readAgain(ctx, dao.Position{Epoch: h.position().Epoch, Offset: from})
	switch {
	case errors.Is(err, dao.ErrGone):
		c.end(reasonGone) // it was pruned meanwhile; the client is told when it comes back
		return
	case err != nil:
		h.telling.Ended(h.working, err)
		c.end(reasonUnavailable)
		return
	}
	c.mu.Lock()
	wake := false
	if c.reason == "" { // the feed is still the one that it stood in
		c.take(events)
		c.state = stateBehind
		wake = c.schedule()
	}
	c.mu.Unlock()
	if wake {
		h.writers.add(c)
	}
}

// large is what was read last of a step that is larger than one read. Many who come back want it, and
// each of them a chunk at a time.
type large struct {
	epoch  string
	events []*event
	read   time.Time
}

// keepLarge is for how long that is kept.
const keepLarge = 10 * time.Second

// after returns what is kept after a position, or nothing.
func (l *large) after(at dao.Position) []*event {
	n := len(l.events)
	if n == 0 || l.epoch != at.Epoch || at.Offset+1 < l.events[0].offset || at.Offset >= l.events[n-1].offset {
		return nil
	}
	return l.events[at.Offset+1-l.events[0].offset:]
}

// readAgain reads for who is behind.
func (h *Hub) readAgain(ctx context.Context, after dao.Position) ([]*event, error) {
	h.mu.Lock()
	events := h.large.after(after)
	h.mu.Unlock()
	if events != nil {
		return events, nil
	}
	const most = step / 4
	events, err := h.read(ctx, after, most)
	if err == nil && len(events) > most {
		h.mu.Lock()
		h.large = large{after.Epoch, events, time.Now()}
		h.mu.Unlock()
	}
	return events, err
}

// retryStore is when to come back to a store that could not be reached.
const retryStore = 5 * time.Second
