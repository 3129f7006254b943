// Package steps is the path of a step, the same in both engines: what a step is while it runs, on
// top of what waits before it, until its engine has put it into the log.
//
// A [Base] is the store at the head of its log. A [Batch] lies over it: it holds what steps have done
// that are not in the log yet, so that the next one runs on top of them. [Batch.Run] runs one step,
// and undoes all of it when it fails. An engine writes the steps of a batch down as [Step] has them,
// each whole, in their order, in one go.
//
// Engines differ in when a step runs. Of files nobody else writes the log: a step runs at once, in
// its caller's goroutine, on the batch that gathers, which lies on the one that is being synced. In
// MongoDB others write it, too: steps wait in a [Line], and all that wait run together at the head
// when nothing is under way, those again whose place was lost.
package steps

import (
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Base is a store at one place of its log. It is asked with the lock of its batch held.
//
// A base that cannot answer calls [Fail], which ends the step that asks.
type Base interface {
	// Value returns a value, or nil, and the last revision that is known of its id: that of its
	// deletion when it is nil, and 0 when nothing is known.
	Value(s *dao.Schema, id models.ID) (v models.Value, last int64)

	// Owners returns who has a unique text, or may have: a batch asks for the values themselves.
	Owners(s *dao.Schema, unique int, text string) []models.ID
}

// Asked is a base that wants to know what a step will ask for: see [dao.Ask].
type Asked interface {
	Ask(s *dao.Schema, ids []models.ID)
}

// Guesses is a base that, for a trial, takes a unique text for free when it does not know whose it
// is, so that a step which makes many values asks for all of them at once. What a step is told by Get
// and Owner is never guessed.
type Guesses interface {
	Guess(bool)      // whether it may
	Guessed() []Want // what it did not know
}

// Step is what one write does: all of it or nothing, one place in the log.
type Step struct {
	ID      models.ID // by chance, where the engine needs one; it sets it
	By      string
	At      models.Time
	First   int64 // the offset of its first change
	Changes []Change
}

// Last returns the offset of its last change.
func (s *Step) Last() int64 { return s.First + int64(len(s.Changes)) - 1 }

// Change is what has become of one value. The values are never altered.
type Change struct {
	Schema        *dao.Schema
	Op            dao.Op
	ID            models.ID
	Rev           int64
	Before, After models.Value // nil where there is none
}

// Want is what a step needs to know: a value, or whose a unique text is.
type Want struct {
	Schema *dao.Schema
	ID     models.ID // zero: it is the owner of a text
	Unique int
	Text   string
}

// Missing is the error of a step whose base lacks something that was not fetched. Its caller fetches
// that, and comes again.
type Missing struct{ Wants []Want }

// Error names what is missing.
func (m Missing) Error() string {
	var list []string
	for _, w := range m.Wants {
		if w.ID.IsZero() {
			list = append(list, string(w.Schema.Kind)+" with "+w.Schema.Unique[w.Unique].Field+" "+w.Text)
			continue
		}
		list = append(list, string(w.Schema.Kind)+" "+w.ID.String())
	}
	return "not fetched yet: " + strings.Join(list, ", ")
}

// failure is what Fail panics with.
type failure struct{ err error }

// Fail ends the step that asks a base, with an error that [Batch.Run] returns: [Missing], or one of
// reading.
func Fail(err error) { panic(failure{err}) }
