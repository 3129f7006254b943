package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pulperia/dao/models"
	trade "pulperia/shop"
)

// Another process makes the hash that this one would, and says what it cannot make.
func TestHashApart(t *testing.T) {
	t.Parallel()
	password, salt := []byte("contraseña larga 🧉"), bytes.Repeat([]byte{7}, 16)
	for _, how := range []behind{behindAll, behindMost} {
		sum, err := hashInProcess(password, salt, 2, how, time.Minute)
		if want := trade.Hash(password, salt, 2); err != nil || !bytes.Equal(sum, want) {
			t.Errorf("%x, %v; want %x", sum, err, want)
		}
	}
	if sum, err := hashInProcess(password, salt, 4_000_000, behindMost, time.Minute); err == nil {
		t.Errorf("4,000,000 passes: %x", sum)
	}
	for _, told := range []string{"", "{", `{"Passes":0}`} {
		cmd := command(t, "hash")
		cmd.Stdin = strings.NewReader(told)
		if out, err := cmd.Output(); err == nil || len(out) > 0 {
			t.Errorf("%q is hashed: %x", told, out)
		}
	}
}

// Where a hash is not made of what nobody else wants, it is made all the same, and by another process.
func TestHashOnABusyMachine(t *testing.T) {
	t.Parallel()
	_, err := hashInProcess([]byte("contraseña larga"), bytes.Repeat([]byte{7}, 16), models.MaxPasses, behindAll, time.Millisecond)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("who is not patient gets %v", err)
	}
	var log bytes.Buffer
	sum, err := hashApart(slog.New(slog.NewTextHandler(&log, nil)), 0)([]byte("contraseña larga"), bytes.Repeat([]byte{7}, 16), 2)
	if want := trade.Hash([]byte("contraseña larga"), bytes.Repeat([]byte{7}, 16), 2); err != nil || !bytes.Equal(sum, want) || log.Len() > 0 {
		t.Errorf("%x, %v; want %x; the log says %s", sum, err, want, &log)
	}
}

// A machine that was busy is taken to be for a minute: nobody waits a second in vain meanwhile.
func TestHashOnAMachineThatStaysBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tried []behind
		hash := hashBy(func(_, _ []byte, _ int, how behind, _ time.Duration) ([]byte, error) {
			if tried = append(tried, how); how == behindAll {
				return nil, fmt.Errorf("late: %w", context.DeadlineExceeded)
			}
			return []byte{1}, nil
		}, slog.New(slog.DiscardHandler), idlePatience)
		for _, wait := range []time.Duration{0, staysBusy / 2, staysBusy} {
			time.Sleep(wait)
			if sum, err := hash(nil, nil, 1); err != nil || len(sum) != 1 {
				t.Errorf("%x, %v", sum, err)
			}
		}
		if want := []behind{behindAll, behindMost, behindMost, behindAll, behindMost}; !slices.Equal(tried, want) {
			t.Errorf("tried %v, want %v", tried, want)
		}
	})
}
