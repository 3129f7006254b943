package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/gobwas/ws"
)

// fanFlag makes this program the bare fan-out; what follows it is a number of sockets, x, and the
// size of a payload.
const fanFlag = "-fan"

// framesInWrite is how many frames the bare fan-out writes to a socket at once.
const framesInWrite = 10

// serveFan is the bare limit of a fan-out: when all sockets are there, one loop writes prepared
// frames to each in its turn, until they leave. Then it waits for the next ones.
func serveFan(ctx context.Context, argument string, out io.Writer) error {
	var n, size int
	if _, err := fmt.Sscanf(argument, "%dx%d", &n, &size); err != nil {
		return fmt.Errorf("%s %s: %w", fanFlag, argument, err)
	}
	payload := `{"type":"change","`
	payload += strings.Repeat("x", max(0, size-len(payload)))
	frame, err := ws.CompileFrame(ws.NewTextFrame([]byte(payload)))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	fmt.Fprintln(out, listener.Addr())
	for {
		if err := fan(listener, n, bytes.Repeat(frame, framesInWrite)); ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// fan serves one set of sockets to its end.
func fan(listener net.Listener, n int, text []byte) error {
	lines := make([]net.Conn, 0, n)
	defer func() {
		for _, line := range lines {
			line.Close()
		}
	}()
	for range n {
		line, err := listener.Accept()
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	for {
		for _, line := range lines {
			if _, err := line.Write(text); err != nil {
				return nil // they leave
			}
		}
	}
}

// bareSwarm connects n readers to a bare fan-out.
func bareSwarm(ctx context.Context, address string, n int) (*swarm, error) {
	s := &swarm{heard: heardOfShop, lines: make([]net.Conn, n)}
	err := s.connect(ctx, n, arrivals{}, func(ctx context.Context, i int) (net.Conn, error) { return dialLine(ctx, address, i) })
	if err != nil {
		s.close() // the error before is the one to tell
		return nil, err
	}
	return s, nil
}
