package filemanagers

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Damage is an error of a store whose files are not what was written: which file, where in it, what
// is wrong, and what to do.
type Damage struct {
	File   string
	Byte   int64 // from the file's beginning; -1 when the file as a whole is meant
	Wrong  string
	Remedy string
}

// Error says all of it in one line.
func (d *Damage) Error() string {
	where := d.File
	if d.Byte >= 0 {
		where = fmt.Sprintf("%s: byte %d", d.File, d.Byte)
	}
	return where + ": " + d.Wrong + ". " + d.Remedy
}

const restore = "Put back the store's folder from a backup (pulperia export makes one), or show the file to somebody who can mend it; nothing was changed"

// tail is what was cut off the end of the journal.
type tail struct {
	file string
	from int64 // the first byte that does not count
	size int64
	why  error
}

func (t *tail) String() string {
	return fmt.Sprintf("%s: the last batch was torn by a crash; dropped from byte %d on (%d bytes): %v", t.file, t.from, t.size-t.from, t.why)
}

// scanner reads one journal file.
type scanner struct {
	*segment
	newest bool        // the live one, whose last batch may be torn
	epoch  string      // that its header must have
	visit  func(*line) // gets every change that counts, in order
	batch  span        // the batch of the last good line
	step   []*line     // the changes of a step that is not complete yet
	stepAt []int64     // where they begin
}

// scan reads the whole file. It returns the torn tail if there is one, and [Damage] for anything
// else that is wrong.
func (s *scanner) scan() (*tail, error) {
	size, err := s.file.Size()
	if err == nil && s.newest {
		size, err = withoutBlanks(s.file, size)
	}
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(io.NewSectionReader(s.file, 0, size), 1<<16)
	position := int64(0)
	for position < size {
		text, err := r.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		if err := s.take(text, position); err != nil {
			return s.torn(r, position, size, err)
		}
		position += int64(len(text))
	}
	if s.size == 0 || len(s.step) > 0 || s.newest && s.last() < s.batch[1] {
		return s.torn(r, position, size, errTorn)
	}
	return nil, nil
}

// withoutBlanks returns how long a file is without the blank lines at its end. Beside a shop that
// stops they may go meanwhile.
func withoutBlanks(f file, size int64) (int64, error) {
	space := make([]byte, min(size, 1<<16))
	for end := size; end > 0; {
		part := space[:min(end, int64(len(space)))]
		end -= int64(len(part))
		n, err := f.ReadAt(part, end)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if text := bytes.TrimRight(part[:n], "\n"); len(text) > 0 {
			return min(end+int64(len(text))+1, size), nil // with its own line break
		}
	}
	return 0, nil
}

// take accepts the next line, or says why it is bad: [Damage] when the line is whole but cannot
// stand here.
func (s *scanner) take(text []byte, position int64) error {
	if position == 0 {
		return s.takeHeader(text)
	}
	l := new(line)
	if err := unseal(text, l); err != nil {
		return err
	}
	next := s.last() + int64(len(s.step)) + 1
	newBatch := next > s.batch[1]
	if l.Offset != next || newBatch && (l.Batch[0] != next || l.Batch[1] < next) || !newBatch && l.Batch != s.batch {
		wrong := fmt.Sprintf("change %d of batch %v stands where change %d should", l.Offset, l.Batch, next)
		return &Damage{File: s.name, Byte: position, Wrong: wrong, Remedy: restore}
	}
	s.batch = l.Batch
	s.step, s.stepAt = append(s.step, l), append(s.stepAt, position)
	if l.Step == nil || l.Offset >= l.Step[1] {
		s.completeStep(position + int64(len(text)))
	}
	return nil
}

func (s *scanner) completeStep(end int64) {
	s.at = append(s.at, s.stepAt...)
	s.size = end
	for _, l := range s.step {
		s.visit(l)
	}
	s.step, s.stepAt = s.step[:0], s.stepAt[:0]
}

func (s *scanner) takeHeader(text []byte) error {
	var h header
	if err := unseal(text, &h); err != nil {
		return err
	}
	if want := (header{journalVersion, s.epoch, s.first}); h != want {
		wrong := fmt.Sprintf("the header is %+v, not %+v: the file is of another store", h, want)
		return &Damage{File: s.name, Byte: 0, Wrong: wrong, Remedy: restore}
	}
	s.size = int64(len(text))
	return nil
}

// torn decides about a file that is bad from position on: only the last batch of the newest file
// may be.
func (s *scanner) torn(rest *bufio.Reader, position, size int64, why error) (*tail, error) {
	if damage, ok := errors.AsType[*Damage](why); ok {
		return nil, damage
	}
	damaged := s.batch[0] // where the batch begins that is bad
	if next := s.last() + int64(len(s.step)) + 1; next > s.batch[1] {
		damaged = next // the batch before is complete, or in another file
	}
	later := false
	for !later {
		text, err := rest.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		var l line
		later = unseal(text, &l) == nil && (l.Batch[0] > damaged || s.size == 0)
		if err == io.EOF {
			break
		}
	}
	if !s.newest || later {
		return nil, &Damage{File: s.name, Byte: position, Wrong: why.Error(), Remedy: restore}
	}
	return &tail{file: s.name, from: s.size, size: size, why: why}, nil
}
