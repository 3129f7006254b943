package filemanagers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// past is what values were at the end of the journal; nil is a deleted one.
type past map[value]json.RawMessage

// editSum sums up an edit by hand.
type editSum struct {
	file               string
	gone, new, changed int
	unseen             int  // entries that were there, and of which the journal no longer says whether they were the same
	before, after      int  // how many entries there were (at least), and are
	had                bool // whether there were any
}

func (s editSum) String() string {
	text := fmt.Sprintf("%s: %d gone, %d new, %d changed", s.file, s.gone, s.new, s.changed)
	if s.unseen > 0 {
		text += fmt.Sprintf(" (what %d others were is no longer known)", s.unseen)
	}
	return text
}

// edits sums up all of them.
func (c *contents) edits() string {
	texts := make([]string, len(c.sums))
	for i, s := range c.sums {
		texts[i] = s.String()
	}
	return strings.Join(texts, "; ")
}

// sumUp compares the entries of an edited file with what they were, and raises the revisions of
// those that are not surely the same: whoever has seen the former must not take them for that.
func (c *contents) sumUp(of *holding, undated map[models.ID]bool) editSum {
	file, sum := c.meta.of(of.Schema), editSum{file: of.File()}
	if of.history != nil { // which stands as it was written, and more behind it
		sum.new, sum.before, sum.after = len(of.values)-file.Entries, file.Entries, len(of.values)
		return sum
	}
	s := summing{editSum: sum, kind: of.Kind, past: c.past, undated: undated}
	s.before, s.had = file.Entries, file.Bytes > int64(len("[]\n"))
	if of.History {
		s.had = file.Bytes > 0
	}
	for _, v := range of.values {
		head := v.GetHead()
		head.Rev = s.add(head, models.JSON(v))
		v.SetHead(head)
	}
	return s.end()
}

// summing is a sum in the making.
type summing struct {
	editSum
	kind    dao.Kind
	past    past
	undated map[models.ID]bool // entries whose file does not say when they were made
	kept    int                // of those that the journal holds
	unknown int                // ids that the journal does not hold
}

// add takes an entry in, and returns the revision that it has from now on.
func (s *summing) add(head models.Head, doc []byte) (rev int64) {
	s.after++
	was, known := s.past[value{s.kind, head.ID}]
	rev = head.Rev
	switch {
	case !known && !s.undated[head.ID]:
		s.unknown++
	case was == nil: // also of an entry without an id, which has just got one
		s.new++
		if !known {
			return max(rev, 1)
		}
	default:
		if s.kept++; bytes.Equal(was, doc) {
			return rev
		}
		s.changed++
		var before struct{ Rev int64 }
		json.Unmarshal(was, &before) // the shop wrote it
		rev = max(rev, before.Rev)
	}
	return rev + 1
}

// end decides about what the journal does not hold: as many as there were before are taken to be
// there still.
func (s *summing) end() editSum {
	held := 0
	for v, doc := range s.past {
		if v.kind == s.kind && doc != nil {
			held++
		}
	}
	if s.before == 0 && s.had { // a program that did not count wrote it
		s.before = held + s.unknown
	}
	s.unseen = min(s.unknown, max(s.before-held, 0))
	s.new += s.unknown - s.unseen
	s.gone = max(s.before-s.kept-s.unseen, 0)
	return s.editSum
}

// refuseLoss refuses an edit that looks like an accident: a file that is empty now, or lacks more
// than half of its entries.
func (c *contents) refuseLoss(accept bool) error {
	const few = 10 // of which one may well take away the most
	for _, s := range c.sums {
		if accept || (s.after > 0 || !s.had) && (s.before <= few || 2*s.gone <= s.before) {
			continue
		}
		return &Damage{File: s.file, Byte: -1, Wrong: fmt.Sprintf("since the shop wrote it %d of %d entries are gone, %d are new and %d changed", s.gone, s.before, s.new, s.changed),
			Remedy: "Put back the file as it was; or say --accept-edits, if that is what you want"}
	}
	return nil
}
