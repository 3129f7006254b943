package filemanagers

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"
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
type memInode struct{ text, safe []byte }

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
		there.text = nil
		return &memFile{d, there}, nil
	}
	d.names[name] = &memInode{}
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

func (d *memDisk) List() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.names)), nil
}

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
		same.names[name] = &memInode{slices.Clone(inode.text), slices.Clone(inode.text)}
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
