package walk

import (
	"fmt"
	"runtime"
	"time"

	"pulperia/faults/harness"
)

// What an idle shop may take: nobody asks anything, three readers listen.
const (
	window     = 1200 * time.Millisecond
	mostCPU    = 0.25 // of one core; an idle shop takes a hundredth
	mostLines  = 1    // of log, in a window: no state is told again and again
	mostPerSec = 60   // commands to the database, of one process; 35 are usual
)

// usage is what a process has taken so far.
type usage struct {
	cpu      time.Duration
	lines    int
	commands int
	at       time.Time
}

// idle leaves the shops alone until each keeps within its budget for a window. What an act has left
// to do may be done first.
func (w *walk) idle() {
	w.Helper()
	w.idles++
	for end := time.Now().Add(w.Patience); ; {
		before := map[*shop]usage{}
		for _, s := range w.shops() {
			before[s] = w.usage(s)
		}
		time.Sleep(window)
		over := ""
		for s, was := range before {
			over += w.usage(s).over(was)
		}
		if over == "" {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("after %s nothing happens, and the shop does not come to rest: %s", w.last(), over)
		}
	}
}

// over says what a process has taken too much of since.
func (u usage) over(was usage) (text string) {
	took := u.at.Sub(was.at)
	if share := float64(u.cpu-was.cpu) / float64(took); share > mostCPU {
		text += fmt.Sprintf("%.0f %% of a core; ", 100*share)
	}
	if lines := u.lines - was.lines; lines > mostLines {
		text += fmt.Sprintf("%d lines of log in %s; ", lines, took.Round(time.Millisecond))
	}
	if rate := float64(u.commands-was.commands) / took.Seconds(); rate > mostPerSec {
		text += fmt.Sprintf("%.0f commands a second; ", rate)
	}
	return text
}

func (w *walk) usage(s *shop) usage {
	w.Helper()
	u := usage{lines: s.Log.Lines(), at: time.Now()}
	if s.line != nil {
		u.commands = s.line.Count()
	}
	if runtime.GOOS != "linux" {
		return u // there one has to ask in another way what a process takes
	}
	taken, err := harness.UsageOf(s.Pid())
	if err != nil {
		w.Fatalf("the shop is no more: %v\n%s", err, s.Log.Tail())
	}
	u.cpu = taken.CPU
	return u
}
