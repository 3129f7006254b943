package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"

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

// hashApart has another process make a hash.
func hashApart(password, salt []byte, passes int) ([]byte, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	told, err := json.Marshal(hashing{password, salt, passes})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "hash")
	cmd.Stdin = bytes.NewReader(told)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off")
	var sum bytes.Buffer
	cmd.Stdout = &sum
	if err := startBehind(cmd); err != nil {
		return nil, err
	}
	err = cmd.Wait()
	return sum.Bytes(), err
}
