package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// importSource is an opened file that can be read again, with the bar that shows how far it has
// been read.
type importSource struct {
	*os.File
	ctx  context.Context // ends the reading
	name string          // for a person
	temp string          // a copy to remove; empty if there is none
	out  io.Writer
	bar  *progressbar.ProgressBar // nil without a terminal
}

func openImport(ctx context.Context, path string, options importOptions) (*importSource, error) {
	s := &importSource{ctx: ctx, name: path, out: options.Out}
	if path == "-" {
		s.name = "standard input"
		return s, s.spool(options.In)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if s.File = file; !info.Mode().IsRegular() {
		defer file.Close()
		err = s.spool(file)
	}
	s.draw(options.Progress)
	return s, err
}

// spool copies what can be read only once to a temporary file.
func (s *importSource) spool(from io.Reader) error {
	if from == nil {
		return fmt.Errorf("%s: there is none: name a file", s.name)
	}
	file, err := os.CreateTemp("", "pulperia-import-*")
	if err != nil {
		return err
	}
	s.File, s.temp = file, file.Name()
	if _, err = io.Copy(file, from); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", s.name, err), s.Close())
	}
	return nil
}

// draw shows a bar if there is a terminal to show it on. The file is read three times: for its
// encoding, for whether it is whole, and for what stands in it.
func (s *importSource) draw(on *os.File) {
	info, err := s.Stat()
	if on == nil || err != nil || !term.IsTerminal(int(on.Fd())) {
		return
	}
	s.bar = progressbar.NewOptions64(3*info.Size(),
		progressbar.OptionSetWriter(on),
		progressbar.OptionSetDescription(s.name),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish())
}

// Read moves the bar, and stops when the context is done.
func (s *importSource) Read(b []byte) (int, error) {
	if err := context.Cause(s.ctx); err != nil {
		return 0, err
	}
	n, err := s.File.Read(b)
	if s.bar != nil {
		s.bar.Add(n)
	}
	return n, err
}

// say writes a line where the bar was; the bar comes back when it moves on.
func (s *importSource) say(format string, values ...any) {
	if s.bar != nil {
		s.bar.Clear()
	}
	fmt.Fprintf(s.out, format+"\n", values...)
}

// Close closes the file and removes a copy.
func (s *importSource) Close() error {
	err := s.File.Close()
	if s.temp != "" {
		err = cmp.Or(err, os.Remove(s.temp))
	}
	return err
}
