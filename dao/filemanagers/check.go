package filemanagers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"

	"pulperia/dao"
	"pulperia/dao/models"
)

// checking is a report in the making.
type checking struct{ dao.Report }

// Check reads a whole store, beside a process that has it open, too, and verifies every checksum,
// rule and reference. It changes nothing. Files that are not what was written are [Damage].
func Check(ctx context.Context, dir string, o Options) (dao.Report, error) {
	found, c, err := loadBeside(ctx, directory(dir), o.Accept)
	if err != nil {
		return dao.Report{}, fmt.Errorf("check store %s: %w", dir, err)
	}
	defer c.close()
	r := &checking{dao.Report{Counts: c.count(), First: found.meta.Offset + 1}}
	r.Head = dao.Position{Epoch: found.meta.Epoch, Offset: found.meta.Offset}
	if n := len(found.segments); n > 0 {
		r.First, r.Head.Offset = found.segments[0].first, found.segments[n-1].last()
	}
	r.explain(found)
	r.checkReferences(c)
	store, named := newReader(c, Options{}.withDefaults(dir)), dao.Named{}
	check := r.checkValues()
	_, err = store.Dump(ctx, func(batch dao.Batch) error { named.Add(batch); return check(batch) })
	if err == nil {
		err = r.CheckImages(ctx, store.images, named)
	}
	if err != nil {
		return dao.Report{}, fmt.Errorf("check store %s: %w", dir, err)
	}
	if err := wantOpens(directory(dir)); err != nil {
		return dao.Report{}, fmt.Errorf("check store %s: nothing of it is damaged, but no shop can open it: %w", dir, err)
	}
	return r.Report, nil
}

// wantOpens returns an error where a start, which writes, would get one: what Check passes, opens.
func wantOpens(d directory) error {
	if err := mayWrite(string(d)); err != nil {
		return &fs.PathError{Op: "write into", Path: string(d), Err: err}
	}
	names, err := d.List()
	for _, name := range names {
		_, isJournal := segmentFirst(name)
		if !isJournal && !slices.Contains([]string{lockFile, metaFile}, name) && !isHistory(name) {
			continue // a new file takes the place of the old one
		}
		f, openErr := d.Open(name)
		switch {
		case openErr == nil:
			openErr = f.Close()
		case errors.Is(openErr, fs.ErrNotExist): // beside a shop
			openErr = nil
		case name == metaFile && !errors.Is(openErr, syscall.EPERM): // it is replaced, too, unless it is unchangeable
			openErr = nil
		}
		err = cmp.Or(err, openErr)
	}
	return err
}

func (r *checking) explain(c *contents) {
	if c.isNew {
		r.Note("there is no %s: the files will be taken in when the shop is started", metaFile)
	} else if len(c.sums) > 0 {
		r.Note("%s: edited by hand; it will be taken in, with a new epoch, when the shop is started", c.edits())
	}
	if c.tail != nil {
		r.Note("%s", c.tail)
	}
	if c.unfolded > 0 {
		r.Note("%d changes stand only in the journal: the shop is open, or was not stopped cleanly", c.unfolded)
	}
}

func isHistory(name string) bool {
	return slices.ContainsFunc(dao.Kinds(), func(s *dao.Schema) bool { return s.History && s.File() == name })
}

// checkValues returns what looks at each value. What breaks a rule is no damage: an older program,
// whose rules were others, has stored it.
func (r *checking) checkValues() func(dao.Batch) error {
	owners := map[[3]string]models.ID{}
	return func(batch dao.Batch) error {
		for s, v := range batch.All() {
			id := v.GetHead().ID
			if wrong := v.Check(); wrong != nil {
				r.Note("%s %s: %v: shown as it is; an import would refuse it", s.Kind, id, wrong)
			}
			for _, unique := range s.Unique {
				for text := range unique.All(v) {
					of := [3]string{string(s.Kind), unique.Field, text}
					if owner, twice := owners[of]; twice {
						r.Problem("%s %s: %s %q is that of %s %s", s.Kind, id, unique.Field, text, s.Kind, owner)
					}
					owners[of] = id
				}
			}
		}
		return nil
	}
}

// checkReferences notes what is named and gone.
func (r *checking) checkReferences(c *contents) {
	known := map[value]bool{}
	for _, one := range c.kinds {
		for _, v := range one.values {
			known[value{one.Kind, v.GetHead().ID}] = true
		}
	}
	for _, one := range c.kinds {
		if one.Refs == nil {
			continue
		}
		for _, v := range one.values {
			for _, ref := range one.Refs(v) {
				if !known[value{ref.Kind, *ref.ID}] {
					r.Note("%s %s names %s %s, which is gone", one.Kind, v.GetHead().ID, ref.Kind, *ref.ID)
				}
			}
		}
	}
}
