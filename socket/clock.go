package socket

import (
	"context"
	"time"
)

// watch does what is due as time goes by, for all connections together.
func (h *Hub) watch(ctx context.Context) {
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-every.C:
			h.tick(now)
		}
	}
}

func (h *Hub) tick(now time.Time) {
	var wake []*conn
	h.mu.Lock()
	at := h.ring.position()
	here := &event{body: position(at), offset: at.Offset}
	for c := range h.conns {
		if c.tick(now, here) {
			wake = append(wake, c)
		}
	}
	if now.Sub(h.large.read) > keepLarge {
		h.large = large{}
	}
	if news, any := h.people.tick(now); any {
		wake = append(wake, h.tell(&event{body: news}, "", false)...)
	}
	h.mu.Unlock()
	h.writers.add(wake...)
}
