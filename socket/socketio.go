package socket

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"pulperia/dao/models"
	"pulperia/socket/socketio"
)

// The refusals of Engine.IO, as its clients know them.
const (
	engineUnknownTransport = iota
	engineUnknownSession
	engineBadMethod
	engineBadRequest
	engineForbidden
	engineVersion
)

// SocketIO is the handler of /socket.io/: the same line as by [Hub.WebSocket], for clients of
// Socket.IO 3 and 4, over WebSocket or by polling.
func (h *Hub) SocketIO(w http.ResponseWriter, r *http.Request) {
	v := h.begins(w, r, doorSocketIO)
	if !v.isOurs() {
		return
	}
	query := r.URL.Query()
	transport, session := query.Get("transport"), query.Get("sid")
	switch {
	case r.Method == http.MethodOptions:
		v.preflight()
	case query.Get("EIO") != socketio.Version:
		v.refuseEngine(engineVersion, "Unsupported protocol version")
	case transport != "polling" && transport != "websocket":
		v.refuseEngine(engineUnknownTransport, "Transport unknown")
	case session != "":
		v.goOn(session, transport)
	case r.Method != http.MethodGet:
		v.refuseEngine(engineBadMethod, "Bad handshake method")
	case transport == "polling":
		v.beginPolling()
	default:
		v.beginFrames()
	}
}

// isOurs keeps out what a page of another site sends, and says to the browsers of pages that may
// connect that they may. It has answered if it is not so.
func (v *visit) isOurs() bool {
	if !v.hub.origins.allow(v.r) || v.hub.foreign.Check(v.r) != nil {
		v.refuse(refusedOrigin, http.StatusForbidden, "Pages of this site may not connect here.", 0)
		return false
	}
	if v.hub.origins.isForeign(v.r) {
		header := v.w.Header()
		header.Set("Access-Control-Allow-Origin", v.r.Header.Get("Origin"))
		header.Set("Access-Control-Allow-Credentials", "true") // they are not looked at: such a page is nobody
		header.Add("Vary", "Origin")
	}
	return true
}

// preflight answers what a browser asks before it sends what a page of another origin wants.
func (v *visit) preflight() {
	header := v.w.Header()
	header.Set("Access-Control-Allow-Methods", "GET, POST")
	if asked := v.r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		header.Set("Access-Control-Allow-Headers", asked)
		header.Add("Vary", "Access-Control-Request-Headers")
	}
	v.w.WriteHeader(http.StatusNoContent)
}

// openSession makes a new connection of Socket.IO known. Which names it knows may have been said
// before, from the same page, or be said in its address.
func (v *visit) openSession(line wire, p place) *conn {
	from := pageOf(v.r, p.client)
	v.hub.mu.Lock()
	family, known := v.hub.speech.pages[from]
	v.hub.mu.Unlock()
	if !known {
		family = socketio.Strangers
	}
	for _, list := range v.r.URL.Query()["events"] {
		for name := range strings.SplitSeq(list, ",") {
			family = family.Listen(name)
		}
	}
	_, polls := line.(*pollLine)
	seen := view{door: doorSocketIO, family: family, polls: polls}
	return v.hub.openSession(seen, &spoken{session: rand.Text(), page: from}, line, p)
}

func handshakeOf(session string, polls bool) []byte {
	upgrades := []string{}
	if polls {
		upgrades = append(upgrades, "websocket")
	}
	return socketio.Handshake{
		Session: session, Upgrades: upgrades, MaxPayload: maxFrame,
		PingInterval: pingEvery.Milliseconds(), PingTimeout: (pongTimeout - pingEvery).Milliseconds(),
	}.Packet()
}

func (v *visit) beginPolling() {
	p, ok := v.admit()
	if !ok {
		return
	}
	line := newPollLine()
	c := v.openSession(line, p)
	line.mu.Lock()
	line.gone = func() { v.hub.gone(c) }
	line.mu.Unlock()
	if v.answer(handshakeOf(c.spoken.session, true)) != nil {
		line.Close()
	}
}

func (v *visit) beginFrames() {
	p, ok := v.admit()
	if !ok {
		return
	}
	line, in, ok := v.upgrade()
	if !ok {
		v.hub.leave(p)
		return
	}
	c := v.openSession(line, p)
	c.sendPacket(handshakeOf(c.spoken.session, false))
	go c.readWebSocket(in, c.handleSocketIO)
}

// goOn is a request of a session that there is.
func (v *visit) goOn(session, transport string) {
	if retryAfter, ok := v.hub.AllowRequest(v.r); !ok {
		v.tooOften(retryAfter)
		return
	}
	v.hub.mu.Lock()
	c := v.hub.speech.sessions[session]
	v.hub.mu.Unlock()
	if c == nil {
		v.refuseEngine(engineUnknownSession, "Session ID unknown")
		return
	}
	line, polls := c.polled()
	switch {
	case !polls:
		v.refuseEngine(engineUnknownSession, "Session ID unknown")
	case transport == "websocket":
		if line, in, ok := v.upgrade(); ok {
			go c.tryUpgrade(line, in)
		}
	case v.r.Method == http.MethodGet:
		v.poll(c, line)
	case v.r.Method == http.MethodPost:
		v.post(c)
	default:
		v.refuseEngine(engineBadMethod, "Bad handshake method")
	}
}

// polled returns the line of a client that polls and has not been sent away.
func (c *conn) polled() (line *pollLine, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if line, ok = c.net.(*pollLine); !ok || c.spoken.upgrade != nil {
		return nil, false
	}
	line.mu.Lock()
	defer line.mu.Unlock()
	return line, !line.closed
}

// engineFailure is the form of a refusal that clients of Engine.IO know, and ours.
type engineFailure struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Status  string `json:"status"`
	Error   string `json:"error"`
}

func (v *visit) refuseEngine(code int, message string) {
	v.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	v.w.WriteHeader(http.StatusBadRequest)
	v.w.Write(models.JSON(engineFailure{code, message, "error", "invalid"})) // who cannot read it any more has gone
	v.log(refusedHandshake, nil)
}

// handleSocketIO does what a frame asks for.
func (c *conn) handleSocketIO(opcode ws.OpCode, payload []byte) error {
	c.spoken.reading.Lock() // a request that has posted before an upgrade may still be at it
	defer c.spoken.reading.Unlock()
	switch opcode {
	case ws.OpPong:
	case ws.OpPing:
		c.reply(ws.MustCompileFrame(ws.NewPongFrame(payload)))
	case ws.OpClose:
		return fault(reasonClient)
	case ws.OpBinary:
		return c.handlePacket(socketio.Packet{Kind: socketio.Binary, Data: payload})
	default:
		packet, err := socketio.ParsePacket(payload)
		if err != nil || packet.Kind == socketio.Binary {
			return fault(reasonBadFrame)
		}
		return c.handlePacket(packet)
	}
	return nil
}

// handlePacket does what a packet of Engine.IO asks for.
func (c *conn) handlePacket(packet socketio.Packet) error {
	switch packet.Kind {
	case socketio.Pong:
		c.pong.Store(int64(time.Since(c.opened)))
	case socketio.Close:
		return fault(reasonClient)
	case socketio.Upgrade, socketio.Noop:
	case socketio.Binary:
		if c.spoken.attachments--; c.spoken.attachments < 0 {
			return fault(reasonBadFrame)
		}
	case socketio.Message:
		said, err := socketio.ParseSaid(packet.Data)
		if err != nil || c.spoken.attachments > 0 {
			return fault(reasonBadFrame)
		}
		return c.listen(said)
	default:
		return fault(reasonBadFrame)
	}
	return nil
}

// listen does what a packet of Socket.IO asks for.
func (c *conn) listen(said socketio.Said) error {
	c.spoken.attachments = said.Attachments
	switch {
	case said.Namespace != socketio.MainNamespace:
		if said.Type == socketio.Connect {
			c.sendPacket(socketio.Unwelcome(said.Namespace))
		}
	case said.Type == socketio.Connect && c.greeted:
	case said.Type == socketio.Connect:
		c.hub.enter(c)
	case !c.greeted, said.Type == socketio.ConnectError:
		return fault(reasonBadFrame)
	case said.Type == socketio.Disconnect:
		return fault(reasonClient)
	case said.Type == socketio.Event, said.Type == socketio.BinaryEvent:
		c.obeySaid(said)
	}
	return nil
}
