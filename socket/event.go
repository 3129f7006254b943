package socket

import (
	"sync"

	"pulperia/dao"
	"pulperia/dao/models"
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
	change struct {
		Epoch string
		dao.Change
	}
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

// event is something to say, encoded at most once for each door, whoever listens.
type event struct {
	body   any
	topic  string
	offset int64 // of a change

	forms [doors]struct {
		once sync.Once
		text []byte
	}
}

func newChange(epoch string, c dao.Change) *event {
	return &event{body: change{epoch, c}, topic: dao.TopicOf(c), offset: c.Offset}
}

// size is about what the event takes in memory.
func (e *event) size() int { return 512 + 2*len(e.body.(change).Doc) }

// through returns what a door sends.
func (e *event) through(d door) []byte {
	form := &e.forms[d]
	form.once.Do(func() { form.text = d.encode(e.body) })
	return form.text
}

// bundle is changes of one topic that follow one another in the feed: they go into each queue as
// one piece.
type bundle struct {
	events []*event
	forms  [doors][]byte
}

func (b *bundle) through(d door) []byte {
	if len(b.events) == 1 {
		return b.events[0].through(d)
	}
	if b.forms[d] == nil {
		for _, e := range b.events {
			b.forms[d] = append(b.forms[d], e.through(d)...)
		}
	}
	return b.forms[d]
}

// bundles cuts a list of changes where the topic changes or a bundle has a chunk of bytes.
func bundles(events []*event) (list []*bundle) {
	size := 0
	for _, e := range events {
		more := len(e.body.(change).Doc)
		if n := len(list); n > 0 && list[n-1].events[0].topic == e.topic && size+more < chunk {
			list[n-1].events, size = append(list[n-1].events, e), size+more
			continue
		}
		list, size = append(list, &bundle{events: []*event{e}}), more
	}
	return list
}
