package retry

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var errRefused = errors.New("refused")

// tries counts how often a loop tries something in an hour, and what the log says of it.
func tries(t *testing.T, try func(n int) error) (n int, said []string) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		task := New(slog.New(slog.NewTextHandler(&out, nil)), "do it")
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		for ; ctx.Err() == nil; n++ {
			Sleep(ctx, max(100*time.Millisecond, task.Ended(ctx, try(n))))
		}
		said = strings.Split(strings.TrimSpace(out.String()), "\n")
	})
	return n, said
}

// What fails at once and always is tried about every two seconds, and said once.
func TestWhatFailsIsTriedSlowlyAndSaidOnce(t *testing.T) {
	n, said := tries(t, func(int) error { return errRefused })
	if n < 1_500 || n > 2_500 || len(said) != 1 || !strings.Contains(said[0], "cannot do it") {
		t.Errorf("%d tries in an hour, and the log says %q", n, said)
	}
}

// What fails every other time fails: a success does not make the next pauses short again, and the
// log is told twice a minute.
func TestWhatFailsEveryOtherTimeIsTriedSlowly(t *testing.T) {
	n, said := tries(t, func(n int) error {
		if n%2 == 0 {
			return errRefused
		}
		return nil
	})
	if n > 6_000 || len(said) > 120 {
		t.Errorf("%d tries in an hour, and %d lines of log", n, len(said))
	}
}

// The log says when it goes well again, and how long it did not; what goes well is not held up and
// not told.
func TestTheEndOfFailingIsSaidOnce(t *testing.T) {
	n, said := tries(t, func(n int) error {
		if n < 5 {
			return errRefused
		}
		return nil
	})
	if n < 30_000 || len(said) != 2 || !strings.Contains(said[1], "can do it again") || !strings.Contains(said[1], "failures=5") {
		t.Errorf("%d tries in an hour, and the log says %q", n, said)
	}
}
