package socketio

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Bodies hold packets between separators, and bytes in base64, as the protocol's document has them.
func TestPackets(t *testing.T) {
	for body, want := range map[string][]Packet{
		"4hello":                    {{Message, []byte("hello")}},
		"4hello\x1e2\x1e4world":     {{Message, []byte("hello")}, {Ping, []byte{}}, {Message, []byte("world")}},
		"4hello\x1ebAQIDBA==":       {{Message, []byte("hello")}, {Binary, []byte{1, 2, 3, 4}}},
		"2probe":                    {{Ping, []byte("probe")}},
		"4€\x1e3":                   {{Message, []byte("€")}, {Pong, []byte{}}},
		"1":                         {{Close, []byte{}}},
		"5\x1e6":                    {{Upgrade, []byte{}}, {Noop, []byte{}}},
		`0{"sid":"a"}`:              {{Open, []byte(`{"sid":"a"}`)}},
		"4test1\x1e4test2\x1e4\x1e": nil,
		"":                          nil,
		"abc":                       nil,
		"7":                         nil,
		"4a\x1e\x1e4b":              nil,
		"bAQID!":                    nil,
	} {
		var got []Packet
		var wrong error
		for p, err := range Packets([]byte(body)) {
			if err != nil {
				wrong = err
				break
			}
			got = append(got, p)
		}
		if want == nil {
			if wrong == nil {
				t.Errorf("%q passes as %v", body, got)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" || wrong != nil {
			t.Errorf("%q: %v %s", body, wrong, diff)
		}
	}
}

// What the server says first has the fields that clients look for.
func TestHandshake(t *testing.T) {
	got := string(Handshake{"x", []string{"websocket"}, 25_000, 35_000, 65_536}.Packet())
	if want := `0{"sid":"x","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":35000,"maxPayload":65536}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Whatever comes is read as packets or refused, and what was read is what was sent.
func FuzzPackets(f *testing.F) {
	for _, seed := range []string{"4hello\x1e2\x1e4world", "4hello\x1ebAQIDBA==", "abc", "", "\x1e", "b", "0{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var again [][]byte
		for p, err := range Packets(body) {
			if err != nil {
				return
			}
			if p.Kind == Binary {
				return // base64 may be written in several ways
			}
			again = append(again, append([]byte{byte(p.Kind)}, p.Data...))
		}
		if joined := bytes.Join(again, []byte{Separator}); !bytes.Equal(joined, body) {
			t.Errorf("%q is read as %q", body, joined)
		}
	})
}
