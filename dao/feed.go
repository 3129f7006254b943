package dao

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"pulperia/dao/models"
)

// Feed is the one ordered list of all changes of a store, step by step. At least the last 10,000 are
// kept (a setting of the engine).
type Feed interface {
	// Head returns the position of the last durable change, at offset 0 in a store without any.
	Head(context.Context) (Position, error)

	// Fresh is Head for who must not miss what another process did: it is at most half a second behind
	// all of them. All who ask meanwhile share one look.
	Fresh(context.Context) (Position, error)

	// Since returns the changes after a position, oldest first, without a gap, none at the head. It
	// never cuts a step: it returns at least one whole step, else at most limit changes. It is ErrGone
	// when it cannot tell: another epoch, a position before what is kept, or one past the head.
	Since(ctx context.Context, after Position, limit int) ([]Change, error)

	// Wait returns nil as soon as the head is past the position (or the position is not of this
	// feed, which Since will tell), and the context's error when that is done first.
	Wait(ctx context.Context, after Position) error
}

// Position is a place in a feed: everything up to Offset has been seen. Offsets start at 1 and have
// no gaps, and those of one step follow one another: what anybody is given is the end of a step. The epoch is random, made with the store, and another one when the store's past is no
// longer what it was (a restore, files edited by hand).
type Position struct {
	Epoch  string // 8 lower-case hex digits
	Offset int64
}

// String writes a position as "9f2c61ab.18234".
func (p Position) String() string { return p.Epoch + "." + strconv.FormatInt(p.Offset, 10) }

// ParsePosition reads what String writes.
func ParsePosition(text string) (Position, error) {
	epoch, offsetText, _ := strings.Cut(text, ".")
	offset, err := strconv.ParseInt(offsetText, 10, 64)
	position := Position{Epoch: epoch, Offset: offset}
	if err != nil || len(epoch) != 8 || strings.Trim(epoch, "0123456789abcdef") != "" || position.String() != text || offset < 0 {
		return Position{}, fmt.Errorf("%.40q is not a position: a position is written like 9f2c61ab.18234", text)
	}
	return position, nil
}

// Op says how it changed.
type Op string

// The operations.
const (
	OpPut    Op = "put"    // it was made or changed
	OpDelete Op = "delete" // it was removed
)

// Change is one entry of the feed.
type Change struct {
	Offset int64           `json:"offset"`
	At     models.Time     `json:"at"`
	Kind   Kind            `json:"kind"`
	Op     Op              `json:"op"`
	ID     models.ID       `json:"id"`
	Rev    int64           `json:"rev"`           // of the value after the change; a delete counts as one
	By     string          `json:"by,omitempty"`  // who did it: see WithBy
	End    int64           `json:"-"`             // the offset of the last change of its step
	Doc    json.RawMessage `json:"doc,omitempty"` // the whole value after the change, as the API shows it; none for a delete
}
