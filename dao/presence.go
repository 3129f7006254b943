package dao

import (
	"context"
	"time"
)

// Presence is who is here, and who types: each process that serves the store says what it sees, and
// learns what the others see. It is kept for seconds, stands in no feed and in no dump, and nothing
// else depends on it.
//
// No clock is compared with another one: the age of what a process said is measured by whoever
// keeps it or asks for it.
type Presence interface {
	// Set says what a process sees now, in place of all that it said before. Visitors without
	// People remove it. node is the name that the process made up at its start, not empty and never
	// used before; its calls come one after the other. After an error it is unknown what stands
	// there; the next Set settles that.
	Set(ctx context.Context, node string, v Visitors) error

	// All returns what all processes have said lately, by node, that of the caller included. What
	// was said is there for PresenceTTL at least, and is left out when PresenceTTL has passed since
	// an All of the same Store first showed it.
	All(context.Context) (map[string]Visitors, error)
}

const (
	// PresenceTTL is how long what a process said counts, unless it says it again.
	PresenceTTL = 10 * time.Second

	// MaxPresence is how many people a process names. MongoDB has a bound for documents, and nobody
	// reads longer lists.
	MaxPresence = 10_000
)

// Visitors is what one process sees.
type Visitors struct {
	People []string // who is connected to it, each once, in any order: at most MaxPresence
	More   int      // how many people it does not name
	Typing []Typing // who typed within the last seconds, oldest first
}

// Typing is one moment at which a person typed.
type Typing struct {
	User   string
	Serial int64    // grows with each of one process, so that whoever asks often tells each of them once
	After  Position // where the process stood in the feed: a message of the person after that was what she typed
}
