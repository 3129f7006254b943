package filemanagers

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// restoredFile is a file that grows batch by batch.
type restoredFile struct {
	file
	out  *bufio.Writer // into the file and the hash
	sum  hash.Hash
	size int64
}

// openRestored opens a file whose first size bytes count; the rest is cut off.
func openRestored(d disk, name string, size int64) (*restoredFile, error) {
	open := d.Open
	if size == 0 {
		open = d.Create
	}
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	there, err := io.Copy(sum, io.NewSectionReader(f, 0, size))
	if err == nil && there < size {
		err = fmt.Errorf("%s has %d bytes, and %s vouches for %d: begin anew with --restart", name, there, restoreFile, size)
	}
	if err == nil {
		err = f.Truncate(size)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &restoredFile{f, bufio.NewWriterSize(io.MultiWriter(sum, io.NewOffsetWriter(f, size)), 1<<18), sum, size}, nil
}

func (f *restoredFile) write(text []byte) error {
	f.size += int64(len(text))
	_, err := f.out.Write(text)
	return err
}

// sync makes durable what was written.
func (f *restoredFile) sync() error {
	if err := f.out.Flush(); err != nil {
		return err
	}
	return f.file.Sync()
}

// vouched returns what store.json says of it.
func (f *restoredFile) vouched() (vouched, error) {
	err := f.out.Flush()
	return vouched{Bytes: f.size, SHA256: hex.EncodeToString(f.sum.Sum(nil))}, err
}
