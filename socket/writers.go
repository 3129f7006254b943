package socket

import (
	"runtime"
	"slices"
	"sync"
	"time"
)

const (
	writeBuffer = 64 << 10
	stallPause  = 25 * time.Millisecond
	struggle    = 10 * stallPause // who has taken nothing for longer is stuck
)

// writers give connections what waits for them, each in its turn and all that waits in one write.
// They are started when there is something to write, at most one for each processor, and end when
// nothing is left. None of them ever waits for a connection: one that does not take everything is
// set aside, and tried again after a pause.
type writers struct {
	buffers sync.Pool

	mu      sync.Mutex
	turn    sync.Cond // taken has grown
	ready   []*conn
	added   int64 // connections that ever were in ready
	taken   int64 // and those that were taken out
	running int
	most    int
	stalled []*conn
}

func newWriters() *writers {
	w := &writers{most: runtime.GOMAXPROCS(0)}
	w.turn.L = &w.mu
	w.buffers.New = func() any { return newWriter() }
	return w
}

// add puts connections at the end of the line. They must be marked as scheduled.
func (w *writers) add(list ...*conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ready = append(w.ready, list...)
	w.added += int64(len(list))
	for range min(len(list), w.most-w.running) {
		w.running++
		go w.run()
	}
}

// wait returns when every connection that is in line now has had its turn.
func (w *writers) wait() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for last := w.added; w.taken < last; {
		w.turn.Wait()
	}
}

// some is how many connections a writer takes out of the line at once.
const some = 16

func (w *writers) run() {
	writer := w.buffers.Get().(*writer)
	defer w.buffers.Put(writer)
	var list, again, stalled []*conn
	for {
		if list = w.take(list[:0], again, stalled); len(list) == 0 {
			return
		}
		again, stalled = again[:0], stalled[:0]
		for _, c := range list {
			text := c.next(writer.buffer)
			n, err := writer.write(c, text)
			switch c.wrote(len(text), n, err) {
			case outcomeAgain:
				again = append(again, c)
			case outcomeStall:
				stalled = append(stalled, c)
			}
		}
	}
}

// take returns whose turn it is, after putting back those who have had one. No one means that the
// writer ends.
func (w *writers) take(list, again, stalled []*conn) []*conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ready = append(w.ready, again...)
	w.added += int64(len(again))
	if len(stalled) > 0 {
		if len(w.stalled) == 0 {
			time.AfterFunc(stallPause, w.retry)
		}
		w.stalled = append(w.stalled, stalled...)
	}
	n := min(some, len(w.ready))
	list = append(list, w.ready[:n]...)
	clear(w.ready[:n])
	if w.ready = w.ready[n:]; len(w.ready) == 0 {
		w.ready = nil
	}
	w.taken += int64(n)
	w.turn.Broadcast()
	if n == 0 {
		w.running--
	}
	return list
}

// areStruggling says whether the queues of most of so many connections are half full although they
// take what they are sent: then it is not they who are slow. Those that are stuck do not count.
func (w *writers) areStruggling(total int, now time.Time) bool {
	w.mu.Lock()
	list := slices.Clone(w.stalled)
	w.mu.Unlock()
	moving := 0
	for _, c := range list {
		c.mu.Lock()
		switch {
		case now.Sub(c.moved) >= struggle:
			total--
		case c.queue.size > maxQueue/2:
			moving++
		}
		c.mu.Unlock()
	}
	return 2*moving > total
}

func (w *writers) retry() {
	w.mu.Lock()
	list := w.stalled
	w.stalled = nil
	w.mu.Unlock()
	w.add(list...)
}

// writer writes to one connection after another.
type writer struct {
	buffer []byte
	attempt
}

func newWriter() *writer {
	w := &writer{buffer: make([]byte, 0, writeBuffer)}
	w.attempt.init()
	return w
}

// pipePause is how long a write to a connection that is no socket of the system may wait: such a
// one cannot be asked.
const pipePause = time.Millisecond

// write writes what the connection takes at once.
func (w *writer) write(c *conn, text []byte) (n int, err error) {
	if len(text) == 0 {
		return 0, nil
	}
	if c.raw != nil {
		return w.attempt.write(c.raw, text)
	}
	c.net.SetWriteDeadline(time.Now().Add(pipePause))
	n, err = c.net.Write(text)
	if isTimeout(err) {
		err = nil
	}
	return n, err
}
