package walk

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
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
	commands int64
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
	u := usage{lines: s.log.said(), at: time.Now()}
	if s.line != nil {
		u.commands = s.line.commands.Load()
	}
	if runtime.GOOS != "linux" {
		return u // there one has to ask in another way what a process takes
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		w.Fatalf("the shop is no more: %v\n%s", err, &s.log)
	}
	const ticks = 100 // a second, on every Linux that Go knows
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	for _, field := range fields[11:13] { // user and system, as proc(5) counts from the third
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			w.Fatal(err)
		}
		u.cpu += time.Duration(n) * time.Second / ticks
	}
	return u
}
