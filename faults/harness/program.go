// Package harness starts the real program, writes to it, kills it and verifies what it left: the
// tests of the program, the walks, the browser tests, the benchmarks and the self-test share it.
//
// [Build] and [Shared] make the program, [Command] prepares a run of it, [Start] makes that a
// [Process] with a log and an address. [Send] asks it over HTTP. A [Book] holds what its writers
// were told, and tells what a store may hold after that.
//
// The self-test is part of the program, so nothing here imports testing; what fails is returned.
package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// Variable names another build of the program to try instead: a new test of a rule must fail on one
// that breaks it.
const Variable = "SHOP_TEST_PROGRAM"

// Build compiles the program into a folder, with the flags of go build, and returns its file; or
// that which the environment names.
func Build(dir string, flags ...string) (program string, err error) {
	if other := os.Getenv(Variable); other != "" {
		return filepath.Abs(other)
	}
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "pulperia").Output()
	if err != nil {
		return "", fmt.Errorf("find the program's module: %w", err)
	}
	program = filepath.Join(dir, "pulperia")
	build := exec.Command("go", append(append([]string{"build", "-o", program}, flags...), ".")...)
	build.Dir = strings.TrimSpace(string(root)) // where its own go.mod counts
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return program, nil
}

// Shared is one build for everybody in this process, made when the first one asks.
type Shared struct {
	once sync.Once
	dir  string
	path string
	err  error
}

// Path returns its file.
func (s *Shared) Path() (string, error) {
	s.once.Do(func() {
		if s.dir, s.err = os.MkdirTemp("", "pulperia-build-"); s.err == nil {
			s.path, s.err = Build(s.dir)
		}
	})
	return s.path, s.err
}

// Remove removes the build, if there is one.
func (s *Shared) Remove() {
	s.once.Do(func() { s.err = errors.New("the build of the program was removed") })
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}

// Command prepares a run of a program that is killed when the context is done. Of the environment
// it gets what is no setting of a shop.
func Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "PULPERIA_") && !strings.HasPrefix(setting, "PORT=") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	return cmd
}
