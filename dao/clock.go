package dao

import (
	"sync"

	"pulperia/dao/models"
)

// Clock gives new values their times. Those of creation grow, so that a listing shows what was made
// in the same millisecond in the order in which it was made; in a flood of creations they keep near
// the clock.
type Clock struct {
	mu     sync.Mutex
	newest models.Time
}

// maxLead is how far times of creation may run ahead of the clock, in milliseconds.
const maxLead = 1_000

// Next returns the time of creation of a value that is made now, or just after the newest one.
func (c *Clock) Next(now models.Time) models.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := now
	if c.newest-at > maxLead { // the clock was set back
		c.newest = at - 1
	}
	if at <= c.newest && c.newest-at < maxLead {
		at = c.newest + 1
	}
	c.newest = max(c.newest, at)
	return at
}

// Fill gives a loaded value what it does not bring along: an id, times, a first revision.
func (c *Clock) Fill(h models.Head, now models.Time) models.Head {
	if h.ID.IsZero() {
		h.ID = models.NewID(now.Std())
	}
	if h.CreatedAt == 0 {
		h.CreatedAt = c.Next(now)
	}
	if h.UpdatedAt == 0 {
		h.UpdatedAt = h.CreatedAt
	}
	h.Rev = max(h.Rev, 1)
	return h
}
