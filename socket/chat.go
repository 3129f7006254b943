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

// say takes a message.
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
	if refused := h.do(c, func() { c.send(h.keep(heard)) }); refused != nil {
		refused.ID = id
		c.send(*refused)
	}
}

func (h *Hub) hear(c *conn, said say) (shop.Saying, error) {
	ctx, cancel := context.WithTimeout(h.working, storeTimeout)
	defer cancel()
	return h.Shop.Hear(ctx, c.sender(), models.Message{ID: said.ID, User: c.user, Message: said.Text})
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
		refused := refuse(id, invalid.Error())
		refused.Problems = invalid
		return refused
	}
	if tooFast, is := errors.AsType[shop.TooFast](err); is {
		return refusal{ID: id, Code: "too_many_requests", Message: "These are too many messages in a short time. Send it again a little later.", RetryAfter: seconds(tooFast.RetryAfter)}
	}
	if refused, is := refusalOfTrade(err); is {
		refused.ID = id
		return refused
	}
	switch {
	case errors.Is(err, shop.ErrRoomClosed):
		return refusal{ID: id, Code: "not_allowed", Message: "The chat is closed: nobody reads it or writes in it."}
	case errors.Is(err, dao.ErrConflict):
		return refusal{ID: id, Code: "conflict", Message: "Nothing was stored: another message has this id."}
	case errors.Is(err, dao.ErrUnknown):
		return refusal{ID: id, Code: "unavailable", Message: "It is not known whether this was stored. Send it again with the same id: it will be there once.", RetryAfter: seconds(retryStore)}
	case isAway(err):
		return refusal{ID: id, Code: "unavailable", Message: "The store cannot do this now, and nothing was stored. Send it again in a moment.", RetryAfter: seconds(retryStore)}
	}
	h.Log.Error("message not stored", "error", err)
	return refusal{ID: id, Code: "internal", Message: "Something went wrong here.", RetryAfter: seconds(retryStore)}
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
