package socket

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gobwas/ws"
)

const (
	handshakeTimeout = 10 * time.Second // for the answer; the server has a time-out for the request
	readBuffer       = 512              // an idle connection keeps it
)

// WebSocket is the handler of GET /ws.
func (h *Hub) WebSocket(w http.ResponseWriter, r *http.Request) {
	v, ok := h.visit(w, r, doorWebSocket)
	if !ok {
		return
	}
	p, ok := v.admit() // first: a page that got no line, and cannot see why, asks here in plain HTTP
	if !ok {
		return
	}
	line, in, ok := v.upgrade()
	if !ok {
		h.leave(p)
		return
	}
	c := h.open(view{door: doorWebSocket}, line, p)
	go c.readWebSocket(in, c.handle)
}

// upgrade makes a WebSocket line of a request, and returns what is read from it, too. It has
// answered if it is not ok.
func (v *visit) upgrade() (line net.Conn, in *frameReader, ok bool) {
	if !strings.EqualFold(v.r.Header.Get("Upgrade"), "websocket") {
		v.w.Header().Set("Upgrade", "websocket")
		v.refuse(refusedHandshake, http.StatusUpgradeRequired, "This address speaks WebSocket only.", 0)
		return nil, nil, false
	}
	upgrader := ws.HTTPUpgrader{Timeout: handshakeTimeout, Header: v.w.Header().Clone()}
	line, rw, _, err := upgrader.Upgrade(v.r, v.w)
	if err != nil {
		if line != nil {
			line.Close()
		}
		v.log(refusedHandshake, err)
		return nil, nil, false
	}
	return line, &frameReader{in: bufio.NewReaderSize(lineReader(line, early(rw.Reader)), readBuffer)}, true
}

// early returns what a client has sent before it had an answer. The reader itself is too large to
// be kept.
func early(r *bufio.Reader) []byte {
	sent, _ := r.Peek(r.Buffered())
	return bytes.Clone(sent)
}

// lineReader is what comes over the line, behind what came early.
func lineReader(line net.Conn, early []byte) io.Reader {
	if len(early) == 0 {
		return line
	}
	return io.MultiReader(bytes.NewReader(early), line)
}

// readWebSocket is the reader of a connection: it reads as long as there is a line, and gives what
// comes to handle.
func (c *conn) readWebSocket(frames *frameReader, handle func(ws.OpCode, []byte) error) {
	defer c.hub.gone(c)
	for {
		opcode, payload, err := frames.next(c.mayGoOn)
		if err == nil {
			err = handle(opcode, payload)
		}
		if broken, ok := err.(fault); ok {
			c.end(reason(broken))
			io.Copy(io.Discard, frames.in) // until the client has seen why
		}
		if err != nil {
			return
		}
	}
}

// mayGoOn is asked at each frame. It is an error when the connection ends, or gets too many of
// them.
func (c *conn) mayGoOn() error {
	if why := c.why(); why != "" {
		return fault(why)
	}
	if c.frames != nil && !c.frames.Allow() {
		return fault(reasonFlood)
	}
	return nil
}

// handle does what a frame or a message asks for.
func (c *conn) handle(opcode ws.OpCode, payload []byte) error {
	switch opcode {
	case ws.OpPong:
		c.pong.Store(int64(time.Since(c.opened)))
	case ws.OpPing:
		c.reply(ws.MustCompileFrame(ws.NewPongFrame(payload)))
	case ws.OpClose:
		return fault(reasonClient)
	case ws.OpBinary:
		c.send(refuse("", "a binary message has no meaning here; send text"))
	default:
		request, refused := decode(payload)
		if refused != nil {
			c.send(*refused)
			return nil
		}
		c.obey(request)
	}
	return nil
}

// obey does what a client asks for.
func (c *conn) obey(request any) {
	if said, ok := request.(hello); ok {
		c.hub.greet(c, said)
		return
	}
	if !c.greeted {
		c.send(refuse("", "hello comes first"))
		return
	}
	switch request := request.(type) {
	case say:
		c.hub.say(c, request)
	case typed:
		c.hub.types(c)
	}
}

func (c *conn) reply(frame []byte) {
	if c.push(frame, 0, true) {
		c.hub.writers.add(c)
	}
}
