package socketio

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"iter"
)

// Version is that of Engine.IO, as clients name it in EIO.
const Version = "4"

// Kind is that of an Engine.IO packet, as it stands before it.
type Kind byte

// The kinds.
const (
	Open    Kind = '0'
	Close   Kind = '1'
	Ping    Kind = '2'
	Pong    Kind = '3'
	Message Kind = '4'
	Upgrade Kind = '5'
	Noop    Kind = '6'
	Binary  Kind = 'b' // of a message that is bytes: in a body in base64, else a binary frame
)

// Packet is a packet of Engine.IO.
type Packet struct {
	Kind Kind
	Data []byte
}

// Probe is the data of the ping and the pong by which a client tries whether it can upgrade.
const Probe = "probe"

// Separator stands between the packets of a body.
const Separator = '\x1e'

// The errors of packets.
var (
	ErrNoPacket = errors.New("this is no Engine.IO packet")
	ErrNoBase64 = errors.New("a packet of bytes must be in base64")
)

// ParsePacket reads a packet that stands alone. Bytes are decoded.
func ParsePacket(text []byte) (Packet, error) {
	if len(text) == 0 {
		return Packet{}, ErrNoPacket
	}
	p := Packet{Kind(text[0]), text[1:]}
	switch {
	case p.Kind == Binary:
		data, err := base64.StdEncoding.DecodeString(string(p.Data))
		if err != nil {
			return Packet{}, ErrNoBase64
		}
		p.Data = data
	case p.Kind < Open || p.Kind > Noop:
		return Packet{}, ErrNoPacket
	}
	return p, nil
}

// Packets reads the packets of a body, up to the first that is none.
func Packets(body []byte) iter.Seq2[Packet, error] {
	return func(yield func(Packet, error) bool) {
		for text := range bytes.SplitSeq(body, []byte{Separator}) {
			p, err := ParsePacket(text)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// Handshake is what the server says first, as an open packet.
type Handshake struct {
	Session      string   `json:"sid"`
	Upgrades     []string `json:"upgrades"`
	PingInterval int64    `json:"pingInterval"` // milliseconds
	PingTimeout  int64    `json:"pingTimeout"`  // milliseconds
	MaxPayload   int64    `json:"maxPayload"`   // bytes of a body, or of a frame
}

// Packet returns the open packet.
func (h Handshake) Packet() []byte {
	text, _ := json.Marshal(h) // texts and numbers
	return append([]byte{byte(Open)}, text...)
}
