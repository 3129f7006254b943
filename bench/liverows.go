package main

import (
	"bytes"
	"fmt"
	"time"
)

// liveWhat returns the first cell of a row about sockets.
func liveWhat(k key, s scale) string {
	all, fifth, tenth := number("%d", s.sockets), number("%d", s.sockets/5), number("%d", s.sockets/10)
	return map[key]string{
		fanningOut:    "fan-out of messages of 200 bytes to " + fifth + " sockets",
		deliveryCPU:   "the server's CPU for a delivery, in the same run",
		idleDelivery:  "publish to delivery, " + all + " sockets, 1 message/s",
		chatDelivery:  "publish to delivery, " + tenth + " sockets, 10 messages/s",
		socketMemory:  "resident memory of an idle socket, out of " + all,
		comingBack:    all + " sockets dropped and back, each recovering " + fmt.Sprint(missed) + " changes",
		stalledReader: "one of " + tenth + " readers stalls: the others' publish to delivery, 100 messages/s",
	}[k]
}

func fanRow(f fanOut) row {
	return ratioRow(row{
		key: fanningOut, measured: number("%.0f deliveries a second", f.hub.perSecond) + fmt.Sprintf(", %.1f in a write", f.hub.frames),
		limit: number("%.0f", f.bare.perSecond) + fmt.Sprintf(" frames of %d bytes a second, %.1f in a write", f.frame, f.bare.frames),
	}, f.ratio, 0.5)
}

func deliveryCPURow(f fanOut) row {
	const most = 3
	return row{
		key: deliveryCPU, measured: fmt.Sprintf("%.2f µs", micro(f.hub.cpu)), limit: fmt.Sprintf("%.2f µs", micro(f.bare.cpu)),
		computing: computing(f.hub.cpu, f.bare.cpu),
		required:  fmt.Sprintf("within %d µs", most), met: f.hub.cpu <= most*time.Microsecond,
	}
}

func socketMemoryRow(n, wanted int, size int64) row {
	const most = 12
	each := float64(size) / float64(n) / 1024
	return fitted(row{
		key: socketMemory, measured: fmt.Sprintf("%.1f KiB", each), required: fmt.Sprintf("within %d KiB", most), met: each <= most,
	}, n, wanted)
}

func comebackRow(c comeback, n int) row {
	const most = 2 * time.Second
	r := latencyRow(comingBack, c.sample, 0.99, most)
	r.measured += number(" until recovered; all within %.1f s,", c.over.Seconds()) + number(" %d from memory,", c.ring) +
		number(" %d from the store's files or not", c.other)
	r.required += ", none from the files"
	r.met = r.met && c.ring == n && c.other == 0
	return r
}

func stallRow(s stall) row {
	const most = 1.15
	return row{
		key:      stalledReader,
		measured: fmt.Sprintf("p99 %s; the stalled one's queue dropped at its bound in %d of %d runs", milli(time.Duration(s.with)), s.slow, s.runs),
		limit:    fmt.Sprintf("without: p99 %s", milli(time.Duration(s.without))), ratio: percent(s.ratio),
		required: "within " + percent(most) + ", memory within its bound", met: s.ratio <= most && s.slow == s.runs,
	}
}

// fitted says in a row when not as many sockets were measured as wanted.
func fitted(r row, n, wanted int) row {
	if n < wanted {
		r.measured += number("; with %d sockets only: more descriptors are not allowed here", n)
		r.met = false
	}
	return r
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// explainLive says how to read the rows about sockets.
func (r *report) explainLive(b *bytes.Buffer) {
	fmt.Fprintf(b, `- **Sockets** are WebSocket connections of one process, each with a goroutine that reads frames and looks at no more than it must.
  They share the cores with the server. Messages come over sockets, too, and are durable before they are delivered.
- **Fan-out**: %d messages at most are on their way, so that some always wait, and yet the hub gathers about as many in a write as the bare
  limit does: with more it would win by its larger writes alone. The bare limit is one loop in a process of
  its own that writes frames of the same size, ten in a write, to each socket in its turn; both take turns. CPU is that of storing, too.
- **Publish to delivery** is from before the message is sent to when a reader has it, over all readers and messages, with the sync of the store.
- **Memory of a socket** is VmRSS with all of them, %s after the last came, without that before, divided.
- **Dropped and back** is from dialling to the last change that was missed. Where each got it is from the shop's metrics.
- **The stalled reader** never reads. The others are watched after a burst of %d messages, alone and beside it, in turn; the ratio is the median of
  %d runs. Then more is published until the hub has closed it: its queue holds 256 KiB at most.
`, window, r.scale.settle, stallBurst, r.scale.stallRuns)
}
