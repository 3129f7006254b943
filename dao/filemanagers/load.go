package filemanagers

import (
	"bytes"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// contents is a store as it was found, with the journal applied.
type contents struct {
	meta       meta
	kinds      []*holding // in the order of a dump
	tombstones map[value]tombstone

	segments []*segment
	stale    []string    // files that do not count: of an unfinished compaction, or of the epoch before
	tail     *tail       // what a crash tore off the journal
	unfolded int64       // changes that the folded files do not hold
	at       models.Time // of the last step that the journal holds

	// What was found instead of the vouched files.
	isNew  bool      // there is no store.json
	tookIn bool      // files that were edited were taken in just now
	edited []string  // files that somebody wrote by hand
	sums   []editSum // what became of the entries of those
	past   past      // what the entries were, as far as the journal holds it
	moves  []string  // .new files that count and are to be renamed
}

// holding is what was found of one kind.
type holding struct {
	*dao.Schema
	values  []models.Value // of a history only when somebody wrote its file by hand: all of it, then
	history *history       // nil then, unless the file is as it was written, with more behind it
	hash    hash.Hash      // of the file of a history, as far as store.json vouches for it
	end     int64          // where that file ends, behind what store.json vouches for or there
	last    int64          // the offset of the last change that the folded files do not hold
}

// count returns how many values there are. A file that somebody wrote behind counts by what is read
// of all of it.
func (c *holding) count() int {
	if c.history != nil && c.values == nil {
		return len(c.history.ids)
	}
	return len(c.values)
}

// kind returns what was found of a kind, or nil.
func (c *contents) kind(kind dao.Kind) *holding {
	for _, one := range c.kinds {
		if one.Kind == kind {
			return one
		}
	}
	return nil
}

// count returns how many values there are of each kind.
func (c *contents) count() dao.Counts {
	n := dao.Counts{}
	for _, one := range c.kinds {
		n[one.Kind] = one.count()
	}
	return n
}

// needsAdoption says whether the files are not yet what store.json vouches for.
func (c *contents) needsAdoption() bool { return c.isNew || len(c.edited) > 0 }

// load reads a store without changing anything. Anything that was not written by this engine is
// [Damage].
func load(d disk) (*contents, error) {
	names, err := d.List()
	if err != nil {
		return nil, err
	}
	c := &contents{tombstones: map[value]tombstone{}, past: past{}}
	for _, schema := range dao.Kinds() {
		c.kinds = append(c.kinds, &holding{Schema: schema})
	}
	switch m, err := readMeta(d); {
	case err != nil:
		return nil, err
	case m != nil:
		c.meta = *m
	default:
		c.isNew, c.meta.Clean = true, true
	}
	if err := c.loadFolded(d); err != nil {
		return nil, err
	}
	for _, name := range names {
		if isLeftover(name) && !slices.Contains(c.moves, strings.TrimSuffix(name, newSuffix)) {
			c.stale = append(c.stale, name)
		}
	}
	err = c.loadJournal(d, names)
	if err == nil {
		err = c.loadEdits(d)
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// unfoldedBytes returns how much of the journal the folded files do not hold. It counts towards the
// next compaction: else the journal of a shop that is killed before each would grow for ever.
func (c *contents) unfoldedBytes() (n int64) {
	for _, s := range c.segments {
		if first := max(s.first, c.meta.Offset+1); first <= s.last() {
			n += s.size - s.at[first-s.first]
		}
	}
	return n
}

func (c *contents) close() error {
	var err error
	for _, one := range c.kinds {
		if one.history != nil && one.history.file != nil {
			err = errors.Join(err, one.history.file.Close())
		}
	}
	for _, s := range c.segments {
		err = errors.Join(err, s.file.Close())
	}
	return err
}

// loadJournal reads the journal and applies what the folded files do not hold yet.
func (c *contents) loadJournal(d disk, names []string) error {
	replay := newReplay(c)
	journals := slices.DeleteFunc(names, func(name string) bool { _, ok := segmentFirst(name); return !ok })
	if c.isNew {
		if len(journals) > 0 {
			return &Damage{File: metaFile, Byte: -1, Wrong: "it is missing, but there is a journal", Remedy: restore}
		}
		return nil
	}
	for i, name := range journals {
		f, err := d.Open(name)
		if err != nil {
			return err
		}
		s := &segment{name: name, file: f}
		s.first, _ = segmentFirst(name)
		c.segments = append(c.segments, s)
		if epoch := epochOf(f); c.meta.Previous != "" && epoch == c.meta.Previous {
			c.stale = append(c.stale, name)
			c.segments = c.segments[:len(c.segments)-1]
			if err := f.Close(); err != nil {
				return err
			}
			continue
		}
		scan := scanner{segment: s, newest: i == len(journals)-1, epoch: c.meta.Epoch, visit: replay.visit}
		if c.tail, err = scan.scan(); err != nil {
			return err
		}
	}
	if err := c.checkJournal(); err != nil {
		return err
	}
	return replay.finish()
}

// epochOf returns the epoch in the header of a journal file, or nothing when it cannot be read.
func epochOf(f file) string {
	text := make([]byte, 200)
	n, _ := f.ReadAt(text, 0)
	first, _, _ := bytes.Cut(text[:n], []byte{'\n'})
	var h header
	if unseal(append(first, '\n'), &h) != nil {
		return ""
	}
	return h.Epoch
}

// checkJournal verifies that no change is missing between the files of the journal, or between it
// and the compaction.
func (c *contents) checkJournal() error {
	if c.tail != nil && c.tail.from == 0 { // a crash while the file was begun: it holds nothing
		last := len(c.segments) - 1
		c.stale = append(c.stale, c.segments[last].name)
		if err := c.segments[last].file.Close(); err != nil {
			return err
		}
		c.segments = c.segments[:last]
	}
	next := c.meta.Offset + 1
	if len(c.segments) > 0 {
		next = min(next, c.segments[0].first)
	} else if !c.meta.Clean {
		return &Damage{File: segmentName(next), Byte: -1, Wrong: "the journal is missing", Remedy: restore}
	}
	for _, s := range c.segments {
		if s.first != next {
			return &Damage{File: s.name, Byte: -1, Wrong: fmt.Sprintf("change %d is missing before it", next), Remedy: restore}
		}
		next = s.last() + 1
	}
	if next <= c.meta.Offset {
		wrong := fmt.Sprintf("it ends before change %d, which %s vouches for", c.meta.Offset, metaFile)
		return &Damage{File: c.segments[len(c.segments)-1].name, Byte: -1, Wrong: wrong, Remedy: restore}
	}
	return nil
}
