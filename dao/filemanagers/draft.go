package filemanagers

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"time"
)

// draft is a disk on which nothing is changed: what is written stays in memory, over the files that
// are there. It shows whoever only reads what a start would make of a folder.
type draft struct {
	under   disk
	written map[string]*draftFile
}

func newDraft(under disk) draft { return draft{under, map[string]*draftFile{}} }

func (d draft) Create(name string) (file, error) {
	d.written[name] = &draftFile{}
	return d.written[name], nil
}

func (d draft) Open(name string) (file, error) { return d.Read(name) }

func (d draft) Read(name string) (file, error) {
	if f := d.written[name]; f != nil {
		return f, nil
	}
	return d.under.Read(name)
}

// Rename and Remove are of what was written here; what lies under it stays.
func (d draft) Rename(from, to string) error {
	f := d.written[from]
	if f == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrPermission}
	}
	delete(d.written, from)
	d.written[to] = f
	return nil
}

func (d draft) Remove(name string) error {
	delete(d.written, name)
	return nil
}

func (d draft) List() ([]string, error) {
	names, err := d.under.List()
	names = append(names, slices.Collect(maps.Keys(d.written))...)
	slices.Sort(names)
	return slices.Compact(names), err
}

func (d draft) Sync() error { return nil }

func (d draft) Changed(name string) (time.Time, error) { return d.under.Changed(name) }
func (d draft) Make(string) error                      { return nil }
func (d draft) In(folder string) disk                  { return newDraft(d.under.In(folder)) }

// draftFile is a file in memory.
type draftFile struct{ text []byte }

func (f *draftFile) ReadAt(b []byte, at int64) (int, error) {
	return bytes.NewReader(f.text).ReadAt(b, at)
}

func (f *draftFile) WriteAt(b []byte, at int64) (int, error) {
	if need := int(at) + len(b) - len(f.text); need > 0 {
		f.text = append(f.text, make([]byte, need)...)
	}
	return copy(f.text[at:], b), nil
}

func (f *draftFile) Truncate(size int64) error {
	f.text = f.text[:min(size, int64(len(f.text)))]
	return nil
}

func (f *draftFile) Size() (int64, error) { return int64(len(f.text)), nil }
func (f *draftFile) Sync() error          { return nil }
func (f *draftFile) Close() error         { return nil }
