package walk

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
)

// lifeActs are what happens to the program.
var lifeActs = []act{
	{name: "stop", weight: 3, fits: always, do: stop, restless: true},
	{name: "kill", weight: 3, fits: always, do: kill, restless: true},
	{name: "secondOpens", weight: 3, fits: func(w *walk) bool { return onMongoDB(w) && isAlone(w) }, do: secondOpens},
	{name: "secondStops", weight: 1, fits: hasSecond, do: secondStops},
	{name: "secondIsKilled", weight: 1, fits: hasSecond, do: secondIsKilled},
	{name: "secondIsRefused", weight: 1, fits: onFiles, do: secondIsRefused},
	{name: "cutLine", weight: 2, fits: onMongoDB, do: cutLine},
	{name: "readerSleeps", weight: 2, fits: always, do: readerSleeps},
	{name: "readerWakes", weight: 3, fits: func(w *walk) bool { return w.sleeper().asleep }, do: readerWakes},
}

func stop(w *walk) { w.close(syscall.SIGTERM) }

func kill(w *walk) {
	if w.second != nil {
		secondIsKilled(w)
	}
	w.close(syscall.SIGKILL)
}

func secondOpens(w *walk) {
	s, err := w.start(w.store)
	if err != nil {
		w.Fatal(err)
	}
	w.second = s
	w.turnReaders()
}

func secondStops(w *walk)    { w.endSecond(syscall.SIGTERM) }
func secondIsKilled(w *walk) { w.endSecond(syscall.SIGKILL) }

func (w *walk) endSecond(signal syscall.Signal) {
	w.Helper()
	s := w.second
	w.second = nil
	w.turnReaders()
	w.end(s, signal)
}

// secondIsRefused starts the shop once more on a folder that it has open: it says so in one line,
// and changes nothing.
func secondIsRefused(w *walk) {
	_, log, err := w.run(w.store, "--listen", "127.0.0.1:0")
	if err == nil || strings.Count(log, "\n") != 1 || !strings.Contains(log, "has it open") {
		w.Fatalf("a second shop on one folder: %v\n%s", err, log)
	}
}

// cutLine takes the database away for a moment. When it is back all goes on by itself.
func cutLine(w *walk) {
	for _, s := range w.shops() {
		s.line.Cut()
	}
	for _, s := range w.shops() {
		w.question(s, look{name: "readyz, without a database", ask: isAway}, true)
	}
	for _, s := range w.shops() {
		s.line.Mend()
	}
	for _, s := range w.shops() {
		w.question(s, look{name: "readyz, with the database back", ask: ready}, true)
	}
	w.acted = nil
}

func isAway(_ *walk, s *shop) error {
	a, err := s.send("GET", "/readyz", "")
	if err == nil && a.StatusCode != http.StatusServiceUnavailable {
		err = fmt.Errorf("%d %s", a.StatusCode, a.Text)
	}
	return err
}

// sleeper is the reader that comes and goes.
func (w *walk) sleeper() *reader { return w.readers[len(w.readers)-1] }

// readerSleeps has it lose its line for as long as it takes: it keeps the position that it has
// reached.
func readerSleeps(w *walk) {
	r := w.sleeper()
	r.turn(r.shop, true)
}

func readerWakes(w *walk) {
	r := w.sleeper()
	r.turn(r.shop, false)
}
