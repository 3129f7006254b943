package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gobwas/ws"
)

// The peer is what one would take instead: the same assignment on Node, in the folder peer. It runs
// as it would in production, in one process; several would each have chats and carts of their own
// without a further part.

// peerDir returns the folder of the peer, with what it needs from npm; nothing when there is no
// Node here.
func peerDir(ctx context.Context) (string, error) {
	if _, err := exec.LookPath("node"); err != nil {
		return "", nil
	}
	dir, err := filepath.Abs("peer")
	if err != nil {
		return "", err
	}
	wanted, err := os.Stat(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return "", err
	}
	// npm leaves a copy of the lock file there.
	if there, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil && !there.ModTime().Before(wanted.ModTime()) {
		return dir, nil
	}
	install := exec.CommandContext(ctx, "npm", "ci", "--silent")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci in bench/peer: %w\n%s", err, out)
	}
	return dir, nil
}

// openPeer starts the peer on a folder and waits until it answers.
func openPeer(ctx context.Context, dir, store string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	peer := command(ctx, "node", "app.js")
	peer.Dir, peer.Stderr = dir, os.Stderr
	peer.Env = append(peer.Env, "NODE_ENV=production", "STORE="+store, "PORT="+port)
	return openServer(ctx, peer, address)
}

// dialPeer makes the i-th Socket.IO connection to the peer, over WebSocket at once:
// https://socket.io/docs/v4/engine-io-protocol and https://socket.io/docs/v4/socket-io-protocol.
func dialPeer(ctx context.Context, address string, i int) (net.Conn, error) {
	line, err := dialLine(ctx, address, i)
	if err != nil {
		return nil, err
	}
	place := &url.URL{Scheme: "ws", Host: address, Path: "/socket.io/", RawQuery: "EIO=4&transport=websocket"}
	// The server speaks first, often in the packet of its handshake: what has come with it is part
	// of the line.
	early, _, err := ws.Dialer{}.Upgrade(line, place)
	if err == nil {
		err = tell(line, "40") // to the one namespace
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("handshake of socket %d: %w", i, err), line.Close())
	}
	if early != nil {
		return earlier{line, early}, nil
	}
	return line, nil
}

// earlier is a line of which something was read already.
type earlier struct {
	net.Conn
	buffer interface{ Read([]byte) (int, error) }
}

func (e earlier) Read(b []byte) (int, error) { return e.buffer.Read(b) }

// tell sends a text.
func tell(line net.Conn, text string) error {
	frame, err := ws.CompileFrame(ws.MaskFrameInPlace(ws.NewTextFrame([]byte(text))))
	if err == nil {
		_, err = line.Write(frame)
	}
	return err
}

// answerPing answers a ping of Engine.IO.
func answerPing(line net.Conn) error { return tell(line, "3") }

// heardOfPeer understands Socket.IO.
func heardOfPeer(payload []byte) event {
	switch text := string(payload[:min(len(payload), len(`42["message"`))]); {
	case text == `42["message"`:
		return changeEvent
	case text == "2":
		return pingEvent
	case strings.HasPrefix(text, "40"):
		return welcomeEvent
	case text == "1", text == "41":
		return byeEvent
	}
	return otherEvent
}
