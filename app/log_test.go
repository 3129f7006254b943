package app

import (
	"bytes"
	"strings"
	"sync"
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
