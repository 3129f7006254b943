package dao

import "fmt"

// Report says what a check of a whole store counted and found.
type Report struct {
	Counts   Counts
	First    int64    // the oldest change that the feed holds
	Head     Position // the newest one; without an epoch where no shop has opened the store yet
	Notes    []string // what is worth knowing, but no damage
	Problems []string // damage: what the store itself must not hold
}

// Note adds what is worth knowing.
func (r *Report) Note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Problem adds damage.
func (r *Report) Problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}
