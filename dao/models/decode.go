package models

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"time"
	"unicode/utf8"
)

// DecodeMessage reads the JSON form of a message. What [Message.AppendJSON] wrote without escapes, and almost all messages are, takes a
// quarter of the time of encoding/json; the rest, and all that was written otherwise, is left to that.
func DecodeMessage(text []byte) (Message, error) {
	m, ok := decodePlain(text)
	if ok {
		return m, nil
	}
	m = Message{}
	return m, json.Unmarshal(text, &m)
}

// decodePlain reads a message, perhaps with an offset before its other fields and a line break behind it.
func decodePlain(text []byte) (m Message, ok bool) {
	rest := bytes.TrimSuffix(text, []byte{'\n'})
	if after, found := bytes.CutPrefix(rest, []byte(`{"offset":`)); found {
		digits := 0
		for digits < min(len(after), 18) && '0' <= after[digits] && after[digits] <= '9' {
			digits++
		}
		if digits == 0 || digits > 1 && after[0] == '0' || digits == len(after) || after[digits] != ',' {
			return m, false
		}
		rest = after[digits+1:]
	} else if rest, found = bytes.CutPrefix(rest, []byte{'{'}); !found {
		return m, false
	}
	id, rest, ok1 := plainField(rest, `"_id":"`)
	user, rest, ok2 := plainField(rest, `,"user":"`)
	message, rest, ok3 := plainField(rest, `,"message":"`)
	at, rest, ok4 := plainField(rest, `,"createdAt":"`)
	if !ok1 || !ok2 || !ok3 || !ok4 || string(rest) != "}" || len(id) != 24 {
		return m, false
	}
	m.User, m.Message = string(user), string(message)
	if _, err := hex.Decode(m.ID[:], id); err != nil || hasUpper(string(id)) {
		return m, false
	}
	m.CreatedAt, ok = plainTime(at)
	return m, ok
}

// plainField cuts off a field whose value is a text that stands for itself.
func plainField(text []byte, before string) (value, rest []byte, ok bool) {
	text, ok = bytes.CutPrefix(text, []byte(before))
	if !ok {
		return nil, nil, false
	}
	end := bytes.IndexByte(text, '"')
	if end < 0 {
		return nil, nil, false
	}
	value = text[:end]
	for _, c := range value {
		if c < ' ' || c == '\\' {
			return nil, nil, false
		}
	}
	return value, text[end+1:], utf8.Valid(value)
}

// plainTime reads a time just as appendTime writes it.
func plainTime(text []byte) (Time, bool) {
	if len(text) != len(timeForm) {
		return 0, false
	}
	number := func(from, to int) (n int) {
		for _, c := range text[from:to] {
			n = 10*n + int(c-'0') // what is no digit makes another time
		}
		return n
	}
	t := TimeOf(time.Date(number(0, 4), time.Month(number(5, 7)), number(8, 10), number(11, 13), number(14, 16), number(17, 19),
		number(20, 23)*int(time.Millisecond), time.UTC))
	var space [len(timeForm)]byte
	return t, bytes.Equal(appendTime(space[:0], t), text)
}
