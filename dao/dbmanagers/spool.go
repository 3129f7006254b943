package dbmanagers

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// spool keeps documents in a temporary file without a name: a large store does not fit into memory.
type spool struct {
	file *os.File
	out  *bufio.Writer
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "pulperia-dump-")
	if err != nil {
		return nil, err
	}
	os.Remove(file.Name()) // now, where the system can: then nothing is left behind, whatever happens
	return &spool{file, bufio.NewWriter(file)}, nil
}

func (s *spool) add(raw bson.Raw) error {
	_, err := s.out.Write(raw)
	return err
}

// each visits the documents in the order in which they were added.
func (s *spool) each(visit func(bson.Raw) error) error {
	if err := s.out.Flush(); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReader(s.file)
	for {
		size, err := in.Peek(4) // a document begins with its length
		if errors.Is(err, io.EOF) && len(size) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		raw := make(bson.Raw, binary.LittleEndian.Uint32(size))
		if _, err := io.ReadFull(in, raw); err != nil {
			return err
		}
		if err := visit(raw); err != nil {
			return err
		}
	}
}

func (s *spool) close() {
	s.file.Close()
	os.Remove(s.file.Name())
}
