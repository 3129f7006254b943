package catalogue

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
)

// replacement is a file that is being written beside the one that it shall replace. Until publish
// there is nothing of it under its name, so whatever goes wrong before leaves what was there.
type replacement struct {
	*bufio.Writer
	file *os.File
	path string
}

// newReplacement begins a file that only its owner may read: it will hold e-mail addresses, and ids
// that open carts.
func newReplacement(path string) (*replacement, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	return &replacement{Writer: bufio.NewWriterSize(file, 1<<16), file: file, path: path}, nil
}

// settle makes the content durable.
func (r *replacement) settle() error {
	return errors.Join(r.Flush(), r.file.Sync(), r.file.Close())
}

// publish gives the file its name.
func (r *replacement) publish() error {
	if err := os.Rename(r.file.Name(), r.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(r.path)) // a rename is not durable without it
}

// discard removes what was not published.
func (r *replacement) discard() {
	r.file.Close()
	os.Remove(r.file.Name())
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
