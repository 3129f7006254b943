package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	trade "pulperia/shop"
)

// hashCommand makes the hash of a password for a shop that is open, in a process of its own: that
// waits behind all else on the machine, and its memory goes with it. In the shop's own process the
// others waited for processors, and for the collector.
type hashCommand struct{}

// hashing is what that process is told, by its standard input: others can read command lines.
type hashing struct {
	Password, Salt []byte
	Passes         int
}

// Run makes the hash.
func (hashCommand) Run(streams Streams) error {
	var one hashing
	if err := json.NewDecoder(io.LimitReader(streams.In, 64<<10)).Decode(&one); err != nil {
		return fmt.Errorf("hash: read what to hash: %w", err)
	}
	if err := trade.CheckPasses(one.Passes); err != nil {
		return err
	}
	_, err := streams.Out.Write(trade.Hash(one.Password, one.Salt, one.Passes))
	return err
}

// How long the shop waits for that process. The first one gets what nobody else wants, and nobody
// notices it. Where a hash is not made of that in a second the machine is busy, and somebody might
// never be able to sign in; so the next one gets a tenth of a processor, for which others wait some
// milliseconds at a time. What takes longer than its minute hangs.
const (
	idlePatience = time.Second
	hashPatience = time.Minute
	staysBusy    = time.Minute // a machine that was busy is taken to be
)

// hashApart returns what has another process make hashes. Where none can be started the shop makes
// them itself, which the log says once.
func hashApart(log *slog.Logger, idle time.Duration) trade.Hasher {
	return hashBy(hashInProcess, log, idle)
}

func hashBy(process hashProcess, log *slog.Logger, idle time.Duration) trade.Hasher {
	var told sync.Once
	var wasBusy atomic.Int64 // Unix seconds
	return func(password, salt []byte, passes int) (sum []byte, err error) {
		busy := time.Since(time.Unix(wasBusy.Load(), 0)) < staysBusy
		if !busy {
			sum, err = process(password, salt, passes, behindAll, idle)
			if busy = errors.Is(err, context.DeadlineExceeded); busy {
				wasBusy.Store(time.Now().Unix())
			}
		}
		if busy {
			sum, err = process(password, salt, passes, behindMost, hashPatience)
		}
		if err != nil {
			told.Do(func() {
				log.Warn("hashes of passwords are made in the shop's own process, where others wait for them: another process did not make one", "error", err)
			})
		}
		return sum, err
	}
}

// behind is which others a process waits for.
type behind int

const (
	behindAll  behind = iota // it runs when nobody else does
	behindMost               // it runs a tenth of the time when others do
)

// hashProcess makes a hash in a process that is behind others, within a time:
// context.DeadlineExceeded.
type hashProcess func(password, salt []byte, passes int, how behind, patience time.Duration) ([]byte, error)

func hashInProcess(password, salt []byte, passes int, how behind, patience time.Duration) ([]byte, error) {
	told, err := json.Marshal(hashing{password, salt, passes})
	if err != nil {
		return nil, err
	}
	program, err := thisProgram()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "hash")
	cmd.Stdin = bytes.NewReader(told)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off")
	var sum, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &sum, &complaint
	if err := startBehind(cmd, how); err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%w: %.200s", cmp.Or(ctx.Err(), err), complaint.String())
	}
	return sum.Bytes(), nil
}
