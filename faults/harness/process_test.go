package harness

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// The address of a shop is in its log of either form, and nowhere else.
func TestURLIn(t *testing.T) {
	for line, want := range map[string]string{
		`time=2026-01-01T00:00:00Z level=INFO msg="the shop is open" url=http://127.0.0.1:8080 store=data`: "http://127.0.0.1:8080",
		`{"time":"2026","msg":"the shop is open","url":"http://127.0.0.1:8080","store":"data"}`:            "http://127.0.0.1:8080",
		`time=2026 level=INFO msg=request url=http://127.0.0.1:8080/`:                                      "",
	} {
		if got := URLIn(line); got != want {
			t.Errorf("%s: %q", line, got)
		}
	}
}

// A process that opens no shop says how it ended, and one that ends by itself was not killed.
func TestProcessThatEnds(t *testing.T) {
	p, err := Start(exec.Command("go", "no-such-command"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Open(t.Context()); err == nil || !strings.Contains(err.Error(), "exit status") || !strings.Contains(err.Error(), "no-such-command") {
		t.Errorf("open: %v", err)
	}
	if err := p.Wait(); err == nil {
		t.Error("it ended well")
	}
	if err := p.Kill(); err == nil || !strings.Contains(err.Error(), "ended by itself") {
		t.Errorf("kill: %v", err)
	}
}

// The tail of a log leaves out requests and what is said again; the log has all, and counts it.
func TestLog(t *testing.T) {
	var log Log
	for range 3 {
		fmt.Fprint(&log, "10:00 msg=a", "waits\n10:01 msg=request url=/\n10:02 msg=open\n10:03 msg=open\n10:04 msg=ha")
	}
	if want := "10:00 msg=awaits\n10:02 msg=open\n10:04 msg=ha10:00 msg=awaits\n"; !strings.HasPrefix(log.Tail(), want) {
		t.Errorf("%s", log.Tail())
	}
	if log.Lines() != 12 || strings.Count(log.String(), "request") != 3 {
		t.Errorf("%d lines: %s", log.Lines(), &log)
	}
}
