package filemanagers

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

var errPower = errors.New("the power is out")

// memDisk is a disk in memory that forgets, at a loss of power, what was not synced. After a given
// number of steps that change something, every step fails.
type memDisk struct {
	mu    sync.Mutex
	names map[string]*memInode // as programs see them
	safe  map[string]*memInode // as a loss of power leaves them
	steps int                  // how many changing steps were done
	fail  int                  // the number of the first step that fails; 0 means none
	once  bool                 // only that step fails
	hold  chan struct{}        // if there is one, the sync of a file takes until it is closed
}

// memInode is the content of a file: as programs see it, and as far as it was synced.
type memInode struct {
	text, safe []byte
	at         time.Time
}

func newMemDisk() *memDisk {
	return &memDisk{names: map[string]*memInode{}, safe: map[string]*memInode{}}
}

// step counts a changing step, and fails it if it is time.
func (d *memDisk) step() error {
	d.steps++
	if d.fail > 0 && (d.steps == d.fail || d.steps > d.fail && !d.once) {
		return errPower
	}
	return nil
}

func (d *memDisk) Create(name string) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return nil, err
	}
	if there := d.names[name]; there != nil {
		there.text, there.at = nil, time.Now()
		return &memFile{d, there}, nil
	}
	d.names[name] = &memInode{at: time.Now()}
	return &memFile{d, d.names[name]}, nil
}

func (d *memDisk) Open(name string) (file, error) { return d.Read(name) }

func (d *memDisk) Read(name string) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memFile{d, d.names[name]}, nil
}

func (d *memDisk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	if d.names[from] == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	d.names[to] = d.names[from]
	delete(d.names, from)
	return nil
}

func (d *memDisk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	delete(d.names, name)
	return nil
}

func (d *memDisk) List() ([]string, error) { return d.list(""), nil }

// list returns what follows a prefix in the names that have it, but for what lies in folders.
func (d *memDisk) list(prefix string) (names []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		if rest, is := strings.CutPrefix(name, prefix); is && !strings.Contains(rest, "/") {
			names = append(names, rest)
		}
	}
	return names
}

func (d *memDisk) Changed(name string) (time.Time, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return time.Time{}, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return d.names[name].at, nil
}

func (d *memDisk) Make(string) error { return nil }

func (d *memDisk) In(folder string) disk { return memFolder{d, folder + "/"} }

// memFolder is a folder in a disk: the names that begin with its own.
type memFolder struct {
	disk *memDisk
	name string
}

func (f memFolder) Create(name string) (file, error)       { return f.disk.Create(f.name + name) }
func (f memFolder) Open(name string) (file, error)         { return f.disk.Open(f.name + name) }
func (f memFolder) Read(name string) (file, error)         { return f.disk.Read(f.name + name) }
func (f memFolder) Rename(from, to string) error           { return f.disk.Rename(f.name+from, f.name+to) }
func (f memFolder) Remove(name string) error               { return f.disk.Remove(f.name + name) }
func (f memFolder) List() ([]string, error)                { return f.disk.list(f.name), nil }
func (f memFolder) Sync() error                            { return f.disk.Sync() }
func (f memFolder) Changed(name string) (time.Time, error) { return f.disk.Changed(f.name + name) }
func (f memFolder) Make(string) error                      { return nil }
func (f memFolder) In(folder string) disk                  { return memFolder{f.disk, f.name + folder + "/"} }

func (d *memDisk) Sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	d.safe = maps.Clone(d.names)
	return nil
}

// image returns a disk with the same content, all of it synced.
func (d *memDisk) image() *memDisk {
	d.mu.Lock()
	defer d.mu.Unlock()
	same := newMemDisk()
	for name, inode := range d.names {
		same.names[name] = &memInode{slices.Clone(inode.text), slices.Clone(inode.text), inode.at}
	}
	same.safe = maps.Clone(same.names)
	return same
}

type memFile struct {
	disk *memDisk
	*memInode
}

func (f *memFile) ReadAt(b []byte, at int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if at >= int64(len(f.text)) {
		return 0, io.EOF
	}
	n := copy(b, f.text[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) WriteAt(b []byte, at int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	err := f.disk.step()
	if err != nil {
		b = b[:len(b)/2] // a write may fail half way
	}
	if grow := int(at) + len(b) - len(f.text); grow > 0 {
		f.text = append(f.text, make([]byte, grow)...)
	}
	return copy(f.text[at:], b), err
}

func (f *memFile) Sync() error {
	f.disk.mu.Lock()
	hold := f.disk.hold
	f.disk.mu.Unlock()
	if hold != nil {
		<-hold
	}
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.step(); err != nil {
		return err
	}
	f.safe = slices.Clone(f.text)
	return nil
}

func (f *memFile) Truncate(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.step(); err != nil {
		return err
	}
	f.text = f.text[:size]
	return nil
}

func (f *memFile) Size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return int64(len(f.text)), nil
}

func (f *memFile) Close() error { return nil }
