package filemanagers

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"pulperia/dao"
)

// compactor writes the JSON files anew from time to time, while writes go on, so that the journal
// stays short. A compaction counts from the moment when store.json is written:
//
//  1. products.json.new and carts.json.new are written, the new messages behind those of
//     messages.jsonl, and store.json.tmp
//  2. that is renamed to store.json, which vouches for all that
//  3. the .new files are renamed
//  4. journal files that neither the compaction nor the feed needs are removed
//
// A crash before 2 leaves the old files and the whole journal; one after it leaves the new ones,
// perhaps still under their first names.
type compactor struct {
	disk  disk
	state *state
	feed  *feed
	log   *slog.Logger
	keep  int64 // how many changes the feed keeps at least
	every int64 // the least number of bytes that the journal grows by between compactions

	grown   atomic.Int64 // bytes of the journal since the last compaction
	size    atomic.Int64 // of the files that it writes anew
	folds   atomic.Int64
	busy    atomic.Bool
	running sync.WaitGroup

	mu      sync.Mutex // held while compacting
	meta    meta       // store.json as it is
	written written
	hashes  []hash.Hash // of the files of histories, as far as meta vouches for them; by kind
	doomed  []string    // journal files that are out of the feed and still to be removed, the oldest first
	broken  error       // store.json may be the old or the new one: only a restart can tell
}

// longestJournal is how many bytes may stand in the journal and not yet in the files: a start from
// more would take long.
const longestJournal = 256 << 20

// due is how many bytes the journal grows between compactions: twice as many as one writes, so that it
// takes less than the writes themselves.
func (f *compactor) due() int64 { return max(f.every, min(2*f.size.Load(), longestJournal)) }

// journalGrew starts a compaction when it is due.
func (f *compactor) journalGrew(bytes int64) {
	if f.grown.Add(bytes) < f.due() || !f.busy.CompareAndSwap(false, true) {
		return
	}
	f.running.Go(func() {
		defer f.busy.Store(false)
		if err := f.compact(false); err != nil {
			f.log.Error("journal compaction failed: the JSON files could not be written anew; nothing is lost, the journal goes on growing", "err", err)
		}
	})
}

// compact makes the JSON files hold all changes up to now. clean says that no more will come.
func (f *compactor) compact(clean bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.grown.Store(0) // also if this fails: then the next try is when as much has been written again
	if f.broken != nil {
		return f.broken
	}
	next, err := f.write(clean)
	if err == nil {
		err = f.commit(next)
	}
	if err != nil {
		return fmt.Errorf("compact the journal: %w", err)
	}
	f.size.Store(next.rewritten())
	f.folds.Add(1)
	f.state.mu.Lock()
	for _, one := range next.appended {
		one.history.fold(one.at, next.of(one.Schema).Bytes)
	}
	f.state.mu.Unlock()
	return f.prune()
}

// folding is what a compaction makes of store.json, and of the files that it vouches for.
type folding struct {
	meta
	moves    []string   // files that are written anew
	appended []appended // histories that have grown
	hashes   []hash.Hash
}

// appended says where the new values of a history begin in its file.
type appended struct {
	*kind
	at []int64
}

// write does the first step, and stages the second: nothing of it counts yet.
func (f *compactor) write(clean bool) (next folding, err error) {
	s := f.state.snapshot(f.feed, f.meta.Offset)
	next = folding{meta: f.meta, hashes: slices.Clone(f.hashes)}
	next.Offset, next.Clean = s.offset, clean
	for _, one := range s.kinds {
		switch {
		case len(one.fresh) > 0:
			err = f.appendValues(one, &next)
		case one.values != nil:
			next.moves = append(next.moves, one.File())
			var file vouched
			if file, err = writeArray(f.disk, one.File(), one.values); err == nil {
				err = f.keepEdited(one.Schema)
			}
			next.vouch(one.Schema, file)
		}
		if err != nil {
			return next, err
		}
	}
	if err = stage(f.disk, metaFile, next.encode()); err != nil {
		return next, fmt.Errorf("write %s: %w", metaFile, err)
	}
	return next, f.disk.Sync()
}

// appendValues writes the new values of a history behind the old ones. What a failed compaction
// left there is written over.
func (f *compactor) appendValues(s kindSnapshot, next *folding) error {
	file, size := s.history.file, f.meta.of(s.Schema).Bytes
	if err := file.Truncate(size); err != nil {
		return err
	}
	sum, err := f.hashes[s.n].(hash.Cloner).Clone()
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(io.MultiWriter(sum, io.NewOffsetWriter(file, size)), 1<<20)
	at := make([]int64, 0, len(s.fresh))
	err = reader{f.state, f.feed, s.kind}.documents(s.fresh, func(offset int64, doc []byte) error {
		text := appendFolded(w.AvailableBuffer(), offset, doc)
		at = append(at, size)
		size += int64(len(text))
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	next.hashes[s.n] = sum
	next.appended = append(next.appended, appended{s.kind, at})
	next.vouch(s.Schema, vouched{size, hex.EncodeToString(sum.Sum(nil)), s.folded + len(s.fresh)})
	return nil
}

// commit makes what was written count. It opens nothing anew but the folder.
func (f *compactor) commit(next folding) error {
	err := install(f.disk, metaFile)
	if err == nil {
		err = rename(f.disk, next.moves)
	}
	if err != nil {
		f.broken = err
		return err
	}
	f.meta, f.hashes = next.meta, next.hashes
	f.written.see(f.disk, next.moves...)
	return nil
}

// become writes store.json with another identity.
func (f *compactor) become(identity string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return fmt.Errorf("%w: %w", dao.ErrUnavailable, f.broken)
	}
	next := folding{meta: f.meta, hashes: f.hashes}
	next.Identity = identity
	if err := stage(f.disk, metaFile, next.encode()); err != nil {
		return fmt.Errorf("%w: write %s: %w", dao.ErrUnavailable, metaFile, err)
	}
	if err := f.commit(next); err != nil {
		return fmt.Errorf("%w: write %s: %w", dao.ErrUnknown, metaFile, err)
	}
	return nil
}

// prune removes the journal files that are neither needed for a start nor for the feed, the oldest
// first, and each for good before the next: a crash, or a disk that fails, must not leave a gap
// between those that stay. What could not be removed is tried again.
func (f *compactor) prune() error {
	pruned := f.feed.prune(min(f.meta.Offset, f.feed.head()-f.keep))
	var err error
	for _, s := range pruned {
		f.doomed = append(f.doomed, s.name)
		err = errors.Join(err, s.file.Close())
	}
	if len(pruned) > 0 {
		f.state.forget(f.feed.oldest())
	}
	for len(f.doomed) > 0 {
		if err := f.disk.Remove(f.doomed[0]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", f.doomed[0], err)
		}
		if err := f.disk.Sync(); err != nil {
			return err
		}
		f.doomed = f.doomed[1:]
	}
	return err
}

// writeNew writes a file under its first name.
func writeNew(d disk, name string, content func(io.Writer) error) (vouched, error) {
	file, err := d.Create(name + newSuffix)
	if err != nil {
		return vouched{}, err
	}
	defer file.Close()
	sum := sha256.New()
	to := io.NewOffsetWriter(file, 0)
	w := bufio.NewWriterSize(io.MultiWriter(sum, to), 1<<18)
	if err = content(w); err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return vouched{}, fmt.Errorf("write %s: %w", name+newSuffix, err)
	}
	size, err := to.Seek(0, io.SeekCurrent)
	return vouched{Bytes: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}
