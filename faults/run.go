package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// trial is a set of tests of one package that try to make promises false.
type trial struct {
	name     string
	pkg      string   // as go test takes it
	module   string   // the folder of its module; "" for that of the shop
	run      string   // the pattern for -run
	long     []string // the flags of the long form
	seedFlag string   // of the flag that takes the seed; "" if nothing is random
}

// result is what became of a trial.
type result struct {
	trial
	command string
	tests   int // that have no tests in them
	failed  []string
	skipped []string
	figures []figure
	took    time.Duration
	err     error // of go test as a whole, as when it does not compile
}

// figure is what tests counted: numbers are added up, all else is listed.
type figure struct {
	key    string
	sum    int64
	values []string
}

// passed says whether the trial tried anything, and everything of it went well.
func (r result) passed() bool {
	return r.err == nil && r.tests > 0 && len(r.failed) == 0 && len(r.skipped) == 0
}

// arguments returns those of the go command.
func (t trial) arguments(isShort bool, seed uint64) (arguments []string) {
	if t.module != "" {
		arguments = append(arguments, "-C", t.module)
	}
	arguments = append(arguments, "test", "-count=1", "-timeout=2h", "-run", t.run, t.pkg)
	if t.seedFlag != "" {
		arguments = append(arguments, fmt.Sprintf("-%s=%d", t.seedFlag, seed))
	}
	if !isShort {
		arguments = append(arguments, t.long...)
	}
	return arguments
}

// try runs the trial. What its tests said goes to log if it fails. An error means that it was
// broken off.
func (t trial) try(ctx context.Context, isShort bool, seed uint64, log io.Writer) (result, error) {
	arguments := t.arguments(isShort, seed)
	r := result{trial: t, command: shown(arguments)}
	fmt.Fprintf(log, "%s: %s\n", t.name, r.command)
	place := slices.Index(arguments, "test") + 1
	cmd := exec.CommandContext(ctx, "go", slices.Insert(arguments, place, "-json")...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // go test ends its children
	cmd.WaitDelay = 30 * time.Second
	cmd.Env = append(os.Environ(), "REQUIRE_MONGODB=1", "REQUIRE_PROXIES=1") // nothing may be skipped or imitated
	cmd.Stderr = log
	events, err := cmd.StdoutPipe()
	if err != nil {
		return r, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return r, err
	}
	said, err := r.follow(events)
	r.err = errors.Join(err, cmd.Wait())
	r.took = time.Since(begin)
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	if !r.passed() {
		fmt.Fprintf(log, "%s%s FAILED: %v\n", said, t.name, r.failure())
	}
	return r, nil
}

// event is a line of go test -json, as `go doc test2json` has it.
type event struct {
	Action, Test, Output, Key, Value string
}

// follow takes in what the tests do and returns what they said.
func (r *result) follow(events io.Reader) (said string, err error) {
	var output strings.Builder
	parents := map[string]bool{}
	ended := map[string]string{}
	for lines := bufio.NewReader(events); ; {
		text, err := lines.ReadBytes('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return output.String(), err
		}
		var e event
		if json.Unmarshal(text, &e) != nil {
			output.Write(text) // not every word of a build is JSON
			continue
		}
		output.WriteString(e.Output)
		if e.Action == "attr" {
			r.count(e.Key, e.Value)
		}
		if e.Test != "" && slices.Contains([]string{"pass", "fail", "skip"}, e.Action) {
			ended[e.Test] = e.Action
			if i := strings.LastIndexByte(e.Test, '/'); i >= 0 {
				parents[e.Test[:i]] = true
			}
		}
	}
	for test, how := range ended {
		switch {
		case parents[test] && how != "skip":
			if how == "fail" && !failedWithin(ended, test) {
				r.failed = append(r.failed, test)
			}
			continue
		case how == "fail":
			r.failed = append(r.failed, test)
		case how == "skip":
			r.skipped = append(r.skipped, test)
		}
		r.tests++
	}
	slices.Sort(r.failed)
	slices.Sort(r.skipped)
	return output.String(), nil
}

// failedWithin says whether a test failed because of one in it.
func failedWithin(ended map[string]string, test string) bool {
	for one, how := range ended {
		if how == "fail" && strings.HasPrefix(one, test+"/") {
			return true
		}
	}
	return false
}

// count adds to a figure.
func (r *result) count(key, value string) {
	i := slices.IndexFunc(r.figures, func(f figure) bool { return f.key == key })
	if i < 0 {
		i = len(r.figures)
		r.figures = append(r.figures, figure{key: key})
	}
	f := &r.figures[i]
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && key != "seed" {
		f.sum += n
	} else if !slices.Contains(f.values, value) {
		f.values = append(f.values, value)
	}
}

// failure says in a few words why a trial did not pass.
func (r result) failure() string {
	switch {
	case len(r.failed) > 0:
		return "failed in " + strings.Join(r.failed, ", ")
	case len(r.skipped) > 0:
		return "skipped " + strings.Join(r.skipped, ", ")
	case r.tests == 0:
		return "no test ran"
	}
	return fmt.Sprint("go test: ", r.err)
}

// shown returns a command as one types it.
func shown(arguments []string) string {
	words := []string{"go"}
	for _, one := range arguments {
		if strings.ContainsAny(one, "|^$() ") {
			one = "'" + one + "'"
		}
		words = append(words, one)
	}
	return strings.Join(words, " ")
}
