package socket

import (
	"bytes"

	"github.com/gobwas/ws"

	"pulperia/dao"
	"pulperia/socket/socketio"
)

// door is a way in: how events look on the line.
type door uint8

// The doors. The first two speak the shop's own language, the same to everybody; how doorSocketIO
// says something depends on who listens (speech.go).
const (
	doorWebSocket door = iota
	doorEvents
	doorSocketIO
	doors
	ownDoors = doorSocketIO
)

// String names the door, for the log and the metrics.
func (d door) String() string { return [...]string{"websocket", "events", "socketio"}[d] }

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
func (v view) ping() []byte {
	switch v.door {
	case doorWebSocket:
		return ws.CompiledPing
	case doorEvents:
		return []byte(": ping\n\n")
	}
	return v.packet([]byte{byte(socketio.Ping)})
}

// goodbye returns what is said last.
func (v view) goodbye(why reason) []byte {
	text := bytes.Clone((&event{body: bye{why}}).through(v))
	if !why.isSaid() {
		text = nil
	}
	if v.door == doorSocketIO && why.isFinal() {
		text = append(text, v.packet(socketio.Farewell())...)
	}
	switch {
	case v.polls:
		return append(text, v.lastPacket(why)...)
	case v.door == doorEvents:
		return text
	}
	said := string(why)
	if !why.isSaid() {
		said = ""
	}
	body := ws.NewCloseFrameBody(why.code(), said)
	return append(text, ws.MustCompileFrame(ws.NewCloseFrame(body))...)
}
