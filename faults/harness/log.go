package harness

import (
	"bytes"
	"strings"
	"sync"
)

// Lines is a writer that has each line heard as soon as it is whole.
type Lines struct {
	Hear func(line string)
	rest []byte
}

// Write never fails.
func (l *Lines) Write(text []byte) (int, error) {
	l.rest = append(l.rest, text...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		l.Hear(string(line))
		l.rest = rest
	}
}

// Log is what a program says, to be read while it does.
type Log struct {
	hear func(line string) // what else is done with each line, or nil

	mu    sync.Mutex
	lines Lines
	text  strings.Builder
	count int
}

// Write takes what a program says.
func (l *Log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines.Hear = l.take
	return l.lines.Write(text)
}

func (l *Log) take(line string) {
	if l.count++; l.text.Len() > 16<<20 {
		l.text.Reset() // hours of load write gigabytes
	}
	l.text.WriteString(line + "\n")
	if l.hear != nil {
		l.hear(line)
	}
}

// String returns all that was said, but for what was said long ago.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Lines returns how many there were.
func (l *Log) Lines() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// Tail returns the end as people want to read it: without the requests, which are many and each
// somebody's question, and without what is only said once more.
func (l *Log) Tail() string {
	const most = 60
	var lines []string
	last := ""
	for line := range strings.Lines(l.String()) {
		_, undated, _ := strings.Cut(line, " ")
		if strings.Contains(line, "msg=request ") || undated == last {
			continue
		}
		last = undated
		lines = append(lines, line)
	}
	return strings.Join(lines[max(0, len(lines)-most):], "")
}
