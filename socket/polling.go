package socket

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"pulperia/socket/socketio"
)

// pollLine is the line of a client that polls: what it is sent goes as the answer to a request, and
// waits until there is one.
type pollLine struct {
	mu     sync.Mutex
	asks   chan []byte   // of the request that waits; nil for none
	ended  chan struct{} // closed with the line
	closed bool
	gone   func()
}

var _ wire = (*pollLine)(nil)

func newPollLine() *pollLine { return &pollLine{ended: make(chan struct{})} }

// Write answers the request that waits. When none does, nothing is taken.
func (l *pollLine) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return 0, net.ErrClosed
	case l.asks == nil:
		return 0, nil
	}
	l.asks <- bytes.Clone(text) // there is room for one
	l.asks = nil
	return len(text), nil
}

// ask has a request wait. It is not ok when one does already.
func (l *pollLine) ask() (answer chan []byte, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asks != nil {
		return nil, false
	}
	l.asks = make(chan []byte, 1)
	return l.asks, true
}

// withdraw ends the wait of a request, and says whether it was answered before.
func (l *pollLine) withdraw(answer chan []byte) (answered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asks == answer {
		l.asks = nil
	}
	return len(answer) > 0
}

// isAsked says whether a request waits.
func (l *pollLine) isAsked() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asks != nil || l.closed
}

// Close ends the line. What waits is answered by whoever asks.
func (l *pollLine) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.ended)
		if l.gone != nil {
			go l.gone()
		}
	}
	return nil
}

// leave is Close for a line whose connection goes on over another.
func (l *pollLine) leave() {
	l.mu.Lock()
	l.gone = nil
	l.mu.Unlock()
	l.Close()
}

// SetReadDeadline and SetWriteDeadline have no meaning here: nothing waits.
func (l *pollLine) SetReadDeadline(time.Time) error  { return nil }
func (l *pollLine) SetWriteDeadline(time.Time) error { return nil }

// stall says what a writer does with a connection that has not taken everything. One that polls is
// left alone until it does. The caller holds mu.
func (c *conn) stall() outcome {
	line, polls := c.net.(*pollLine)
	switch {
	case !polls:
		return outcomeStall
	case c.reason == reasonClient: // it does not come any more
		line.Close()
		return outcomeDone
	case line.isAsked() || c.upgrades():
		return outcomeAgain
	}
	c.parked = true
	return outcomeDone
}

// unpark gives a connection to the writers that was left alone.
func (c *conn) unpark() {
	c.mu.Lock()
	wake := c.parked
	c.parked = false
	c.mu.Unlock()
	if wake {
		c.hub.writers.add(c)
	}
}

// poll answers a request for what a client is to be told.
func (v *visit) poll(c *conn, line *pollLine) {
	answer, ok := line.ask()
	if !ok {
		c.end(reasonBadFrame)
		v.refuseEngine(engineBadRequest, "Only one request may wait.")
		return
	}
	control := http.NewResponseController(v.w)
	control.SetReadDeadline(time.Time{}) // the server had set some, for the request and for the answer
	control.SetWriteDeadline(time.Now().Add(pongTimeout + stallTimeout))
	c.unpark()
	if c.isProbed() { // it waits for this, before it goes on over another line
		c.sendPacket([]byte{byte(socketio.Noop)})
	}
	var text []byte
	select {
	case text = <-answer:
	case <-line.ended:
		if text = []byte{byte(socketio.Close)}; line.withdraw(answer) {
			text = <-answer
		}
	case <-v.r.Context().Done():
		if !line.withdraw(answer) {
			return // it asks again, or is gone
		}
		text = <-answer
	}
	if err := v.answer(bytes.TrimSuffix(text, []byte{socketio.Separator})); err != nil || v.r.Context().Err() != nil {
		line.Close() // what was in it is lost: who comes back gets the lists
	}
}

// sendPacket queues a packet for this connection alone, in the form of the line that it has just now: one
// made for a line that polls would break the line that it goes on over.
func (c *conn) sendPacket(packet []byte) {
	c.mu.Lock()
	wake := c.pushLocked(c.view.packet(packet), 0, false)
	c.mu.Unlock()
	if wake {
		c.hub.writers.add(c)
	}
}

// see is how the connection is told things at the moment.
func (c *conn) see() view {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.view
}

func (c *conn) isProbed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spoken.probed
}

// answer answers with text. It is an error when the client does not get it.
func (v *visit) answer(text []byte) error {
	v.w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	if _, err := v.w.Write(text); err != nil {
		return err
	}
	return http.NewResponseController(v.w).Flush()
}

// post takes what a client that polls has to say.
func (v *visit) post(c *conn) {
	if !c.spoken.reading.TryLock() {
		c.end(reasonBadFrame)
		v.refuseEngine(engineBadRequest, "Only one request may be sent.")
		return
	}
	defer c.spoken.reading.Unlock()
	body, err := io.ReadAll(http.MaxBytesReader(v.w, v.r.Body, maxFrame))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		c.end(reasonTooBig)
		v.refuse(refusedHandshake, http.StatusRequestEntityTooLarge, "A body may have 64 KiB at most.", 0)
		return
	}
	for packet, wrong := range socketio.Packets(body) {
		if err == nil {
			err = c.mayGoOn()
		}
		if err == nil && wrong != nil {
			err = fault(reasonBadFrame)
		}
		if err == nil {
			err = c.handlePacket(packet)
		}
		if err != nil {
			break
		}
	}
	if broken, is := err.(fault); is {
		c.end(reason(broken))
	}
	if err != nil && err != fault(reasonClient) {
		v.refuseEngine(engineBadRequest, "Bad request")
		return
	}
	v.answer([]byte("ok"))
}
