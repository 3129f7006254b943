package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
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

// hashPatience is how long the shop waits for that process: what takes longer hangs.
const hashPatience = time.Minute

// hashApart returns what has another process make hashes. Where none can be started the shop makes
// them itself, which the log says once.
func hashApart(log *slog.Logger) trade.Hasher {
	var told sync.Once
	return func(password, salt []byte, passes int) ([]byte, error) {
		sum, err := hashInProcess(password, salt, passes)
		if err != nil {
			told.Do(func() {
				log.Warn("hashes of passwords are made in the shop's own process, where others wait for them: another process did not make one", "error", err)
			})
		}
		return sum, err
	}
}

func hashInProcess(password, salt []byte, passes int) ([]byte, error) {
	told, err := json.Marshal(hashing{password, salt, passes})
	if err != nil {
		return nil, err
	}
	program, err := thisProgram()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), hashPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "hash")
	cmd.Stdin = bytes.NewReader(told)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off")
	var sum, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &sum, &complaint
	if err := startBehind(cmd); err != nil {
		return nil, err
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%w: %.200s", err, complaint.String())
	}
	return sum.Bytes(), nil
}
