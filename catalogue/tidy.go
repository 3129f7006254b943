package catalogue

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// layout is how a sheet is laid out, as its beginning shows it.
type layout struct {
	separator byte
	declared  bool // the first line is no header, but "sep=;", which spreadsheets write for one another
	returns   bool // lines end with a carriage return alone, as on old Macs
}

func layoutOf(head []byte) (l layout) {
	head = bytes.TrimLeft(head, " \r\n")
	end := bytes.IndexAny(head, "\r\n")
	if end < 0 {
		end = len(head)
	}
	l.returns = end+1 < len(head) && head[end] == '\r' && head[end+1] != '\n'
	first := strings.Trim(string(head[:end]), "\" ")
	if rest, ok := strings.CutPrefix(strings.ToLower(first), "sep="); ok && len(rest) == 1 {
		l.separator, l.declared = rest[0], true
		return l
	}
	l.separator = separatorOf(head[:end])
	return l
}

// separatorOf guesses from the header: a spreadsheet of a country with a decimal comma separates
// columns by semicolons.
func separatorOf(header []byte) byte {
	best := byte(',')
	for _, separator := range []byte{';', '\t'} {
		if bytes.Count(header, []byte{separator}) > bytes.Count(header, []byte{best}) {
			best = separator
		}
	}
	return best
}

// tidied is a sheet as encoding/csv reads it: without the spaces around cells that would make a
// quoted one unreadable, its lines ending with line feeds. Each byte is looked at once.
type tidied struct {
	r *bufio.Reader
	layout
	at place
}

// place is where in a row the next byte stands.
type place int

const (
	before place = iota // a cell
	plain               // in a cell without quotes
	quoted
	closing // behind a quote in a quoted cell: it ends there, or another quote follows
	behind  // a quoted cell and spaces
)

func newTidied(r io.Reader, l layout) *tidied { return &tidied{r: bufio.NewReader(r), layout: l} }

func (t *tidied) Read(b []byte) (n int, err error) {
	for n < len(b) {
		if n > 0 && t.r.Buffered() == 0 {
			return n, nil
		}
		c, err := t.r.ReadByte()
		if err != nil {
			return n, err
		}
		if c == '\r' && t.returns {
			c = '\n'
		}
		if t.keep(c) {
			b[n] = c
			n++
		}
	}
	return n, nil
}

// keep goes on by a byte, and says whether it is part of the sheet.
func (t *tidied) keep(c byte) bool {
	switch {
	case t.at == quoted:
		if c == '"' {
			t.at = closing
		}
	case c == ' ' && t.at != plain && t.separator != ' ':
		if t.at == closing {
			t.at = behind
		}
		return false
	case c == t.separator || c == '\n':
		t.at = before
	case c == '"' && (t.at == before || t.at == closing):
		t.at = quoted
	case c != '\r':
		t.at = plain
	}
	return true
}
