package steps

import "fmt"

// restless finds out a step that asks for something else each time that it runs, as one does that
// makes an id by chance and looks whether it is taken: it would be fetched for without an end.
type restless struct {
	fetched map[Want]bool // what the last run lacked
	useless int           // how many runs in a row have not asked for what was fetched for them
}

// mostUseless is how many they may be. Runs may well differ, when what leads to the next question has
// changed in between; but each of so many only while somebody changes that faster than it is read.
const mostUseless = 50

// ask notes what a run asks for.
func (r *restless) ask(want Want) {
	if r.fetched[want] {
		r.useless = 0
		clear(r.fetched)
	}
}

// wantCalm panics when a run that lacks something has again not asked for what the one before it
// lacked.
func (r *restless) wantCalm(lacks []Want) {
	if len(r.fetched) > 0 {
		r.useless++
	}
	if r.useless > mostUseless {
		panic(fmt.Sprintf("steps: a step asks for something else each time that it runs, and would never end (%v): "+
			"make ids, tokens and whatever else is by chance before Update, not in its function", Missing{lacks}))
	}
	r.fetched = make(map[Want]bool, len(lacks))
	for _, want := range lacks {
		r.fetched[want] = true
	}
}
