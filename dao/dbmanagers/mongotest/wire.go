package mongotest

import (
	"encoding/binary"
	"io"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// The wire protocol, as far as a line needs it: every frame begins with its length, an id, the id
// that it answers, and a code.
// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
const (
	frameHeader = 16
	frameMost   = 64 << 20
	opMsg       = 2013
)

func readFrame(from io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(from, length[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(length[:])
	if n < frameHeader || n > frameMost {
		return nil, io.ErrUnexpectedEOF
	}
	frame := make([]byte, n)
	copy(frame, length[:])
	_, err := io.ReadFull(from, frame[4:])
	return frame, err
}

func idOf(frame []byte) uint32 { return binary.LittleEndian.Uint32(frame[4:]) }

// answeredBy is the id of the frame that a frame answers.
func answeredBy(frame []byte) uint32 { return binary.LittleEndian.Uint32(frame[8:]) }

// commandOf is the name of the command in a frame, "" when it holds none.
func commandOf(frame []byte) string {
	if binary.LittleEndian.Uint32(frame[12:]) != opMsg {
		return ""
	}
	for rest := frame[frameHeader+4:]; len(rest) > 5; {
		kind, size := rest[0], int(binary.LittleEndian.Uint32(rest[1:]))
		if size < 5 || size+1 > len(rest) {
			return ""
		}
		if kind != 0 { // documents that belong to the command
			rest = rest[1+size:]
			continue
		}
		first, err := bson.Raw(rest[1 : 1+size]).IndexErr(0)
		if err != nil {
			return ""
		}
		return first.Key()
	}
	return ""
}

// refusal answers a command as a full cluster does.
func refusal(frame []byte) []byte {
	doc, err := bson.Marshal(bson.D{{Key: "ok", Value: 0.0},
		{Key: "errmsg", Value: Quota},
		{Key: "code", Value: 8000}, {Key: "codeName", Value: "AtlasError"}})
	if err != nil {
		panic(err) // it is always the same
	}
	answer := make([]byte, frameHeader+5, frameHeader+5+len(doc))
	answer = append(answer, doc...)
	binary.LittleEndian.PutUint32(answer, uint32(len(answer)))
	copy(answer[8:12], frame[4:8])
	binary.LittleEndian.PutUint32(answer[12:], opMsg)
	return answer
}
