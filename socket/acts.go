package socket

// act is what the store has to do for a client, with the answer.
type act func()

// do has what a client asks for done behind what it has asked for before. That is done by a
// goroutine that lives as long as acts of this connection wait: one after the other, so that they
// keep their order, while the reader goes on. It is refused when too many wait.
func (h *Hub) do(c *conn, what act) *refusal {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case h.closed:
		return nil // goodbye is on its way; it will be sent again elsewhere
	case len(c.acts) >= maxUnstored:
		return &refusal{Code: "too_many_requests", Message: "Too much waits to be stored. Send it again a little later.", RetryAfter: 1}
	}
	c.acts = append(c.acts, what)
	if !c.acting {
		c.acting = true
		h.storing.Go(func() { c.act() })
	}
	return nil
}

// act does what waits, until nothing does.
func (c *conn) act() {
	for {
		c.mu.Lock()
		if len(c.acts) == 0 {
			c.acts, c.acting = nil, false
			c.mu.Unlock()
			return
		}
		next := c.acts[0]
		c.acts = c.acts[1:]
		c.mu.Unlock()
		next()
	}
}
