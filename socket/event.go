package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/socket/socketio"
)

// topicMessages is the topic of the chat: who follows it is here. The topics are those of the kinds,
// see [dao.TopicOf].
const topicMessages = "messages"

// What the hub has to say. wire.go gives these their form.
type (
	welcome struct {
		Store     string // its identity, for who keeps what is of a store; may be empty
		Position  dao.Position
		Recovered bool     // what the client missed follows, or it missed nothing
		Replay    bool     // something may follow, so that the position is not one to resume from yet
		People    []string // at most maxPeople
		Count     int
	}
	change struct { // with the position of the end of its step
		Epoch string
		dao.Change
	}
	part     change // one after which more of the same step follows
	position dao.Position
	ack      struct {
		ID       models.ID
		Position dao.Position
	}
	refusal struct {
		ID         string // of the message that is refused, as the client wrote it; may be empty
		Code       string // as the HTTP API names errors
		Message    string
		RetryAfter int // seconds; 0 for none
		Problems   models.Invalid
	}
	presence struct {
		Joined, Left []string // at most maxPeople of each
		Count        int
	}
	typing    struct{ User string }
	available bool // whether the store is, when that has changed
	bye       struct{ Reason reason }
)

// What a client can say.
type (
	hello struct {
		User   string // may be empty
		Since  *dao.Position
		Topics []string
	}
	say struct {
		ID   models.ID
		Text string
	}
	typed struct{}
)

// event is something to say, encoded at most once for each door and each kind of readers that sees
// something else of it, whoever listens.
type event struct {
	body   any
	topic  string
	also   []string // further topics that it belongs to: an order is its buyer's as well
	offset int64    // of a change
	end    int64    // of its step

	forms [ownDoors]form
	parts [ownDoors]form       // of a change: after which more of its step follows
	arg   form                 // of a change: what Socket.IO clients are told, whatever they call it
	seen  *[shop.Sights]*event // as each kind of readers sees it; nil where that is the same for all
	by    string               // the handle of who wrote the message that it tells of
}

// view is what there are different forms for: the door, and what its readers may see. Of Socket.IO
// there are more: which names for things its reader knows, and whether he polls.
type view struct {
	door   door
	sight  shop.Sight
	family socketio.Family
	polls  bool
}

type form struct {
	once sync.Once
	text []byte
}

func newChange(epoch string, c dao.Change) *event {
	c.End = max(c.End, c.Offset)
	return &event{body: change{epoch, c}, topic: dao.TopicOf(c), offset: c.Offset, end: c.End}
}

// shown is newChange as each kind of readers may see it: of a message neither its author nor, but
// for few, an address.
func (h *Hub) shown(ctx context.Context, epoch string, c dao.Change) (*event, error) {
	if c.Kind == dao.KindProduct {
		return newChange(epoch, withoutHeld(c)), nil
	}
	if c.Kind == dao.KindOrder {
		return newOrderChange(epoch, c), nil
	}
	if c.Kind != dao.KindMessage || len(c.Doc) == 0 {
		return newChange(epoch, c), nil
	}
	m, err := models.DecodeMessage(c.Doc)
	if err == nil {
		err = h.roomOpen(ctx) // another program may write in a room that is closed
	}
	if err != nil { // then nobody may see it
		c.Doc = nil
		e := newChange(epoch, c)
		e.topic = ""
		return e, nil
	}
	seen := new([shop.Sights]*event)
	by := ""
	for _, sight := range h.sights(m) {
		shown, err := h.Shop.Show(ctx, sight, m)
		if err != nil {
			return nil, err
		}
		by, c.Doc = shown.Handle(), models.JSON(shown)
		seen[sight] = newChange(epoch, c)
	}
	if seen[shop.SightAddresses] == nil {
		seen[shop.SightAddresses] = seen[shop.SightNames] // there is no more to see
	}
	e := newChange(epoch, c)
	e.seen, e.by = seen, by
	return e, nil
}

// withoutHeld is a change of a product as everybody sees it: not how many pieces open orders hold.
func withoutHeld(c dao.Change) dao.Change {
	if !bytes.Contains(c.Doc, []byte(`,"held":`)) {
		return c
	}
	var p models.Product
	if json.Unmarshal(c.Doc, &p) != nil { // then nobody may see it
		c.Doc = nil
		return c
	}
	c.Doc = p.WithoutHeld().AppendJSON(nil)
	return c
}

// sights are those of the readers that there are who see something else of a message.
func (h *Hub) sights(m models.Message) []shop.Sight {
	switch {
	case h.Open:
		return []shop.Sight{shop.SightCourse}
	case models.IsAddress(m.User):
		return []shop.Sight{shop.SightNames, shop.SightAddresses}
	}
	return []shop.Sight{shop.SightNames}
}

// size is about what the event takes in memory.
func (e *event) size() int { return 512 + 2*len(e.body.(change).Doc) }

// to returns the event as a kind of readers sees it.
func (e *event) to(sight shop.Sight) *event {
	if e.seen == nil {
		return e
	}
	return e.seen[sight]
}

// through returns what a door sends.
func (e *event) through(v view) []byte {
	e = e.to(v.sight)
	if v.door == doorSocketIO {
		return e.spoken(v)
	}
	form := &e.forms[v.door]
	form.once.Do(func() { form.text = v.door.encode(e.body) })
	return form.text
}

// partThrough returns what a door sends of a change after which more of its step follows: nobody can
// go on from there.
func (e *event) partThrough(v view) []byte {
	if v.door == doorSocketIO { // which knows no positions
		return e.through(v)
	}
	e = e.to(v.sight)
	form := &e.parts[v.door]
	form.once.Do(func() { form.text = v.door.encode(part(e.body.(change))) })
	return form.text
}

// firstStep returns how many of the events, from the first on, are of its step.
func firstStep(events []*event) int {
	n := 1
	for n < len(events) && events[n].offset <= events[0].end {
		n++
	}
	return n
}

// wanted returns how many of the events of a step a reader gets.
func wanted(step []*event, wants func(topic string) bool) (n int) {
	for _, e := range step {
		if e.isFor(wants) {
			n++
		}
	}
	return n
}

// giveStep gives a reader the events of a step that it wants, each as it goes over the line: the last of
// them alone with the position.
func giveStep(step []*event, v view, wants func(topic string) bool, give func(e *event, text []byte)) {
	left := wanted(step, wants)
	for _, e := range step {
		switch {
		case !e.isFor(wants):
		case left == 1:
			give(e, e.through(v))
			return
		default:
			left--
			give(e, e.partThrough(v))
		}
	}
}

// bundle is steps that follow one another in the feed: what a reader gets of them goes into its
// queue as one piece.
type bundle struct {
	events []*event
	topics []string
	size   int
	pieces map[wish]piece
}

// wish is what a reader wants of a bundle, and how.
type wish struct {
	topics string // of those of a bundle that has several
	view   view
}

// piece is what a reader gets of a bundle.
type piece struct {
	text   []byte
	events int
}

// through returns what goes to a reader, which the caller has locked.
func (b *bundle) through(c *conn) piece {
	key := wish{view: c.view}
	if len(b.topics) > 1 {
		key.topics = strings.Join(slices.DeleteFunc(slices.Clone(b.topics), func(topic string) bool { return !c.wants(topic) }), ",")
	}
	p, is := b.pieces[key]
	if !is {
		p = pieceOf(b.events, c.view, c.wants)
		if b.pieces == nil {
			b.pieces = map[wish]piece{}
		}
		b.pieces[key] = p
	}
	return p
}

func pieceOf(events []*event, v view, wants func(string) bool) (p piece) {
	for len(events) > 0 {
		n := firstStep(events)
		giveStep(events[:n], v, wants, func(_ *event, text []byte) {
			if p.events++; p.text == nil {
				p.text = slices.Clip(text) // mostly the only one
				return
			}
			p.text = append(p.text, text...)
		})
		events = events[n:]
	}
	return p
}

// sizeOf returns how many bytes events take on the line, about.
func sizeOf(events []*event) (n int) {
	for _, e := range events {
		n += 200 + len(e.body.(change).Doc)
	}
	return n
}

// bundles makes bundles of a list of whole steps: of many, as long as they are of one topic and a
// bundle has no chunk of bytes.
func bundles(events []*event) (list []*bundle) {
	for len(events) > 0 {
		next := &bundle{events: events[:firstStep(events)]}
		next.size = sizeOf(next.events)
		for _, e := range next.events {
			for _, topic := range append([]string{e.topic}, e.also...) {
				if topic != "" && !slices.Contains(next.topics, topic) {
					next.topics = append(next.topics, topic)
				}
			}
		}
		events = events[len(next.events):]
		if n := len(list); n > 0 && list[n-1].size+next.size < chunk && len(next.topics) == 1 && slices.Equal(list[n-1].topics, next.topics) {
			list[n-1].events, list[n-1].size = append(list[n-1].events, next.events...), list[n-1].size+next.size
			continue
		}
		list = append(list, next)
	}
	return list
}
