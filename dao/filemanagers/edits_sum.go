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

// sumUp compares the entries of an edited file with what they were, and raises the revisions of those
// that are not surely the same: whoever has seen the former must not take them for that.
func (c *contents) sumUp(name string, now models.Time) editSum {
	if before := c.meta.Entries.Messages; name == messagesFile && c.log != nil { // which stands as it was written, and more behind it
		return editSum{file: name, new: len(c.said) - before, before: before, after: len(c.said)}
	}
	s := summing{editSum: editSum{file: name}, past: c.past, now: now}
	nothing := int64(len("[]\n"))
	switch name {
	case productsFile:
		s.kind, s.before, s.had = dao.KindProduct, c.meta.Entries.Products, c.meta.Products.Bytes > nothing
		for _, p := range c.products {
			p.Rev = s.add(p.ID, p.CreatedAt, p.Rev, models.JSON(*p))
		}
	case cartsFile:
		s.kind, s.before, s.had = dao.KindCart, c.meta.Entries.Carts, c.meta.Carts.Bytes > nothing
		for _, cart := range c.carts {
			cart.Rev = s.add(cart.ID, cart.CreatedAt, cart.Rev, models.JSON(*cart))
		}
	case messagesFile:
		s.kind, s.before, s.had = dao.KindMessage, c.meta.Entries.Messages, c.meta.Messages.Bytes > 0
		for _, m := range c.said {
			s.add(m.ID, m.CreatedAt, 0, models.JSON(m.Message))
		}
	}
	return s.end()
}

// summing is a sum in the making.
type summing struct {
	editSum
	kind    dao.Kind
	past    past
	now     models.Time
	kept    int // of those that the journal holds
	unknown int // ids that the journal does not hold
}

// add takes an entry in, and returns the revision that it has from now on.
func (s *summing) add(id models.ID, made models.Time, rev int64, doc []byte) int64 {
	s.after++
	was, known := s.past[value{s.kind, id}]
	switch {
	case !known && made != s.now:
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
