package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/gobwas/ws"
)

// dialLine makes the i-th connection to a server. They come from several addresses, because one has
// not enough ports.
func dialLine(ctx context.Context, address string, i int) (net.Conn, error) {
	from := net.Dialer{Timeout: 10 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%8))}}
	return from.DialContext(ctx, "tcp", address)
}

// dialLive makes the i-th live connection to a shop and says hello. What the server says is still
// to be read.
func dialLive(ctx context.Context, address string, i int, topics []string, since string) (net.Conn, error) {
	line, err := dialLine(ctx, address, i)
	if err != nil {
		return nil, err
	}
	if err := greet(line, address, i, topics, since); err != nil {
		line.Close()
		return nil, err
	}
	return line, nil
}

func greet(line net.Conn, address string, i int, topics []string, since string) error {
	return greetAs(line, address, "", i, topics, since)
}

// nameless is the place of a connection whose user gives no name, as on pages without a chat.
const nameless = -1

// greetAs is greet by who has a cookie; "" for nobody.
func greetAs(line net.Conn, address, cookie string, i int, topics []string, since string) error {
	upgrader := ws.Dialer{ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10}
	if cookie != "" {
		upgrader.Header = ws.HandshakeHeaderHTTP{"Cookie": {cookie}}
	}
	early, _, err := upgrader.Upgrade(line, &url.URL{Scheme: "ws", Host: address, Path: "/ws"})
	if err != nil {
		return fmt.Errorf("handshake of socket %d: %w", i, err)
	}
	if early != nil && early.Buffered() > 0 {
		return fmt.Errorf("socket %d: the server spoke before hello", i)
	}
	hello := map[string]any{"type": "hello", "topics": topics}
	if i != nameless {
		hello["user"] = fmt.Sprintf("vecino%02d@example.com", i%20)
	}
	if since != "" {
		hello["since"] = since
	}
	return say(line, hello)
}

// say sends one object.
func say(line net.Conn, what any) error {
	text, err := json.Marshal(what)
	if err != nil {
		return err
	}
	frame, err := ws.CompileFrame(ws.MaskFrameInPlace(ws.NewTextFrame(text)))
	if err != nil {
		return err
	}
	_, err = line.Write(frame)
	return err
}

// pong answers any ping: empty, masked with zeros.
func pong(line net.Conn) error {
	_, err := line.Write([]byte{0x80 | byte(ws.OpPong), 0x80, 0, 0, 0, 0})
	return err
}

// nextFrame reads a frame of a server, and returns its opcode and as much of its payload as the
// buffer holds. It is valid until the next one. It trusts the server and looks at no more than it
// must: the reader shares the machine with the server.
func nextFrame(in *bufio.Reader) (ws.OpCode, []byte, error) {
	head, err := in.Peek(2)
	if err != nil {
		return 0, nil, err
	}
	opcode, size, length := ws.OpCode(head[0]&0x0f), 2, int(head[1]&0x7f)
	if length == 126 {
		size = 4
	} else if length == 127 {
		size = 10
	}
	if head, err = in.Peek(size); err != nil {
		return 0, nil, err
	}
	switch size {
	case 4:
		length = int(binary.BigEndian.Uint16(head[2:]))
	case 10:
		length = int(binary.BigEndian.Uint64(head[2:]))
	}
	whole, err := in.Peek(min(size+length, in.Size()))
	if err != nil {
		return 0, nil, err
	}
	if size+length > in.Size() {
		whole = bytes.Clone(whole)
	}
	_, err = in.Discard(size + length)
	return opcode, whole[size:], err
}

// isOf says whether a payload is an object of the given type.
func isOf(payload []byte, kind string) bool {
	rest, found := bytes.CutPrefix(payload, []byte(`{"type":"`))
	return found && len(rest) > len(kind) && rest[len(kind)] == '"' && string(rest[:len(kind)]) == kind
}

// valueIn returns a string of an object that has no escapes in it.
func valueIn(payload []byte, name string) string {
	_, rest, _ := bytes.Cut(payload, []byte(`"`+name+`":"`))
	value, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(value)
}

// stamped makes the text of a message that begins with the time of its sending.
func stamped(filler string) string {
	return (strconv.FormatInt(time.Now().UnixNano(), 10) + " " + filler)[:messageSize]
}

// ageOf returns how long ago the message of a change was sent.
func ageOf(payload []byte) (time.Duration, error) {
	text := valueIn(payload, "message")
	stamp, _, _ := bytes.Cut([]byte(text), []byte(" "))
	sent, err := strconv.ParseInt(string(stamp), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("a change without a time: %w", err)
	}
	return time.Duration(time.Now().UnixNano() - sent), nil
}

// until waits for something that is about to be.
func until(ctx context.Context, what string, done func() bool) error {
	const most = time.Minute
	for begin := time.Now(); !done(); time.Sleep(200 * time.Microsecond) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(begin) > most {
			return fmt.Errorf("not within %s: %s", most, what)
		}
	}
	return nil
}
