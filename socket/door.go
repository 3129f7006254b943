package socket

import (
	"bytes"

	"github.com/gobwas/ws"

	"pulperia/dao"
)

// door is a way in: how events look on the line.
type door uint8

// The doors.
const (
	doorWebSocket door = iota
	doorEvents
	doors
)

// String names the door, for the log and the metrics.
func (d door) String() string {
	if d == doorWebSocket {
		return "websocket"
	}
	return "events"
}

// encode returns an event as it goes over the line.
func (d door) encode(body any) []byte {
	kind, text := encode(body)
	if d == doorWebSocket {
		return ws.MustCompileFrame(ws.NewTextFrame(text))
	}
	var b bytes.Buffer
	if id := resumeAt(body); id != "" {
		b.WriteString("id: " + id + "\n")
	}
	b.WriteString("event: " + kind + "\ndata: ")
	b.Write(text) // JSON of ours has no line breaks
	b.WriteString("\n\n")
	return b.Bytes()
}

// resumeAt returns the position that a client may go on from after an event, or nothing.
func resumeAt(body any) string {
	switch b := body.(type) {
	case change:
		return b.position().String()
	case position:
		return dao.Position(b).String()
	case welcome:
		if !b.Replay {
			return b.Position.String()
		}
	}
	return ""
}

// ping returns what asks whether somebody is there.
func (d door) ping() []byte {
	if d == doorWebSocket {
		return ws.CompiledPing
	}
	return []byte(": ping\n\n")
}

// goodbye returns what is said last.
func (d door) goodbye(why reason) []byte {
	var text []byte
	if why.isSaid() {
		text = d.encode(bye{why})
	}
	if d == doorWebSocket {
		said := string(why)
		if !why.isSaid() {
			said = ""
		}
		body := ws.NewCloseFrameBody(why.code(), said)
		text = append(text, ws.MustCompileFrame(ws.NewCloseFrame(body))...)
	}
	return text
}
