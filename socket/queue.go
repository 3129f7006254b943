package socket

// parcel is bytes that are ready for the line, shared by all to whom they go.
type parcel struct {
	text   []byte
	events int // how many are in it
}

// queue is what waits for one connection. It is not safe for use by several goroutines.
type queue struct {
	parcels []parcel
	size    int // bytes in them, with those of the first that have gone
	sent    int // bytes of the first that have gone
}

// add appends a parcel, unless there is nothing in it.
func (q *queue) add(text []byte, events int) {
	if len(text) == 0 {
		return
	}
	q.parcels = append(q.parcels, parcel{text, events})
	q.size += len(text)
}

// fits says whether so many bytes more are within a bound. One parcel always is, however large.
func (q *queue) fits(n, bound int) bool { return len(q.parcels) == 0 || q.size+n <= bound }

// next returns what is to be written next: a parcel itself when it waits alone or is large,
// otherwise as many as the buffer holds, copied into it.
func (q *queue) next(buffer []byte) []byte {
	if len(q.parcels) == 0 {
		return nil
	}
	first := q.parcels[0].text[q.sent:]
	if len(q.parcels) == 1 || len(first) >= cap(buffer) {
		return first
	}
	buffer = append(buffer[:0], first...)
	for _, p := range q.parcels[1:] {
		if len(p.text) > cap(buffer)-len(buffer) {
			break
		}
		buffer = append(buffer, p.text...)
	}
	return buffer
}

// done takes out n bytes that were written, and returns how many events have gone as a whole.
func (q *queue) done(n int) (events int) {
	q.sent += n
	gone := 0
	for gone < len(q.parcels) && q.sent >= len(q.parcels[gone].text) {
		q.sent -= len(q.parcels[gone].text)
		q.size -= len(q.parcels[gone].text)
		events += q.parcels[gone].events
		gone++
	}
	q.drop(0, gone)
	return events
}

// cut throws away all that waits but the parcel that is half written, and returns how many events
// were in it.
func (q *queue) cut() (events int) {
	keep := 0
	if q.sent > 0 {
		keep = 1
	}
	for _, p := range q.parcels[keep:] {
		q.size -= len(p.text)
		events += p.events
	}
	q.drop(keep, len(q.parcels))
	return events
}

// drop removes parcels. Many connections are idle, so an empty queue keeps but a small array.
func (q *queue) drop(from, to int) {
	kept := append(q.parcels[:from], q.parcels[to:]...)
	clear(q.parcels[len(kept):])
	if q.parcels = kept; len(kept) == 0 && cap(kept) > 4 {
		q.parcels = nil
	}
}
