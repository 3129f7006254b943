package filemanagers

import (
	"sync"
	"syscall"
)

// faultyDisk lets the n-th call of one kind fail, as a real disk does: with an error of the system,
// before, half way through or after what was asked for.
type faultyDisk struct {
	disk
	fault

	mu    sync.Mutex
	calls int  // of the kind
	fired bool // the fault was met
	well  bool // it is over
}

// fault is which call fails, and how.
type fault struct {
	op      string
	nth     int
	err     error
	does    float64 // how much of a write is done all the same
	forever bool
}

// faults is all kinds of them, of the first call; on a full disk only when asked for: the engine
// does not tell errors apart.
func faults(full bool) (all []fault) {
	errs := []error{syscall.EIO}
	if full {
		errs = append(errs, syscall.ENOSPC)
	}
	for _, op := range []string{"create", "open", "read", "rename", "remove", "list", "sync folder", "read at", "write", "sync", "truncate", "size"} {
		for _, err := range errs {
			for _, forever := range []bool{false, true} {
				all = append(all, fault{op, 1, err, 0, forever})
				if op == "write" {
					all = append(all, fault{op, 1, err, 0.5, forever}, fault{op, 1, err, 1, forever})
				}
			}
		}
	}
	return all
}

// meet counts a call, and says whether it fails.
func (d *faultyDisk) meet(op string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if op != d.op || d.well {
		return nil
	}
	d.calls++
	if d.calls != d.nth && !(d.forever && d.calls > d.nth) {
		return nil
	}
	d.fired = true
	return d.err
}

// heal ends the fault, and says whether it was met.
func (d *faultyDisk) heal() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.well = true
	return d.fired
}

func (d *faultyDisk) file(op, name string, open func(string) (file, error)) (file, error) {
	if err := d.meet(op); err != nil {
		return nil, err
	}
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	return &faultyFile{f, d}, nil
}

func (d *faultyDisk) Create(name string) (file, error) { return d.file("create", name, d.disk.Create) }
func (d *faultyDisk) Open(name string) (file, error)   { return d.file("open", name, d.disk.Open) }
func (d *faultyDisk) Read(name string) (file, error)   { return d.file("read", name, d.disk.Read) }

func (d *faultyDisk) Rename(from, to string) error {
	if err := d.meet("rename"); err != nil {
		return err
	}
	return d.disk.Rename(from, to)
}

func (d *faultyDisk) Remove(name string) error {
	if err := d.meet("remove"); err != nil {
		return err
	}
	return d.disk.Remove(name)
}

func (d *faultyDisk) List() ([]string, error) {
	if err := d.meet("list"); err != nil {
		return nil, err
	}
	return d.disk.List()
}

func (d *faultyDisk) Sync() error {
	if err := d.meet("sync folder"); err != nil {
		return err
	}
	return d.disk.Sync()
}

// In returns a folder in which the same calls fail: it counts with the disk.
func (d *faultyDisk) In(folder string) disk { return faultyFolder{d.disk.In(folder), d} }

// faultyFolder is a folder of a faulty disk.
type faultyFolder struct {
	disk
	all *faultyDisk
}

func (f faultyFolder) Create(name string) (file, error) {
	return f.all.file("create", name, f.disk.Create)
}

func (f faultyFolder) Read(name string) (file, error) { return f.all.file("read", name, f.disk.Read) }

func (f faultyFolder) Rename(from, to string) error {
	if err := f.all.meet("rename"); err != nil {
		return err
	}
	return f.disk.Rename(from, to)
}

func (f faultyFolder) Remove(name string) error {
	if err := f.all.meet("remove"); err != nil {
		return err
	}
	return f.disk.Remove(name)
}

func (f faultyFolder) List() ([]string, error) {
	if err := f.all.meet("list"); err != nil {
		return nil, err
	}
	return f.disk.List()
}

func (f faultyFolder) Sync() error {
	if err := f.all.meet("sync folder"); err != nil {
		return err
	}
	return f.disk.Sync()
}

type faultyFile struct {
	file
	disk *faultyDisk
}

func (f *faultyFile) ReadAt(b []byte, at int64) (int, error) {
	if err := f.disk.meet("read at"); err != nil {
		return 0, err
	}
	return f.file.ReadAt(b, at)
}

func (f *faultyFile) WriteAt(b []byte, at int64) (int, error) {
	err := f.disk.meet("write")
	if err == nil {
		return f.file.WriteAt(b, at)
	}
	n, _ := f.file.WriteAt(b[:int(float64(len(b))*f.disk.does)], at)
	return n, err
}

func (f *faultyFile) Sync() error {
	if err := f.disk.meet("sync"); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f *faultyFile) Truncate(size int64) error {
	if err := f.disk.meet("truncate"); err != nil {
		return err
	}
	return f.file.Truncate(size)
}

func (f *faultyFile) Size() (int64, error) {
	if err := f.disk.meet("size"); err != nil {
		return 0, err
	}
	return f.file.Size()
}
