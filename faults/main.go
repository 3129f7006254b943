// Command faults tries the promises of the shop by breaking it on purpose, and writes
// docs/trust.md.
//
// A promise is a sentence that the documents of the shop make about it: what was acknowledged is
// there after a loss of power; no viewer misses a change. A trial is a set of tests that try to
// make it false: they fail a step of the disk, kill the program, spoil its files, cut its lines.
// The tests live with what they test and run with all others, in a short form; a trial gives them
// flags to run long. What a test counts on the way (kills, writes that were acknowledged, its seed)
// it says by testing.T.Attr, and from that the program takes the figures of the page: none is
// written by hand.
//
// promises.go holds every promise with its trials, trials.go every trial with its flags, notes.go
// what is not promised and which bugs were found; run.go runs trials by `go test -json`, report.go
// writes the page. Trials run one after the other, so that a busy machine changes how long they
// take, but not what they find.
//
// A trial fails when a test of it fails, when one was skipped, and when it ran no test at all. It
// then stands as failed in the page, and the program ends with a status other than 0.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

// errFailed says that the page is written, and that it tells of failures.
var errFailed = errors.New("not all promises held")

func run(ctx context.Context, arguments []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("faults", flag.ContinueOnError)
	isShort := flags.Bool("short", false, "run each trial as the tests of CI do, in minutes")
	only := flags.String("only", "", "`regexp` of the names of the trials to run; the page then tells of these alone")
	seed := flags.Uint64("seed", 0, "what the random trials are made from; 0 takes a new one")
	chapterOnly := flags.String("chapter", "", "`title` of the chapter whose trials are run; it takes its place in the page that is there")
	to := flags.String("o", "docs/trust.md", "`file` that the page goes to; - for the standard output, where a short or partial run writes always")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	if *seed == 0 {
		*seed = rand.Uint64N(1 << 48) // short enough to be typed
	}
	if (*isShort || *only != "") && *chapterOnly == "" {
		*to = "-"
	}
	about, err := chapterOf(*chapterOnly)
	if err != nil {
		return err
	}
	r := report{
		command: shown(append([]string{"run", "./faults"}, arguments...)), short: *isShort, seed: *seed, begin: time.Now(),
	}
	if r.machine, err = describe(ctx); err != nil {
		return err
	}
	for _, t := range trials {
		if !pattern.MatchString(t.name) || *chapterOnly != "" && !about.tries(t.name) {
			continue
		}
		result, err := t.try(ctx, *isShort, *seed, errOut)
		if err != nil {
			return err
		}
		r.results = append(r.results, result)
	}
	if len(r.results) == 0 {
		return fmt.Errorf("no trial is named %s", *only)
	}
	r.took = time.Since(r.begin)
	if *chapterOnly != "" {
		return r.deliverChapter(about, *to, out)
	}
	return r.deliver(*to, r.markdown(), out)
}

// deliver writes the page, and returns errFailed when it tells of a failure.
func (r *report) deliver(to string, text []byte, out io.Writer) error {
	var err error
	if to == "-" {
		_, err = out.Write(text)
	} else {
		err = os.WriteFile(to, text, 0o644)
	}
	for _, result := range r.results {
		if err == nil && !result.passed() {
			err = errFailed
		}
	}
	return err
}
