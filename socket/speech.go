package socket

import (
	"bytes"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"github.com/gobwas/ws"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/socket/socketio"
)

// This file is how things are said to Socket.IO connections, as wire.go is for all others.

// spoken is what a connection of Socket.IO has beside the others.
type spoken struct {
	session string     // by which the requests of a client that polls name it
	page    page       // from which it came
	reading sync.Mutex // held by the one who reads: a request that posts, or the line after an upgrade

	// Under the connection's mu.
	due     socketio.Lists // that it is to be told
	upgrade net.Conn       // the line that it goes on over
	probed  bool           // an upgrade is being tried: who polls is answered at once

	// Only its reader knows.
	attachments int // bytes that belong to what was said, and come behind it
}

// page is where a client came from, as its browser says. What is learnt of one that comes from a page
// holds for all who come from there, and when it comes back; but only for those of one client, lest
// anybody teach others wrong names.
type page struct {
	client  netip.Prefix
	address string // "" where it is not known
}

// maxPages is of how many pages is known what names they know.
const maxPages = 1024

func pageOf(r *http.Request, client netip.Prefix) page { return page{client, shorten(r.Referer())} }

// spoken returns what a Socket.IO connection is sent of an event: a packet, several or none.
func (e *event) spoken(v view) (text []byte) {
	switch b := e.body.(type) {
	case change:
		tells, arg := e.told()
		for _, name := range v.family.Names(tells) {
			text = append(text, v.packet(socketio.EventOf(name, arg))...)
		}
	case presence:
		for _, handle := range b.Joined {
			arg := socketio.ShowPerson(v.family, v.nameOf(handle))
			for _, name := range v.family.Names(socketio.TellsPerson) {
				text = append(text, v.packet(socketio.EventOf(name, arg))...)
			}
		}
	case refusal:
		text = v.packet(socketio.EventOf("error", b.answer()))
	case bye:
		text = v.packet(socketio.EventOf("bye", models.JSON(wireBye{"bye", string(b.Reason)})))
	}
	return text
}

// heard is an event as one connection is told of it: of people, Socket.IO clients hear of the
// others.
func (c *conn) heard(e *event) *event {
	news, is := e.body.(presence)
	if !is || c.door != doorSocketIO || c.called == "" {
		return e
	}
	var others []string
	for _, handle := range news.Joined {
		if handle != c.called {
			others = append(others, handle)
		}
	}
	return &event{body: presence{Joined: others}}
}

// nameOf is how a person is called who goes by a handle. The course sees what was given.
func (v view) nameOf(handle string) string {
	if v.sight == shop.SightCourse {
		return handle
	}
	name, _, _ := strings.Cut(handle, "@")
	return name
}

// told returns what a change tells Socket.IO clients, 0 for nothing, and what it says of that.
func (e *event) told() (tells socketio.Does, arg []byte) {
	c := e.body.(change)
	switch {
	case c.Kind == dao.KindMessage && c.Op == dao.OpPut:
		tells = socketio.TellsMessage
	case c.Kind != dao.KindProduct:
		return 0, nil
	case c.Op == dao.OpDelete:
		tells = socketio.TellsRemoved
	case c.Rev == 1:
		tells = socketio.TellsAdded
	default:
		tells = socketio.TellsChanged
	}
	if arg = e.argument(); arg == nil {
		return 0, nil
	}
	return tells, arg
}

// argument returns what a change says, made once; nil for what nobody can read.
func (e *event) argument() []byte {
	e.arg.once.Do(func() {
		c := e.body.(change)
		switch {
		case c.Op == dao.OpDelete:
			e.arg.text = models.JSON(c.ID)
		case c.Kind == dao.KindMessage:
			e.arg.text, _ = socketio.ShowMessage(c.Doc)
		default:
			e.arg.text, _ = socketio.ShowProduct(c.Doc)
		}
	})
	return e.arg.text
}

// packet is a packet of Engine.IO as it goes over the line: in a body it ends with the separator,
// else it is a frame.
func (v view) packet(packet []byte) []byte {
	if v.polls {
		return append(packet, socketio.Separator)
	}
	return ws.MustCompileFrame(ws.NewTextFrame(packet))
}

// lastPacket ends a line on which packets go in bodies. Who said goodbye himself is let go.
func (v view) lastPacket(why reason) []byte {
	last := []byte{byte(socketio.Close)}
	if why == reasonClient {
		last[0] = byte(socketio.Noop)
	}
	return v.packet(last)
}

// frames makes frames of packets that were to go in bodies.
func frames(packets []byte) (text []byte) {
	for packet := range bytes.SplitSeq(packets, []byte{socketio.Separator}) {
		if len(packet) > 0 {
			text = append(text, view{door: doorSocketIO}.packet(packet)...)
		}
	}
	return text
}

// wireRefusal is a refusal as Socket.IO clients get it: as the API answers, which they know, too.
type wireRefusal struct {
	Status     string       `json:"status"`
	Error      string       `json:"error"`
	Message    string       `json:"message"`
	Details    []wireDetail `json:"details"`
	RetryAfter int          `json:"retryAfter,omitempty"`
}

type wireDetail struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

func (r refusal) answer() []byte {
	said := wireRefusal{"error", r.Code, r.Message, []wireDetail{}, r.RetryAfter}
	for _, p := range r.Problems {
		said.Details = append(said.Details, wireDetail{p.Field, p.Reason()})
	}
	return models.JSON(said)
}
