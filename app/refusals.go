package app

import (
	"fmt"
	"io"

	"pulperia/dao"
	"pulperia/dao/models"
)

// refusals are the values of a store that another one would not take as they are: an older program
// stored them, or another one did.
type refusals struct {
	problems int
	shown    []string             // the first problems
	owners   map[ofKind]models.ID // whose unique texts are
}

// ofKind is a text that only one value of a kind may have.
type ofKind struct {
	kind        dao.Kind
	field, text string
}

func newRefusals() refusals { return refusals{owners: make(map[ofKind]models.ID)} }

// check notes those of the next values of a dump.
func (r *refusals) check(batch dao.Batch) {
	for s, v := range batch.All() {
		id := v.GetHead().ID
		r.note(s.Kind, id, v.Check())
		for _, unique := range s.Unique {
			for text := range unique.All(v) {
				of := ofKind{s.Kind, unique.Field, text}
				if owner, twice := r.owners[of]; twice {
					r.note(s.Kind, id, fmt.Errorf("%s %q is that of %s %s, too", of.field, of.text, of.kind, owner))
				}
				r.owners[of] = id
			}
		}
	}
}

func (r *refusals) note(kind dao.Kind, id models.ID, problem error) {
	const most = 20
	if problem == nil {
		return
	}
	if r.problems++; r.problems <= most {
		r.shown = append(r.shown, fmt.Sprintf("%s %s: %v", kind, id, problem))
	}
}

// print names the first of them.
func (r *refusals) print(to io.Writer) {
	for _, line := range r.shown {
		fmt.Fprintln(to, line)
	}
	if more := r.problems - len(r.shown); more > 0 {
		fmt.Fprintf(to, "and %d more\n", more)
	}
}
