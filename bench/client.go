package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// client is one keep-alive connection. It reads no more of an answer than its status and its
// length, so that as much as possible of the machine is left to the server: a heavier client would
// flatter every ratio.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(address string) (*client, error) {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return nil, err
	}
	return &client{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

func (c *client) close() { c.conn.Close() }

// request writes a request once, to be sent many times.
func request(method, target, body string) []byte {
	text := fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Language: es\r\n", method, target)
	if body != "" {
		text = fmt.Appendf(text, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	return append(append(text, "\r\n"...), body...)
}

// do sends a request and reads the answer to its end. Any status but 200 and 201 is an error. It
// returns the length of the body.
func (c *client) do(request []byte) (int, error) {
	length, _, err := c.ask(request, "200 201")
	return length, err
}

// ask is do where the answer may have one of several statuses, and returns which it was.
func (c *client) ask(request []byte, may string) (length, status int, err error) {
	if _, err := c.conn.Write(request); err != nil {
		return 0, 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	const digits = len("200")
	version := len("HTTP/1.1 ")
	if len(line) < version+digits || !strings.Contains(may, string(line[version:version+digits])) {
		asked, _, _ := bytes.Cut(request, []byte("\r\n"))
		return 0, 0, fmt.Errorf("%s: %s", asked, bytes.TrimSpace(line))
	}
	if status, err = strconv.Atoi(string(line[version : version+digits])); err != nil {
		return 0, 0, err
	}
	length = -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		if len(line) <= len("\r\n") {
			break
		}
		if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, 0, err
			}
		}
	}
	if length < 0 {
		return 0, 0, fmt.Errorf("an answer without Content-Length")
	}
	_, err = c.in.Discard(length)
	return length, status, err
}
