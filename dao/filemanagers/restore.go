package filemanagers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Restoration makes a store of the values of another one. They are written into the files of a
// compaction under the names that a compaction gives them first, and are durable as far as
// migration.json says; whoever restores the same again goes on there. When all are in, store.json
// vouches for them. Until Finish removes migration.json nobody can open the folder as a store.
type Restoration struct {
	options Options
	disk    disk
	shown   string // the folder, for people
	unlock  func() error
	record  restoreRecord
	files   []*restoredFile // by kind, while values can be put
	last    int             // the number of the last value that was put
	grown   int             // bytes that were put since the record was written
	every   int             // bytes after which it is written
	broken  bool            // a write failed: nobody knows what the disk holds since the record was written
}

// Restore begins a restoration of a folder, which is made if it is not there, or goes on with one.
// source says for people where the values come from; content names them: it is the same if and only
// if they are. A folder that holds anything else is refused, and stays as it is.
func Restore(ctx context.Context, dir string, o Options, source, content string) (*Restoration, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o = o.withDefaults(dir)
	r, err := restoreLocked(dir, o, source, content)
	if err != nil {
		return nil, fmt.Errorf("restore %s: %w", dir, err)
	}
	r.shown = dir
	return r, nil
}

func restoreLocked(dir string, o Options, source, content string) (*Restoration, error) {
	if _, err := restorable(o.disk, source, content); err != nil { // before a lock is put into somebody's folder
		return nil, err
	}
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	lock, err := takeLock(dir)
	if err != nil {
		return nil, err
	}
	r, err := beginRestoration(o, source, content)
	if err != nil {
		return nil, errors.Join(err, lock.giveBack())
	}
	r.unlock = lock.Unlock
	return r, nil
}

// makeFolder makes a folder that is not there, durably.
func makeFolder(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return directory(filepath.Dir(filepath.Clean(dir))).Sync()
}

// beginRestoration begins or goes on with one in a folder whose lock is taken.
func beginRestoration(o Options, source, content string) (*Restoration, error) {
	const bytes = 1 << 20 // as much as a cut repeats
	record, err := restorable(o.disk, source, content)
	if err != nil {
		return nil, err
	}
	r := &Restoration{options: o, disk: o.disk, unlock: func() error { return nil }, record: record, last: record.Done, every: bytes}
	if record.Store != nil {
		return r, nil
	}
	if record.Done == 0 { // what is there belongs to an empty store, or does not count
		if err := r.record.write(r.disk); err != nil {
			return nil, err
		}
		if err := clearStore(r.disk); err != nil {
			return nil, err
		}
	}
	for _, s := range dao.Kinds() {
		file, err := openRestored(r.disk, s.File()+newSuffix, r.record.Sizes[s.File()])
		if err != nil {
			return nil, errors.Join(err, r.closeFiles())
		}
		r.files = append(r.files, file)
	}
	if err := r.disk.Sync(); err != nil {
		return nil, errors.Join(err, r.closeFiles())
	}
	return r, nil
}

// Done returns how many values are in, in the order of a dump.
func (r *Restoration) Done() int { return r.record.Done }

// Put adds the next values in the order of a dump. It may return before they are durable: Done
// counts those that are.
func (r *Restoration) Put(ctx context.Context, batch dao.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(r.files) == 0 {
		return fmt.Errorf("restore %s: it is complete", r.shown)
	}
	for i, s := range dao.Kinds() {
		text := r.textOf(s, batch, r.files[i].size == 0)
		if err := r.files[i].write(text); err != nil {
			r.broken = true
			return fmt.Errorf("restore %s: write %s: %w", r.shown, s.File(), err)
		}
		r.grown += len(text)
	}
	if r.grown < r.every {
		return nil
	}
	return r.note()
}

// textOf returns what the values of a kind add to its file. Each has the number of its place.
func (r *Restoration) textOf(s *dao.Schema, batch dao.Batch, first bool) (text []byte) {
	if !s.History {
		list := slices.Collect(batch.Of(s))
		r.last += len(list)
		return models.ArrayPart(list, first)
	}
	for v := range batch.Of(s) {
		r.last++
		text = appendFolded(text, int64(r.last), models.JSON(v))
	}
	return text
}

// note makes durable what was put, and that it is in.
func (r *Restoration) note() error {
	for i, f := range r.files {
		if err := f.sync(); err != nil {
			r.broken = true
			return fmt.Errorf("restore %s: write %s: %w", r.shown, dao.Kinds()[i].File(), err)
		}
		r.record.Sizes[dao.Kinds()[i].File()] = f.size
	}
	r.record.Done, r.grown = r.last, 0
	return r.record.write(r.disk)
}

// Dump makes a whole store of what was put, and reads it back as a store is read. Nothing can be
// put after it.
func (r *Restoration) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	at, err := r.dump(ctx, visit)
	if err != nil {
		err = fmt.Errorf("restore %s: %w", r.shown, err)
	}
	return at, err
}

func (r *Restoration) dump(ctx context.Context, visit func(dao.Batch) error) (at dao.Position, err error) {
	if r.record.Store == nil {
		if err := r.complete(); err != nil {
			return dao.Position{}, err
		}
	}
	if err := r.record.Store.write(r.disk); err != nil {
		return dao.Position{}, err
	}
	c, err := load(reading{r.disk})
	if err != nil {
		return dao.Position{}, err
	}
	if err := c.meta.write(r.disk); err != nil { // which knows by now how many entries there are
		return dao.Position{}, errors.Join(err, c.close())
	}
	e := newReader(c, r.options)
	defer func() { err = errors.Join(err, e.Close()) }()
	return e.Dump(ctx, visit)
}

// complete ends the files, and notes what store.json is to vouch for.
func (r *Restoration) complete() error {
	next := &meta{Format: formatVersion, Identity: r.options.Becomes, Epoch: newEpoch(), Offset: int64(r.last), Clean: true}
	for i, s := range dao.Kinds() {
		f := r.files[i]
		if f.size == 0 && next.unneeded(s, 0) {
			continue
		}
		if !s.History {
			if err := f.write(models.ArrayEnd(f.size == 0)); err != nil {
				return err
			}
		}
		file, err := f.vouched()
		if err != nil {
			return err
		}
		next.vouch(s, file)
	}
	r.record.Store = next
	err := r.note()
	if err != nil {
		r.record.Store = nil
	}
	return errors.Join(err, r.closeFiles())
}

// Images returns where bytes go that the values name.
func (r *Restoration) Images() dao.Images {
	return &images{disk: r.disk, open: func() error { return nil }}
}

// Finish makes it a store that opens.
func (r *Restoration) Finish(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := r.finish()
	if err != nil {
		err = fmt.Errorf("restore %s: %w", r.shown, err)
	}
	return err
}

func (r *Restoration) finish() error {
	if r.record.Store == nil {
		return errors.New("it was not read back yet")
	}
	names, err := r.disk.List()
	if err != nil {
		return err
	}
	var moves []string
	for _, s := range dao.Kinds() {
		switch name := s.File() + newSuffix; {
		case !slices.Contains(names, name):
		case r.record.Store.unneeded(s, 0):
			if err := r.disk.Remove(name); err != nil {
				return err
			}
		default:
			moves = append(moves, s.File())
		}
	}
	if err := rename(r.disk, moves); err != nil {
		return err
	}
	if err := r.disk.Remove(restoreFile); err != nil {
		return err
	}
	return r.disk.Sync()
}

// Close lets go of the folder. What was put stays; only Finish makes it a store.
func (r *Restoration) Close() error {
	var err error
	if len(r.files) > 0 && r.grown > 0 && !r.broken {
		err = r.note()
	}
	return errors.Join(err, r.closeFiles(), r.unlock())
}

func (r *Restoration) closeFiles() (err error) {
	for _, f := range r.files {
		err = errors.Join(err, f.Close())
	}
	r.files = nil
	return err
}
