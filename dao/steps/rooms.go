package steps

// rooms is space for steps and their changes. They are made some at once: a batch of many has little
// garbage then.
type rooms struct {
	steps   []Step
	changes []Change
	taken   int // of each
}

func (r rooms) again() rooms {
	clear(r.steps[:r.taken])
	clear(r.changes)
	r.taken = 0
	return r
}

// next returns an empty step, which is the next one again until it is taken.
func (r *rooms) next(least int) *Step {
	if r.taken == len(r.steps) {
		n := min(4+least, 64)
		*r = rooms{make([]Step, n), make([]Change, n), 0}
	}
	step := &r.steps[r.taken]
	*step = Step{Changes: r.changes[r.taken : r.taken : r.taken+1]}
	return step
}
