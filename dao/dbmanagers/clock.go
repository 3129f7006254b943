package dbmanagers

import (
	"sync"
	"time"

	"pulperia/dao/models"
)

// clock gives times of creation that grow, so that what this process makes stands in the order in
// which it was made.
type clock struct {
	mu     sync.Mutex
	newest models.Time
}

// maxLead is how far the times may run ahead, in milliseconds.
const maxLead = 1_000

func (c *clock) next() models.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := now()
	if c.newest-at > maxLead { // the clock was set back
		c.newest = at - 1
	}
	if at <= c.newest && c.newest-at < maxLead {
		at = c.newest + 1
	}
	c.newest = max(c.newest, at)
	return at
}

func now() models.Time { return models.TimeOf(time.Now()) }
