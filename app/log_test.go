package app

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// logText is what a program logs, to be read while it does.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text.Len() > 16<<20 {
		l.text.Reset() // hours of load write gigabytes
	}
	l.text.WriteString(line + "\n")
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logText) lines() int { return strings.Count(l.String(), "\n") }

// until waits until something has been logged.
func (l *logText) until(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(patience); !strings.Contains(l.String(), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the log does not say %q:\n%s", text, l)
		}
	}
}
