package socket

import (
	"net"
	"time"

	"github.com/gobwas/ws"

	"pulperia/socket/socketio"
)

// A client that polls may go on over a WebSocket line. It tries that line by a ping, and leaves the
// old one when that was answered; what waits for it then goes over the new one, in order.

// upgradeTimeout is how long a client may take to try a line.
const upgradeTimeout = 10 * time.Second

// tryUpgrade reads from a new line of a connection, until it is its only one or is given up.
func (c *conn) tryUpgrade(line net.Conn, in *frameReader) {
	line.SetReadDeadline(time.Now().Add(upgradeTimeout))
	if !c.probe() { // another is being tried
		line.Close()
		return
	}
	done := false
	for err := error(nil); err == nil && !done; {
		var opcode ws.OpCode
		var payload []byte
		if opcode, payload, err = in.next(c.mayGoOn); err == nil {
			done, err = c.tryPacket(line, opcode, payload)
		}
	}
	c.mu.Lock()
	c.spoken.probed = false
	c.mu.Unlock()
	if !done || !c.goOnOver(line) {
		line.Close()
		return
	}
	line.SetReadDeadline(time.Time{})
	c.readWebSocket(in, c.handleSocketIO)
}

// tryPacket answers what comes over a line that is tried, and says whether the trial is over.
func (c *conn) tryPacket(line net.Conn, opcode ws.OpCode, payload []byte) (done bool, err error) {
	packet, err := socketio.ParsePacket(payload)
	switch {
	case opcode != ws.OpText || err != nil:
		return false, fault(reasonBadFrame)
	case packet.Kind == socketio.Upgrade:
		return true, nil
	case packet.Kind != socketio.Ping || string(packet.Data) != socketio.Probe:
		return false, fault(reasonBadFrame)
	}
	pong := append([]byte{byte(socketio.Pong)}, socketio.Probe...)
	line.SetWriteDeadline(time.Now().Add(goodbyeTimeout))
	_, err = line.Write(view{door: doorSocketIO}.packet(pong))
	line.SetWriteDeadline(time.Time{})
	return false, err
}

// probe begins a trial, unless there is one. A request that waits is answered: its client sends no
// other before it goes on over the new line.
func (c *conn) probe() (begins bool) {
	c.mu.Lock()
	begins = !c.spoken.probed
	c.spoken.probed = true
	line, polls := c.net.(*pollLine)
	answer := begins && polls && len(c.queue.parcels) == 0 && line.isAsked()
	c.mu.Unlock()
	if answer {
		c.sendPacket([]byte{byte(socketio.Noop)})
	}
	return begins
}

// goOnOver has a writer take the new line, unless the connection ends.
func (c *conn) goOnOver(line net.Conn) bool {
	c.mu.Lock()
	ends := c.reason != "" || !c.view.polls || c.spoken.upgrade != nil
	wake := false
	if !ends {
		c.spoken.upgrade = line
		wake = c.parked || c.schedule()
		c.parked = false
	}
	c.mu.Unlock()
	if wake {
		c.hub.writers.add(c)
	}
	return !ends
}

// upgrades says whether a new line is there to be taken. The caller holds mu.
func (c *conn) upgrades() bool { return c.spoken != nil && c.spoken.upgrade != nil }

// upgradeIfDue takes the new line. Only the writer that has the connection does it, between two
// writes, so that no packet is torn. The caller holds mu.
func (c *conn) upgradeIfDue() {
	if !c.upgrades() {
		return
	}
	line := c.spoken.upgrade
	c.spoken.upgrade = nil
	old := c.net.(*pollLine)
	for i := range c.queue.parcels {
		p := &c.queue.parcels[i]
		c.queue.size -= len(p.text)
		p.text = frames(p.text)
		c.queue.size += len(p.text)
	}
	c.net, c.raw, c.view.polls = line, rawConn(line), false
	old.leave()
}
