package socket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"crypto/rand"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/socket/socketio"
)

// enter lets a Socket.IO client take part: it is told of the chat and the products from now on, and
// what there is of both first.
func (h *Hub) enter(c *conn) {
	how, err := h.plan(h.working, nil)
	h.telling.Ended(h.working, err)
	if err != nil {
		c.end(reasonUnavailable)
		return
	}
	topics := slices.DeleteFunc([]string{topicMessages, topicGoods}, func(topic string) bool { return h.MayFollow(c.who, topic) != nil })
	c.greeted = true
	c.sendPacket(socketio.Welcome(rand.Text()))
	h.join(c, hello{Topics: topics}, "", how)
	h.oweLists(c)
}

// oweLists has a connection told all that it follows.
func (h *Hub) oweLists(c *conn, tells ...socketio.Does) {
	if len(tells) == 0 {
		tells = []socketio.Does{socketio.TellsMessages, socketio.TellsProducts}
	}
	h.mu.Lock()
	wake := c.owe(tells...)
	h.mu.Unlock()
	if wake {
		h.writers.add(c)
	}
}

// reply answers an event that asks for it.
type reply struct {
	c    *conn
	said socketio.Said
}

// done answers that all went well.
func (r reply) done(payload []byte) {
	if r.said.WantsAck {
		answer := append(append([]byte(`{"status":"success","payload":`), payload...), '}')
		r.c.sendPacket(socketio.AckOf(r.said.ID, answer))
	}
}

// refuse answers that nothing was done: by an event, and to who asked for an answer by that, too.
func (r reply) refuse(refused refusal) {
	r.c.send(refused)
	if r.said.WantsAck {
		r.c.sendPacket(socketio.AckOf(r.said.ID, refused.answer()))
	}
}

// obeySaid does what an event asks for.
func (c *conn) obeySaid(said socketio.Said) {
	r, does := reply{c, said}, socketio.Asked(said.Name)
	switch {
	case does == 0:
		r.refuse(refuse("", fmt.Sprintf("there is no event %.60q here", said.Name)))
		return
	case said.Type == socketio.BinaryEvent:
		r.refuse(refuse("", fmt.Sprintf("bytes have no meaning in %.60q; send text", said.Name)))
		return
	}
	c.learn(c.see().family.Hear(said.Name))
	var err error
	switch does {
	case socketio.DoesSay:
		err = c.hub.sayWords(r)
	case socketio.DoesPresent:
		err = c.hub.presents(r)
	case socketio.DoesAdd:
		err = c.hub.addProduct(r)
	case socketio.DoesRemove:
		err = c.hub.removeProduct(r)
	case socketio.DoesAskChat:
		c.hub.oweLists(c, socketio.TellsMessages)
		r.done([]byte("null"))
	case socketio.DoesAskGoods:
		c.hub.oweLists(c, socketio.TellsProducts)
		r.done([]byte("null"))
	}
	if err != nil {
		r.refuse(c.hub.refusalOf("", err))
	}
}

// learn notes which names a client knows, and so do all who came from the same page and have said
// nothing yet.
func (c *conn) learn(family socketio.Family) {
	h := c.hub
	h.mu.Lock()
	var wake []*conn
	if c.knows(family) {
		wake = append(wake, c)
	}
	if h.rememberPage(c.spoken.page, family) {
		for _, other := range h.speech.sessions {
			if other.spoken.page == c.spoken.page && other.see().family == socketio.Strangers && other.knows(family) {
				wake = append(wake, other)
			}
		}
	}
	h.mu.Unlock()
	h.writers.add(wake...)
}

// knows notes which names a client knows: it is to be told the lists by those that are news. It says
// whether it must be given to the writers. The caller holds the hub's lock.
func (c *conn) knows(family socketio.Family) (wake bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, tells := range []socketio.Does{socketio.TellsMessages, socketio.TellsProducts} {
		c.spoken.due |= family.Lists(tells) &^ c.family.Lists(tells)
	}
	c.view.family = family
	return c.reason == "" && c.state != stateNew && c.spoken.due != 0 && c.schedule()
}

// rememberPage notes what those know who come from a page, and says whether that is news. The caller
// holds the lock.
func (h *Hub) rememberPage(of page, family socketio.Family) (isNews bool) {
	if of.address == "" || h.speech.pages[of] == family {
		return false
	}
	if len(h.speech.pages) >= maxPages {
		clear(h.speech.pages)
	}
	h.speech.pages[of] = family
	return true
}

// sayWords takes a message.
func (h *Hub) sayWords(r reply) error {
	words, err := socketio.ReadWords(r.said.Args)
	if err != nil {
		return err
	}
	if words.User == "" {
		words.User = r.c.user
	}
	ctx, cancel := context.WithTimeout(h.working, storeTimeout)
	defer cancel()
	heard, err := h.Shop.Hear(ctx, r.c.sender(), models.Message{ID: words.ID, User: words.User, Message: words.Text})
	if err != nil {
		return err
	}
	return h.later(r, func(ctx context.Context) ([]byte, error) {
		stored, _, err := heard.Keep(ctx)
		if err != nil {
			return nil, err
		}
		shown, err := h.Shop.Show(ctx, r.c.see().sight, stored)
		if err != nil {
			return nil, err
		}
		return socketio.ShowMessage(models.JSON(shown))
	})
}

// presents notes who a client says that it is.
func (h *Hub) presents(r reply) error {
	user, asObject, err := socketio.ReadUser(r.said.Args)
	if err != nil {
		return err
	}
	c := r.c
	handle, err := h.present(h.working, c.place, hello{User: user})
	if err != nil {
		return err
	}
	if user = models.NormalText(user); user == "" {
		return required("user")
	}
	if asObject {
		c.learn(c.see().family | socketio.Objects)
	}
	h.mu.Lock()
	c.mu.Lock()
	was := c.called
	c.user, c.called = user, handle
	c.mu.Unlock()
	if was != handle {
		h.people.leave(was, time.Now())
		h.people.join(handle)
		h.knockIfFresh()
	}
	h.mu.Unlock()
	r.done(socketio.ShowPerson(socketio.Objects, c.see().nameOf(handle)))
	return nil
}

// addProduct puts a product into the catalogue.
func (h *Hub) addProduct(r reply) error {
	if err := r.c.who.Must(shop.CatalogueWrite); err != nil {
		return err
	}
	text, err := socketio.ReadObject(r.said.Args)
	if err != nil {
		return err
	}
	product, err := h.ReadProduct(text)
	if err != nil {
		return err
	}
	return h.later(r, func(ctx context.Context) ([]byte, error) {
		product, _, err := h.Shop.CreateProduct(ctx, product)
		return product.WithoutHeld().AppendJSON(nil), err
	})
}

// removeProduct takes a product out of the catalogue.
func (h *Hub) removeProduct(r reply) error {
	if err := r.c.who.Must(shop.CatalogueWrite); err != nil {
		return err
	}
	id, err := socketio.ReadID(r.said.Args)
	if err != nil {
		return err
	}
	return h.later(r, func(ctx context.Context) ([]byte, error) {
		product, _, err := h.Shop.RemoveProduct(ctx, id)
		return product.WithoutHeld().AppendJSON(nil), err
	})
}

// later has the store do something, and answers with what it returns.
func (h *Hub) later(r reply, what func(context.Context) (payload []byte, err error)) error {
	refused := h.do(r.c, func() {
		ctx, cancel := context.WithTimeout(r.c.who.With(h.working), storeTimeout)
		defer cancel()
		payload, err := what(ctx)
		if err == nil || isAway(err) {
			h.keeping.Ended(h.working, err)
		}
		if err != nil {
			r.refuse(h.refusalOf("", err))
			return
		}
		r.done(payload)
	})
	if refused != nil {
		r.refuse(*refused)
	}
	return nil
}

func required(field string) error {
	var wrong models.Invalid
	wrong.Add(field, models.Required, nil, "")
	return wrong
}

// refusalOfTrade is what is told of what the shop refuses for other reasons than those of messages.
func refusalOfTrade(err error) (refused refusal, is bool) {
	if conflict, is := errors.AsType[dao.Conflict](err); is {
		refused = refusal{Code: "conflict", Message: "Nothing was stored: " + conflict.Error() + "."}
		refused.Problems.Add(conflict.Field, models.Taken, nil, "")
		return refused, true
	}
	if forbidden, is := errors.AsType[shop.Forbidden](err); is {
		return refusal{Code: "forbidden", Message: "This needs the right " + string(forbidden.Right) + ", which you do not have."}, true
	}
	if missing, is := errors.AsType[shop.Missing](err); is {
		return refusal{Code: "not_found", Message: "Nothing was done: " + missing.Error() + "."}, true
	}
	if errors.Is(err, shop.ErrUnauthorized) {
		return refusal{Code: "unauthorized", Message: "This is for those who have come in: sign in at the shop, or send a key."}, true
	}
	return refused, false
}
