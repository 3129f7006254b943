package socket

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dao/retry"
	"pulperia/shop"
	"pulperia/socket/socketio"
)

// Socket.IO clients of the course are told whole lists: when they come, and after each change. The
// hub keeps what is in them as long as there are such clients, as of its own position in the feed,
// so that a list never tells of what is still to come. It is read from the store once and kept by
// what the feed says.

const (
	listMessages = 100
	listProducts = models.MaxLimit
	maxList      = maxQueue        // bytes of a list: the newest that have room are in it
	listEvery    = time.Second / 4 // one list, at most
	topicGoods   = string(dao.KindProduct) + "s"
)

// speech is what the hub knows for its Socket.IO clients. The hub's lock guards it.
type speech struct {
	clients  int
	sessions map[string]*conn
	pages    map[page]socketio.Family
	lists    []*wholeList
	task     *retry.Task
}

func newSpeech(log *slog.Logger) speech {
	return speech{sessions: map[string]*conn{}, pages: map[page]socketio.Family{}, task: retry.New(log, "read the lists for Socket.IO clients")}
}

// wholeList is one of them: values as events, the newest last.
type wholeList struct {
	topic string
	tells socketio.Does
	most  int

	events []*event
	whole  bool  // there are no others
	from   int64 // the changes behind it are followed; -1 before it is read
	until  int64 // it was read up to here, perhaps
	texts  map[listed][]byte

	isNews  bool      // it has changed since it was told
	told    time.Time // the last time
	waiting bool      // it will be told when its time has come
}

// listed is a form of a list.
type listed struct {
	name  string
	sight shop.Sight
	polls bool
}

// noteSession makes a Socket.IO connection known by its session. The caller holds the lock, as of
// the other methods.
func (h *Hub) noteSession(c *conn) {
	if c.door != doorSocketIO {
		return
	}
	h.speech.sessions[c.spoken.session] = c
	if h.speech.clients++; h.speech.clients == 1 {
		h.newLists()
	}
}

// newLists has the lists read, from the past of the feed that there is.
func (h *Hub) newLists() {
	h.speech.lists = []*wholeList{
		{topic: topicMessages, tells: socketio.TellsMessages, most: listMessages, from: -1},
		{topic: topicGoods, tells: socketio.TellsProducts, most: listProducts, from: -1},
	}
	for _, l := range h.speech.lists {
		h.load(l)
	}
}

func (h *Hub) forgetSession(c *conn) {
	if c.door != doorSocketIO {
		return
	}
	delete(h.speech.sessions, c.spoken.session)
	if h.speech.clients--; h.speech.clients == 0 {
		h.speech.lists = nil
	}
}

// load reads a list in the background.
func (h *Hub) load(l *wholeList) {
	if h.closed {
		return
	}
	l.from = -1
	h.reading.Go(func() {
		for h.working.Err() == nil {
			err := h.readList(l)
			pause := h.speech.task.Ended(h.working, err)
			if err == nil {
				return
			}
			retry.Sleep(h.working, max(pause, listEvery))
		}
	})
}

// errMoved is the error of a list that cannot be brought to where the hub is.
var errMoved = errors.New("too much has changed meanwhile")

func (h *Hub) readList(l *wholeList) error {
	ctx, cancel := context.WithTimeout(h.working, storeTimeout)
	defer cancel()
	select {
	case <-h.started:
	case <-ctx.Done():
		return fmt.Errorf("%w: the feed has not been reached yet", dao.ErrUnavailable)
	}
	from, err := h.Shop.Feed.Fresh(ctx)
	if err != nil {
		return err
	}
	events, whole, err := h.newest(ctx, l)
	if err != nil {
		return err
	}
	until, err := h.Shop.Feed.Fresh(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	missed, reached := h.ring.after(from.Offset)
	if from.Epoch != h.ring.epoch || until.Epoch != from.Epoch || !reached || until.Offset-from.Offset > int64(l.most)/2 {
		h.mu.Unlock()
		return errMoved
	}
	l.events, l.whole, l.from, l.until, l.isNews = events, whole, from.Offset, until.Offset, true
	l.texts = nil
	for _, e := range missed {
		l.apply(e)
	}
	wake := h.tellLists(time.Now())
	h.mu.Unlock()
	h.writers.add(wake...)
	return nil
}

// newest reads what is in a list, and whether that is all there is.
func (h *Hub) newest(ctx context.Context, l *wholeList) (events []*event, whole bool, err error) {
	if l.topic == topicMessages {
		messages, err := h.Shop.Messages.Page(ctx, models.ID{}, l.most)
		for _, m := range messages {
			e, wrong := h.shown(ctx, "", dao.Change{Kind: dao.KindMessage, Op: dao.OpPut, ID: m.ID, Doc: models.JSON(m)})
			if wrong != nil {
				return nil, false, wrong
			}
			events = append(events, e)
		}
		return events, len(messages) < l.most, err
	}
	page, err := h.Shop.Products.List(ctx, models.ProductQuery{Backwards: true, Limit: l.most})
	for _, p := range slices.Backward(page.Products) {
		events = append(events, newChange("", dao.Change{Kind: dao.KindProduct, Op: dao.OpPut, ID: p.ID, Rev: p.Rev, Doc: p.WithoutHeld().AppendJSON(nil)}))
	}
	return events, page.Total <= len(page.Products), err
}

// note brings the lists to where the hub is.
func (h *Hub) note(e *event) {
	for _, l := range h.speech.lists {
		if e.topic != l.topic || l.from < 0 || e.offset <= l.from {
			continue
		}
		if l.apply(e); len(l.events) < l.most/2 && !l.whole {
			h.load(l)
		}
	}
}

// apply brings a list one change further.
func (l *wholeList) apply(e *event) {
	c := e.body.(change)
	if e.topic != l.topic {
		return
	}
	l.texts, l.isNews = nil, true
	at := slices.IndexFunc(l.events, func(o *event) bool { return o.body.(change).ID == c.ID })
	switch {
	case c.Op == dao.OpDelete && at >= 0:
		l.events = slices.Delete(l.events, at, at+1)
	case c.Op == dao.OpDelete:
	case at >= 0:
		l.events[at] = e
	case l.topic == topicGoods && c.Rev > 1 && !l.whole: // one of those that have no room
	default:
		if l.events = append(l.events, e); len(l.events) > l.most {
			l.events, l.whole = slices.Delete(l.events, 0, 1), false
		}
	}
}

// isReady says whether the list is one of the hub's position.
func (l *wholeList) isReady(at int64) bool { return l.from >= 0 && at >= l.from && at >= l.until }

// tellLists has those lists told that have changed, each when its time has come.
func (h *Hub) tellLists(now time.Time) (wake []*conn) {
	for _, l := range h.speech.lists {
		if !l.isNews || l.waiting || !l.isReady(h.ring.last) {
			continue
		}
		if wait := listEvery - now.Sub(l.told); wait > 0 {
			l.waiting = true
			time.AfterFunc(wait, func() {
				h.mu.Lock()
				l.waiting = false
				wake := h.tellLists(time.Now())
				h.mu.Unlock()
				h.writers.add(wake...)
			})
			continue
		}
		l.isNews, l.told = false, now
		for c := range h.joined[l.topic] {
			if c.door == doorSocketIO && c.owe(l.tells) {
				wake = append(wake, c)
			}
		}
	}
	return wake
}

// owe notes that a connection is to be told a list, and says whether it must be given to the
// writers.
func (c *conn) owe(tells ...socketio.Does) (wake bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason != "" {
		return false
	}
	for _, one := range tells {
		c.spoken.due |= c.family.Lists(one)
	}
	return c.spoken.due != 0 && c.schedule()
}

// isOwed says whether lists are to be told. The caller holds mu.
func (c *conn) isOwed() bool { return c.spoken != nil && c.spoken.due != 0 }

// fillList gives a connection whose queue is empty the next of the lists that it is to be told. All
// that the list is made of it has been told before. The caller holds the hub's lock and mu.
func (h *Hub) fillList(c *conn) {
	for c.spoken.due != 0 && len(c.queue.parcels) == 0 {
		name, tells, rest := c.spoken.due.Take()
		c.spoken.due = rest
		for _, l := range h.speech.lists {
			if l.tells == tells && l.isReady(h.ring.last) { // else it is told when it is
				c.queue.add(l.text(name, c.view), 1)
			}
		}
	}
}

// text returns the list as it is told by a name, made once for all who are told so.
func (l *wholeList) text(name string, v view) []byte {
	key := listed{name, v.sight, v.polls}
	text, made := l.texts[key]
	if !made {
		array, n := l.array(v.sight)
		args := [][]byte{array}
		if partial := l.partial(n); partial != nil {
			args = append(args, partial)
		}
		text = v.packet(socketio.EventOf(name, args...))
		if l.texts == nil {
			l.texts = map[listed][]byte{}
		}
		l.texts[key] = text
	}
	return text
}

// partial says of a list that should be whole that it is not, how many are in it, and where all are:
// pages that know of one argument do not notice. Of the chat the newest are all that there is to be.
func (l *wholeList) partial(n int) []byte {
	if l.topic != topicGoods || l.whole && n == len(l.events) {
		return nil
	}
	return models.JSON(struct {
		Partial bool   `json:"partial"`
		Shown   int    `json:"shown"`
		All     string `json:"all"`
	}{true, n, "/api/products"})
}

// array returns the values of the list, but for the oldest where there are too many bytes, and how many
// events they are of.
func (l *wholeList) array(sight shop.Sight) (array []byte, n int) {
	first, size := len(l.events), 0
	for first > 0 {
		if size += len(l.events[first-1].to(sight).argument()) + 1; size > maxList {
			break
		}
		first--
	}
	array, n = make([]byte, 0, size+2), len(l.events)-first
	for _, e := range l.events[first:] {
		if arg := e.to(sight).argument(); arg != nil {
			array = append(append(array, ','), arg...)
		}
	}
	if len(array) == 0 {
		return []byte("[]"), n
	}
	array[0] = '['
	return append(array, ']'), n
}
