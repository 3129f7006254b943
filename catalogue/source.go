package catalogue

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

const (
	headSize = 64 << 10 // what is looked at to recognise a file

	// maxEntry bounds the memory that a file can ask for: a broken quote or bracket would make all
	// the rest one entry.
	maxEntry = 16 << 20
)

var (
	errTooLarge = fmt.Errorf("an entry is larger than %d MiB", maxEntry>>20)
	errCut      = errors.New("the file is damaged or was cut off")
	errNotJSON  = errors.New("this is not JSON: is a comma, a quote or a bracket missing, or one too many?")
)

// source is a file being read: unpacked, in UTF-8, without its byte order mark, counting lines, and
// bounded entry by entry.
type source struct {
	r      *bufio.Reader
	offset int64   // of the next byte to read
	ends   []int64 // where lines end that lie at or after the last position asked for
	passed int     // lines that end before it
	budget int     // bytes that may still be read for the present entry
	ended  bool    // there is nothing behind offset
}

func open(r io.Reader, as writing) (*source, error) {
	buffered, err := unpack(r)
	if err != nil {
		return nil, err
	}
	if as.decodes != nil {
		buffered = bufio.NewReaderSize(as.decodes.NewDecoder().Reader(buffered), headSize)
	}
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		buffered.Discard(len(mark))
	}
	return &source{r: buffered, budget: maxEntry}, nil
}

// head returns the first bytes of the file and leaves them to be read.
func (s *source) head() ([]byte, error) {
	head, err := s.r.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, readError(err)
	}
	return head, nil
}

// Read implements io.Reader for the decoders.
func (s *source) Read(b []byte) (int, error) {
	if s.budget <= 0 {
		return 0, errTooLarge
	}
	n, err := s.r.Read(b)
	s.budget -= n
	for i := 0; i < n; i++ {
		end := bytes.IndexByte(b[i:n], '\n')
		if end < 0 {
			break
		}
		i += end
		s.ends = append(s.ends, s.offset+int64(i))
	}
	s.offset += int64(n)
	s.ended = err == io.EOF
	return n, err
}

// line returns the line, from 1, that a byte stands in. Positions must not go backwards.
func (s *source) line(offset int64) int {
	for len(s.ends) > 0 && s.ends[0] < offset {
		s.ends = s.ends[1:]
		s.passed++
	}
	return s.passed + 1
}

// next begins a new entry.
func (s *source) next() { s.budget = maxEntry }

// readError says what a failed read means for a person.
func readError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
		return errCut
	}
	return err
}
