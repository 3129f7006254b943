package socket

import (
	"slices"

	"pulperia/dao"
)

// ring is the recent past: the last changes without a gap, up to where the hub is.
type ring struct {
	epoch  string
	last   int64    // offset that the hub has come to
	events []*event // the changes up to last, oldest first
	bytes  int
	most   int // events
}

func (r *ring) position() dao.Position { return dao.Position{Epoch: r.epoch, Offset: r.last} }

// begin forgets everything and stands at a position.
func (r *ring) begin(at dao.Position) {
	r.epoch, r.last, r.events, r.bytes = at.Epoch, at.Offset, nil, 0
}

// add appends the next change, and forgets the oldest ones when there are too many.
func (r *ring) add(e *event) {
	r.events, r.last = append(r.events, e), e.offset
	r.bytes += e.size()
	for len(r.events) > r.most || r.bytes > ringBytes {
		r.bytes -= r.events[0].size()
		r.events[0] = nil // append will move on to a new array some day; the event must not wait for it
		r.events = r.events[1:]
	}
}

// after returns the changes after an offset, and whether the ring still has all of them.
func (r *ring) after(offset int64) ([]*event, bool) {
	missing := r.last - offset
	if missing <= 0 {
		return nil, true
	}
	if missing > int64(len(r.events)) {
		return nil, false
	}
	return r.events[int64(len(r.events))-missing:], true
}

// lookBack is in how many changes the ring looks for what a person has said. When so many have
// come, nobody minds who types.
const lookBack = 256

// hasSpoken says whether a person has said something after a position. It is true, too, where that
// cannot be known.
func (r *ring) hasSpoken(user string, after dao.Position) bool {
	events, ok := r.after(after.Offset)
	if !ok || after.Epoch != r.epoch || len(events) > lookBack {
		return true
	}
	return slices.ContainsFunc(events, func(e *event) bool { return e.by == user })
}
