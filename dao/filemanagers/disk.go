package filemanagers

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// disk is the store's folder as the engine uses it. It is the one seam at which tests make a step
// fail.
type disk interface {
	Create(name string) (file, error) // new or emptied, for reading and writing
	Open(name string) (file, error)   // as it is, for reading and writing
	Read(name string) (file, error)   // as it is, for reading
	Rename(from, to string) error
	Remove(name string) error
	List() ([]string, error) // the names in the folder, sorted; an error if one of the store's is not that of a file
	Sync() error             // makes creations, renames and removals durable

	Changed(name string) (time.Time, error) // when a file was written last
	Make(folder string) error               // makes a folder in it, durably, where there is none
	In(folder string) disk                  // that folder, which may not be there
}

// file is an open file of the folder.
type file interface {
	io.ReaderAt
	io.WriterAt
	Sync() error // makes what was written durable
	Truncate(size int64) error
	Size() (int64, error)
	io.Closer
}

// directory is the real disk.
type directory string

func (d directory) path(name string) string { return filepath.Join(string(d), name) }

func (d directory) Create(name string) (file, error) {
	return d.open(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
}

func (d directory) Open(name string) (file, error) { return d.open(name, os.O_RDWR) }

func (d directory) Read(name string) (file, error) { return d.open(name, os.O_RDONLY) }

// open opens what is the store's own. A link is not followed, and a pipe not waited for, also if it
// comes between the two looks.
func (d directory) open(name string, flag int) (file, error) {
	info, err := os.Lstat(d.path(name))
	if err == nil {
		err = wantFile(name, info.Mode())
	} else if flag&os.O_CREATE != 0 && errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(d.path(name), flag|unfollowed, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = wantFile(name, info.Mode())
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return osFile{f}, nil
}

// wantFile refuses what bears a name of the store and is no file: whatever it is, or leads to, is
// somebody's.
func wantFile(name string, mode fs.FileMode) error {
	if mode.IsRegular() {
		return nil
	}
	what := map[fs.FileMode]string{fs.ModeSymlink: "a symbolic link", fs.ModeDir: "a folder", fs.ModeNamedPipe: "a pipe", fs.ModeSocket: "a socket"}[mode.Type()]
	return &Damage{File: name, Byte: -1, Wrong: "it is " + cmp.Or(what, "a device") + ", and no file of the store",
		Remedy: "Take it out of the folder; nothing in it was read or changed"}
}

func (d directory) Rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }

func (d directory) Remove(name string) error { return os.Remove(d.path(name)) }

func (d directory) List() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	names := make([]string, len(entries))
	for i, entry := range entries {
		if names[i] = entry.Name(); isOurs(names[i]) {
			err = cmp.Or(err, wantFile(names[i], entry.Type()))
		}
	}
	return names, err
}

func (d directory) Sync() error {
	dir, err := os.Open(string(d))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

func (d directory) Changed(name string) (time.Time, error) {
	info, err := os.Lstat(d.path(name))
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), wantFile(name, info.Mode())
}

func (d directory) In(folder string) disk { return directory(d.path(folder)) }

// Make takes what is there already for its own when it is a folder, and lets nobody else look into
// it. A link is not followed: it leads to somebody's.
func (d directory) Make(folder string) error {
	err := os.Mkdir(d.path(folder), 0o700)
	if err == nil {
		return d.Sync()
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(d.path(folder))
	if err == nil && !info.IsDir() {
		return &Damage{File: folder, Byte: -1, Wrong: "it is no folder, and pictures are kept in one of that name",
			Remedy: "Take it out of the store's folder; nothing in it was read or changed"}
	}
	return err
}

type osFile struct{ *os.File }

// Sync also fails when the file was removed meanwhile: what it holds goes with the process.
func (f osFile) Sync() error {
	if err := datasync(f.File); err != nil {
		return err
	}
	if info, err := f.Stat(); err == nil && isRemoved(info) {
		return fmt.Errorf("%s was removed", filepath.Base(f.Name()))
	}
	return nil
}

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// reading is a disk on which nothing is opened for writing: that of a backup may not allow it.
type reading struct{ disk }

func (r reading) Open(name string) (file, error) { return r.Read(name) }
func (r reading) In(folder string) disk          { return reading{r.disk.In(folder)} }

const temporarySuffix = ".tmp"

// replace writes a whole file so that after a crash there is either the old one or the new one.
func replace(d disk, name string, content []byte) error {
	if err := stage(d, name, content); err != nil {
		return err
	}
	return install(d, name)
}

// stage writes the new file beside the old one, which still counts.
func stage(d disk, name string, content []byte) error {
	f, err := d.Create(name + temporarySuffix)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt(content, 0); err != nil {
		return err
	}
	return f.Sync()
}

// install puts what was staged in the place of the old file. When it fails, either may be there
// after a crash.
func install(d disk, name string) error {
	if err := d.Rename(name+temporarySuffix, name); err != nil {
		return err
	}
	return d.Sync() // a rename is not durable without it
}
