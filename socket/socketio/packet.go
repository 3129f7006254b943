package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
)

// Type is that of a Socket.IO packet, as it stands before it.
type Type byte

// The types.
const (
	Connect      Type = '0'
	Disconnect   Type = '1'
	Event        Type = '2'
	Ack          Type = '3'
	ConnectError Type = '4'
	BinaryEvent  Type = '5'
	BinaryAck    Type = '6'
)

// Said is a packet of Socket.IO, which is the data of a message of Engine.IO.
type Said struct {
	Type        Type
	Namespace   string // "/" is the main one
	Attachments int    // messages of bytes that follow and belong to it
	ID          int64  // under which an answer is asked for, with WantsAck
	WantsAck    bool
	Name        string            // of an event
	Args        []json.RawMessage // of an event, behind its name
}

// MainNamespace is the one that everybody connects to.
const MainNamespace = "/"

// The limits of a packet.
const (
	maxAttachments = 10
	maxIDDigits    = 15 // clients count in doubles
)

// ErrNoSaid is the error of what is no packet. A connection that sends it cannot be understood.
var ErrNoSaid = errors.New("this is no Socket.IO packet")

// reserved are names that clients use for what is no event.
var reserved = []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}

// ParseSaid reads a packet.
func ParseSaid(text []byte) (Said, error) {
	if len(text) == 0 || text[0] < byte(Connect) || text[0] > byte(BinaryAck) {
		return Said{}, ErrNoSaid
	}
	s, rest := Said{Type: Type(text[0]), Namespace: MainNamespace}, text[1:]
	if s.Type == BinaryEvent || s.Type == BinaryAck {
		count, after, ok := bytes.Cut(rest, []byte("-"))
		n, err := strconv.ParseUint(string(count), 10, 8)
		if !ok || err != nil || n > maxAttachments {
			return Said{}, ErrNoSaid
		}
		s.Attachments, rest = int(n), after
	}
	if len(rest) > 0 && rest[0] == '/' {
		namespace, after, _ := bytes.Cut(rest, []byte(","))
		s.Namespace, rest = string(namespace), after
	}
	digits := 0
	for digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9' {
		digits++
	}
	if digits > maxIDDigits {
		return Said{}, ErrNoSaid
	}
	if digits > 0 {
		s.ID, _ = strconv.ParseInt(string(rest[:digits]), 10, 64)
		s.WantsAck = s.Type == Event || s.Type == BinaryEvent
	}
	return s.withData(rest[digits:])
}

// withData reads what is said, which each type has in its own form.
func (s Said) withData(data []byte) (Said, error) {
	ok := false
	switch s.Type {
	case Connect:
		var auth map[string]json.RawMessage
		ok = len(data) == 0 || json.Unmarshal(data, &auth) == nil && auth != nil
	case Disconnect:
		ok = len(data) == 0
	case Event, BinaryEvent:
		if json.Unmarshal(data, &s.Args) == nil && len(s.Args) > 0 && s.Args[0][0] == '"' {
			ok = json.Unmarshal(s.Args[0], &s.Name) == nil && !slices.Contains(reserved, s.Name)
			s.Args = s.Args[1:]
		}
	case Ack, BinaryAck:
		ok = json.Unmarshal(data, &s.Args) == nil && s.Args != nil
	}
	if !ok {
		return Said{}, ErrNoSaid
	}
	return s, nil
}

// What the server says, as packets of Engine.IO.

// Welcome returns the answer to who connects, with an id of the connection.
func Welcome(id string) []byte {
	return append(strconv.AppendQuote([]byte(`40{"sid":`), id), '}')
}

// Unwelcome returns the answer to who connects to a namespace that is not there.
func Unwelcome(namespace string) []byte {
	b := []byte("44")
	if namespace != MainNamespace {
		b = append(append(b, namespace...), ',')
	}
	return append(b, `{"message":"Invalid namespace"}`...)
}

// Farewell ends what Welcome began: the client does not come back by itself.
func Farewell() []byte { return []byte{byte(Message), byte(Disconnect)} }

// EventOf returns an event with its arguments, which are JSON.
func EventOf(name string, args ...[]byte) []byte {
	quoted, _ := json.Marshal(name)
	size := len(quoted) + 4
	for _, arg := range args {
		size += len(arg) + 1
	}
	b := append(append(make([]byte, 0, size), '4', '2', '['), quoted...)
	for _, arg := range args {
		b = append(append(b, ','), arg...)
	}
	return append(b, ']')
}

// AckOf returns the answer to an event that asks for one.
func AckOf(id int64, arg []byte) []byte {
	b := append([]byte("43"), strconv.FormatInt(id, 10)...)
	return append(append(append(b, '['), arg...), ']')
}
