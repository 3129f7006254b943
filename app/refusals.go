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
	codes    map[string]models.ID // whose they are
}

func newRefusals() refusals { return refusals{codes: make(map[string]models.ID)} }

// check notes those of the next values of a dump.
func (r *refusals) check(batch dao.Batch) {
	for _, p := range batch.Products {
		r.note("product", p.ID, p.Check())
		if owner, twice := r.codes[p.Code]; twice {
			r.note("product", p.ID, fmt.Errorf("code %q is that of product %s, too", p.Code, owner))
		}
		r.codes[p.Code] = p.ID
	}
	for _, c := range batch.Carts {
		r.note("cart", c.ID, c.Check())
	}
	for _, one := range batch.Messages {
		r.note("message", one.ID, one.Check())
	}
}

func (r *refusals) note(kind string, id models.ID, problem error) {
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
