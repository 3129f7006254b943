package socket

import (
	"context"
	"errors"
	"math"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
)

// greet answers hello. It returns when the client may say the next thing.
func (h *Hub) greet(c *conn, said hello) {
	if c.greeted {
		c.send(refuse("", "hello was said already; open another connection to listen to something else"))
		return
	}
	if refused, _ := h.mayFollow(h.working, c.who, said.Topics); refused != nil {
		c.send(*refused)
		return
	}
	handle, err := h.present(h.working, c.place, said)
	if invalid, is := errors.AsType[models.Invalid](err); is {
		c.send(refuse("", invalid.Error()))
		return
	}
	how := recoveryNone
	if err == nil {
		how, err = h.plan(h.working, said.Since)
	}
	h.telling.Ended(h.working, err)
	if err != nil {
		c.end(reasonUnavailable)
		return
	}
	c.greeted = true
	h.join(c, said, handle, how)
}

// present returns by which name the others are to know who says hello, "" for who has given none.
func (h *Hub) present(ctx context.Context, p place, said hello) (handle string, err error) {
	if said.User == "" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return h.Shop.Presents(ctx, p.sender(), said.User)
}

func refuse(id, message string) refusal {
	return refusal{ID: id, Code: "invalid", Message: "Not accepted: " + message + "."}
}

// say takes a message. It is stored by a goroutine that lives as long as messages of this
// connection wait: one after the other, so that they keep their order, while the reader goes on.
func (h *Hub) say(c *conn, said say) {
	id := said.ID.String()
	if c.user == "" {
		c.send(refuse(id, `whoever writes must have named a "user" in hello`))
		return
	}
	heard, err := h.hear(c, said)
	if err != nil {
		c.send(h.refusalOf(id, err))
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case h.closed:
		return // goodbye is on its way; it will be sent again elsewhere
	case len(c.saying) >= maxUnstored:
		text := refusal{id, "too_many_requests", "Too many messages wait to be stored. Send it again a little later.", 1}
		c.queue.add((&event{body: text}).through(c.view), 1)
		if c.schedule() {
			h.writers.add(c)
		}
		return
	}
	c.saying = append(c.saying, heard)
	if !c.sayings {
		c.sayings = true
		h.storing.Go(func() { h.storeMessages(c) })
	}
}

func (h *Hub) hear(c *conn, said say) (shop.Saying, error) {
	ctx, cancel := context.WithTimeout(h.working, storeTimeout)
	defer cancel()
	return h.Shop.Hear(ctx, c.sender(), models.Message{ID: said.ID, User: c.user, Message: said.Text})
}

// storeMessages stores what a connection has said, until nothing waits.
func (h *Hub) storeMessages(c *conn) {
	for {
		c.mu.Lock()
		if len(c.saying) == 0 {
			c.saying, c.sayings = nil, false
			c.mu.Unlock()
			return
		}
		said := c.saying[0]
		c.saying = c.saying[1:]
		c.mu.Unlock()
		c.send(h.keep(said))
	}
}

// keep stores a message, and returns what its sender is told.
func (h *Hub) keep(said shop.Saying) any {
	ctx, cancel := context.WithTimeout(h.working, storeTimeout)
	defer cancel()
	_, receipt, err := said.Keep(ctx)
	if err == nil || isAway(err) {
		h.keeping.Ended(h.working, err)
	}
	if err == nil {
		return ack{said.ID(), receipt.Position}
	}
	return h.refusalOf(said.ID().String(), err)
}

// isAway says whether an error means that the store did not answer.
func isAway(err error) bool {
	for _, is := range []error{dao.ErrUnknown, dao.ErrUnavailable, context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}

// refusalOf is what the sender of a message is told that the shop or its store has refused.
func (h *Hub) refusalOf(id string, err error) refusal {
	if invalid, is := errors.AsType[models.Invalid](err); is {
		return refuse(id, invalid.Error())
	}
	if tooFast, is := errors.AsType[shop.TooFast](err); is {
		return refusal{id, "too_many_requests", "These are too many messages in a short time. Send it again a little later.", seconds(tooFast.RetryAfter)}
	}
	switch {
	case errors.Is(err, shop.ErrRoomClosed):
		return refusal{id, "not_allowed", "The chat is closed: nobody reads it or writes in it.", 0}
	case errors.Is(err, dao.ErrConflict):
		return refusal{id, "conflict", "Nothing was stored: another message has this id.", 0}
	case errors.Is(err, dao.ErrUnknown):
		return refusal{id, "unavailable", "It is not known whether this was stored. Send it again with the same id: it will be there once.", seconds(retryStore)}
	case isAway(err):
		return refusal{id, "unavailable", "The store cannot do this now, and nothing was stored. Send it again in a moment.", seconds(retryStore)}
	}
	h.Log.Error("message not stored", "error", err)
	return refusal{id, "internal", "Something went wrong here.", seconds(retryStore)}
}

// types tells the others in the chat that a person types, but not too often.
func (h *Hub) types(c *conn) {
	if c.user == "" {
		c.send(refuse("", `whoever types must have named a "user" in hello`))
		return
	}
	h.mu.Lock()
	var wake []*conn
	if now := time.Now(); h.people.mayType(c.called, now) {
		wake = h.tell(&event{body: typing{c.called}}, c.called, true)
		h.people.types(c.called, h.ring.position(), now)
		h.knockIfFresh()
	}
	h.mu.Unlock()
	h.writers.add(wake...)
}

// seconds rounds up: who comes a moment too early is refused again.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
