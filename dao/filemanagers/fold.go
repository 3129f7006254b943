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
	"sync"
	"sync/atomic"
)

// folder writes the JSON files anew from time to time, while writes go on, so that the journal
// stays short. A fold counts from the moment when store.json is written:
//
//  1. products.json.new and carts.json.new are written, the new messages behind those of
//     messages.jsonl, and store.json.tmp
//  2. that is renamed to store.json, which vouches for all that
//  3. the .new files are renamed
//  4. journal files that neither the fold nor the feed needs are removed
//
// A crash before 2 leaves the old files and the whole journal; one after it leaves the new ones,
// perhaps still under their first names.
type folder struct {
	disk     disk
	state    *state
	feed     *feed
	messages messages
	log      *slog.Logger
	keep     int64 // how many changes the feed keeps at least
	every    int64 // how many bytes the journal grows between folds, if the folded files are smaller than that

	grown   atomic.Int64 // bytes of the journal since the last fold
	size    atomic.Int64 // of products.json and carts.json
	folds   atomic.Int64
	busy    atomic.Bool
	running sync.WaitGroup

	mu       sync.Mutex // held while folding
	meta     meta       // store.json as it is
	logHash  hash.Hash  // of messages.jsonl as far as meta vouches for it
	nextHash hash.Hash  // of what the fold under way makes of it
	doomed   []string   // journal files that are out of the feed and still to be removed, the oldest first
	broken   error      // store.json may be the old or the new one: only a restart can tell
}

// journalGrew starts a fold when it is due.
func (f *folder) journalGrew(bytes int64) {
	const most = 256 << 20 // beyond which a start would take long
	due := max(f.every, min(f.size.Load(), most))
	if f.grown.Add(bytes) < due || !f.busy.CompareAndSwap(false, true) {
		return
	}
	f.running.Go(func() {
		defer f.busy.Store(false)
		if err := f.fold(false); err != nil {
			f.log.Error("could not fold the journal into the JSON files; nothing is lost, the journal goes on growing", "err", err)
		}
	})
}

// fold makes the JSON files hold all changes up to now. clean says that no more will come.
func (f *folder) fold(clean bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.grown.Store(0) // also if this fails: then the next try is when as much has been written again
	if f.broken != nil {
		return f.broken
	}
	next, moves, at, err := f.write(clean)
	if err == nil {
		err = f.commit(next, moves)
	}
	if err != nil {
		return fmt.Errorf("fold: %w", err)
	}
	f.size.Store(next.Products.Bytes + next.Carts.Bytes)
	f.folds.Add(1)
	f.state.mu.Lock()
	f.state.messages.fold(at, next.Messages.Bytes)
	f.state.mu.Unlock()
	return f.prune()
}

// write does the first step, and stages the second: nothing of it counts yet.
func (f *folder) write(clean bool) (next meta, moves []string, at []int64, err error) {
	next, f.nextHash = f.meta, f.logHash
	s := f.state.snapshot(f.feed, f.meta.Offset)
	next.Offset, next.Clean = s.offset, clean
	next.Entries.Messages = s.folded + len(s.fresh)
	if s.products != nil {
		next.Entries.Products = len(s.products)
		moves = append(moves, productsFile)
		if next.Products, err = writeArray(f.disk, productsFile, s.products, productID); err != nil {
			return next, nil, nil, err
		}
	}
	if s.carts != nil {
		next.Entries.Carts = len(s.carts)
		moves = append(moves, cartsFile)
		if next.Carts, err = writeArray(f.disk, cartsFile, s.carts, cartID); err != nil {
			return next, nil, nil, err
		}
	}
	if len(s.fresh) > 0 {
		if next.Messages, at, err = f.appendMessages(s); err != nil {
			return next, nil, nil, err
		}
	}
	if err = stage(f.disk, metaFile, next.encode()); err != nil {
		return next, nil, nil, fmt.Errorf("write %s: %w", metaFile, err)
	}
	return next, moves, at, f.disk.Sync()
}

// appendMessages writes the new messages behind the old ones. What a failed fold left there is
// written over.
func (f *folder) appendMessages(s snapshot) (vouched, []int64, error) {
	file, size := f.state.messages.file, f.meta.Messages.Bytes
	if err := file.Truncate(size); err != nil {
		return vouched{}, nil, err
	}
	sum, err := f.logHash.(hash.Cloner).Clone()
	if err != nil {
		return vouched{}, nil, err
	}
	w := bufio.NewWriterSize(io.MultiWriter(sum, io.NewOffsetWriter(file, size)), 1<<20)
	at := make([]int64, 0, len(s.fresh))
	err = f.messages.documents(s.fresh, func(offset int64, doc []byte) error {
		text := appendFolded(w.AvailableBuffer(), offset, doc)
		at = append(at, size)
		size += int64(len(text))
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return vouched{}, nil, err
	}
	if err := w.Flush(); err != nil {
		return vouched{}, nil, err
	}
	if err := file.Sync(); err != nil {
		return vouched{}, nil, err
	}
	f.nextHash = sum
	return vouched{size, hex.EncodeToString(sum.Sum(nil))}, at, nil
}

// commit makes what was written count. It opens nothing anew but the folder.
func (f *folder) commit(next meta, moves []string) error {
	err := install(f.disk, metaFile)
	if err == nil {
		err = rename(f.disk, moves)
	}
	if err != nil {
		f.broken = err
		return err
	}
	f.meta, f.logHash = next, f.nextHash
	return nil
}

// prune removes the journal files that are neither needed for a start nor for the feed, the oldest
// first, and each for good before the next: a crash, or a disk that fails, must not leave a gap
// between those that stay. What could not be removed is tried again.
func (f *folder) prune() error {
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
	return vouched{size, hex.EncodeToString(sum.Sum(nil))}, err
}
