package socket

import (
	"bufio"
	"io"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// fault is the error of a client that does not keep to WebSocket or to the sizes.
type fault reason

// Error names the reason.
func (f fault) Error() string { return "websocket: " + string(f) }

// frameReader reads the messages of a client (RFC 6455, section 5). It takes no memory for a
// payload before it has looked at its header.
type frameReader struct {
	in      *bufio.Reader
	header  [ws.MaxHeaderSize]byte
	pending []byte    // fragments of a message that has not ended
	opcode  ws.OpCode // of it; continuation when there is none
}

// next returns the next control frame, or the next message as a whole, with the opcode of its first
// frame. more is called for every frame before its payload is read; what it returns ends the
// reading.
func (f *frameReader) next(more func() error) (ws.OpCode, []byte, error) {
	for {
		h, err := f.readHeader()
		if err != nil {
			return 0, nil, err
		}
		if err := more(); err != nil {
			return 0, nil, err
		}
		if h.Length > int64(maxFrame-len(f.pending)) && h.OpCode.IsData() {
			return 0, nil, fault(reasonTooBig)
		}
		payload, err := f.readPayload(h)
		if err != nil {
			return 0, nil, err
		}
		if h.OpCode.IsControl() {
			return h.OpCode, payload, checkControl(h.OpCode, payload)
		}
		if h.OpCode != ws.OpContinuation {
			f.opcode = h.OpCode
		}
		if !h.Fin {
			f.pending = payload
			continue
		}
		opcode := f.opcode
		f.pending, f.opcode = nil, ws.OpContinuation
		if opcode == ws.OpText && !utf8.Valid(payload) {
			return 0, nil, fault(reasonBadText)
		}
		return opcode, payload, nil
	}
}

func (f *frameReader) readHeader() (ws.Header, error) {
	first, err := f.in.Peek(2)
	if err != nil {
		return ws.Header{}, err
	}
	form := first[1] & 0x7f
	h, err := ws.ReadHeaderBuffer(f.in, f.header[:])
	if err == ws.ErrHeaderLengthMSB {
		return h, fault(reasonBadFrame)
	}
	if err != nil {
		return h, err
	}
	state := ws.StateServerSide
	if f.opcode != ws.OpContinuation {
		state = state.Set(ws.StateFragmented)
	}
	longer := form == 126 && h.Length < 126 || form == 127 && h.Length <= 0xffff // than the length needs
	if longer || ws.CheckHeader(h, state) != nil {
		return h, fault(reasonBadFrame)
	}
	return h, nil
}

// readPayload returns the payload, behind the fragments before it when it continues a message.
func (f *frameReader) readPayload(h ws.Header) ([]byte, error) {
	var payload []byte
	if h.OpCode == ws.OpContinuation {
		payload = f.pending
	}
	start := len(payload)
	payload = append(payload, make([]byte, h.Length)...)
	if _, err := io.ReadFull(f.in, payload[start:]); err != nil {
		return nil, err
	}
	ws.Cipher(payload[start:], h.Mask, 0)
	return payload, nil
}

// checkControl says whether the payload of a control frame is what it must be.
func checkControl(opcode ws.OpCode, payload []byte) error {
	if opcode != ws.OpClose || len(payload) == 0 {
		return nil
	}
	if len(payload) == 1 {
		return fault(reasonBadFrame)
	}
	code, text := ws.ParseCloseFrameData(payload)
	switch err := ws.CheckCloseFrameData(code, text); {
	case err == ws.ErrProtocolInvalidUTF8:
		return fault(reasonBadText)
	case err != nil && code != 1012 && code != 1013 && code != 1014: // registered with IANA since
		return fault(reasonBadFrame)
	}
	return nil
}
