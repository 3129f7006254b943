package socket

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gobwas/ws"
)

const helloText = `{"type":"hello","topics":["products"]}`

func frameOf(fin bool, opcode ws.OpCode, payload string) []byte {
	return masked(ws.Header{Fin: fin, OpCode: opcode}, payload)
}

// What WebSocket does not allow, and what is too large, closes the line with its code and reason,
// and nothing else does.
func TestFrames(t *testing.T) {
	join := func(frames ...[]byte) []byte { return bytes.Join(frames, nil) }
	unmasked := ws.MustCompileFrame(ws.NewTextFrame([]byte("{}")))
	header := func(length ...byte) []byte { return append(append([]byte{0x81}, length...), 1, 2, 3, 4) }
	half := strings.Repeat("x", maxFrame/2+1)
	closing := func(code ws.StatusCode, why string) []byte {
		return frameOf(true, ws.OpClose, string(ws.NewCloseFrameBody(code, why)))
	}
	for name, tt := range map[string]struct {
		sent []byte
		code ws.StatusCode // 0: the line stays open
	}{
		"hello":                            {text(helloText), 0},
		"hello in three fragments":         {join(frameOf(false, ws.OpText, helloText[:9]), frameOf(false, ws.OpContinuation, helloText[9:20]), frameOf(true, ws.OpContinuation, helloText[20:])), 0},
		"control frames between":           {join(frameOf(false, ws.OpText, helloText[:9]), frameOf(true, ws.OpPing, "x"), frameOf(true, ws.OpPong, ""), frameOf(true, ws.OpContinuation, helloText[9:])), 0},
		"empty fragments":                  {join(frameOf(false, ws.OpText, ""), frameOf(false, ws.OpContinuation, ""), frameOf(true, ws.OpContinuation, helloText)), 0},
		"a character across fragments":     {join(frameOf(false, ws.OpText, `{"type":"ñ`[:10]), frameOf(true, ws.OpContinuation, `{"type":"ñ`[10:]+`"}`)), 0},
		"empty":                            {text(""), 0},
		"binary":                           {frameOf(true, ws.OpBinary, "\xff\xfe"), 0},
		"64 KiB":                           {text(strings.Repeat("x", maxFrame)), 0},
		"a pong that nobody asked for":     {frameOf(true, ws.OpPong, "x"), 0},
		"unmasked":                         {unmasked, 1002},
		"first reserved bit":               {masked(ws.Header{Fin: true, Rsv: 4, OpCode: ws.OpText}, "{}"), 1002},
		"second reserved bit":              {masked(ws.Header{Fin: true, Rsv: 2, OpCode: ws.OpText}, "{}"), 1002},
		"third reserved bit":               {masked(ws.Header{Fin: true, Rsv: 1, OpCode: ws.OpText}, "{}"), 1002},
		"reserved opcode 3":                {frameOf(true, 3, ""), 1002},
		"reserved opcode 11":               {frameOf(true, 11, ""), 1002},
		"continuation of nothing":          {frameOf(true, ws.OpContinuation, "x"), 1002},
		"text within a message":            {join(frameOf(false, ws.OpText, "x"), text("x")), 1002},
		"ping in fragments":                {frameOf(false, ws.OpPing, ""), 1002},
		"ping of 126 bytes":                {frameOf(true, ws.OpPing, strings.Repeat("x", 126)), 1002},
		"length longer than needed, 16":    {header(0xfe, 0, 5), 1002},
		"length longer than needed, 64":    {header(0xff, 0, 0, 0, 0, 0, 0, 0, 5), 1002},
		"length over 63 bits":              {header(0xff, 0x80, 0, 0, 0, 0, 0, 0, 0), 1002},
		"64 KiB and a byte":                {header(0xff, 0, 0, 0, 0, 0, 1, 0, 1), 1009},
		"as much as a length can say":      {header(0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 1009},
		"too large in fragments":           {join(frameOf(false, ws.OpText, half), frameOf(true, ws.OpContinuation, half)), 1009},
		"text that is not UTF-8":           {text("\xff"), 1007},
		"a surrogate":                      {text("\xed\xa0\x80"), 1007},
		"half a character":                 {text("\xc3"), 1007},
		"not UTF-8 in fragments":           {join(frameOf(false, ws.OpText, "\xc3"), frameOf(true, ws.OpContinuation, "x")), 1007},
		"goodbye":                          {closing(1000, "done"), 1000},
		"goodbye without a code":           {frameOf(true, ws.OpClose, ""), 1000},
		"goodbye with a code of one's own": {closing(4999, ""), 1000},
		"goodbye with half a code":         {frameOf(true, ws.OpClose, "x"), 1002},
		"goodbye with code 1005":           {closing(1005, ""), 1002},
		"goodbye with code 999":            {closing(999, ""), 1002},
		"goodbye that is not UTF-8":        {closing(1000, "\xff"), 1007},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Options{}, func(s *testShop) {
				r := s.upgrade()
				go r.Write(append(tt.sent, frameOf(true, ws.OpPing, "still there")...))
				for {
					f, err := r.frame()
					if err != nil {
						t.Fatal(err)
					}
					if f.Header.OpCode == ws.OpPong && string(f.Payload) == "still there" {
						if tt.code != 0 {
							t.Errorf("the line is open, not closed with %d", tt.code)
						}
						return
					}
					if f.Header.OpCode == ws.OpClose {
						if code, _ := ws.ParseCloseFrameData(f.Payload); code != tt.code {
							t.Errorf("closed with %d, not %d", code, tt.code)
						}
						return
					}
				}
			})
		})
	}
}

// Each reason has a code of its own that may be sent (RFC 6455, section 7.4), and fits a close
// frame.
func TestReasons(t *testing.T) {
	seen := map[ws.StatusCode]reason{}
	for _, why := range reasons() {
		if why == reasonLost {
			continue
		}
		code := why.code()
		if seen[code] != "" || ws.CheckCloseFrameData(code, string(why)) != nil && code != 1013 {
			t.Errorf("%s: code %d (also %s)", why, code, seen[code])
		}
		seen[code] = why
	}
}

// reading reads everything and says how much it has handed out, and what ended it.
func reading(in io.Reader) (messages [][]byte, err error) {
	f := &frameReader{in: bufio.NewReaderSize(in, readBuffer)}
	for {
		_, payload, err := f.next(func() error { return nil })
		if err != nil {
			return messages, err
		}
		messages = append(messages, payload)
	}
}

// Whatever comes, the reader neither panics nor hands out more than the limit, and how the bytes
// come in does not matter.
func FuzzFrames(f *testing.F) {
	f.Add(text(helloText))
	f.Add(append(frameOf(false, ws.OpText, "a"), frameOf(true, ws.OpContinuation, "b")...))
	f.Add([]byte{0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})
	f.Add(frameOf(true, ws.OpClose, "\x03\xe8"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		messages, err := reading(bytes.NewReader(sent))
		slowly, slowErr := reading(iotest.OneByteReader(bytes.NewReader(sent)))
		if len(messages) != len(slowly) || !errors.Is(slowErr, err) {
			t.Errorf("%d messages, %v; byte by byte %d, %v", len(messages), err, len(slowly), slowErr)
		}
		for i, one := range messages {
			if len(one) > maxFrame || !bytes.Equal(one, slowly[i]) {
				t.Errorf("message %d: %d bytes", i, len(one))
			}
		}
	})
}
