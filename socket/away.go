package socket

import (
	"context"
	"time"
)

const (
	askEvery   = 2 * time.Second // whether the store is there, while anyone is connected
	askTimeout = 5 * time.Second // after which it is not
)

// attend asks the store whether it answers and can write, and tells everybody when that changes: a line stays when the store goes
// away, and whoever looks at it must not take silence for peace.
func (h *Hub) attend(ctx context.Context) {
	for ctx.Err() == nil {
		sleep(ctx, askEvery)
		h.mu.Lock()
		ask := h.away || len(h.conns) > 0
		h.mu.Unlock()
		if !ask {
			continue
		}
		within, cancel := context.WithTimeout(ctx, askTimeout)
		err := h.Store.Ready(within)
		cancel()
		if ctx.Err() == nil {
			h.tellAway(err)
		}
	}
}

// tellAway tells everybody who has been welcomed, if it is news, that the store is away, or back when there is no error.
func (h *Hub) tellAway(err error) {
	var wake []*conn
	news := &event{body: available(err == nil)}
	h.mu.Lock()
	if h.away != (err != nil) {
		h.away = err != nil
		for c := range h.conns {
			if c.isWelcome() && c.push(news.through(c.door), 1, false) {
				wake = append(wake, c)
			}
		}
		if h.away {
			h.Log.Warn("the store is away; whoever is connected is told, and stays", "error", err)
		} else {
			h.Log.Info("the store is back")
		}
	}
	h.mu.Unlock()
	h.writers.add(wake...)
}

// isWelcome says whether a connection has been welcomed. The caller holds the hub's lock.
func (c *conn) isWelcome() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state != stateNew
}
