package filemanagers

import (
	"cmp"
	"fmt"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// replay applies the changes of the journal by id, in order, and builds the values at the end.
type replay struct {
	*contents
	changed map[*holding]map[models.ID]models.Value // nil for deleted ones
	err     error
}

func newReplay(c *contents) *replay {
	return &replay{contents: c, changed: map[*holding]map[models.ID]models.Value{}}
}

func (r *replay) visit(l *line) {
	r.at = max(r.at, l.At)
	if len(r.edited) > 0 {
		r.past[value{l.Kind, l.ID}] = l.Doc
	}
	if l.Op == dao.OpDelete {
		r.tombstones[value{l.Kind, l.ID}] = tombstone{l.Offset, l.Rev}
	}
	if l.Offset <= r.meta.Offset {
		return
	}
	if r.meta.Clean {
		r.err = cmp.Or(r.err, fmt.Errorf("change %d came after the clean stop at change %d", l.Offset, r.meta.Offset))
		return
	}
	if r.unfolded++; len(r.edited) > 0 {
		return // loadEdits will refuse it
	}
	if err := r.apply(l); err != nil {
		r.err = cmp.Or(r.err, fmt.Errorf("change %d: %w", l.Offset, err))
	}
}

func (r *replay) apply(l *line) (err error) {
	of := r.kind(l.Kind)
	if of == nil {
		return fmt.Errorf("kind %q is unknown", l.Kind)
	}
	if of.last = l.Offset; of.History {
		of.history.append(l.ID, l.Offset)
		return nil
	}
	if r.changed[of] == nil {
		r.changed[of] = map[models.ID]models.Value{}
	}
	var after models.Value
	if l.Op != dao.OpDelete {
		after, err = of.Decode(l.Doc)
	}
	r.changed[of][l.ID] = after
	return err
}

func (r *replay) finish() error {
	if r.err != nil {
		return &Damage{File: "journal", Byte: -1, Wrong: r.err.Error(), Remedy: restore}
	}
	for of, changed := range r.changed {
		of.values = overlay(of.values, changed)
	}
	return nil
}

// overlay returns the values with the changed ones in place of what they were.
func overlay(values []models.Value, changed map[models.ID]models.Value) []models.Value {
	values = slices.DeleteFunc(values, func(value models.Value) bool { _, ok := changed[value.GetHead().ID]; return ok })
	for _, value := range changed {
		if value != nil {
			values = append(values, value)
		}
	}
	return values
}
