package socket

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// However much a line takes at a time, the bytes leave in order and once, the events are counted
// when they have gone as a whole, and cutting leaves nothing but the rest of what is half written.
func TestQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var waiting []byte // what must leave
		added, gone, next := 0, 0, byte(0)
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				text := bytes.Repeat([]byte{next}, rapid.IntRange(1, 40).Draw(t, "size"))
				next++
				q.add(text, 1)
				added++
				waiting = append(waiting, text...)
			},
			"write": func(t *rapid.T) {
				out := q.next(make([]byte, 0, 64))
				if (len(out) == 0) != (len(waiting) == 0) || !bytes.HasPrefix(waiting, out) {
					t.Fatalf("writes %v of %v", out, waiting)
				}
				n := rapid.IntRange(0, len(out)).Draw(t, "taken")
				gone += q.done(n)
				waiting = waiting[n:]
			},
			"cut": func(t *rapid.T) {
				dropped := q.cut()
				added -= dropped
				rest := 0
				if len(q.parcels) > 0 {
					rest = len(q.parcels[0].text) - q.sent
				}
				if len(q.parcels) > 1 || (rest > 0) != (q.sent > 0) {
					t.Fatalf("%d parcels are left", len(q.parcels))
				}
				waiting = waiting[:rest]
			},
			"": func(t *rapid.T) {
				if q.size-q.sent != len(waiting) || added-gone != len(q.parcels) || len(waiting) == 0 && cap(q.parcels) > 4 {
					t.Fatalf("size %d, sent %d, %d wait in %d parcels", q.size, q.sent, len(waiting), len(q.parcels))
				}
			},
		})
	})
}
