// Package dao is the contract of persistence: what is kept, and what every engine promises of it.
// How it is kept stands in the engines (filemanagers: JSON files), whether they keep their word in
// daotest.
//
// # The model
//
// A [Store] keeps values of the [Kinds] that are described: products, carts, messages. Every change
// that it accepts gets the next offset in its one ordered [Feed]; whoever follows the feed from a
// [Position] sees each change once, in one order, whoever made it. Every write is a step
// ([Updater]): one change or many, all of them or nothing, in one place of the feed. So a route
// writes and answers, and publishes nothing; a page is rendered at a position, and a socket goes on
// from there. Who is here at this moment is no change and stands in no feed: that is [Presence].
//
// # Rules for every method
//
//   - The context comes first. One that is done before a write has left the caller means that
//     nothing was written.
//   - Absent is [ErrNotFound]; an id or a product's code that is taken is [ErrConflict], as a
//     [Conflict]; a value that breaks a rule is models.Invalid; a store that cannot be reached or
//     cannot write is [ErrUnavailable]. Test with errors.Is and errors.AsType, never by the text.
//     There is no (nil, nil).
//   - A write ends in one of three ways. No error: it is done, and survives kill -9 and the loss of
//     power. ErrUnknown: it may or may not be done (a time-out, a cancel or a failed sync after it
//     had left). Any other error: it is not done, and nothing of it is stored.
//   - Reads see only what is durable.
//   - What a method returns is the caller's own, and what it is given stays the caller's: nothing
//     is shared with the store.
//   - A stored value has a revision: 1 when made (but above that of an earlier value of its id
//     whose end the feed still holds) and +1 at every change. The changes of one value stand in the
//     feed in the order of their revisions, each exactly once.
//   - Engines normalize and check values by the rules of models; callers need not.
package dao

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"pulperia/dao/models"
)

// The errors that callers tell apart. Engines wrap them with what they were doing.
var (
	ErrNotFound    = errors.New("not found")
	ErrConflict    = errors.New("already taken")
	ErrUnavailable = errors.New("store unavailable")
	ErrUnknown     = errors.New("outcome unknown")
	ErrGone        = errors.New("position is no longer in the feed")
	ErrSpoilt      = errors.New("not what was kept") // of bytes outside the feed: they will not come right by themselves
)

// Conflict is the ErrConflict that says what is taken.
type Conflict struct {
	Field string // as the JSON form spells it: "_id" or "code"
	Value string
}

// Error names the field and its value.
func (c Conflict) Error() string { return fmt.Sprintf("%s %.200q is already taken", c.Field, c.Value) }

// Unwrap returns ErrConflict.
func (c Conflict) Unwrap() error { return ErrConflict }

// Store is one opened store. Its methods and those of its parts may be called from many goroutines
// at once.
type Store struct {
	Products Products
	Carts    Carts
	Messages Messages
	Values   Values // of every kind but histories, products and carts included; [KindOf.In] gives them their type
	Feed     Feed
	Presence Presence
	Images   Images // bytes outside the feed
	Engine
	Shared bool // other programs write to it, too: what it holds may have changed before the feed tells of that
}

// Image returns the bytes of an image: see [Images].
func (s Store) Image(ctx context.Context, hash models.Hash) ([]byte, error) {
	return s.Images.Get(ctx, hash)
}

// Engine is what concerns a store as a whole.
type Engine interface {
	Updater

	// Load stores whole values as they are, with their ids, revisions and times, in steps of at most
	// LoadBytes, each whole. It serves imports, migration and restore. Every value gets its place in
	// the feed, messages in the given order. An id or a code that is taken is ErrConflict; a zero
	// id, revision or time is filled in as Create would. When it is refused, nothing of what fits into
	// one step is stored.
	Load(context.Context, Batch) (Receipt, error)

	// Dump hands out the whole store at one position, in batches: kind by kind in the order of
	// [Kinds], each by id, histories in the order of the feed. The batches are the visitor's own.
	// An error of the visitor ends the dump and is returned.
	Dump(ctx context.Context, visit func(Batch) error) (Position, error)

	// Ready returns nil when the store answers and can write, and ErrUnavailable with the cause
	// otherwise.
	Ready(context.Context) error

	// Attend notes that the store has been open for so long until now, by a clock that nobody sets,
	// and returns the moment from which on it has been open for age in all; zero when it is not
	// known to have been. Nothing is known of what was before a stop of a week, before this epoch,
	// or before a Load of carts: those bring times of which this store was no witness.
	Attend(ctx context.Context, open, age time.Duration) (since models.Time, err error)

	// Identity names the store for good: over epochs, edits by hand, restarts and outages, and in
	// whatever a migration makes of it, or a backup. No two stores share it, but for one and its copy. So what a
	// browser keeps is kept under it. It is "" for a store that nobody has opened for writing since
	// stores have one.
	Identity() string

	// Become has the store go by the identity of the one whose backup is brought into it. A text
	// that is no identity is refused.
	Become(ctx context.Context, identity string) error

	// Stats returns figures about the engine for whoever operates it.
	Stats() []Stat

	// Close waits for writes under way, makes the store tidy and lets go of it. A second Close does
	// nothing.
	Close() error
}

// NewIdentity makes one for a store that has none yet.
func NewIdentity() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// CheckIdentity returns an error when a text is none.
func CheckIdentity(text string) error {
	if raw, err := hex.DecodeString(text); err != nil || len(raw) != 8 || text != strings.ToLower(text) {
		return fmt.Errorf("identity %.60q: must be 16 hexadecimal digits in lower case", text)
	}
	return nil
}

// Receipt is what a store says of a write that is done.
type Receipt struct {
	Position Position // of the write in the feed; where nothing had to be written, a position at which it was in effect
	Repeated bool     // nothing was written: a create found the same id with the same content, or a change changed nothing
}

// Stat is one figure about an engine. Name is in the form of Prometheus, with its unit ("_bytes",
// "_seconds") but without what the program puts before it.
type Stat struct {
	Name, Help string
	Counter    bool // it only grows; otherwise it is a gauge
	Value      float64
}
