package socket

import (
	"context"
	"time"

	"pulperia/dao/retry"
)

const (
	askEvery   = 2500 * time.Millisecond // whether the store is there, while anyone is connected
	askTimeout = 5 * time.Second         // after which it is not
)

// attend asks the store whether it answers and can write, and tells everybody when that changes: a
// line stays when the store goes away, and whoever looks at it must not take silence for peace.
func (h *Hub) attend(ctx context.Context) {
	task, pause := retry.New(h.Log, "use the store"), time.Duration(0)
	for ctx.Err() == nil {
		retry.Sleep(ctx, max(askEvery, pause))
		h.mu.Lock()
		ask := h.away || len(h.conns) > 0
		h.mu.Unlock()
		if !ask {
			continue
		}
		within, cancel := context.WithTimeout(ctx, askTimeout)
		err := h.Shop.Ready(within)
		cancel()
		if pause = task.Ended(ctx, err); ctx.Err() == nil {
			h.tellAway(err != nil)
		}
	}
}

// tellAway tells everybody who has been welcomed, if it is news, that the store is away, or back.
func (h *Hub) tellAway(away bool) {
	var wake []*conn
	news := &event{body: available(!away)}
	h.mu.Lock()
	if h.away != away {
		h.away = away
		for c := range h.conns {
			if c.isWelcome() && c.give(news, false) {
				wake = append(wake, c)
			}
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
